import type { Bus, Follower, Listening } from '@linewatch/bus';
import type { EdgeId, EventData } from '@linewatch/presence';
import type { Clock } from './clock';
import { EDGE_LEASE_MS } from './edge-identity';

/** How often silence is looked for. */
const CHECK_MS = 250;

/** Why an epoch is over. */
export type LossReason = 'silent' | 'bye' | 'superseded';

export interface EdgeView {
  readonly edge: EdgeId;
  readonly epoch: number;
  readonly kind: EventData<'linewatch.edge.hello'>['kind'];
  readonly advertised: EventData<'linewatch.edge.hello'>['advertised'];
  readonly alive: boolean;
  /** When its epoch began; of a lost edge when it said bye or was last heard. Milliseconds since the epoch. */
  readonly since: number;
}

export interface EdgeEvents {
  /** All epochs of that edge up to and including this one are over. May be told again after a restart of this process. */
  onLost(edge: EdgeId, epoch: number, reason: LossReason): void;
  /** That edge lives in this epoch: it said hello, or was heard again. */
  onBack(edge: EdgeId, epoch: number): void;
}

interface Known {
  epoch: number;
  hello: EventData<'linewatch.edge.hello'>;
  lastHeard: number;
  alive: boolean;
  helloAt: number;
  lostAt: number;
}

/**
 * Which edges live: hellos and byes from EDGES, beats from core NATS. Silence counts from the time this process could
 * have heard: an edge that died while nobody watched is found three seconds after the start.
 */
export class EdgeMonitor {
  private readonly known = new Map<EdgeId, Known>();
  private follower: Follower | undefined;
  private listening: Listening | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopListening: (() => void) | undefined;
  private lastCheck = 0;

  constructor(
    private readonly bus: Pick<Bus, 'follow' | 'listen' | 'onStatus' | 'status' | 'subjects'>,
    private readonly clock: Clock,
    private readonly events: EdgeEvents,
  ) {}

  /** Begins to watch; resolves when all edges of the stream are known. */
  async start(): Promise<void> {
    const { subjects } = this.bus;
    this.listening = await this.bus.listen(subjects.every.beats, ({ address, event }) => {
      const parsed = subjects.parse(address);
      if (parsed?.kind === 'edge' && event.type === 'linewatch.edge.beat') this.heard(parsed.edge, event.data.epoch);
    });
    this.follower = await this.bus.follow('EDGES', { from: 'last-per-subject' }, (stored) => {
      const { address, event, streamSeq, storedAt } = stored;
      const parsed = subjects.parse(address);
      if (parsed?.kind !== 'edge') return;
      if (event.type === 'linewatch.edge.hello') this.hello(parsed.edge, streamSeq, event.data, storedAt);
      if (event.type === 'linewatch.edge.bye') this.lose(parsed.edge, event.data.epoch, 'bye', storedAt);
    });
    this.stopListening = this.bus.onStatus(() => this.forgive());
    await this.follower.caughtUp;
    this.lastCheck = this.clock.monotonic();
    this.timer = setInterval(() => this.check(), CHECK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.stopListening?.();
    void this.listening?.stop();
    this.follower?.stop();
  }

  /** Every edge that ever said hello. */
  edges(): EdgeView[] {
    return [...this.known].map(([edge, { epoch, hello, alive, helloAt, lostAt }]) => ({
      edge,
      epoch,
      kind: hello.kind,
      advertised: hello.advertised,
      alive,
      since: alive ? helloAt : lostAt,
    }));
  }

  isAlive(edge: EdgeId, epoch?: number): boolean {
    const known = this.known.get(edge);
    return known !== undefined && known.alive && (epoch === undefined || known.epoch === epoch);
  }

  /** Marks as lost what was silent for longer than its lease. The timer calls it; so do tests. */
  check(): void {
    const now = this.clock.monotonic();
    // Who was paused or cut off has heard nobody: that is no silence of theirs.
    if (now - this.lastCheck > EDGE_LEASE_MS / 2 || !this.bus.status().connected) this.forgive();
    this.lastCheck = now;
    for (const [edge, known] of this.known) {
      const silent = now - known.lastHeard;
      if (known.alive && silent >= EDGE_LEASE_MS) this.lose(edge, known.epoch, 'silent', this.clock.now() - silent);
    }
  }

  private hello(edge: EdgeId, epoch: number, hello: EventData<'linewatch.edge.hello'>, helloAt: number): void {
    const known = this.known.get(edge);
    if (known && known.epoch >= epoch) return;
    this.known.set(edge, { epoch, hello, lastHeard: this.clock.monotonic(), alive: true, helloAt, lostAt: 0 });
    if (epoch > 1) this.events.onLost(edge, epoch - 1, 'superseded');
    this.events.onBack(edge, epoch);
  }

  private heard(edge: EdgeId, epoch: number): void {
    const known = this.known.get(edge);
    // A beat of a later epoch runs ahead of its hello, which is coming.
    if (known?.epoch !== epoch) return;
    known.lastHeard = this.clock.monotonic();
    if (known.alive) return;
    known.alive = true;
    this.events.onBack(edge, epoch);
  }

  private lose(edge: EdgeId, epoch: number, reason: LossReason, at: number): void {
    const known = this.known.get(edge);
    if (!known || known.epoch > epoch || !known.alive) return;
    known.alive = false;
    known.lostAt = at;
    this.events.onLost(edge, epoch, reason);
  }

  private forgive(): void {
    const now = this.clock.monotonic();
    for (const known of this.known.values()) known.lastHeard = now;
  }
}
