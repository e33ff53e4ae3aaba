import { Events, type NatsConnection, type Subscription, headers, nuid } from 'nats';
import { Appender } from './append';
import { answer, ask, gather, listening } from './ask';
import type * as Api from './bus';
import { connectNats } from './connect';
import { PullConsumer } from './consume';
import { type BusEvent, decodeEnvelope, encodeEnvelope } from './envelope';
import { UnavailableError } from './errors';
import { StreamFollower } from './follow';
import { Reader, type Undecodable, jetStreamApi, traceOf } from './read';
import { ReplyInbox } from './reply-inbox';
import { type JetStreamApi, type StreamName, type StreamSettings, ensureStreams, streamOf } from './streams';
import { type Subjects, makeSubjects } from './subjects';

export interface BusSettings {
  /** `nats://[user:password@]host:port`, several with commas. */
  readonly servers: string;
  /** The service: its dead letters carry its name. */
  readonly service: string;
  /** CloudEvents source of what this process says: `/sip-edge/1`. */
  readonly source: string;
  /** First token of all subjects; `lw` when absent. */
  readonly prefix?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Milliseconds of a clock that is never set. */
  readonly monotonic?: () => number;
  /** Ids that never repeat, for events that bring none. */
  readonly newId?: () => string;
  readonly report?: (report: Api.BusReport) => void;
  /** Ends the wait for a server that is not up. */
  readonly signal?: AbortSignal;
}

const PING_TIMEOUT_MS = 2000;
/** A dead letter keeps this much of the message. */
const DEAD_LETTER_BYTES = 256 * 1024;

/** Connects, waiting for a server that is not up yet. @throws when the address or the credentials are wrong */
export async function connectBus(settings: BusSettings): Promise<NatsBus> {
  const report = settings.report ?? (() => undefined);
  const connection = await connectNats({
    servers: settings.servers,
    name: settings.source,
    report,
    ...(settings.signal && { signal: settings.signal }),
  });
  return new NatsBus(connection, { ...settings, report });
}

/** The bus on NATS and JetStream; it holds one connection, and one subscription for all replies. */
export class NatsBus implements Api.Bus {
  readonly subjects: Subjects;
  private readonly now: () => number;
  private readonly newId: () => string;
  private readonly inbox: ReplyInbox;
  private readonly api: JetStreamApi;
  private readonly appender: Appender;
  private readonly reader: Reader;
  private readonly followers = new Set<StreamFollower>();
  private readonly consumers = new Set<PullConsumer>();
  private readonly listeners = new Set<(status: Api.BusStatus) => void>();
  private connected = true;
  private readonly isConnected = (): boolean => this.connected && !this.connection.isClosed();
  private reconnects = 0;
  private followRestarts = 0;
  private deadLetters = 0;
  private undecodable = 0;

  constructor(
    private readonly connection: NatsConnection,
    private readonly settings: BusSettings & { readonly report: (report: Api.BusReport) => void },
  ) {
    this.subjects = makeSubjects(settings.prefix);
    this.now = settings.now ?? Date.now;
    this.newId = settings.newId ?? (() => nuid.next());
    this.inbox = new ReplyInbox(connection, settings.monotonic ?? (() => performance.now()), this.isConnected);
    this.api = jetStreamApi(this.inbox);
    this.reader = new Reader(this.inbox, this.api, this.subjects.prefix, (what) => this.buryLater(what));
    this.appender = new Appender(
      this.inbox,
      (subject) => this.reader.lastSequenceOf(streamOf(this.subjects, subject), subject),
      (subject, seq, wholeStream) =>
        this.reader.next(streamOf(this.subjects, subject), wholeStream ? '>' : subject, seq),
    );
    void this.watchConnection();
  }

  /** Creates or updates all streams. @throws StreamMismatchError, UnavailableError */
  ensureStreams(settings: StreamSettings): Promise<void> {
    return ensureStreams(this.api, this.subjects.prefix, settings);
  }

  append(subject: string, event: BusEvent, options: Api.AppendOptions = {}): Promise<Api.Appended> {
    const id = options.id ?? this.newId();
    return this.appender.append({
      subject,
      payload: this.encode(id, event, options),
      id,
      mayBeRetry: options.id !== undefined,
      ...(options.expectLast !== undefined && { expectLast: options.expectLast }),
      ...(options.expectLastOfStream !== undefined && { expectLastOfStream: options.expectLastOfStream }),
      ...(options.traceparent !== undefined && { traceparent: options.traceparent }),
    });
  }

  async last(subject: string): Promise<Api.Stored | undefined> {
    return this.reader.last(streamOf(this.subjects, subject), subject);
  }

  next(stream: StreamName, filter: string, fromSeq: number): Promise<Api.Stored | undefined> {
    return this.reader.next(stream, filter, fromSeq);
  }

  lastSequence(stream: StreamName): Promise<number> {
    return this.reader.lastSequence(stream);
  }

  async follow(
    stream: StreamName,
    options: Api.FollowOptions,
    onEvent: (stored: Api.Stored) => void,
  ): Promise<Api.Follower> {
    const follower = new StreamFollower(
      {
        connection: this.connection,
        api: this.api,
        reader: this.reader,
        prefix: this.subjects.prefix,
        report: (report) => {
          if (report.what === 'follow-restarted') this.followRestarts++;
          this.settings.report(report);
        },
        bury: (what) => this.buryLater(what),
        onEnd: (ended) => this.followers.delete(ended),
      },
      stream,
      options,
      onEvent,
    );
    this.followers.add(follower);
    await follower.start();
    return follower;
  }

  async consume(stream: StreamName, durable: string, options: Api.ConsumeOptions): Promise<Api.Consumer> {
    const consumer = new PullConsumer(
      {
        connection: this.connection,
        api: this.api,
        prefix: this.subjects.prefix,
        isConnected: this.isConnected,
        report: this.settings.report,
        bury: (what, deliveries) => this.bury(what, deliveries),
        onEnd: (ended) => this.consumers.delete(ended),
      },
      stream,
      durable,
      options,
    );
    await consumer.start();
    this.consumers.add(consumer);
    return consumer;
  }

  publish(
    subject: string,
    event: BusEvent,
    options: Omit<Api.AppendOptions, 'expectLast' | 'expectLastOfStream'> = {},
  ): boolean {
    if (!this.isConnected()) return false;
    const payload = this.encode(options.id ?? this.newId(), event, options);
    if (options.traceparent === undefined) this.connection.publish(subject, payload);
    else {
      const h = headers();
      h.set('traceparent', options.traceparent);
      this.connection.publish(subject, payload, { headers: h });
    }
    return true;
  }

  async listen(
    subject: string,
    handler: (heard: Api.Heard) => void,
    options: { queue?: string } = {},
  ): Promise<Api.Listening> {
    const subscription: Subscription = this.connection.subscribe(subject, {
      ...(options.queue !== undefined && { queue: options.queue }),
      callback: (_error, message) => {
        const decoded = decodeEnvelope(message.data);
        if (!decoded.ok) {
          this.undecodable++;
          this.settings.report({ what: 'undecodable', reason: `${message.subject}: ${decoded.reason}` });
          return;
        }
        handler({ ...decoded.envelope, address: message.subject, ...traceOf(message.headers) });
      },
    });
    return listening(this.connection, subscription, this.isConnected);
  }

  ask(subject: string, body: unknown, options?: Api.AskOptions): Promise<unknown> {
    return ask(this.inbox, subject, body, options);
  }

  answer(
    subject: string,
    queue: string | undefined,
    handler: (body: unknown, subject: string) => Promise<unknown>,
  ): Promise<Api.Listening> {
    const subscription = answer(this.connection, subject, queue, handler, (error, asked) =>
      this.settings.report({ what: 'failing', reason: `${asked}: ${(error as Error)?.stack ?? String(error)}` }),
    );
    return listening(this.connection, subscription, this.isConnected);
  }

  gather(subject: string, body: unknown, options?: Api.GatherOptions): Promise<unknown[]> {
    return gather(this.inbox, subject, body, options);
  }

  status(): Api.BusStatus {
    return { connected: this.connected, server: this.connection.getServer(), reconnects: this.reconnects };
  }

  onStatus(listener: (status: Api.BusStatus) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async ping(): Promise<number> {
    if (!this.connected) throw new UnavailableError('Not connected to NATS.');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new UnavailableError('NATS does not answer a ping.')), PING_TIMEOUT_MS);
    });
    try {
      return await Promise.race([this.connection.rtt(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  counters(): Api.BusCounters {
    const { outstanding, waiting } = this.appender.gauge();
    const { followRestarts, deadLetters, undecodable } = this;
    return {
      ...this.appender.counters,
      appendsOutstanding: outstanding,
      appendsWaiting: waiting,
      followRestarts,
      deadLetters,
      undecodable,
    };
  }

  async close(): Promise<void> {
    for (const follower of [...this.followers]) follower.stop();
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    this.appender.failWaiting('The bus was closed.');
    // The acknowledgements said last must leave; without a connection there is nothing to flush to.
    if (this.connected) await this.ping().catch(() => undefined);
    this.inbox.close();
    await this.connection.close();
  }

  private encode(id: string, event: BusEvent, options: Omit<Api.AppendOptions, 'expectLast'>): Uint8Array {
    return encodeEnvelope({
      id,
      source: this.settings.source,
      time: this.now(),
      event,
      ...(options.about !== undefined && { subject: options.about }),
      ...(options.epoch !== undefined && { epoch: options.epoch }),
      ...(options.seq !== undefined && { seq: options.seq }),
    });
  }

  private async watchConnection(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === Events.Disconnect) this.onDisconnect();
      else if (status.type === Events.Reconnect) this.onReconnect();
      else if (status.type === Events.Error) this.settings.report({ what: 'bus-error', reason: String(status.data) });
    }
    // The status ends when the connection is closed.
    this.connected = false;
  }

  private onDisconnect(): void {
    this.connected = false;
    this.appender.failWaiting('The connection to NATS was lost.');
    this.inbox.failAll('the connection to NATS was lost');
    this.settings.report({ what: 'disconnected', reason: 'the connection to NATS was lost; trying again' });
    this.tellStatus();
  }

  private onReconnect(): void {
    this.connected = true;
    this.reconnects++;
    this.settings.report({ what: 'reconnected', reason: `connected to ${this.connection.getServer()}` });
    for (const follower of this.followers) void follower.restart('reconnected');
    for (const consumer of this.consumers) void consumer.restart();
    this.tellStatus();
  }

  private tellStatus(): void {
    const status = this.status();
    for (const listener of this.listeners) listener(status);
  }

  private buryLater(what: Undecodable): void {
    this.bury(what, 1).catch((error: Error) =>
      this.settings.report({
        what: 'dead-letter-lost',
        stream: what.stream,
        seq: what.streamSeq,
        reason: `${what.reason}; and no dead letter: ${error.message}`,
      }),
    );
  }

  /** Appends the dead letter of a message; the same message and service make one. @throws as append */
  private async bury(what: Undecodable, deliveries: number): Promise<void> {
    const { stream, address, streamSeq, reason, bytes } = what;
    this.undecodable++;
    this.settings.report({ what: 'dead-letter', stream, seq: streamSeq, reason });
    const { payload, encoding } = textOf(bytes.subarray(0, DEAD_LETTER_BYTES));
    const { duplicate } = await this.append(
      this.subjects.deadLetter(this.settings.service),
      {
        type: 'linewatch.deadletter',
        data: {
          stream,
          seq: streamSeq,
          subject: address,
          deliveries,
          reason: reason.slice(0, 4096),
          payload,
          encoding,
          truncated: bytes.length > DEAD_LETTER_BYTES,
        },
      },
      { id: `dead.${this.settings.service}.${stream}.${streamSeq}`, about: address.slice(0, 512) },
    );
    if (!duplicate) this.deadLetters++;
  }
}

function textOf(bytes: Uint8Array): { payload: string; encoding: 'utf-8' | 'base64' } {
  try {
    return { payload: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    return { payload: Buffer.from(bytes).toString('base64'), encoding: 'base64' };
  }
}
