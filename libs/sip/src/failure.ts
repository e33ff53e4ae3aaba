/** What is said about bytes that are no SIP message, and the stateless answer to them [SB-112]. */
import { viaFrom } from './build';
import { canonicalName } from './header-names';
import { parseNameAddr, readVia } from './headers';
import { type Address, EMPTY_BODY, type HeaderField, type SipResponse } from './message';

/** What could be read of a malformed request: enough to answer it [RFC3261 8.2.6.2]. */
export interface PartialRequest {
  readonly method: string;
  /** The Via lines, all of them, and the first From, To, Call-ID and CSeq that were found, in their order. */
  readonly headers: readonly HeaderField[];
}

/** A malformed message. `reason` says what is wrong, fit to be a reason phrase. Only requests have a `partial`. */
export interface ParseFailure {
  readonly kind: 'failure';
  readonly status: 400 | 505 | 513;
  readonly reason: string;
  readonly partial?: PartialRequest;
}

const ANSWERED_WITH = new Set(['Via', 'From', 'To', 'Call-ID', 'CSeq']);

/** A failure with what can be read of the request in `head`, the text of start line and header. */
export function failure(status: ParseFailure['status'], reason: string, head: string): ParseFailure {
  const partial = readPartial(head);
  return partial === undefined ? { kind: 'failure', status, reason } : { kind: 'failure', status, reason, partial };
}

/** Reads leniently: lines that are no fields are passed over. Undefined for responses and for what has no Via. */
function readPartial(head: string): PartialRequest | undefined {
  const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const method = /^[ \t]*([^\s:]+)/.exec(lines[0] ?? '')?.[1];
  if (method === undefined || /^SIP\//i.test(method)) return undefined;
  const headers: HeaderField[] = [];
  const seen = new Set<string>();
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    if (colon === -1 || colon > 64) continue;
    const name = canonicalName(line.slice(0, colon).trim());
    if (!ANSWERED_WITH.has(name) || (name !== 'Via' && seen.has(name))) continue;
    seen.add(name);
    headers.push({ name, value: line.slice(colon + 1).trim() });
  }
  return seen.has('Via') ? { method, headers } : undefined;
}

/**
 * The answer to a malformed request, from its own bytes alone, so that a retransmission gets the same one
 * [RFC3261 8.2.7]. With `source` the top Via says where the request came from, as in every response.
 * Undefined when nothing may be answered: a response, an ACK, or no Via that can be read.
 */
export function failureResponse(failed: ParseFailure, source?: Address): SipResponse | undefined {
  const { partial } = failed;
  if (partial === undefined || partial.method === 'ACK') return undefined;
  const top = partial.headers.find((field) => field.name === 'Via')?.value ?? '';
  if (readVia(top, 0) === undefined) return undefined;
  const via = (source === undefined ? undefined : viaFrom(top, source)) ?? top;
  let topDone = false;
  const headers = partial.headers.map((field) => {
    if (field.name === 'To') return { name: 'To', value: taggedTo(field.value, partial) };
    if (field.name !== 'Via' || topDone) return field;
    topDone = true;
    return { name: 'Via', value: via };
  });
  return { kind: 'response', status: failed.status, reason: failed.reason, headers, body: EMPTY_BODY };
}

/** To with a tag that is a function of the request alone [RFC3261 8.2.7]. */
function taggedTo(to: string, partial: PartialRequest): string {
  const tagged = parseNameAddr(to)?.params.has('tag') ?? /;\s*tag\s*=/i.test(to);
  return tagged ? to : `${to};tag=${hash(partial.headers.map((field) => field.value).join('\n'))}`;
}

/** FNV-1a of 32 bits as hexadecimal text: a tag here needs to be stable, not secret. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(16).padStart(8, '0');
}
