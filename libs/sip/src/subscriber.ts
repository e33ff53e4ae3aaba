import { answerChallenge, challengeOf } from './client-auth';
import { request as buildRequest, withHeader } from './build';
import { confirmDialog, type DialogState, inDialogRequest, targetRefresh, uacDialog } from './dialog';
import { EVENT_PACKAGES } from './event-package';
import { cseqOf, parseDeltaSeconds, toTag } from './headers';
import { type HeaderField, header, type SipRequest, type SipResponse } from './message';
import { notified } from './subscriber-notify';
import type {
  PendingSubscribe,
  SubscriberEnd,
  SubscriberInput,
  SubscriberState,
  SubscriberStep,
  SubscriberTarget,
} from './subscriber-state';
import { andThen, hold, over, unchanged } from './subscriber-steps';
import { retryAfterOf } from './subscription-state';
import { T1 } from './timers';

/**
 * One subscription from the subscriber's side [RFC6665 4.1], as a machine of plain data: one dialog, refreshed until it
 * is ended by either side. Who wants to be subscribed again after its end starts another.
 */

/** So that the first SUBSCRIBE bears 101, as Cisco's routers do [cme-presence 4.11]. */
const FIRST_CSEQ = 101;
/** How long the first NOTIFY is waited for [RFC6665 4.1.2.4, Timer N]. */
const TIMER_N_MS = 64 * T1;
/** A server may want longer intervals than are asked for, but no longer ones than a day. */
const MOST_EXPIRES = 86_400;
/** How often one SUBSCRIBE is sent in another form: with credentials, a newer nonce, a longer interval. */
const MOST_ATTEMPTS = 4;
/** A refresh that failed is tried again after so long, if the subscription still holds then. */
const REFRESH_AGAIN_MS = 10_000;
/** Answers that end a dialog's usage; after others the subscription still holds [RFC6665 4.1.2.2, RFC5057 5.1]. */
const ENDING_ANSWERS: ReadonlySet<number> = new Set([404, 405, 410, 416, 480, 482, 483, 484, 485, 489, 501, 604]);

/** Subscribes. */
export function startSubscriber(target: SubscriberTarget): SubscriberStep {
  const { uri, from, localTag, callId } = target;
  const first = buildRequest({
    method: 'SUBSCRIBE',
    uri,
    from: `${from};tag=${localTag}`,
    to: `<${uri}>`,
    callId,
    cseq: FIRST_CSEQ,
    contact: target.contact,
    headers: fieldsOf(target, target.expires),
  });
  return {
    state: {
      status: 'subscribing',
      target,
      expires: target.expires,
      cseq: FIRST_CSEQ,
      first,
      pending: { request: first, expires: target.expires, answersChallenge: false, attempts: 1 },
      notified: false,
    },
    effects: [
      { type: 'subscribe', request: first, nextHop: uri },
      { type: 'startTimer', name: 'N', ms: TIMER_N_MS },
    ],
  };
}

function fieldsOf(target: SubscriberTarget, expires: number): HeaderField[] {
  const { name, contentType } = EVENT_PACKAGES[target.package];
  return [
    { name: 'Event', value: name },
    { name: 'Accept', value: contentType },
    { name: 'Expires', value: String(expires) },
  ];
}

/** One step. An input that comes too late changes nothing; a NOTIFY is always answered. */
export function stepSubscriber(state: SubscriberState, input: SubscriberInput): SubscriberStep {
  if (input.type === 'notify') return notified(state, input.request, input.now);
  if (state.status === 'ended') return unchanged(state);
  switch (input.type) {
    case 'answered':
      return isPending(state, cseqOf(input.response)?.seq) ? answered(state, state.pending, input) : unchanged(state);
    case 'unanswered':
      return isPending(state, input.cseq) ? failed(state, { kind: 'timeout' }, input.now) : unchanged(state);
    case 'timer':
      return timedOut(state, input);
    case 'refresh':
      return state.status === 'active' && !state.pending
        ? subscribe(state, state.expires, input.cnonce)
        : unchanged(state);
    case 'unsubscribe':
      return unsubscribe(state, input.cnonce);
    default:
      return input satisfies never;
  }
}

/** Whether the last SUBSCRIBE is the one that was, or was not, answered: another may have followed it meanwhile. */
function isPending(
  state: SubscriberState,
  cseq: number | undefined,
): state is SubscriberState & { readonly pending: PendingSubscribe } {
  return state.pending !== undefined && cseq === state.cseq;
}

// SUBSCRIBE

/** Sends another SUBSCRIBE, in the dialog if there is one, with the answer to a challenge that is known. */
function subscribe(
  state: SubscriberState,
  expires: number,
  cnonce: string,
  before?: Pick<PendingSubscribe, 'answersChallenge' | 'attempts'>,
): SubscriberStep {
  const { target, dialog, first, challenge } = state;
  const fields = fieldsOf(target, expires);
  const cseq = state.cseq + 1;
  const made = dialog && inDialogRequest(dialog, 'SUBSCRIBE', { contact: target.contact, headers: fields, cseq });
  let request = made ? made.request : fields.reduce((so, { name, value }) => withHeader(so, name, value), first);
  request = withHeader(request, 'CSeq', `${cseq} SUBSCRIBE`);
  const answer =
    challenge &&
    target.credentials &&
    answerChallenge(challenge, target.credentials, { method: 'SUBSCRIBE', uri: request.requestUri }, cnonce);
  if (answer) request = withHeader(request, answer.field.name, answer.field.value);
  const { answersChallenge = false, attempts = 0 } = before ?? {};
  return {
    state: {
      ...state,
      cseq,
      ...(made && { dialog: made.dialog }),
      ...(answer && { challenge: answer.challenge }),
      pending: { request, expires, answersChallenge, attempts: attempts + 1 },
    },
    effects: [{ type: 'subscribe', request, nextHop: made?.nextHop ?? target.uri }],
  };
}

function unsubscribe(state: SubscriberState, cnonce: string): SubscriberStep {
  if (state.status === 'ending') return unchanged(state);
  // Nothing is there yet that could be ended: what comes of it is refused, and so ends there.
  if (!state.dialog) return over(state, { kind: 'unsubscribed' });
  const sent = subscribe({ ...state, status: 'ending' }, 0, cnonce);
  return andThen(sent, [
    { type: 'stopTimer', name: 'refresh' },
    { type: 'stopTimer', name: 'expiry' },
    { type: 'startTimer', name: 'N', ms: TIMER_N_MS },
  ]);
}

// Answers to SUBSCRIBE

function answered(
  state: SubscriberState,
  pending: PendingSubscribe,
  { response, now, cnonce }: Extract<SubscriberInput, { type: 'answered' }>,
): SubscriberStep {
  const { status } = response;
  if (status < 200) return unchanged(state);
  if (status < 300) return accepted(state, pending, response, now);
  if (pending.attempts < MOST_ATTEMPTS) {
    const challenge = challengeOf(response, state.target.credentials);
    if (challenge && (challenge.stale || !pending.answersChallenge)) {
      return subscribe({ ...state, challenge }, pending.expires, cnonce, { ...pending, answersChallenge: true });
    }
    const least = status === 423 ? parseDeltaSeconds(header(response, 'Min-Expires') ?? '') : undefined;
    if (least !== undefined && least > pending.expires && least <= MOST_EXPIRES) {
      return subscribe({ ...state, expires: least }, least, cnonce, { ...pending, answersChallenge: false });
    }
  }
  if (state.status === 'active' && status === 481) return over(state, { kind: 'gone' });
  const retryAfter = retryAfterOf(response);
  return failed(state, { kind: 'refused', status, ...(retryAfter !== undefined && { retryAfter }) }, now);
}

function accepted(
  state: SubscriberState,
  { request, expires }: PendingSubscribe,
  response: SipResponse,
  now: number,
): SubscriberStep {
  const { pending: _answered, failure: _failure, ...rest } = state;
  const dialog = dialogAfter(state.dialog, request, response);
  const next = { ...rest, ...(dialog && { dialog }) };
  if (state.status === 'ending') return unchanged(next);
  const granted = Math.min(parseDeltaSeconds(header(response, 'Expires') ?? '') ?? expires, expires);
  return hold({ ...next, status: state.notified ? 'active' : 'subscribing' }, now + granted * 1_000, now);
}

/** A NOTIFY that came first has made the dialog already [SB-36]; the 2xx of another branch of a fork changes nothing. */
function dialogAfter(
  known: DialogState | undefined,
  request: SipRequest,
  response: SipResponse,
): DialogState | undefined {
  if (!known) return uacDialog(request, response);
  if (known.remoteTag !== toTag(response)) return known;
  return known.remoteCSeq === undefined ? confirmDialog(known, request, response) : targetRefresh(known, response);
}

/** A SUBSCRIBE failed. What was there before it still holds, unless the answer says otherwise [RFC6665 4.1.2.2]. */
function failed(state: SubscriberState, end: SubscriberEnd, now: number): SubscriberStep {
  const { pending: _pending, ...rest } = state;
  if (state.status === 'ending') return over(rest, { kind: 'unsubscribed' });
  const isFirst = state.expiresAt === undefined || !state.notified;
  if (isFirst || (end.kind === 'refused' && ENDING_ANSWERS.has(end.status))) return over(rest, end);
  const left = (state.expiresAt ?? now) - now;
  const wait = Math.max(
    1_000,
    'retryAfter' in end && end.retryAfter !== undefined ? end.retryAfter * 1_000 : REFRESH_AGAIN_MS,
  );
  const kept = { ...rest, failure: end };
  return wait < left ? andThen(unchanged(kept), [{ type: 'startTimer', name: 'refresh', ms: wait }]) : unchanged(kept);
}

function timedOut(
  state: SubscriberState,
  { name, now, cnonce }: Extract<SubscriberInput, { type: 'timer' }>,
): SubscriberStep {
  switch (name) {
    case 'N':
      if (state.status === 'ending') return over(state, { kind: 'unsubscribed' });
      return state.notified ? unchanged(state) : over(state, { kind: 'timeout' });
    case 'refresh':
      return state.status === 'active' && !state.pending ? subscribe(state, state.expires, cnonce) : unchanged(state);
    case 'expiry':
      if (state.status === 'ending' || now < (state.expiresAt ?? 0)) return unchanged(state);
      return over(state, state.failure ?? { kind: 'timeout' });
    default:
      return name satisfies never;
  }
}
