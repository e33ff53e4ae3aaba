import { type Msg, type NatsConnection, type Subscription, createInbox, nuid } from 'nats';
import type { BusReport, Follower, FollowFrom, FollowOptions, Stored } from './bus';
import { deliveryOf, status, statusOf } from './delivery';
import { type Reader, type Undecodable, storedOf } from './read';
import { type JetStreamApi, type StreamName, serverName } from './streams';

const HEARTBEAT_MS = 500;
/** So many checks without a sign of life, and the consumer is made anew. */
const SILENT_CHECKS = 3;
const RETRY_MS = 100;
const LONGEST_RETRY_MS = 1000;

/** What a follower needs of its bus. */
export interface FollowContext {
  readonly connection: NatsConnection;
  readonly api: JetStreamApi;
  readonly reader: Reader;
  readonly prefix: string;
  readonly report: (report: BusReport) => void;
  /** Takes what cannot be read or made `onEvent` throw. */
  readonly bury: (what: Undecodable) => void;
  readonly onEnd: (follower: StreamFollower) => void;
}

/**
 * An ordered reading: an ephemeral push consumer without acknowledgements, whose deliveries are numbered. A gap, silence
 * or a reconnect makes a new consumer that begins after the last message applied.
 */
export class StreamFollower implements Follower {
  readonly caughtUp: Promise<void>;
  private resolveCaughtUp: () => void = () => undefined;
  private applied = 0;
  private target = 0;
  private from: FollowFrom;
  private subscription: Subscription | undefined;
  private consumerName = '';
  private expected = 1;
  private alive = true;
  private silentChecks = 0;
  private stopped = false;
  private starting = false;
  private again = false;
  private readonly monitor: NodeJS.Timeout;

  constructor(
    private readonly context: FollowContext,
    private readonly stream: StreamName,
    private readonly options: FollowOptions,
    private readonly onEvent: (stored: Stored) => void,
  ) {
    this.from = options.from;
    this.caughtUp = new Promise((resolve) => (this.resolveCaughtUp = resolve));
    this.monitor = setInterval(() => this.check(), HEARTBEAT_MS);
    this.monitor.unref();
  }

  position(): number {
    return this.applied;
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    clearInterval(this.monitor);
    this.dropConsumer();
    this.context.onEnd(this);
  }

  /** Begins, and goes on trying until the stream is there. */
  async start(): Promise<void> {
    await this.retrying(async () => {
      this.target = await this.context.reader.lastSequenceOf(this.stream, this.options.filter ?? '>');
      // Said once: a new consumer must not take a later `new`.
      if (this.from === 'new') this.from = { seq: (await this.context.reader.lastSequence(this.stream)) + 1 };
    });
    await this.restart(undefined);
    if (this.target < this.firstWanted()) this.resolveCaughtUp();
  }

  /** Makes a new consumer that begins after the last message applied. */
  async restart(reason: string | undefined): Promise<void> {
    if (this.stopped) return;
    if (this.starting) {
      this.again = true;
      return;
    }
    this.starting = true;
    if (reason !== undefined)
      this.context.report({ what: 'follow-restarted', stream: this.stream, seq: this.applied, reason });
    try {
      do {
        this.again = false;
        await this.retrying(() => this.begin());
      } while (this.again && !this.stopped);
    } finally {
      this.starting = false;
    }
  }

  private async retrying(step: () => Promise<void>): Promise<void> {
    for (let wait = RETRY_MS; !this.stopped; wait = Math.min(wait * 2, LONGEST_RETRY_MS)) {
      try {
        return await step();
      } catch (error) {
        if (wait >= LONGEST_RETRY_MS)
          this.context.report({ what: 'bus-error', stream: this.stream, reason: (error as Error).message });
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  private async begin(): Promise<void> {
    this.dropConsumer();
    if (this.applied > 0) await this.checkRewound();
    const name = `follow-${nuid.next()}`;
    const deliver = createInbox();
    this.consumerName = name;
    this.expected = 1;
    this.silentChecks = 0;
    this.alive = true;
    // Subscribed before the consumer exists, so that its first message finds somebody.
    const subscription = this.context.connection.subscribe(deliver, {
      callback: (_error, message) => {
        if (this.subscription === subscription) this.receive(message);
      },
    });
    this.subscription = subscription;
    const stream = serverName(this.context.prefix, this.stream);
    const filter = this.filter();
    await this.context.api(`CONSUMER.CREATE.${stream}.${name}${filter === undefined ? '' : `.${filter}`}`, {
      stream_name: stream,
      config: {
        name,
        deliver_subject: deliver,
        ack_policy: 'none',
        max_deliver: 1,
        replay_policy: 'instant',
        flow_control: true,
        idle_heartbeat: HEARTBEAT_MS * 1e6,
        mem_storage: true,
        num_replicas: 1,
        ...(filter !== undefined && { filter_subject: filter }),
        ...this.deliverPolicy(),
      },
    });
  }

  private deliverPolicy(): object {
    if (this.applied > 0) return { deliver_policy: 'by_start_sequence', opt_start_seq: this.applied + 1 };
    const from = this.from;
    if (from === 'last-per-subject') return { deliver_policy: 'last_per_subject' };
    if (typeof from === 'string') return { deliver_policy: 'all' };
    if ('seq' in from) return { deliver_policy: 'by_start_sequence', opt_start_seq: Math.max(1, from.seq) };
    return { deliver_policy: 'by_start_time', opt_start_time: new Date(from.time).toISOString() };
  }

  /** Last per subject is refused without a filter, and the filter is part of the request's subject. */
  private filter(): string | undefined {
    return this.options.filter ?? (this.options.from === 'last-per-subject' ? '>' : undefined);
  }

  private firstWanted(): number {
    return typeof this.from === 'object' && 'seq' in this.from ? Math.max(1, this.from.seq) : 1;
  }

  /** A stream that ends before our position was made anew: what we know of it is of another life. */
  private async checkRewound(): Promise<void> {
    const last = await this.context.reader.lastSequence(this.stream);
    if (last >= this.applied) return;
    this.context.report({
      what: 'stream-rewound',
      stream: this.stream,
      seq: last,
      reason: `the stream ends at ${last}, but ${this.applied} was read: it was made anew; reading it from its start`,
    });
    this.applied = 0;
    if (typeof this.from === 'object' && 'seq' in this.from) this.from = 'all';
  }

  private receive(message: Msg): void {
    this.alive = true;
    const code = statusOf(message);
    if (code !== undefined) return this.receiveStatus(code, message);
    const delivery = deliveryOf(message);
    if (delivery === undefined) return;
    if (delivery.deliverySeq !== this.expected)
      return this.restartSoon(`delivery ${delivery.deliverySeq} came instead of ${this.expected}`);
    this.expected++;
    this.apply(message, delivery);
    this.applied = delivery.streamSeq;
    if (this.applied >= this.target || delivery.pending === 0) this.resolveCaughtUp();
  }

  private apply(message: Msg, delivery: { streamSeq: number; storedAt: number }): void {
    const { streamSeq, storedAt } = delivery;
    const place = { stream: this.stream, address: message.subject, streamSeq, storedAt };
    const read = storedOf(place, message.data, message.headers);
    if (!read.ok) return this.context.bury(read.undecodable);
    try {
      this.onEvent(read.stored);
    } catch (error) {
      const reason = `its reader threw: ${(error as Error).stack ?? String(error)}`;
      this.context.bury({ ...place, reason, bytes: message.data });
    }
  }

  private receiveStatus(code: number, message: Msg): void {
    if (code !== status.HEARTBEAT) return this.restartSoon(message.headers?.description ?? `status ${code}`);
    // Flow control: the server sends on when it hears that we came so far.
    if (message.reply) return void message.respond();
    const stalled = message.headers?.get('Nats-Consumer-Stalled');
    if (stalled) return this.context.connection.publish(stalled);
    const lastDelivered = Number(message.headers?.get('Nats-Last-Consumer') ?? '0');
    if (lastDelivered >= this.expected) return this.restartSoon(`deliveries up to ${lastDelivered} were lost`);
    // An idle consumer has given all it had, also when the message aimed at was deleted meanwhile.
    this.resolveCaughtUp();
  }

  private check(): void {
    if (this.starting) return;
    if (this.alive) {
      this.alive = false;
      this.silentChecks = 0;
    } else if (++this.silentChecks >= SILENT_CHECKS) this.restartSoon('no heartbeat');
  }

  private restartSoon(reason: string): void {
    void this.restart(reason);
  }

  private dropConsumer(): void {
    const { subscription, consumerName } = this;
    this.subscription = undefined;
    if (subscription === undefined || this.context.connection.isClosed()) return;
    subscription.unsubscribe();
    // A courtesy: the server removes it by itself when nobody listens.
    this.context
      .api(`CONSUMER.DELETE.${serverName(this.context.prefix, this.stream)}.${consumerName}`)
      .catch(() => undefined);
  }
}
