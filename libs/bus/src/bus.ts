import type { BusEvent, Envelope } from './envelope';
import type { StreamName } from './streams';
import type { Subjects } from './subjects';

/** A message as a stream holds it. */
export interface Stored extends Envelope {
  readonly stream: StreamName;
  /** The NATS subject on which it was appended; `subject` is the CloudEvents one. */
  readonly address: string;
  /** Its sequence in the stream: versions, epochs and tokens are made of it [design law 1]. */
  readonly streamSeq: number;
  /** When the stream took it, in milliseconds since the epoch. */
  readonly storedAt: number;
  readonly traceparent?: string;
}

/** A message that a consumer was given: at least once, so it may come again. */
export interface Delivered extends Stored {
  readonly deliverySeq: number;
  readonly deliveries: number;
  readonly redelivered: boolean;
}

/** A message of core NATS. */
export interface Heard extends Envelope {
  readonly address: string;
  readonly traceparent?: string;
}

export interface AppendOptions {
  /** What the event is about (CloudEvents `subject`): the line, the edge, the section. */
  readonly about?: string;
  /** The last sequence of this subject that the caller knows; 0: there is none. Else ConflictError. */
  readonly expectLast?: number;
  /** The last sequence of the whole stream that the caller knows, whatever its subject. Else ConflictError. */
  readonly expectLastOfStream?: number;
  /** The event's id and Nats-Msg-Id; the same id within two minutes is stored once. A new one when absent. */
  readonly id?: string;
  readonly epoch?: number;
  readonly seq?: number;
  readonly traceparent?: string;
}

export interface Appended {
  /** Sequence in the stream; of the first copy when it was a duplicate. */
  readonly seq: number;
  readonly duplicate: boolean;
}

export type FollowFrom = 'all' | 'new' | 'last-per-subject' | { readonly seq: number } | { readonly time: number };

export interface FollowOptions {
  /** One subject or pattern; all of the stream when absent. */
  readonly filter?: string;
  /** Where to begin. `{ seq }` is the first sequence wanted. */
  readonly from: FollowFrom;
}

/** One ordered reading of a stream: every message once, in order, also across restarts of the server. */
export interface Follower {
  /** Resolves when all that the stream held at the start has been given to `onEvent`. */
  readonly caughtUp: Promise<void>;
  /** The sequence of the last message that `onEvent` took; 0 before the first. */
  position(): number;
  stop(): void;
}

export interface ConsumeOptions {
  readonly filter?: string;
  /** Most messages in one batch; 256 when absent. */
  readonly maxBatch?: number;
  /** At most 2000, the default: a message of a dead copy comes again after this time. */
  readonly ackWaitMs?: number;
  /** How long a message that failed waits until it comes again; 250 when absent. */
  readonly retryDelayMs?: number;
  /** A message that failed this often goes to the dead-letter stream; 5 when absent. */
  readonly maxDeliveries?: number;
  /** True for a failure that is not the message's fault: it is retried for ever. By default, errors named UnavailableError. */
  readonly isTransient?: (error: unknown) => boolean;
  /** Where a consumer that does not exist yet begins; `all` when absent. */
  readonly from?: 'all' | 'new';
  /** Acknowledged all together when it resolves. When it rejects, each message is tried alone, then retried later. */
  onBatch(batch: readonly Delivered[]): Promise<void>;
}

export interface Consumer {
  /** Messages that are here and not yet acknowledged. */
  inHand(): number;
  /** Messages that the stream held for this consumer when the last one came. */
  lag(): number;
  /** Takes no more, finishes what is in hand, gives the rest back. */
  stop(): Promise<void>;
}

export interface Listening {
  /** Hears no more; resolves when what was on its way has been handled. */
  stop(): Promise<void>;
}

export interface AskOptions {
  /** For each attempt; 500 when absent. */
  readonly timeoutMs?: number;
  /** How many copies are asked, one after another; 2 when absent. */
  readonly attempts?: number;
  readonly traceparent?: string;
}

export interface GatherOptions {
  /** How long answers are collected; 500 when absent. */
  readonly forMs?: number;
  /** Enough answers; 1000 when absent. */
  readonly max?: number;
}

export interface BusStatus {
  readonly connected: boolean;
  /** The server that we are or were connected to. */
  readonly server: string;
  readonly reconnects: number;
}

/** What the bus has to report that is nobody's answer: for a log line and a counter. */
export interface BusReport {
  readonly what:
    | 'disconnected'
    | 'reconnected'
    | 'follow-restarted'
    | 'stream-rewound'
    | 'undecodable'
    | 'failing'
    | 'dead-letter'
    | 'dead-letter-lost'
    | 'bus-error';
  readonly stream?: string;
  readonly seq?: number;
  readonly reason: string;
}

/** The bus as services see it. One implementation: `connectBus` on NATS. */
export interface Bus {
  readonly subjects: Subjects;

  /**
   * Appends one event and waits for JetStream's acknowledgement. Nothing is retried here.
   * @throws ConflictError, UnavailableError, RejectedError
   */
  append(subject: string, event: BusEvent, options?: AppendOptions): Promise<Appended>;
  /** The last message of a subject (or of a pattern). @throws UnavailableError */
  last(subject: string): Promise<Stored | undefined>;
  /** The first message at or after a sequence whose subject matches. @throws UnavailableError */
  next(stream: StreamName, filter: string, fromSeq: number): Promise<Stored | undefined>;
  /** The stream's last sequence, 0 when it is empty. @throws UnavailableError */
  lastSequence(stream: StreamName): Promise<number>;

  /** Reads a stream in order. `onEvent` is called one by one; what it throws goes to the dead-letter stream. */
  follow(stream: StreamName, options: FollowOptions, onEvent: (stored: Stored) => void): Promise<Follower>;
  /** A durable consumer shared by all copies of a service. */
  consume(stream: StreamName, durable: string, options: ConsumeOptions): Promise<Consumer>;

  /** Says something on core NATS. False when there is no connection: nothing is buffered. */
  publish(
    subject: string,
    event: BusEvent,
    options?: Omit<AppendOptions, 'expectLast' | 'expectLastOfStream'>,
  ): boolean;
  /** Hears a subject or pattern; resolves when the server knows. */
  listen(subject: string, handler: (heard: Heard) => void, options?: { queue?: string }): Promise<Listening>;
  /**
   * Asks one copy, then another.
   * @throws UnavailableError when none answered, AnswerError when one answered with an error
   */
  ask(subject: string, body: unknown, options?: AskOptions): Promise<unknown>;
  /** Answers questions, one copy of the queue group each (`undefined`: every copy). Throw AnswerError to answer with a word. */
  answer(
    subject: string,
    queue: string | undefined,
    handler: (body: unknown, subject: string) => Promise<unknown>,
  ): Promise<Listening>;
  /** Asks everybody and collects the answers that come in time; errors are left out. */
  gather(subject: string, body: unknown, options?: GatherOptions): Promise<unknown[]>;

  status(): BusStatus;
  /** Called at every change; returns how to stop it. */
  onStatus(listener: (status: BusStatus) => void): () => void;
  /** Milliseconds of a round trip to the server. @throws UnavailableError */
  ping(): Promise<number>;
  /** Counters for metrics. */
  counters(): BusCounters;
  /** Flushes and closes; followers and consumers end. */
  close(): Promise<void>;
}

export interface BusCounters {
  readonly appended: number;
  readonly appendsOutstanding: number;
  readonly appendsWaiting: number;
  readonly conflicts: number;
  readonly unavailable: number;
  readonly followRestarts: number;
  readonly deadLetters: number;
  readonly undecodable: number;
}
