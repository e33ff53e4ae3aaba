import { randomUUID } from 'node:crypto';
import { type Bus, type Listening, UnavailableError } from '@linewatch/bus';
import type { EdgeId, EventData } from '@linewatch/presence';
import type { Clock } from './clock';

/** An edge that is not heard for so long is lost: what it owned may be adopted. */
export const EDGE_LEASE_MS = 3000;
export const BEAT_MS = 1000;
/** How often the edge looks whether it was paused. */
const CHECK_MS = 100;
const RETRY_MS = 250;

export interface EdgeSettings {
  readonly id: EdgeId;
  readonly hello: EventData<'linewatch.edge.hello'>;
  /**
   * The edge was silent for longer than its lease (paused, or without NATS): others may own what it owned. It does not
   * hold until this resolves: read ownership again in it. Tried again when it rejects.
   */
  readonly onPaused: (silentMs: number) => Promise<void>;
  /** Another process said hello under this id: this one must stop. */
  readonly onSuperseded: (epoch: number) => void;
}

/**
 * The life of an edge on the bus: hello makes its epoch, a beat each second keeps it, bye ends it. `holds` is asked
 * before anything leaves for a phone [design law 5].
 */
export class EdgeIdentity {
  private lastBeat: number;
  private paused = false;
  private ended = false;
  private timer: NodeJS.Timeout | undefined;
  private listening: Listening | undefined;

  private constructor(
    private readonly bus: Bus,
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly settings: EdgeSettings,
    /** The sequence of this edge's hello in EDGES: greater than that of any life before. */
    readonly epoch: number,
  ) {
    this.lastBeat = clock.monotonic();
  }

  /** Says hello, however long NATS takes, and begins to beat. @throws RejectedError */
  static async claim(bus: Bus, clock: Pick<Clock, 'monotonic'>, settings: EdgeSettings): Promise<EdgeIdentity> {
    const { seq } = await sayHello(bus, settings);
    const identity = new EdgeIdentity(bus, clock, settings, seq);
    await identity.start();
    return identity;
  }

  get id(): EdgeId {
    return this.settings.id;
  }

  /** Whether this process may still act as this edge: its last beat is younger than its lease. */
  holds(): boolean {
    return !this.paused && !this.ended && this.clock.monotonic() - this.lastBeat < EDGE_LEASE_MS;
  }

  /** Ends the beat and says bye, so that nobody waits for the lease. */
  async bye(): Promise<void> {
    if (this.ended) return;
    this.end();
    const { subjects } = this.bus;
    await this.bus.append(
      subjects.edge(this.id, 'bye'),
      { type: 'linewatch.edge.bye', data: { epoch: this.epoch } },
      { about: this.id, epoch: this.epoch },
    );
  }

  /** Ends the beat without a word, as kill -9 would. */
  end(): void {
    this.ended = true;
    clearInterval(this.timer);
    void this.listening?.stop();
  }

  private async start(): Promise<void> {
    this.listening = await this.bus.listen(this.bus.subjects.edge(this.id, 'beat'), ({ event }) => {
      if (event.type === 'linewatch.edge.beat' && event.data.epoch > this.epoch) this.supersede(event.data.epoch);
    });
    this.beat();
    let sinceBeat = 0;
    this.timer = setInterval(() => {
      this.checkPause();
      sinceBeat += CHECK_MS;
      if (sinceBeat < BEAT_MS) return;
      sinceBeat = 0;
      this.beat();
    }, CHECK_MS);
  }

  private beat(): void {
    if (this.ended) return;
    const { subjects } = this.bus;
    const said = this.bus.publish(
      subjects.edge(this.id, 'beat'),
      { type: 'linewatch.edge.beat', data: { epoch: this.epoch } },
      { about: this.id, epoch: this.epoch },
    );
    // A beat after the lease does not renew it: first ownership is read again.
    if (said && !this.paused) this.lastBeat = this.clock.monotonic();
  }

  private checkPause(): void {
    const silent = this.clock.monotonic() - this.lastBeat;
    if (this.paused || this.ended || silent < EDGE_LEASE_MS) return;
    this.paused = true;
    void this.recover(silent);
  }

  private async recover(silentMs: number): Promise<void> {
    while (!this.ended) {
      try {
        const hello = await this.bus.last(this.bus.subjects.edge(this.id, 'hello'));
        if (hello && hello.streamSeq > this.epoch) return this.supersede(hello.streamSeq);
        // Others shall hear this edge before it reads what they took.
        const since = this.clock.monotonic();
        this.beat();
        await this.settings.onPaused(silentMs);
        if (this.clock.monotonic() - since < EDGE_LEASE_MS) {
          this.lastBeat = since;
          this.paused = false;
          return;
        }
      } catch {
        // NATS or the owner's reading failed: it does not hold until both work.
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  private supersede(epoch: number): void {
    if (this.ended) return;
    this.end();
    this.settings.onSuperseded(epoch);
  }
}

async function sayHello(bus: Bus, settings: EdgeSettings): Promise<{ seq: number }> {
  const id = randomUUID();
  for (;;) {
    try {
      return await bus.append(
        bus.subjects.edge(settings.id, 'hello'),
        { type: 'linewatch.edge.hello', data: settings.hello },
        { id, about: settings.id },
      );
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
