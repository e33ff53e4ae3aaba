import type { Binding, DeviceName, LineFold, LineNumber } from '@linewatch/presence';
import type { RedisConnection } from './connection';

/** The bindings of one device for one line, and the LINES sequence of the fact that brought them. */
export interface DeviceBindings {
  readonly seq: number;
  readonly bindings: readonly Binding[];
}

/**
 * Where a line's devices are reached, for calls: a projection of the registration facts beside the line's row. A device
 * without bindings keeps its sequence, so that an older fact does not bring them back. Expired bindings stay until the
 * next fact: look at `expiresAt`. Throws `UnavailableError` when Redis does not answer.
 */
export class BindingTable {
  constructor(private readonly redis: RedisConnection) {}

  /** The bindings of a line by device. `MISS`: the line has no row, so they may be lost; have it rebuilt first. */
  async read(line: LineNumber): Promise<Readonly<Record<DeviceName, DeviceBindings>> | 'MISS'> {
    const { keys } = this.redis;
    const flat = await this.redis.run((redis) => redis.lwReadBindings(keys.line(line), keys.bindings(line)));
    if (flat === null) return 'MISS';
    const byDevice: [DeviceName, DeviceBindings][] = [];
    for (let at = 0; at + 1 < flat.length; at += 2) byDevice.push([flat[at] ?? '', unpack(flat[at + 1] ?? '')]);
    return Object.fromEntries(byDevice);
  }

  /**
   * Writes a device's bindings. `stale`: a higher sequence stands there and stays. `MISS`: the line has no row; nothing
   * was written, and its rebuild will find the fact in the stream.
   */
  put(
    line: LineNumber,
    device: DeviceName,
    seq: number,
    bindings: readonly Binding[],
  ): Promise<'ok' | 'stale' | 'MISS'> {
    const { keys } = this.redis;
    return this.redis.run((redis) =>
      redis.lwPutBindings(keys.line(line), keys.bindings(line), device, String(seq), pack({ seq, bindings })),
    );
  }
}

/** The registrations folded after a sequence, as arguments of the Lua steps that write a line's row. */
export function bindingArguments(registrations: LineFold['registrations'], after: number): string[] {
  return Object.entries(registrations)
    .filter(([, { seq }]) => seq > after)
    .flatMap(([device, registration]) => [device, String(registration.seq), pack(registration)]);
}

function pack({ seq, bindings }: DeviceBindings): string {
  return `${seq} ${JSON.stringify(bindings)}`;
}

function unpack(packed: string): DeviceBindings {
  const space = packed.indexOf(' ');
  return { seq: Number(packed.slice(0, space)), bindings: JSON.parse(packed.slice(space + 1)) as Binding[] };
}
