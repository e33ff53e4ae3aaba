import { cseqOf, fromTag, topVia } from './headers';
import { type SipRequest, type SipResponse, header } from './message';

/**
 * Which transaction a message belongs to, as the key of a map [RFC3261 17.1.3, 17.2.3].
 *
 * Keys of RFC 3261 start with `3`, those of peers without the magic cookie with `2`, so neither can be taken for the other.
 */

// In lower case, as tokens compare [RFC3261 7.3.1].
const MAGIC_COOKIE = 'z9hg4bk';

/**
 * The key of the server transaction a request belongs to, or would start. An ACK has its INVITE's key; a CANCEL has its
 * own, and `cancelledKey` names the INVITE it means.
 * @returns undefined if the Via, or what the older rule needs, cannot be read: such a request gets 400.
 */
export function serverKey(request: SipRequest): string | undefined {
  return keyFor(request, request.method === 'ACK' ? 'INVITE' : request.method);
}

/** The key of the INVITE's server transaction that a CANCEL means to end [RFC3261 9.2, SB-94]. */
export function cancelledKey(cancel: SipRequest): string | undefined {
  return keyFor(cancel, 'INVITE');
}

function keyFor(request: SipRequest, method: string): string | undefined {
  const via = topVia(request);
  if (via === undefined) return undefined;
  const branch = via.params.get('branch');
  // Sent-by is part of the key, as two clients may pick the same branch by accident or malice [RFC3261 17.2.3].
  if (typeof branch === 'string' && hasCookie(branch)) return `3|${method}|${via.host}:${via.port ?? ''}|${branch}`;
  return rfc2543Key(request, method);
}

/**
 * The rule for peers of RFC 2543: Request-URI, From tag, Call-ID, CSeq number and the whole top Via. The To tag is left
 * out: an ACK bears the response's tag where its INVITE had none, and within a dialog the CSeq tells requests apart.
 */
function rfc2543Key(request: SipRequest, method: string): string | undefined {
  const cseq = cseqOf(request);
  const callId = header(request, 'Call-ID');
  const from = header(request, 'From');
  const via = header(request, 'Via');
  if (cseq === undefined || callId === undefined || from === undefined) return undefined;
  return JSON.stringify(['2', method, request.requestUri, fromTag(request) ?? '', callId, cseq.seq, via]);
}

function hasCookie(branch: string): boolean {
  return branch.slice(0, MAGIC_COOKIE.length).toLowerCase() === MAGIC_COOKIE;
}

/** The key of the client transaction that sent a request of that method with that branch [RFC3261 17.1.3]. */
export function clientKey(branch: string, method: string): string {
  return `${method}|${branch}`;
}

/** The key of the client transaction a response belongs to; undefined if it has no branch or CSeq and is a stray. */
export function responseKey(response: SipResponse): string | undefined {
  const branch = topVia(response)?.params.get('branch');
  const method = cseqOf(response)?.method;
  return typeof branch === 'string' && method !== undefined ? clientKey(branch, method) : undefined;
}
