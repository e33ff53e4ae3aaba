import type { Binding, DeviceName, LineNumber } from '@linewatch/presence';
import type { Clock, LabelledCounter, RateLimitedLog, TimerHandle, TimerWheel } from '@linewatch/runtime';
import type { Bindings } from './bindings';
import { isUnavailable } from './hold';
import type { LineView } from './lines';

export interface RegistrationKeeperPorts {
  readonly bindings: Pick<Bindings, 'change'>;
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly edge: { readonly id: string; readonly epoch: number };
  /** Whether a flow's connection is open. */
  readonly isOpen: (flow: Binding['flow']) => boolean;
  /** Bindings that ended without their phone, by cause. */
  readonly ended: LabelledCounter;
  readonly floodLog: Pick<RateLimitedLog, 'error'>;
}

/** A registration that cannot be looked at now is looked at again after this time. */
const RETRY_MS = 1_000;
/** Registrations looked at in one second after a restart: all phones at once would be one long turn. */
const RESTORED_A_SECOND = 2_000;

interface Kept {
  readonly line: LineNumber;
  readonly device: DeviceName;
  timer: TimerHandle | undefined;
  connections: ReadonlySet<string>;
}

/**
 * Ends the bindings that this edge made and their phones no longer keep up: when their time is over [SB-88], when their
 * connection ended, and after a restart when it ended with the process. Each end is a fact, decided over the newest
 * bindings, so that nothing newer is lost.
 */
export class RegistrationKeeper {
  private readonly kept = new Map<string, Kept>();
  private readonly byConnection = new Map<string, Set<Kept>>();
  private isStopped = false;

  constructor(private readonly ports: RegistrationKeeperPorts) {}

  /** Registrations that are watched. */
  get size(): number {
    return this.kept.size;
  }

  /** Phones that registered here: each once, however many lines it has. */
  get phones(): number {
    return new Set([...this.kept.values()].map(({ device }) => device)).size;
  }

  /** The lines that phones registered here, or the phone of that name. */
  registrations(named?: DeviceName): { readonly line: LineNumber; readonly device: DeviceName }[] {
    return [...this.kept.values()].filter(({ device }) => named === undefined || device === named);
  }

  /** Takes note of what a phone has for a line now; bindings of other edges are theirs to end. */
  watch(line: LineNumber, device: DeviceName, bindings: readonly Binding[]): void {
    if (this.isStopped) return;
    const own = bindings.filter((binding) => binding.edge === this.ports.edge.id);
    const kept = this.kept.get(keyOf(line, device)) ?? { line, device, timer: undefined, connections: new Set() };
    this.ports.wheel.cancel(kept.timer);
    for (const connection of kept.connections) this.unlink(connection, kept);
    if (own.length === 0) return void this.kept.delete(keyOf(line, device));
    this.kept.set(keyOf(line, device), kept);
    kept.connections = new Set(own.flatMap(({ flow, connectionBound }) => (connectionBound && flow.connection) || []));
    for (const connection of kept.connections) this.link(connection, kept);
    const now = this.ports.clock.now();
    // A connection may have ended before its REGISTER was stored: nobody will tell of it again.
    const next = own.some((binding) => this.isLost(binding)) ? now : Math.min(...own.map(({ expiresAt }) => expiresAt));
    kept.timer = this.ports.wheel.set(next - now, () => void this.check(kept));
  }

  /** A connection ended: what was bound to it is gone. */
  async connectionClosed(connection: string): Promise<void> {
    const bound = [...(this.byConnection.get(connection) ?? [])];
    this.byConnection.delete(connection);
    await Promise.all(bound.map((kept) => this.check(kept)));
  }

  /**
   * Takes up after a restart what this edge's earlier lives left. The views may be behind the bindings, which are looked
   * at before anything ends.
   */
  restore(views: Iterable<LineView>): void {
    const { edge, wheel } = this.ports;
    let count = 0;
    for (const { line, state } of views) {
      for (const [device, { bindings }] of Object.entries(state.fold.registrations)) {
        if (this.kept.has(keyOf(line, device)) || !bindings.some((binding) => binding.edge === edge.id)) continue;
        const kept: Kept = { line, device, timer: undefined, connections: new Set() };
        this.kept.set(keyOf(line, device), kept);
        count += 1;
        kept.timer = wheel.set((count * 1_000) / RESTORED_A_SECOND, () => void this.check(kept));
      }
    }
  }

  /** Ends nothing more. */
  stop(): void {
    this.isStopped = true;
    for (const { timer } of this.kept.values()) this.ports.wheel.cancel(timer);
    this.kept.clear();
    this.byConnection.clear();
  }

  /** Ends what is over of a registration, and watches the rest. */
  private async check(kept: Kept): Promise<void> {
    const { bindings, clock, ended, floodLog, wheel } = this.ports;
    const { line, device } = kept;
    let expired = 0;
    let lost = 0;
    try {
      const all = await bindings.change(line, device, (current) => {
        const now = clock.now();
        const unexpired = current.filter(({ expiresAt }) => expiresAt > now);
        const left = unexpired.filter((binding) => !this.isLost(binding));
        expired = current.length - unexpired.length;
        lost = unexpired.length - left.length;
        return expired + lost === 0 ? undefined : { cause: lost > 0 ? 'connection-lost' : 'expired', bindings: left };
      });
      ended.of('expired').add(expired);
      ended.of('connection-lost').add(lost);
      this.watch(line, device, all[device]?.bindings ?? []);
    } catch (err) {
      if (!isUnavailable(err))
        floodLog.error('registration', 'a registration could not be ended', { line, device, err });
      if (this.isStopped) return;
      wheel.cancel(kept.timer);
      kept.timer = wheel.set(RETRY_MS, () => void this.check(kept));
    }
  }

  /** Whether the connection that a binding of this edge lives on is gone. */
  private isLost({ connectionBound, edge, epoch, flow }: Binding): boolean {
    if (!connectionBound || edge !== this.ports.edge.id) return false;
    return epoch !== this.ports.edge.epoch || !this.ports.isOpen(flow);
  }

  private link(connection: string, kept: Kept): void {
    const some = this.byConnection.get(connection);
    if (some) some.add(kept);
    else this.byConnection.set(connection, new Set([kept]));
  }

  private unlink(connection: string, kept: Kept): void {
    const some = this.byConnection.get(connection);
    some?.delete(kept);
    if (some?.size === 0) this.byConnection.delete(connection);
  }
}

function keyOf(line: LineNumber, device: DeviceName): string {
  return `${line} ${device}`;
}
