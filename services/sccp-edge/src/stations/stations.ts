import type { Bus, Follower, Stored } from '@linewatch/bus';
import type { DeviceName } from '@linewatch/presence';
import type { StationSession } from './session';

/** The phones that are registered here, by their names. A phone that comes again on another connection has moved. */
export class Stations {
  private readonly byDevice = new Map<DeviceName, StationSession>();

  constructor(private readonly bus: Pick<Bus, 'follow' | 'subjects'>) {}

  get size(): number {
    return this.byDevice.size;
  }

  get(device: DeviceName): StationSession | undefined {
    return this.byDevice.get(device);
  }

  all(): Iterable<StationSession> {
    return this.byDevice.values();
  }

  /** A phone is registered; where it was before it is not any more. */
  add(device: DeviceName, session: StationSession): void {
    const before = this.byDevice.get(device);
    this.byDevice.set(device, session);
    if (before && before !== session) before.input({ type: 'replaced' });
  }

  remove(device: DeviceName, session: StationSession): void {
    if (this.byDevice.get(device) === session) this.byDevice.delete(device);
  }

  /** Follows registrations: a phone of ours that registered at another edge has moved there. */
  followMoves(): Promise<Follower> {
    const filter = this.bus.subjects.every.registrations;
    return this.bus.follow('LINES', { filter, from: 'new' }, (stored) => this.heard(stored));
  }

  private heard({ event, address, streamSeq }: Stored): void {
    if (event.type !== 'linewatch.line.registration') return;
    const subject = this.bus.subjects.parse(address);
    if (subject?.kind !== 'line') return;
    const { device, bindings } = event.data;
    const session = this.byDevice.get(device);
    // A fact from before this session's own is news of yesterday.
    if (!session || streamSeq <= (session.recorded.get(subject.line) ?? Infinity)) return;
    const isHere = bindings.some(({ flow }) => flow.connection === session.flow.connection);
    if (bindings.length > 0 && !isHere) session.input({ type: 'replaced' });
  }
}
