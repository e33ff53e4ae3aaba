import type { Msg, MsgHdrs } from 'nats';
import type { Stored } from './bus';
import { decodeEnvelope } from './envelope';
import { RejectedError, UnavailableError } from './errors';
import type { ReplyInbox } from './reply-inbox';
import { type JetStreamApi, type StreamName, serverName } from './streams';

/** Reading of single messages, and the JetStream API beneath it. */

const API_TIMEOUT_MS = 2000;
const NOT_FOUND = 404;
const NO_MESSAGE_FOUND = 10037;

const encoder = new TextEncoder();

/** The JetStream API over the one reply inbox. */
export function jetStreamApi(inbox: ReplyInbox): JetStreamApi {
  return async (verb, body) => {
    const payload = encoder.encode(body === undefined ? '' : JSON.stringify(body));
    const reply = await inbox.request(`$JS.API.${verb}`, payload, API_TIMEOUT_MS);
    const answer = reply.json<Record<string, unknown>>();
    const error = answer['error'] as { code?: number; err_code?: number; description?: string } | undefined;
    if (error === undefined) return answer;
    const message = `${verb}: ${error.description ?? 'no description'} (${error.err_code ?? 0})`;
    if (error.code === 503) throw new UnavailableError(message);
    throw new RejectedError(message, error.err_code ?? 0, false);
  };
}

/** A message that cannot be read; where it lies, and why. */
export interface Undecodable {
  readonly stream: StreamName;
  readonly address: string;
  readonly streamSeq: number;
  readonly reason: string;
  readonly bytes: Uint8Array;
}

/** Where a message lies in its stream. */
export interface Place {
  readonly stream: StreamName;
  readonly address: string;
  readonly streamSeq: number;
  readonly storedAt: number;
}

/** The event at a place, or why it is none. */
export function storedOf(
  place: Place,
  bytes: Uint8Array,
  headers: MsgHdrs | undefined,
): { ok: true; stored: Stored } | { ok: false; undecodable: Undecodable } {
  const decoded = decodeEnvelope(bytes);
  if (!decoded.ok)
    return {
      ok: false,
      undecodable: {
        stream: place.stream,
        address: place.address,
        streamSeq: place.streamSeq,
        reason: decoded.reason,
        bytes,
      },
    };
  return { ok: true, stored: { ...decoded.envelope, ...place, ...traceOf(headers) } };
}

/** `traceparent` of a message, when it has one. */
export function traceOf(headers: MsgHdrs | undefined): { traceparent?: string } {
  const traceparent = headers?.get('traceparent');
  return traceparent ? { traceparent } : {};
}

/** Single messages, by direct get: any replica may answer, so a read right after a write by another may be a moment old. */
export class Reader {
  constructor(
    private readonly inbox: ReplyInbox,
    private readonly api: JetStreamApi,
    private readonly prefix: string,
    private readonly onUndecodable: (undecodable: Undecodable) => void,
  ) {}

  /** The last message whose subject matches. @throws UnavailableError */
  last(stream: StreamName, filter: string): Promise<Stored | undefined> {
    return this.direct(stream, { last_by_subj: filter });
  }

  /**
   * The first readable message at or after a sequence whose subject matches.
   * @throws UnavailableError
   */
  async next(stream: StreamName, filter: string, fromSeq: number): Promise<Stored | undefined> {
    for (let seq = Math.max(1, fromSeq); ;) {
      const reply = await this.get(stream, { seq, next_by_subj: filter });
      if (reply === undefined) return undefined;
      const read = storedOf(reply.place, reply.bytes, reply.headers);
      if (read.ok) return read.stored;
      this.onUndecodable(read.undecodable);
      seq = reply.place.streamSeq + 1;
    }
  }

  /** The stream's last sequence. @throws UnavailableError */
  async lastSequence(stream: StreamName): Promise<number> {
    const info = await this.api(`STREAM.INFO.${serverName(this.prefix, stream)}`);
    return (info['state'] as { last_seq: number }).last_seq;
  }

  /** The sequence of the last message that matches, as the leader of the stream knows it; 0 when there is none. */
  async lastSequenceOf(stream: StreamName, filter: string): Promise<number> {
    try {
      const answer = await this.api(`STREAM.MSG.GET.${serverName(this.prefix, stream)}`, { last_by_subj: filter });
      return (answer['message'] as { seq: number }).seq;
    } catch (error) {
      if (error instanceof RejectedError && error.code === NO_MESSAGE_FOUND) return 0;
      throw error;
    }
  }

  private async direct(stream: StreamName, query: object): Promise<Stored | undefined> {
    const reply = await this.get(stream, query);
    if (reply === undefined) return undefined;
    const read = storedOf(reply.place, reply.bytes, reply.headers);
    if (read.ok) return read.stored;
    this.onUndecodable(read.undecodable);
    return undefined;
  }

  private async get(
    stream: StreamName,
    query: object,
  ): Promise<{ place: Place; bytes: Uint8Array; headers: MsgHdrs } | undefined> {
    const subject = `$JS.API.DIRECT.GET.${serverName(this.prefix, stream)}`;
    const reply = await this.inbox.request(subject, encoder.encode(JSON.stringify(query)), API_TIMEOUT_MS);
    if (reply.headers?.code === NOT_FOUND) return undefined;
    const place = placeOf(stream, reply);
    if (reply.headers === undefined || place === undefined)
      throw new UnavailableError(
        `${subject} answered ${reply.headers?.code ?? 0} ${reply.headers?.description ?? ''}.`,
      );
    return { place, bytes: reply.data, headers: reply.headers };
  }
}

function placeOf(stream: StreamName, reply: Msg): Place | undefined {
  const address = reply.headers?.get('Nats-Subject');
  const streamSeq = Number(reply.headers?.get('Nats-Sequence'));
  const storedAt = Date.parse(reply.headers?.get('Nats-Time-Stamp') ?? '');
  return address && streamSeq > 0 ? { stream, address, streamSeq, storedAt } : undefined;
}
