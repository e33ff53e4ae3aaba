import { header, parseDigits, type HeaderField, type SipRequest, userOf } from '@linewatch/sip';
import { bodyProblem } from './sip-leg-messages';

/** What a request without Max-Forwards has [RFC3261 16.6]. */
const DEFAULT_MAX_FORWARDS = 70;

export type InviteCheck =
  | { readonly called: string; readonly maxForwards: number }
  | { readonly status: number; readonly headers?: readonly HeaderField[] };

/** What an INVITE outside a dialog asks for, or why it cannot be taken, whoever sent it. */
export function checkInvite(request: SipRequest): InviteCheck {
  const maxForwards = parseDigits(header(request, 'Max-Forwards')?.trim() ?? '', 255) ?? DEFAULT_MAX_FORWARDS;
  // Nobody may pass it on any more [SB-90].
  if (maxForwards === 0) return { status: 483 };
  const problem = bodyProblem(request);
  if (problem) return problem;
  const called = userOf(request.requestUri);
  return called === undefined || called.length > 256 ? { status: 404 } : { called, maxForwards };
}
