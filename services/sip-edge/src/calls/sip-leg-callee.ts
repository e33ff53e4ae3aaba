import type { LegCommand, LegEvent, ReleaseCause, SessionDescription } from '@linewatch/call';
import {
  confirmDialog,
  cseqOf,
  headerValues,
  parseNameAddr,
  request as buildRequest,
  toTag,
  uacDialog,
  userOf,
  type DialogState,
  type HeaderField,
  type SipResponse,
} from '@linewatch/sip';
import type { LegId } from '@linewatch/presence';
import { acknowledgeAnyway, dialogOfAnswer, hangUp, over } from './sip-leg-end';
import { acknowledge, answerPending, dialogHeaders, sessionOf, sessionParts } from './sip-leg-messages';
import {
  baseOf,
  idle,
  legBase,
  say,
  type AnsweredLeg,
  type CallingLeg,
  type LegEffect,
  type LegStep,
} from './sip-leg-state';

/** The called leg until it is answered: this side is the UAC of an INVITE [RFC3261 13.2]. */

/** What the INVITE to a phone or a trunk is made of. `from` and `to` are name-addrs without tags. */
export interface Invitation {
  readonly contact: string;
  readonly uri: string;
  /** Path of the registration, first hop first [SB-86]. */
  readonly route: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly localTag: string;
  readonly session?: SessionDescription;
  readonly maxForwards?: number;
  /** Beside those of every INVITE. */
  readonly headers?: readonly HeaderField[];
  /** Given up when nothing at all is heard of it for this time; absent: 64*T1, or Timer C. */
  readonly silenceMs?: number;
}

/** As Cisco's routers number the first request of a dialog. */
const FIRST_CSEQ = 101;

/** A leg that calls a phone or a trunk: its INVITE is the first effect. */
export function calleeLeg(id: LegId, invitation: Invitation): LegStep {
  const { contact, uri, route, from, to, callId, localTag, session, maxForwards, headers = [], silenceMs } = invitation;
  const request = buildRequest({
    method: 'INVITE',
    uri,
    route,
    from: `${from};tag=${localTag}`,
    to,
    callId,
    cseq: FIRST_CSEQ,
    contact,
    headers: [...dialogHeaders(contact).slice(1), ...headers],
    ...(maxForwards !== undefined && { maxForwards }),
    ...sessionParts(session),
  });
  const n = 1;
  const nextHop = parseNameAddr(route[0] ?? '')?.uri ?? uri;
  const state: CallingLeg = {
    ...legBase(id, contact),
    serial: n,
    status: 'calling',
    invited: { n, request },
    late: session === undefined,
    ...(silenceMs !== undefined && { isSilent: true }),
  };
  const timer: LegEffect[] = silenceMs === undefined ? [] : [{ type: 'startTimer', name: 'silence', ms: silenceMs }];
  return { state, effects: [{ type: 'send', n, request, nextHop }, ...timer] };
}

/** An answer to the INVITE. */
export function inviteAnswered(leg: CallingLeg, response: SipResponse): LegStep {
  const { status } = response;
  if (leg.isSilent) return heard(leg, (awake) => inviteAnswered(awake, response));
  if (status <= 100) return idle(leg);
  if (status < 200) return progress(leg, response);
  if (status < 300) return taken(leg, response);
  const { withdrawn } = leg;
  if (withdrawn) return over(leg, lastOf(withdrawn));
  const redirect = status < 400 ? redirectedTo(response) : [];
  return over(leg, { type: 'refused', status, ...(redirect.length > 0 && { redirect }) });
}

function progress(leg: CallingLeg, response: SipResponse): LegStep {
  const { request } = leg.invited;
  const early = uacDialog(request, response);
  const dialog = early && beyond(leg, early);
  const session = sessionOf(response);
  const isRepeat = leg.said?.status === response.status && (!session || session.body === leg.said.body);
  const said = { status: response.status, ...(session && { body: session.body }) };
  const state: CallingLeg = { ...leg, ...(dialog && { dialog }), said };
  if (isRepeat || leg.withdrawn) return idle(state);
  return { state, effects: [say({ type: 'progress', status: response.status, ...(session && { session }) })] };
}

/** A dialog whose requests are numbered beyond those that were sent while the phone rang, to whichever tag. */
function beyond({ dialog }: CallingLeg, made: DialogState): DialogState {
  return dialog && dialog.localCSeq > made.localCSeq ? { ...made, localCSeq: dialog.localCSeq } : made;
}

function taken(leg: CallingLeg, response: SipResponse): LegStep {
  const { request } = leg.invited;
  const known = leg.dialog?.remoteTag === toTag(response) ? leg.dialog : undefined;
  const made = known ? confirmDialog(known, request, response) : dialogOfAnswer(leg, response);
  const dialog = made && beyond(leg, made);
  // Without a dialog there is nobody to acknowledge: the phone gives up by itself.
  if (!dialog) return over(leg, leg.withdrawn ? lastOf(leg.withdrawn) : { type: 'refused', status: 500 });
  const answered: AnsweredLeg = { ...baseOf(leg), status: 'answered', dialog };
  const { withdrawn } = leg;
  if (withdrawn?.spoken) return hangUpSpoken(answered);
  // It answered while it was being released [RFC3261 9.1].
  if (withdrawn) return hangUp(answered, withdrawn.cause);
  const session = sessionOf(response);
  if (!session) return hangUp(answered, 'failed', { type: 'refused', status: 500 });
  return { state: answered, effects: [say({ type: 'answered', session })] };
}

function hangUpSpoken(leg: AnsweredLeg): LegStep {
  const { state, effects } = hangUp(leg, 'refused');
  return { state: state.status === 'ending' ? { ...state, spoken: true } : state, effects };
}

/** The phone did not answer, or cannot be reached. */
export function inviteFailed(leg: CallingLeg, why: 'timeout' | 'unreachable'): LegStep {
  if (leg.isSilent) return heard(leg, (awake) => inviteFailed(awake, why));
  if (leg.withdrawn) return over(leg, lastOf(leg.withdrawn));
  return over(leg, { type: 'refused', status: why === 'timeout' ? 408 : 480 });
}

/** What follows for a leg whose INVITE is not waited for any more, as far as its being heard goes. */
export function heard(leg: CallingLeg, step: (leg: CallingLeg) => LegStep): LegStep {
  if (!leg.isSilent) return step(leg);
  const { state, effects } = step({ ...leg, isSilent: undefined });
  return { state, effects: [{ type: 'stopTimer', name: 'silence' }, ...effects] };
}

/** Nothing at all was heard of the INVITE: it is not waited for any longer. */
export function giveUp(leg: CallingLeg): LegStep {
  const { state, effects } = withdraw(leg, { cause: 'no-answer', spoken: true });
  return { state, effects: leg.withdrawn ? effects : [say({ type: 'refused', status: 408 }), ...effects] };
}

/** Withdraws the INVITE. Its final answer still comes, or its transaction fails [RFC3261 9.1]. */
export function withdraw(leg: CallingLeg, withdrawn: NonNullable<CallingLeg['withdrawn']>): LegStep {
  if (leg.withdrawn) return idle(leg);
  return {
    state: { ...leg, pending: [], withdrawn },
    effects: [...answerPending(leg), { type: 'cancel', n: leg.invited.n, ...reasonOf(withdrawn.cause) }],
  };
}

/** Without it a phone of a shared line shows a missed call for each call that another one took [RFC3326 3.1]. */
function reasonOf(cause: ReleaseCause): { readonly reason?: string } {
  return cause === 'answered-elsewhere' ? { reason: 'SIP;cause=200;text="Call completed elsewhere"' } : {};
}

/** The phone ends an early dialog by BYE, which it should not do: it will not take the call. */
export function byeBeforeAnswer(leg: CallingLeg, n: number): LegStep {
  const { state, effects } = withdraw(leg, { cause: 'refused', spoken: true });
  const last = leg.withdrawn ? [] : [say({ type: 'refused', status: 480 })];
  return { state, effects: [{ type: 'respond', n, status: 200 }, ...last, ...effects] };
}

/** The controller has the answer: the phone gets its ACK. */
export function confirmAnswered(leg: AnsweredLeg, { session }: Extract<LegCommand, { type: 'confirm' }>): LegStep {
  if (!leg.invited) return idle(leg);
  const cseq = cseqOf(leg.invited.request)?.seq ?? FIRST_CSEQ;
  const { leg: acked, effect } = acknowledge(leg, leg.dialog, leg.invited.n, cseq, session);
  return { state: { ...acked, status: 'up' }, effects: [effect] };
}

/** An answer to the INVITE of a leg that has its dialog already. */
export function answeredAgain(leg: AnsweredLeg, response: SipResponse): LegStep {
  return toTag(response) === leg.dialog.remoteTag ? idle(leg) : acknowledgeAnyway(leg, leg.invited?.n ?? 0, response);
}

function lastOf({ cause, spoken }: NonNullable<CallingLeg['withdrawn']>): LegEvent | undefined {
  return spoken ? undefined : { type: 'released', cause };
}

const MAX_REDIRECTS = 16;

/** The numbers that a 3xx names, in its order. */
function redirectedTo(response: SipResponse): string[] {
  const numbers: string[] = [];
  for (const contact of headerValues(response, 'Contact')) {
    const number = userOf(parseNameAddr(contact)?.uri ?? '');
    if (number !== undefined && number.length <= 256) numbers.push(number);
    if (numbers.length === MAX_REDIRECTS) break;
  }
  return numbers;
}
