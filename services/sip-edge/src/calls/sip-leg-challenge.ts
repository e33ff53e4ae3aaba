import { cseqOf, headerValues, parseNameAddr, withHeader, type HeaderField, type SipRequest } from '@linewatch/sip';
import type { LegStep, SipLeg } from './sip-leg-state';

/**
 * Sends a request again, with the credentials that its challenge asked for: the same one under the next CSeq [RFC3261
 * 22.2]. It keeps its number, so that whatever waits for its answer goes on waiting.
 */
export function sendWithCredentials(leg: SipLeg, n: number, request: SipRequest, credentials: HeaderField): LegStep {
  const { dialog, invited, ours } = leg;
  const cseq = Math.max(cseqOf(request)?.seq ?? 0, dialog?.localCSeq ?? 0) + 1;
  const numbered = withHeader(request, 'CSeq', `${cseq} ${request.method}`);
  const again = withHeader(numbered, credentials.name, credentials.value);
  const nextHop = parseNameAddr(headerValues(again, 'Route')[0] ?? '')?.uri ?? again.requestUri;
  const state = {
    ...leg,
    ...(dialog && { dialog: { ...dialog, localCSeq: cseq } }),
    ...(invited?.n === n && { invited: { n, request: again } }),
    ...(ours?.n === n && { ours: { ...ours, cseq } }),
  };
  return { state, effects: [{ type: 'send', n, request: again, nextHop }] };
}
