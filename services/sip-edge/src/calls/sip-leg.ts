import type { LegCommand } from '@linewatch/call';
import {
  ALLOW_EVENTS,
  checkRemoteCSeq,
  CSEQ_BLOCK,
  cseqOf,
  fromTag,
  header,
  receivedInDialog,
  type DialogState,
  type HeaderField,
  type SipRequest,
  type SipResponse,
} from '@linewatch/sip';
import type { LegId } from '@linewatch/presence';
import {
  answeredAgain,
  byeBeforeAnswer,
  confirmAnswered,
  giveUp,
  heard,
  inviteAnswered,
  inviteFailed,
  withdraw,
} from './sip-leg-callee';
import { acknowledged, cancelInvited, commandInvited, finalAnswer } from './sip-leg-caller';
import { sendWithCredentials } from './sip-leg-challenge';
import { acknowledgeAnyway, hangUp, over, repeat, stepEnding } from './sip-leg-end';
import { ALLOW, dialogHeaders, RETRY_SOON, sendInDialog } from './sip-leg-messages';
import { notifyAnswered, referProgress, referRefused, takeRefer } from './sip-leg-refer';
import {
  confirmModified,
  modified,
  modify,
  modifyAnswered,
  modifyFailed,
  modifyRefused,
  takeReinvite,
  takeUpdate,
} from './sip-leg-session';
import {
  idle,
  legBase,
  say,
  type EndedLeg,
  type LegEffect,
  type LegInput,
  type LegStep,
  type LegTimer,
  type Pending,
  type SipLeg,
  type UpLeg,
} from './sip-leg-state';

/** One SIP leg of a call as a machine: what the phone and the controller say, and what follows [RFC3261 12 to 15]. */

/** A leg whose end is not decided. */
type LivingLeg = Exclude<SipLeg, { status: 'ended' | 'ending' }>;

/** Beyond it CSeq would leave its 31 bits [RFC3261 8.1.1.5]. */
const MAX_BLOCKS = 16_384;

/**
 * A leg from before a restart: only its dialog is left of it. Its requests begin beyond what earlier processes can have
 * sent, of which there may have been several since the dialog was written down.
 */
export function restoredLeg(id: LegId, contact: string, dialog: DialogState, age = 1): UpLeg {
  const localCSeq = dialog.localCSeq + CSEQ_BLOCK * Math.min(Math.max(age, 1), MAX_BLOCKS);
  const ahead: DialogState = { ...dialog, state: 'confirmed', localCSeq };
  return { ...legBase(id, contact), status: 'up', dialog: ahead };
}

/** The leg after one input, and what to do in order. Total: every input is allowed in every state. */
export function stepLeg(leg: SipLeg, input: LegInput): LegStep {
  if (leg.status === 'ending') return stepEnding(leg, input);
  switch (input.type) {
    case 'request':
      return takeRequest(leg, input.n, input.request);
    case 'cancelled':
      return leg.status === 'invited' ? cancelInvited(leg, input.n) : idle(leg);
    case 'ack':
      return leg.status === 'up' ? acknowledged(leg, input.request) : idle(leg);
    case 'response':
      return takeResponse(leg, input.n, input.response);
    case 'challenged': {
      const { n, request, response, credentials } = input;
      if (isWithdrawn(leg)) return takeResponse(leg, n, response);
      if (leg.status !== 'calling') return sendWithCredentials(leg, n, request, credentials);
      return heard(leg, (awake) => sendWithCredentials(awake, n, request, credentials));
    }
    case 'failed':
      return requestFailed(leg, input.n, input.why);
    case 'timer':
      return takeTimer(leg, input.name);
    case 'command':
      return takeCommand(leg, input.command);
    default:
      return input satisfies never;
  }
}

function takeTimer(leg: SipLeg, name: LegTimer): LegStep {
  if (name === 'silence') return leg.status === 'calling' && leg.isSilent ? giveUp(leg) : idle(leg);
  if (leg.status !== 'up' || !leg.unacknowledged) return idle(leg);
  if (name === 'resend') return repeat(leg);
  // Nobody acknowledged in 64*T1: the dialog stands, the session does not [RFC3261 13.3.1.4].
  const { unacknowledged: _never, ...rest } = leg;
  const { state, effects } = hangUp(rest, 'failed', { type: 'released', cause: 'failed' });
  return { state, effects: [{ type: 'stopTimer', name: 'resend' }, ...effects] };
}

const respond = (leg: SipLeg, n: number, status: number, headers?: readonly HeaderField[]): LegStep => ({
  state: leg,
  effects: [{ type: 'respond', n, status, ...(headers && { headers }) }],
});

/** A request of the phone within its dialog. */
function takeRequest(leg: LivingLeg | EndedLeg, n: number, request: SipRequest): LegStep {
  const { dialog } = leg;
  if (leg.status === 'ended' || !dialog || (fromTag(request) ?? '') !== dialog.remoteTag) return respond(leg, n, 481);
  if (checkRemoteCSeq(dialog, request) === 'stale') return respond(leg, n, 500);
  if (isWithdrawn(leg) && request.method !== 'BYE') return respond(leg, n, 481);
  // Its Contact counts only once it is answered 2xx.
  const { remoteCSeq } = receivedInDialog(dialog, request);
  const at = { ...leg, dialog: { ...dialog, remoteCSeq } };
  switch (request.method) {
    case 'BYE':
      return takeBye(at, n);
    case 'INVITE':
      return at.status === 'up' ? takeReinvite(at, n, request) : respond(at, n, 500, RETRY_SOON);
    case 'UPDATE':
      return takeUpdate(at, n, request);
    case 'INFO':
      return takeInfo(at, n, request);
    case 'REFER':
      return at.status === 'up' ? takeRefer(at, n, request) : respond(at, n, 491);
    case 'OPTIONS':
      return respond(at, n, 200, [...dialogHeaders(leg.contact), { name: 'Accept', value: 'application/sdp' }]);
    case 'NOTIFY':
      // Nothing was subscribed to. 481 would end the whole dialog [RFC5057 5.1].
      return respond(at, n, 489, [{ name: 'Allow-Events', value: ALLOW_EVENTS }]);
    default:
      return respond(at, n, 405, [ALLOW]);
  }
}

function takeBye(leg: LivingLeg, n: number): LegStep {
  if (leg.status === 'calling') return byeBeforeAnswer(leg, n);
  const last = { type: 'released', cause: 'normal' } as const;
  const { state, effects } = leg.status === 'invited' ? finalAnswer(leg, 487, last) : over(leg, last);
  return { state, effects: [{ type: 'respond', n, status: 200 }, ...effects] };
}

/** Requests of one leg that may wait at the same time. */
const MAX_PENDING = 16;
const MAX_INFO = 65_536;

function takeInfo(leg: SipLeg, n: number, request: SipRequest): LegStep {
  if (request.body.length > MAX_INFO) return respond(leg, n, 413);
  if (leg.pending.length >= MAX_PENDING) return respond(leg, n, 500, RETRY_SOON);
  const exchange = `${leg.id}:${n}`;
  const contentType = (header(request, 'Content-Type') ?? '').slice(0, 256);
  return {
    state: { ...leg, pending: [...leg.pending, { kind: 'info-asked', n, exchange }] },
    effects: [say({ type: 'info', exchange, contentType, body: request.body.toString('utf8') })],
  };
}

/** The phone's answer to a request of this side. */
function takeResponse(leg: SipLeg, n: number, response: SipResponse): LegStep {
  if (n === leg.invited?.n) {
    if (leg.status === 'calling') return inviteAnswered(leg, response);
    if (leg.status === 'answered') return answeredAgain(leg, response);
    return acknowledgeAnyway(leg, n, response);
  }
  if (leg.status === 'up' && leg.ours?.n === n) return modifyAnswered(leg, leg.ours, response);
  if (leg.status === 'up' && leg.referral?.notifying === n) {
    return response.status < 200 ? idle(leg) : notifyAnswered(leg, response.status);
  }
  const waiting = leg.pending.find((each) => each.n === n && each.kind !== 'info-asked');
  if (!waiting) return cseqOf(response)?.method === 'INVITE' ? acknowledgeAnyway(leg, n, response) : idle(leg);
  return response.status < 200 ? idle(leg) : pendingAnswered(leg, waiting, response.status);
}

function requestFailed(leg: SipLeg, n: number, why: 'timeout' | 'unreachable'): LegStep {
  if (leg.status === 'calling' && leg.invited.n === n) return inviteFailed(leg, why);
  if (leg.status === 'up' && leg.ours?.n === n) return modifyFailed(leg);
  if (leg.status === 'up' && leg.referral?.notifying === n) return notifyAnswered(leg, 408);
  const waiting = leg.pending.find((each) => each.n === n && each.kind !== 'info-asked');
  return waiting ? pendingAnswered(leg, waiting, 408) : idle(leg);
}

function pendingAnswered(leg: SipLeg, waiting: Pending, status: number): LegStep {
  const state: SipLeg = { ...leg, pending: leg.pending.filter((each) => each !== waiting) };
  if (state.status === 'up' || state.status === 'answered') {
    // A phone that does not know the call has none [RFC3261 12.2.1.2].
    if (status === 481) return over(state, { type: 'released', cause: 'silent' });
    if (status === 408 && waiting.kind === 'probe')
      return hangUp(state, 'silent', { type: 'released', cause: 'silent' });
  }
  if (waiting.kind === 'probe') return { state, effects: [say({ type: 'alive' })] };
  return { state, effects: [say({ type: 'infoAnswered', exchange: exchangeOf(waiting), status })] };
}

function exchangeOf(waiting: Pending): string {
  return waiting.kind === 'probe' ? '' : waiting.exchange;
}

/** Whether the phone was told to stop ringing: nothing else matters but the end of its INVITE. */
function isWithdrawn(leg: SipLeg): boolean {
  return leg.status === 'calling' && leg.withdrawn !== undefined;
}

/** A command of the controller. */
function takeCommand(leg: SipLeg, command: LegCommand): LegStep {
  if (leg.status === 'ended' || leg.status === 'ending' || isWithdrawn(leg)) return idle(leg);
  const aboutInvite = leg.status === 'invited' ? commandInvited(leg, command) : undefined;
  if (aboutInvite) return aboutInvite;
  switch (command.type) {
    case 'release':
      if (leg.status === 'calling') return withdraw(leg, { cause: command.cause, spoken: false });
      return leg.status === 'invited' ? idle(leg) : hangUp(leg, command.cause);
    case 'refuse':
      return leg.status === 'up' || leg.status === 'answered' ? hangUp(leg, 'refused') : idle(leg);
    case 'confirm':
      if (leg.status === 'answered' && command.exchange === undefined) return confirmAnswered(leg, command);
      return leg.status === 'up' ? confirmModified(leg, command) : idle(leg);
    case 'modify':
      return modify(leg, command);
    case 'modified':
      return leg.status === 'up' ? modified(leg, command) : idle(leg);
    case 'modifyRefused':
      return leg.status === 'up' ? modifyRefused(leg, command) : idle(leg);
    case 'info':
      return sendInfo(leg, command);
    case 'infoAnswered':
      return infoAnswered(leg, command);
    case 'referProgress':
      return leg.status === 'up' ? referProgress(leg, command) : idle(leg);
    case 'referRefused':
      return leg.status === 'up' ? referRefused(leg, command) : idle(leg);
    case 'probe':
      return probe(leg);
    case 'offer':
    case 'progress':
    case 'accept':
    case 'handOver':
      return idle(leg);
    default:
      return command satisfies never;
  }
}

function sendInfo(leg: SipLeg, { exchange, contentType, body }: Extract<LegCommand, { type: 'info' }>): LegStep {
  const isReachable = leg.dialog !== undefined && (leg.status !== 'invited' || leg.rings);
  if (!leg.dialog || !isReachable || leg.pending.length >= MAX_PENDING) {
    return { state: leg, effects: [say({ type: 'infoAnswered', exchange, status: 480 })] };
  }
  const parts = contentType === '' ? {} : { contentType, body: Buffer.from(body, 'utf8') };
  const { leg: sent, n, effect } = sendInDialog(leg, leg.dialog, 'INFO', parts);
  return { state: { ...sent, pending: [...sent.pending, { kind: 'info-asking', n, exchange }] }, effects: [effect] };
}

function infoAnswered(leg: SipLeg, { exchange, status }: Extract<LegCommand, { type: 'infoAnswered' }>): LegStep {
  const asked = leg.pending.find((each) => each.kind === 'info-asked' && each.exchange === exchange);
  if (!asked) return idle(leg);
  const answered: LegEffect = { type: 'respond', n: asked.n, status: status < 400 && status >= 300 ? 480 : status };
  return { state: { ...leg, pending: leg.pending.filter((each) => each !== asked) }, effects: [answered] };
}

/** Asks for a sign of life. A leg that still has its INVITE open is alive, or its transaction will say. */
function probe(leg: LivingLeg): LegStep {
  if (leg.status !== 'up') return { state: leg, effects: [say({ type: 'alive' })] };
  if (leg.pending.some((each) => each.kind === 'probe')) return idle(leg);
  const { leg: sent, n, effect } = sendInDialog(leg, leg.dialog, 'OPTIONS');
  return { state: { ...sent, pending: [...sent.pending, { kind: 'probe', n }] }, effects: [effect] };
}
