import { type Msg, type NatsConnection, type Subscription, createInbox } from 'nats';
import { endSubscription } from './ask';
import type { BusReport, Consumer, ConsumeOptions, Delivered } from './bus';
import { type Delivery, deliveryOf, status, statusOf } from './delivery';
import { type Undecodable, storedOf } from './read';
import { type JetStreamApi, type StreamName, serverName } from './streams';

const PULL_EXPIRES_MS = 10_000;
const HEARTBEAT_MS = 500;
const SILENT_CHECKS = 4;
const RETRY_MS = 100;
const LONGEST_RETRY_MS = 1000;
const LONGEST_ACK_WAIT_MS = 2000;

const encoder = new TextEncoder();
const ACK = encoder.encode('+ACK');
const PROGRESS = encoder.encode('+WPI');
const TERM = encoder.encode('+TERM');
const NAK = encoder.encode('-NAK');

export interface ConsumeContext {
  readonly connection: NatsConnection;
  readonly api: JetStreamApi;
  readonly prefix: string;
  readonly isConnected: () => boolean;
  readonly report: (report: BusReport) => void;
  /** Resolves when the dead-letter stream has it. */
  readonly bury: (what: Undecodable, deliveries: number) => Promise<void>;
  readonly onEnd: (consumer: PullConsumer) => void;
}

interface Held {
  readonly message: Msg;
  readonly delivered: Delivered;
}

/**
 * A durable pull consumer that other copies share. It pulls ahead for one batch, and gives what is there as soon as the
 * last batch is done: a lone message waits for nobody.
 */
export class PullConsumer implements Consumer {
  private readonly inbox = createInbox();
  private readonly maxBatch: number;
  private readonly ackWaitMs: number;
  private readonly retryDelayMs: number;
  private readonly maxDeliveries: number;
  private readonly isTransient: (error: unknown) => boolean;
  private readonly name: string;
  /** Outstanding pulls and how many messages each may still bring. */
  private readonly pulls = new Map<string, number>();
  private pullCounter = 0;
  private waiting: Held[] = [];
  private working: readonly Held[] = [];
  /** Undecodable messages on their way to the dead-letter stream. */
  private burying = 0;
  private pending = 0;
  private subscription: Subscription | undefined;
  private stopped = false;
  private starting = false;
  private alive = true;
  private silentChecks = 0;
  private running: Promise<void> | undefined;
  private readonly timers: NodeJS.Timeout[];

  constructor(
    private readonly context: ConsumeContext,
    private readonly stream: StreamName,
    private readonly durable: string,
    private readonly options: ConsumeOptions,
  ) {
    this.maxBatch = options.maxBatch ?? 256;
    this.ackWaitMs = Math.min(options.ackWaitMs ?? LONGEST_ACK_WAIT_MS, LONGEST_ACK_WAIT_MS);
    this.retryDelayMs = options.retryDelayMs ?? 250;
    this.maxDeliveries = options.maxDeliveries ?? 5;
    this.isTransient = options.isTransient ?? ((error) => (error as Error | undefined)?.name === 'UnavailableError');
    this.name = serverName(context.prefix, stream);
    this.timers = [
      setInterval(() => this.check(), HEARTBEAT_MS),
      setInterval(() => this.sayProgress(), Math.max(10, Math.floor(this.ackWaitMs / 3))),
    ];
    for (const timer of this.timers) timer.unref();
  }

  inHand(): number {
    return this.waiting.length + this.working.length + this.burying;
  }

  lag(): number {
    return this.pending;
  }

  /** Makes the consumer and the first pull. @throws RejectedError when the server refuses its configuration */
  async start(): Promise<void> {
    await this.ensure();
    this.subscription = this.context.connection.subscribe(`${this.inbox}.*`, {
      callback: (_error, message) => this.receive(message),
    });
    this.pull();
  }

  async stop(): Promise<void> {
    if (this.stopped) return this.running;
    this.stopped = true;
    for (const held of this.waiting.splice(0)) this.say(held, NAK);
    // What is on its way is given back as it comes: nobody shall wait for ack_wait.
    if (this.subscription) await endSubscription(this.subscription, this.context.isConnected);
    await this.running;
    for (const timer of this.timers) clearInterval(timer);
    this.context.onEnd(this);
  }

  /** Makes sure of the consumer and pulls anew: after a reconnect, or when the server went silent. */
  async restart(afterMs = 0): Promise<void> {
    if (this.stopped || this.starting) return;
    this.starting = true;
    this.pulls.clear();
    if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
    for (let wait = RETRY_MS; !this.stopped; wait = Math.min(wait * 2, LONGEST_RETRY_MS)) {
      try {
        await this.ensure();
        break;
      } catch (error) {
        if (wait >= LONGEST_RETRY_MS) this.reportFailing(0, (error as Error).message);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    this.starting = false;
    this.alive = true;
    this.silentChecks = 0;
    this.pull();
  }

  private async ensure(): Promise<void> {
    const filter = this.options.filter;
    await this.context.api(`CONSUMER.DURABLE.CREATE.${this.name}.${this.durable}`, {
      stream_name: this.name,
      config: {
        durable_name: this.durable,
        ack_policy: 'explicit',
        ack_wait: this.ackWaitMs * 1e6,
        // Deliveries are counted here: the server would drop in silence what came too often.
        max_deliver: -1,
        max_ack_pending: Math.max(1000, this.maxBatch * 16),
        max_waiting: 512,
        deliver_policy: this.options.from ?? 'all',
        replay_policy: 'instant',
        ...(filter !== undefined && { filter_subject: filter }),
      },
    });
  }

  private pull(): void {
    if (this.stopped || this.starting || this.subscription === undefined) return;
    let outstanding = 0;
    for (const left of this.pulls.values()) outstanding += left;
    const room = this.maxBatch * 2 - this.inHand() - outstanding;
    // Few large pulls rather than many small ones, but never none.
    if (room < this.maxBatch && outstanding > 0) return;
    if (room <= 0) return;
    const id = (++this.pullCounter).toString(36);
    this.pulls.set(id, room);
    this.context.connection.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${this.name}.${this.durable}`,
      encoder.encode(
        JSON.stringify({ batch: room, expires: PULL_EXPIRES_MS * 1e6, idle_heartbeat: HEARTBEAT_MS * 1e6 }),
      ),
      { reply: `${this.inbox}.${id}` },
    );
  }

  private receive(message: Msg): void {
    this.alive = true;
    const delivery = deliveryOf(message);
    if (delivery === undefined) return this.receiveStatus(message);
    // The pull that brought it is not named in a delivery: the oldest is served first.
    for (const [id, left] of this.pulls) {
      if (left > 1) this.pulls.set(id, left - 1);
      else this.pulls.delete(id);
      break;
    }
    this.pending = delivery.pending;
    if (this.stopped) return this.respond(message, NAK);
    this.take(message, delivery);
    this.pull();
  }

  private receiveStatus(message: Msg): void {
    const code = statusOf(message);
    if (code === undefined || code === status.HEARTBEAT) return;
    this.pulls.delete(message.subject.slice(this.inbox.length + 1));
    const lost = code === status.CONFLICT && /deleted|leadership|shutdown/i.test(message.headers?.description ?? '');
    // A refusal that comes at once must not become a storm of pulls.
    if (lost || code === status.NO_RESPONDERS) void this.restart(RETRY_MS);
    else if (code === status.TIMEOUT) this.pull();
  }

  private take(message: Msg, delivery: Delivery): void {
    const { streamSeq, storedAt, deliverySeq, deliveries } = delivery;
    const place = { stream: this.stream, address: message.subject, streamSeq, storedAt };
    const read = storedOf(place, message.data, message.headers);
    if (!read.ok) {
      void this.bury(message, read.undecodable, deliveries);
      return;
    }
    this.waiting.push({
      message,
      delivered: { ...read.stored, deliverySeq, deliveries, redelivered: deliveries > 1 },
    });
    this.running ??= this.run().finally(() => (this.running = undefined));
  }

  private async run(): Promise<void> {
    // What came in the same read of the socket becomes one batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      this.working = this.waiting.splice(0, this.maxBatch);
      await this.work(this.working);
      this.working = [];
      this.pull();
    }
  }

  private async work(batch: readonly Held[]): Promise<void> {
    const failure = await this.attempt(batch);
    if (failure === undefined) return this.sayAll(batch, ACK);
    if (this.isTransient(failure.error)) return this.later(batch, failure.error);
    // One message may have spoilt the batch: only it shall wait.
    for (const held of batch) {
      const alone = batch.length === 1 ? failure : await this.attempt([held]);
      if (alone === undefined) this.say(held, ACK);
      else if (this.isTransient(alone.error) || held.delivered.deliveries < this.maxDeliveries)
        this.later([held], alone.error);
      else {
        const { stream, address, streamSeq, deliveries } = held.delivered;
        const reason = `failed ${deliveries} times: ${String((alone.error as Error)?.stack ?? alone.error)}`;
        await this.bury(held.message, { stream, address, streamSeq, reason, bytes: held.message.data }, deliveries);
      }
    }
  }

  private async attempt(batch: readonly Held[]): Promise<{ error: unknown } | undefined> {
    try {
      await this.options.onBatch(batch.map((held) => held.delivered));
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  private later(batch: readonly Held[], error: unknown): void {
    const first = batch[0];
    if (first)
      this.reportFailing(first.delivered.streamSeq, `${batch.length} messages will be tried again: ${String(error)}`);
    this.sayAll(batch, encoder.encode(`-NAK {"delay": ${this.retryDelayMs * 1e6}}`));
  }

  private async bury(message: Msg, what: Undecodable, deliveries: number): Promise<void> {
    this.burying++;
    try {
      await this.context.bury(what, deliveries);
      this.respond(message, TERM);
    } catch {
      // It comes again after ack_wait: the dead-letter stream is part of the same server.
      this.respond(message, encoder.encode(`-NAK {"delay": ${this.retryDelayMs * 1e6}}`));
    } finally {
      this.burying--;
      this.pull();
    }
  }

  private sayProgress(): void {
    this.sayAll(this.waiting, PROGRESS);
    this.sayAll(this.working, PROGRESS);
  }

  private sayAll(batch: readonly Held[], word: Uint8Array): void {
    for (const held of batch) this.say(held, word);
  }

  private say(held: Held, word: Uint8Array): void {
    this.respond(held.message, word);
  }

  private respond(message: Msg, word: Uint8Array): void {
    // Without a connection the word is lost, and the message comes again.
    if (!this.context.connection.isClosed()) message.respond(word);
  }

  private check(): void {
    if (this.starting || this.stopped) return;
    if (this.alive || this.pulls.size === 0) {
      this.alive = false;
      this.silentChecks = 0;
      this.pull();
    } else if (++this.silentChecks >= SILENT_CHECKS) void this.restart();
  }

  private reportFailing(seq: number, reason: string): void {
    this.context.report({ what: 'failing', stream: this.stream, seq, reason: `${this.durable}: ${reason}` });
  }
}
