import type { LegCommand } from '@linewatch/call';
import { cseqOf, T1, targetRefresh, type SipRequest, type SipResponse } from '@linewatch/sip';
import { acknowledgeAnyway, GIVE_UP_MS, hangUp, over } from './sip-leg-end';
import {
  acknowledge,
  bodyProblem,
  dialogHeaders,
  RETRY_SOON,
  sendInDialog,
  sessionOf,
  sessionParts,
} from './sip-leg-messages';
import {
  idle,
  say,
  type LegEffect,
  type LegStep,
  type OurModification,
  type SipLeg,
  type UpLeg,
} from './sip-leg-state';

/**
 * Changes of the session within a call: hold, resume, a new address. The phone asks by re-INVITE or UPDATE, and is asked
 * by re-INVITE, which every phone knows [RFC3261 14, RFC3311]. One at a time on a leg.
 */

/** A re-INVITE of the phone. */
export function takeReinvite(leg: UpLeg, n: number, request: SipRequest): LegStep {
  const problem = bodyProblem(request);
  if (problem) return refuse(leg, n, problem.status, problem.headers);
  // Both asked at once: each tries again after a time of its own [RFC3261 14.2].
  if (leg.ours) return refuse(leg, n, 491);
  if (leg.theirs || leg.unacknowledged) return refuse(leg, n, 500, RETRY_SOON);
  return begin(leg, n, request);
}

/** An UPDATE of the phone. Without an offer it only refreshes the target, or a session timer that we do not keep. */
export function takeUpdate<L extends SipLeg>(leg: L, n: number, request: SipRequest): LegStep {
  const problem = bodyProblem(request);
  if (problem) return refuse(leg, n, problem.status, problem.headers);
  if (sessionOf(request) === undefined) {
    const dialog = leg.dialog && targetRefresh(leg.dialog, request);
    const headers = dialogHeaders(leg.contact);
    return { state: { ...leg, ...(dialog && { dialog }) }, effects: [{ type: 'respond', n, status: 200, headers }] };
  }
  if (leg.ours) return refuse(leg, n, 491);
  // Before the answer to the first offer there is none to change [RFC3311 5.2].
  if (leg.status !== 'up' || leg.theirs || leg.unacknowledged) return refuse(leg, n, 500, RETRY_SOON);
  return begin(leg, n, request);
}

function begin(leg: UpLeg, n: number, request: SipRequest): LegStep {
  const session = sessionOf(request);
  const exchange = `${leg.id}:${n}`;
  return {
    state: { ...leg, theirs: { n, exchange, late: session === undefined, request } },
    effects: [say({ type: 'modify', exchange, ...(session && { session }) })],
  };
}

/** The other side's answer to what the phone asked. */
export function modified(leg: UpLeg, command: Extract<LegCommand, { type: 'modified' }>): LegStep {
  const { theirs, ...rest } = leg;
  if (!theirs || theirs.exchange !== command.exchange) return idle(leg);
  const { n, request, late, exchange } = theirs;
  const { session } = command;
  const answered: LegEffect = { type: 'respond', n, status: 200, headers: dialogHeaders(leg.contact), session };
  const state: UpLeg = { ...rest, dialog: targetRefresh(leg.dialog, request) };
  if (request.method !== 'INVITE') return { state, effects: [answered] };
  const cseq = cseqOf(request)?.seq ?? 0;
  return {
    state: { ...state, unacknowledged: { n, cseq, interval: T1, exchange, late } },
    effects: [answered, ...awaitAck()],
  };
}

export function modifyRefused(leg: UpLeg, command: Extract<LegCommand, { type: 'modifyRefused' }>): LegStep {
  const { theirs, ...rest } = leg;
  if (!theirs || theirs.exchange !== command.exchange) return idle(leg);
  // A redirection within a call has no meaning.
  const status = command.status < 400 ? 488 : command.status;
  return refuse(rest, theirs.n, status);
}

/** Asks the phone to change the session. Also of a phone that is busy with another exchange the asker hears. */
export function modify(leg: SipLeg, { exchange, session }: Extract<LegCommand, { type: 'modify' }>): LegStep {
  const isBusy = leg.status !== 'up' || leg.ours || leg.theirs || leg.unacknowledged;
  if (isBusy) return { state: leg, effects: [say({ type: 'modifyRefused', exchange, status: 491 })] };
  const { leg: sent, ...invite } = sendInDialog(leg, leg.dialog, 'INVITE', {
    ...sessionParts(session),
    headers: dialogHeaders(leg.contact).slice(1),
    refreshes: true,
  });
  const { n, cseq } = invite;
  const ours: OurModification = { n, cseq, exchange, late: session === undefined, isAnswered: false };
  return { state: { ...sent, ours }, effects: [invite.effect] };
}

/** Statuses that mean something else to the phone that asked than to us. */
const inward: Readonly<Record<number, number>> = { 401: 403, 407: 403, 503: 500 };

/** The phone's answer to our re-INVITE. */
export function modifyAnswered(leg: UpLeg, ours: OurModification, response: SipResponse): LegStep {
  const { status } = response;
  const { exchange } = ours;
  if (status < 200) return idle(leg);
  if (ours.isAnswered) return status < 300 ? acknowledgeAnyway(leg, ours.n, response) : idle(leg);
  const { ours: _ours, ...rest } = leg;
  // The phone does not know the call any more [RFC3261 12.2.1.2].
  if (status === 481) return over(rest, { type: 'released', cause: 'failed' });
  if (status === 408) return hangUp(rest, 'failed', { type: 'released', cause: 'failed' });
  if (status >= 300) {
    return { state: rest, effects: [say({ type: 'modifyRefused', exchange, status: inward[status] ?? status })] };
  }
  const dialog = targetRefresh(leg.dialog, response);
  const session = sessionOf(response);
  if (ours.late && session) {
    const state: UpLeg = { ...rest, dialog, ours: { ...ours, isAnswered: true } };
    return { state, effects: [say({ type: 'modified', exchange, session })] };
  }
  const { leg: state, effect } = acknowledge({ ...rest, dialog }, dialog, ours.n, ours.cseq);
  const outcome = session
    ? say({ type: 'modified', exchange, session })
    : say({ type: 'modifyRefused', exchange, status: 500 });
  return { state, effects: [effect, outcome] };
}

/** Nobody answered our re-INVITE: the call is over [RFC3261 12.2.1.2]. */
export function modifyFailed(leg: UpLeg): LegStep {
  const { ours: _ours, ...rest } = leg;
  return hangUp(rest, 'failed', { type: 'released', cause: 'failed' });
}

/** The answer to the phone's late offer: it goes into the ACK. */
export function confirmModified(leg: UpLeg, command: Extract<LegCommand, { type: 'confirm' }>): LegStep {
  const { ours, ...rest } = leg;
  if (!ours?.isAnswered || ours.exchange !== command.exchange) return idle(leg);
  const { leg: state, effect } = acknowledge(rest, leg.dialog, ours.n, ours.cseq, command.session);
  return { state, effects: [effect] };
}

/** The timers of a 2xx that waits for its ACK. */
export function awaitAck(): LegEffect[] {
  return [
    { type: 'startTimer', name: 'resend', ms: T1 },
    { type: 'startTimer', name: 'ack', ms: GIVE_UP_MS },
  ];
}

function refuse(state: SipLeg, n: number, status: number, headers?: LegRespond['headers']): LegStep {
  return { state, effects: [{ type: 'respond', n, status, ...(headers && { headers }) }] };
}

type LegRespond = Extract<LegEffect, { type: 'respond' }>;
