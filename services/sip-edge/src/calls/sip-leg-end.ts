import type { LegEvent, ReleaseCause } from '@linewatch/call';
import { cseqOf, T1, toTag, uacDialog, withHeader, type DialogState, type SipResponse } from '@linewatch/sip';
import { sendWithCredentials } from './sip-leg-challenge';
import { acknowledge, answerPending, sendInDialog } from './sip-leg-messages';
import { lastNotify } from './sip-leg-refer';
import {
  baseOf,
  ended,
  idle,
  say,
  type AnsweredLeg,
  type EndingLeg,
  type LegEffect,
  type LegInput,
  type LegStep,
  type SipLeg,
  type UpLeg,
} from './sip-leg-state';

/** How a leg with a dialog ends: what is open is answered, BYE is sent when it may be, and the last event is said once. */

/** Longer than any transaction: what the far side has not done by then, it will not do. */
export const GIVE_UP_MS = 64 * T1;

/**
 * Ends the leg from this side.
 * @param last said at once; absent: `released` with the cause is said when the phone has answered.
 */
export function hangUp(leg: UpLeg | AnsweredLeg, cause: ReleaseCause, last?: LegEvent): LegStep {
  const effects: LegEffect[] = [...(last ? [say(last)] : []), ...answerPending(leg)];
  const acked = acknowledgeOpen(leg);
  const told = lastNotify(acked.leg);
  effects.push(...acked.effects, ...told.effects);
  const { theirs: _theirs, referral: _referral, ours, ...base } = baseOf(told.leg);
  const ending: EndingLeg = {
    ...base,
    ...(ours && !ours.isAnswered && { ours }),
    pending: [],
    dialog: told.leg.dialog,
    status: 'ending',
    cause,
    spoken: last !== undefined,
  };
  // The called side may not send BYE before it has the ACK of its 2xx, or has waited long enough for it [RFC3261 15].
  if (leg.unacknowledged) return { state: ending, effects };
  const { state, effects: bye } = sendBye(ending);
  return { state, effects: [...effects, ...bye] };
}

/** Acknowledges a 2xx that waits for it, even if its answer is missing: the end says that nothing comes of it. */
function acknowledgeOpen<L extends SipLeg>(leg: L): { leg: L; effects: readonly LegEffect[] } {
  const { dialog, ours, invited } = leg;
  const isFirst = leg.status === 'answered' && invited !== undefined;
  const open = ours?.isAnswered
    ? ours
    : isFirst
      ? { n: invited.n, cseq: cseqOf(invited.request)?.seq ?? 0 }
      : undefined;
  if (!dialog || !open) return { leg, effects: [] };
  const acked = acknowledge(leg, dialog, open.n, open.cseq);
  return { leg: acked.leg, effects: [acked.effect] };
}

/** The leg is over without a BYE: the phone has ended it, or does not know it any more. */
export function over(leg: SipLeg, event: LegEvent | undefined): LegStep {
  const timers: LegEffect[] = leg.unacknowledged ? stopRepeating() : [];
  const acked = acknowledgeOpen(leg);
  const { theirs: _theirs, unacknowledged: _unacknowledged, ...base } = baseOf(acked.leg);
  const closed: SipLeg = { ...base, pending: [], status: 'ended' };
  return ended(closed, [...answerPending(leg), ...acked.effects, ...timers, ...(event ? [say(event)] : [])]);
}

export function stopRepeating(): LegEffect[] {
  return [
    { type: 'stopTimer', name: 'resend' },
    { type: 'stopTimer', name: 'ack' },
  ];
}

function sendBye(leg: EndingLeg): LegStep {
  const { leg: sent, n, effect } = sendInDialog(leg, leg.dialog, 'BYE');
  return { state: { ...sent, bye: n }, effects: [effect] };
}

export function stepEnding(leg: EndingLeg, input: LegInput): LegStep {
  switch (input.type) {
    case 'request':
      if (input.request.method !== 'BYE')
        return { state: leg, effects: [{ type: 'respond', n: input.n, status: 481 }] };
      return closeBoth(leg, input.n);
    case 'ack':
      if (leg.unacknowledged?.cseq !== cseqOf(input.request)?.seq) return idle(leg);
      return byeAfterAck(leg);
    case 'timer':
      if (input.name === 'resend') return repeat(leg);
      return input.name === 'ack' && leg.unacknowledged ? byeAfterAck(leg) : idle(leg);
    case 'response':
      if (input.n === leg.bye) return input.response.status < 200 ? idle(leg) : over(leg, lastOf(leg));
      return acknowledgeAnyway(leg, input.n, input.response);
    case 'challenged':
      return sendWithCredentials(leg, input.n, input.request, input.credentials);
    case 'failed':
      // A BYE that nobody answers ends the dialog as well [RFC3261 15.1.1].
      return input.n === leg.bye ? over(leg, lastOf(leg)) : idle(leg);
    case 'cancelled':
    case 'command':
      return idle(leg);
    default:
      return input satisfies never;
  }
}

function lastOf(leg: EndingLeg): LegEvent | undefined {
  return leg.spoken ? undefined : { type: 'released', cause: leg.cause };
}

function closeBoth(leg: EndingLeg, n: number): LegStep {
  const { state, effects } = over(leg, lastOf(leg));
  return { state, effects: [{ type: 'respond', n, status: 200 }, ...effects] };
}

function byeAfterAck(leg: EndingLeg): LegStep {
  const { unacknowledged: _done, ...rest } = leg;
  const { state, effects } = sendBye(rest);
  return { state, effects: [...stopRepeating(), ...effects] };
}

/** Sends the 2xx again until its ACK comes, at T1, 2*T1 … T2, over any transport [RFC3261 13.3.1.4]. */
export function repeat(leg: UpLeg | EndingLeg): LegStep {
  const { unacknowledged } = leg;
  if (!unacknowledged) return idle(leg);
  const interval = Math.min(unacknowledged.interval * 2, 8 * T1);
  return {
    state: { ...leg, unacknowledged: { ...unacknowledged, interval } },
    effects: [
      { type: 'repeat', n: unacknowledged.n },
      { type: 'startTimer', name: 'resend', ms: interval },
    ],
  };
}

/**
 * A 2xx to an INVITE of this side that is not waited for: one that comes again gets its ACK again, one of another phone
 * behind the same contact, or one that crossed a CANCEL, is acknowledged and ended with BYE [RFC3261 13.2.2.4].
 */
export function acknowledgeAnyway(leg: SipLeg, n: number, response: SipResponse): LegStep {
  if (response.status < 200 || response.status > 299) return idle(leg);
  const sent = leg.acks.find((each) => each.n === n && toTag(each.ack) === toTag(response));
  if (sent) return { state: leg, effects: [{ type: 'acknowledge', ack: sent.ack, nextHop: sent.nextHop }] };
  const cseq = cseqOf(response)?.seq ?? 0;
  const known = leg.dialog?.remoteTag === toTag(response) ? leg.dialog : undefined;
  const dialog = n === leg.invited?.n ? (dialogOfAnswer(leg, response) ?? known) : known;
  if (!dialog || (n !== leg.invited?.n && n !== leg.ours?.n)) return idle(leg);
  if (known && (leg.status === 'answered' || leg.status === 'up')) return idle(leg);
  const acked = acknowledge(leg, dialog, n, cseq);
  // Within the leg's own dialog BYE is on its way already, or this is no time for one.
  if (known && leg.status === 'ending') return { state: acked.leg, effects: [acked.effect] };
  // Other requests may have gone to this phone while it rang: the BYE's number must be above theirs.
  const apart = { ...dialog, localCSeq: dialog.localCSeq + leg.serial };
  const { leg: after, effect } = sendInDialog(acked.leg, apart, 'BYE');
  return { state: { ...after, ...(leg.dialog && { dialog: leg.dialog }) }, effects: [acked.effect, effect] };
}

/** The dialog that a 2xx to this side's first INVITE makes; of one without Contact, with the URI that was called. */
export function dialogOfAnswer(leg: SipLeg, response: SipResponse): DialogState | undefined {
  const request = leg.invited?.request;
  if (!request) return undefined;
  return uacDialog(request, response) ?? uacDialog(request, withHeader(response, 'Contact', `<${request.requestUri}>`));
}
