/** Making messages, and the changes a server makes to one that came in. All of them give a new record. */
import { canonicalName } from './header-names';
import { formatNameAddr, formatVia, type NameAddr, parseNameAddr, readVia, topVia, type Via } from './headers';
import {
  type Address,
  EMPTY_BODY,
  type HeaderField,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './message';
import { reasonPhrase } from './reason-phrase';
import { isIPv4, isIPv6, parsePort } from './host';

/** What a request is made of; texts are taken as they are. */
export interface RequestParts {
  readonly method: string;
  readonly uri: string;
  readonly via?: Via | string;
  readonly from: NameAddr | string;
  readonly to: NameAddr | string;
  readonly callId: string;
  readonly cseq: number;
  /** 70 unless given [RFC3261 8.1.1.6]. */
  readonly maxForwards?: number;
  readonly contact?: NameAddr | string;
  /** The route set, each as one Route value, in order. */
  readonly route?: readonly string[];
  readonly headers?: readonly HeaderField[];
  readonly contentType?: string;
  readonly body?: Buffer;
}

/** A request with the fields every request has [RFC3261 8.1.1], then those given. Content-Length is `serialize`'s. */
export function request(parts: RequestParts): SipRequest {
  const headers: HeaderField[] = [];
  const add = (name: string, value: string): void => void headers.push({ name, value });
  if (parts.via !== undefined) add('Via', typeof parts.via === 'string' ? parts.via : formatVia(parts.via));
  for (const route of parts.route ?? []) add('Route', route);
  add('Max-Forwards', String(parts.maxForwards ?? 70));
  add('From', addressText(parts.from));
  add('To', addressText(parts.to));
  add('Call-ID', parts.callId);
  add('CSeq', `${parts.cseq} ${parts.method}`);
  if (parts.contact !== undefined) add('Contact', addressText(parts.contact));
  for (const field of parts.headers ?? []) add(canonicalName(field.name), field.value);
  if (parts.contentType !== undefined) add('Content-Type', parts.contentType);
  return { kind: 'request', method: parts.method, requestUri: parts.uri, headers, body: parts.body ?? EMPTY_BODY };
}

function addressText(address: NameAddr | string): string {
  return typeof address === 'string' ? address : formatNameAddr(address);
}

/** What a response adds to what it copies. */
export interface ResponseParts {
  /** Set on To when the request has none there and the response is no 100 [RFC3261 8.2.6.2]. */
  readonly toTag?: string;
  readonly headers?: readonly HeaderField[];
  readonly contentType?: string;
  readonly body?: Buffer;
}

/** Requests whose responses carry their Record-Route, as they may make a dialog [RFC3261 12.1.1, RFC6665 4.4.1]. */
const DIALOG_MAKING = new Set(['INVITE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);

/**
 * A response to a request [RFC3261 8.2.6.2]: Via, From, To, Call-ID and CSeq are the request's; Record-Route too where
 * a dialog may come of it [SB-31], Timestamp in a 100.
 */
export function responseTo(to: SipRequest, status: number, reason?: string, parts: ResponseParts = {}): SipResponse {
  const routed = status > 100 && status < 300 && DIALOG_MAKING.has(to.method);
  const headers: HeaderField[] = [];
  for (const field of to.headers) {
    const { name } = field;
    if (name === 'To') headers.push(status > 100 && parts.toTag !== undefined ? withTag(field, parts.toTag) : field);
    else if (name === 'Via' || name === 'From' || name === 'Call-ID' || name === 'CSeq') headers.push(field);
    else if ((name === 'Record-Route' && routed) || (name === 'Timestamp' && status === 100)) headers.push(field);
  }
  for (const { name, value } of parts.headers ?? []) headers.push({ name: canonicalName(name), value });
  if (parts.contentType !== undefined) headers.push({ name: 'Content-Type', value: parts.contentType });
  return { kind: 'response', status, reason: reason ?? reasonPhrase(status), headers, body: parts.body ?? EMPTY_BODY };
}

function withTag(field: HeaderField, tag: string): HeaderField {
  const address = parseNameAddr(field.value);
  // A To that cannot be read stands only in an answer to a malformed request: appending is all that can be done.
  if (address?.params.has('tag')) return field;
  return { name: field.name, value: `${field.value};tag=${tag}` };
}

/** The message with that field in place of every field of its name, where the first stood, or at the end. */
export function withHeader<M extends SipMessage>(message: M, name: string, value: string): M {
  const canonical = canonicalName(name);
  const headers: HeaderField[] = [];
  let placed = false;
  for (const field of message.headers) {
    if (field.name !== canonical) headers.push(field);
    else if (!placed) {
      headers.push({ name: canonical, value });
      placed = true;
    }
  }
  if (!placed) headers.push({ name: canonical, value });
  return { ...message, headers };
}

/** The message without any field of that name. */
export function withoutHeader<M extends SipMessage>(message: M, name: string): M {
  const canonical = canonicalName(name);
  return { ...message, headers: message.headers.filter((field) => field.name !== canonical) };
}

/** The message with that field before all others. */
export function prependHeader<M extends SipMessage>(message: M, name: string, value: string): M {
  return { ...message, headers: [{ name: canonicalName(name), value }, ...message.headers] };
}

/**
 * The request as its server transaction sees it: `received` says where it came from when sent-by does not, and an
 * `rport` is filled, `received` with it [RFC3261 18.2.1] [RFC3581 4] [SB-100]. What the sender wrote into `received`
 * itself is never believed.
 */
export function fillReceivedAndRport(message: SipRequest, source: Address): SipRequest {
  const at = message.headers.findIndex((field) => field.name === 'Via');
  const line = message.headers[at]?.value;
  const filled = line === undefined ? undefined : viaFrom(line, source);
  if (filled === undefined || filled === line) return message;
  const headers = [...message.headers];
  headers[at] = { name: 'Via', value: filled };
  return { ...message, headers };
}

/** The Via line with `received` and `rport` of its first value filled; undefined when that is malformed. */
export function viaFrom(line: string, source: Address): string | undefined {
  const read = readVia(line, 0);
  if (read === undefined) return undefined;
  const { via, end } = read;
  const rport = via.params.has('rport');
  if (!rport && via.host === source.host.toLowerCase() && !via.params.has('received')) return line;
  const params = new Map(via.params).set('received', source.host);
  if (rport) params.set('rport', String(source.port));
  return formatVia({ ...via, params }) + line.slice(end);
}

/**
 * Where a response goes over UDP [RFC3261 18.2.2] [RFC3581 4] [SB-100] [SB-101]: the received address, or sent-by when
 * nothing was received; the rport, or the sent-by port, or 5060. `maddr` is not followed: it would let a sender aim our
 * answers. Undefined when the top Via cannot be read or names no IP address.
 */
export function responseTarget(response: SipResponse): Address | undefined {
  const via = topVia(response);
  if (via === undefined) return undefined;
  const received = via.params.get('received');
  const host = typeof received === 'string' ? received.replace(/^\[|\]$/g, '') : via.host;
  const rport = via.params.get('rport');
  const port = (typeof rport === 'string' ? parsePort(rport) : undefined) ?? via.port ?? 5060;
  return isIPv4(host) || isIPv6(host) ? { host, port } : undefined;
}
