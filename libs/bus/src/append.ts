import { ErrorCode, type Msg, NatsError, headers } from 'nats';
import type { Appended, Stored } from './bus';
import { ConflictError, RejectedError, UnavailableError } from './errors';
import type { ReplyInbox } from './reply-inbox';

/** Acknowledgements that may be outstanding; further appends wait in line. */
export const APPEND_WINDOW = 1024;
/** Appends that may wait in line; more than that are refused at once. */
export const APPEND_LINE = 65_536;
export const APPEND_TIMEOUT_MS = 2000;

const WRONG_LAST_SEQUENCE = 10071;
const WRONG_LAST_SEQUENCE_CONSTANT = 10164;
const STORE_FAILED = 10077;
const MESSAGE_TOO_BIG = 10054;

export interface AppendRequest {
  readonly subject: string;
  readonly payload: Uint8Array;
  /** Nats-Msg-Id. */
  readonly id: string;
  /** The caller chose the id: this may be the retry of an append whose acknowledgement was lost. */
  readonly mayBeRetry: boolean;
  readonly expectLast?: number;
  readonly expectLastOfStream?: number;
  readonly traceparent?: string;
}

/** Publishes to JetStream with many acknowledgements outstanding. Order on the wire is the order of the calls. */
export class Appender {
  private outstanding = 0;
  private readonly line: { go(): void; fail(error: Error): void }[] = [];
  readonly counters = { appended: 0, conflicts: 0, unavailable: 0 };

  constructor(
    private readonly inbox: ReplyInbox,
    private readonly lastSequenceOf: (subject: string) => Promise<number>,
    /** The first message after a sequence, of a subject or of the whole stream that takes it. */
    private readonly firstAfter: (subject: string, seq: number, wholeStream: boolean) => Promise<Stored | undefined>,
  ) {}

  /** @throws ConflictError, UnavailableError, RejectedError */
  async append(request: AppendRequest): Promise<Appended> {
    if (this.outstanding >= APPEND_WINDOW) await this.waitInLine(request.subject);
    else this.outstanding++;
    try {
      const reply = await this.inbox.request(request.subject, request.payload, APPEND_TIMEOUT_MS, headersOf(request));
      const appended = await this.read(request, reply);
      this.counters.appended++;
      return appended;
    } catch (error) {
      throw this.counted(request, error);
    } finally {
      this.release();
    }
  }

  /** Ends the waiting of all that stand in line. */
  failWaiting(reason: string): void {
    for (const one of this.line.splice(0)) one.fail(this.unavailable(reason));
  }

  gauge(): { outstanding: number; waiting: number } {
    return { outstanding: this.outstanding, waiting: this.line.length };
  }

  private waitInLine(subject: string): Promise<void> {
    if (this.line.length >= APPEND_LINE)
      throw this.unavailable(`${APPEND_LINE} appends wait for NATS already; ${subject} was not stored.`);
    return new Promise((go, fail) => this.line.push({ go, fail }));
  }

  private release(): void {
    // The place passes on to the next in line.
    const next = this.line.shift();
    if (next) next.go();
    else this.outstanding--;
  }

  private async read(request: AppendRequest, reply: Msg): Promise<Appended> {
    const ack = parseAck(reply);
    if (ack.error === undefined) return { seq: ack.seq, duplicate: ack.duplicate };
    const { code, err_code, description } = ack.error;
    if (err_code === WRONG_LAST_SEQUENCE || err_code === WRONG_LAST_SEQUENCE_CONSTANT) {
      const earlier = await this.storedEarlier(request);
      if (earlier !== undefined) return { seq: earlier, duplicate: true };
      const said = /sequence: (\d+)/.exec(description)?.[1];
      const actual = said === undefined ? await this.lastSequenceOf(request.subject) : Number(said);
      throw new ConflictError(request.subject, request.expectLastOfStream ?? request.expectLast ?? 0, actual);
    }
    const message = `JetStream refused ${request.subject}: ${description}.`;
    if (code === 503 && err_code !== STORE_FAILED) throw new UnavailableError(message);
    throw new RejectedError(message, err_code, err_code === MESSAGE_TOO_BIG);
  }

  /**
   * Newer servers compare the last sequence before they look for a duplicate: a retry then meets its own first copy. What
   * follows the expected message is that copy, or the event of somebody who won.
   */
  private async storedEarlier(request: AppendRequest): Promise<number | undefined> {
    const { expectLast, expectLastOfStream } = request;
    const expected = expectLastOfStream ?? expectLast;
    if (!request.mayBeRetry || expected === undefined) return undefined;
    const first = await this.firstAfter(request.subject, expected + 1, expectLastOfStream !== undefined);
    return first?.id === request.id ? first.streamSeq : undefined;
  }

  private counted(request: AppendRequest, error: unknown): unknown {
    if (error instanceof ConflictError) this.counters.conflicts++;
    if (error instanceof UnavailableError) this.counters.unavailable++;
    if (error instanceof NatsError)
      return error.code === ErrorCode.MaxPayloadExceeded
        ? new RejectedError(`${request.subject}: ${request.payload.length} bytes are more than NATS takes.`, 0, true)
        : this.unavailable(`${request.subject} was not stored: ${error.message}`, error);
    return error;
  }

  private unavailable(message: string, cause?: unknown): UnavailableError {
    this.counters.unavailable++;
    return new UnavailableError(message, { cause });
  }
}

function headersOf(request: AppendRequest) {
  const h = headers();
  h.set('Nats-Msg-Id', request.id);
  if (request.expectLast !== undefined) h.set('Nats-Expected-Last-Subject-Sequence', String(request.expectLast));
  if (request.expectLastOfStream !== undefined)
    h.set('Nats-Expected-Last-Sequence', String(request.expectLastOfStream));
  if (request.traceparent !== undefined) h.set('traceparent', request.traceparent);
  return h;
}

interface Ack {
  readonly seq: number;
  readonly duplicate: boolean;
  readonly error?: { readonly code: number; readonly err_code: number; readonly description: string };
}

function parseAck(reply: Msg): Ack {
  const json = reply.json<{ seq?: number; duplicate?: boolean; error?: Partial<NonNullable<Ack['error']>> }>();
  const error = json.error && {
    code: json.error.code ?? 0,
    err_code: json.error.err_code ?? 0,
    description: json.error.description ?? 'no description',
  };
  return { seq: json.seq ?? 0, duplicate: json.duplicate ?? false, ...(error && { error }) };
}
