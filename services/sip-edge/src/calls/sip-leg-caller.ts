import type { LegCommand, LegEvent } from '@linewatch/call';
import { cseqOf, responseTo, T1, uasDialog, type SipRequest } from '@linewatch/sip';
import type { LegId } from '@linewatch/presence';
import { over } from './sip-leg-end';
import { dialogHeaders, sessionOf } from './sip-leg-messages';
import { awaitAck } from './sip-leg-session';
import { idle, legBase, say, type InvitedLeg, type LegEffect, type LegStep, type UpLeg } from './sip-leg-state';

/** The calling leg until its final answer: this side is the UAS of an INVITE [RFC3261 13.3.1]. */

/**
 * A leg from an INVITE outside a dialog.
 * @param localTag the To tag of its answers
 * @returns undefined when the INVITE cannot make a dialog (no Contact): it gets 400 [RFC3261 12.1.1]
 */
export function callerLeg(
  id: LegId,
  n: number,
  request: SipRequest,
  localTag: string,
  contact: string,
): InvitedLeg | undefined {
  const dialog = uasDialog(request, responseTo(request, 180, undefined, { toTag: localTag }));
  if (!dialog) return undefined;
  const late = sessionOf(request) === undefined;
  return { ...legBase(id, contact, dialog), status: 'invited', n, request, late, rings: false };
}

/** A command to the calling leg that has to do with its INVITE; undefined when it does not. */
export function commandInvited(leg: InvitedLeg, command: LegCommand): LegStep | undefined {
  switch (command.type) {
    case 'progress': {
      const { status, session } = command;
      const headers = dialogHeaders(leg.contact);
      const effect: LegEffect = { type: 'respond', n: leg.n, status, headers, ...(session && { session }) };
      return { state: { ...leg, rings: true }, effects: [effect] };
    }
    case 'accept':
      return accept(leg, command);
    case 'refuse': {
      const { status, reason } = command;
      return finalAnswer(leg, status, { type: 'released', cause: 'refused' }, reason);
    }
    case 'release': {
      const { cause } = command;
      return finalAnswer(leg, cause === 'failed' || cause === 'edge-lost' ? 500 : 480, { type: 'released', cause });
    }
    default:
      return undefined;
  }
}

function accept(leg: InvitedLeg, { session }: Extract<LegCommand, { type: 'accept' }>): LegStep {
  const { n, request, late, rings: _rings, dialog, ...base } = leg;
  if (!dialog) return idle(leg);
  const cseq = cseqOf(request)?.seq ?? 0;
  const state: UpLeg = {
    ...base,
    status: 'up',
    dialog: { ...dialog, state: 'confirmed' },
    unacknowledged: { n, cseq, interval: T1, late },
  };
  const answer: LegEffect = { type: 'respond', n, status: 200, headers: dialogHeaders(leg.contact), session };
  return { state, effects: [answer, ...awaitAck()] };
}

/** The INVITE's last answer. The leg is over: the transaction repeats the answer until its ACK. */
export function finalAnswer(leg: InvitedLeg, status: number, event: LegEvent, reason?: string): LegStep {
  const { state, effects } = over(leg, event);
  return {
    state,
    effects: [{ type: 'respond', n: leg.n, status, ...(reason !== undefined && { reason }) }, ...effects],
  };
}

/** The phone withdrew its INVITE [SB-94]. */
export function cancelInvited(leg: InvitedLeg, n: number): LegStep {
  // A CANCEL of anything else within a call comes too late to matter: its final answer is on its way.
  return n === leg.n ? finalAnswer(leg, 487, { type: 'released', cause: 'cancelled' }) : idle(leg);
}

/** What the ACK of a 2xx tells the controller. */
export function acknowledged(leg: UpLeg, ack: SipRequest): LegStep {
  const { unacknowledged, ...rest } = leg;
  if (!unacknowledged || unacknowledged.cseq !== cseqOf(ack)?.seq) return idle(leg);
  const { exchange, late } = unacknowledged;
  const session = late ? sessionOf(ack) : undefined;
  const effects: LegEffect[] = [
    { type: 'stopTimer', name: 'resend' },
    { type: 'stopTimer', name: 'ack' },
  ];
  // Of a re-INVITE only an ACK that brings the answer matters to the other side.
  if (exchange === undefined || late) {
    effects.push(say({ type: 'confirmed', ...(exchange !== undefined && { exchange }), ...(session && { session }) }));
  }
  return { state: rest, effects };
}
