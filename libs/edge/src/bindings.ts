import { ConflictError, UnavailableError, type Bus } from '@linewatch/bus';
import type { Binding, DeviceName, InstanceId, LineNumber, RegistrationFact } from '@linewatch/presence';
import type { BindingTable, DeviceBindings } from '@linewatch/tables';

/** The bindings of one line by device. */
export type LineBindings = Readonly<Record<DeviceName, DeviceBindings>>;

const MAX_ROUNDS = 8;

/**
 * The bindings of lines: facts in the stream first, then their row, so that a REGISTER answered 200 is found by every
 * edge [design law 2].
 */
export class Bindings {
  /** The change of each line that is under way, or the last of those that wait. */
  private readonly changing = new Map<LineNumber, Promise<void>>();

  constructor(
    private readonly bus: Pick<Bus, 'subjects' | 'append' | 'next' | 'ask'>,
    private readonly table: Pick<BindingTable, 'read' | 'put'>,
  ) {}

  /** All bindings of a line, also those that ran out a moment ago. Rebuilds the line first when its row is lost. */
  async of(line: LineNumber): Promise<LineBindings> {
    const known = await this.table.read(line);
    if (known !== 'MISS') return known;
    await this.bus.ask(this.bus.subjects.ask('state'), { line }, { timeoutMs: 2_000 });
    const rebuilt = await this.table.read(line);
    if (rebuilt === 'MISS')
      throw new UnavailableError(`the bindings of line ${line} were lost again while they were rebuilt`);
    return rebuilt;
  }

  /**
   * Replaces a device's bindings for a line by what `decide` makes of them; `undefined` from it changes nothing. Appends
   * the fact only if no other registration of the line came between, else decides again over the newer ones.
   */
  async change(
    line: LineNumber,
    device: DeviceName,
    decide: (
      current: readonly Binding[],
      all: LineBindings,
    ) => Pick<RegistrationFact, 'cause' | 'bindings'> | undefined,
  ): Promise<LineBindings> {
    // The phones of one line wait for one another here, so that only other edges can come in between.
    const before = this.changing.get(line);
    const change = (before ?? Promise.resolve()).then(() => this.changeNow(line, device, decide));
    const settled = change.then(ignore, ignore);
    this.changing.set(line, settled);
    try {
      return await change;
    } finally {
      if (this.changing.get(line) === settled) this.changing.delete(line);
    }
  }

  private async changeNow(
    line: LineNumber,
    device: DeviceName,
    decide: Parameters<Bindings['change']>[2],
  ): Promise<LineBindings> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const all = await this.of(line);
      const decided = decide(all[device]?.bindings ?? [], all);
      if (!decided) return all;
      const seq = await this.append(line, { device, ...decided }, newestSeq(all));
      if (seq === 'conflict') continue;
      await this.table.put(line, device, seq, decided.bindings);
      return { ...all, [device]: { seq, bindings: decided.bindings } };
    }
    throw new UnavailableError(`line ${line}: ${MAX_ROUNDS} registrations in a row lost against others`);
  }

  private async append(line: LineNumber, data: RegistrationFact, expectLast: number): Promise<number | 'conflict'> {
    const subject = this.bus.subjects.lineFact(line, 'registration');
    try {
      const event = { type: 'linewatch.line.registration', data } as const;
      return (await this.bus.append(subject, event, { about: line, expectLast })).seq;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      await this.readAfter(line, subject, expectLast);
      return 'conflict';
    }
  }

  /**
   * Others appended and have not written the row yet: their facts are read from the stream, which is the truth. All of
   * them and in order, so that a row that knows a sequence knows everything before it too.
   */
  private async readAfter(line: LineNumber, subject: string, known: number): Promise<void> {
    for (let from = known + 1; ;) {
      const stored = await this.bus.next('LINES', subject, from);
      if (!stored) return;
      from = stored.streamSeq + 1;
      if (stored.event.type !== 'linewatch.line.registration') continue;
      const { device, bindings } = stored.event.data;
      await this.table.put(line, device, stored.streamSeq, bindings);
    }
  }
}

function ignore(): void {}

function newestSeq(all: LineBindings): number {
  return Math.max(0, ...Object.values(all).map((device) => device.seq));
}

/** The contacts a call to the line may be offered to, best q first, of all its devices [RFC3261 16.6]. */
export function reachableBindings(
  all: LineBindings,
  now: number,
  instanceOf: (device: DeviceName) => InstanceId | undefined,
): { device: DeviceName; instance: InstanceId; binding: Binding }[] {
  return Object.entries(all)
    .flatMap(([device, { bindings }]) => {
      const instance = instanceOf(device);
      if (instance === undefined) return [];
      return bindings.filter((binding) => binding.expiresAt > now).map((binding) => ({ device, instance, binding }));
    })
    .sort((a, b) => b.binding.q - a.binding.q);
}
