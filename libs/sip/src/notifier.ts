import { sameDialogs } from './body/dialog-info';
import type { PackageName } from './event-package';
import {
  type EndCause,
  type LineView,
  type NotifierEffect,
  type NotifierInput,
  type NotifierState,
  type NotifierStep,
  type NotifyEffect,
  type SubscriptionRecord,
  CSEQ_BLOCK,
  CSEQ_LIMIT,
} from './subscription';

/**
 * One subscription from the notifier's side [RFC6665 4.2], as a machine of plain data.
 *
 * Laws: at most one NOTIFY is in flight; CSeq rises strictly and is never reused, also across restarts; a newer view
 * replaces one that waits, and the last is never dropped; nothing follows the NOTIFY that terminates.
 * Time is passed in, in milliseconds since the epoch.
 */

/**
 * A SUBSCRIBE was accepted: the first NOTIFY goes out at once, full [SB-4, SB-51]. With an end time that has come
 * (Expires 0, a fetch) it is also the last [SB-18].
 */
export function startNotifier(record: SubscriptionRecord, view: LineView, now: number): NotifierStep {
  return begin(initial(record, record.dialog.localCSeq, 0, view), now);
}

/**
 * A subscription of a process that is gone: CSeq and version go on at the ceiling it had reserved, and the first
 * document is full, as nobody knows what was acknowledged.
 * @param ceiling a higher ceiling, if the taking over has made one durable; otherwise one is reserved before anything is sent.
 */
export function reclaimNotifier(
  record: SubscriptionRecord,
  view: LineView,
  now: number,
  ceiling?: number,
): NotifierStep {
  const start = record.cseqCeiling;
  const cseqCeiling = Math.max(start, ceiling ?? start);
  const state = initial({ ...record, cseqCeiling }, start - 1, start, view);
  // Neither a number left nor a block to be had: the watcher will find its dialog gone.
  if (cseqCeiling === start && !canReserve(state)) return over(state, 'exhausted');
  return begin(state, now);
}

/** A state with nothing sent yet. Only the record's own fields are taken: a caller may pass a whole earlier state. */
function initial(record: SubscriptionRecord, cseq: number, version: number, view: LineView): NotifierState {
  const { dialog, package: name, eventId, expiresAt, cseqCeiling } = record;
  return {
    dialog,
    package: name,
    ...(eventId !== undefined && { eventId }),
    expiresAt,
    cseqCeiling,
    status: 'active',
    cseq,
    version,
    reserving: false,
    newest: view.sequence,
    waiting: { view, owed: true, full: true },
  };
}

function begin(state: NotifierState, now: number): NotifierStep {
  return state.expiresAt <= now ? finish(state, now, 'expired', { reason: 'timeout' }) : flush(state, now);
}

/** Whether an in-dialog SUBSCRIBE still finds this subscription; otherwise it gets 481 [SB-20]. */
export function isLive(state: NotifierState): boolean {
  return state.status === 'active';
}

/** One step. An input that comes too late, or for another NOTIFY, changes nothing. */
export function stepNotifier(state: NotifierState, input: NotifierInput): NotifierStep {
  if (state.status === 'ended') return unchanged(state);
  switch (input.type) {
    case 'stateChanged':
      return change(state, input.view, input.now);
    case 'notifyAnswered':
      return input.cseq === state.inFlight?.cseq ? answered(state, input) : unchanged(state);
    case 'notifyTimedOut':
      return input.cseq === state.inFlight?.cseq ? over(state, 'watcher-silent') : unchanged(state);
    case 'blockReserved':
      return flush({ ...state, cseqCeiling: Math.max(state.cseqCeiling, input.ceiling), reserving: false }, input.now);
    case 'retryDue':
      return state.retryAt === undefined || input.now < state.retryAt
        ? unchanged(state)
        : flush({ ...state, retryAt: undefined }, input.now);
    default:
      return state.status === 'active' ? whileActive(state, input) : unchanged(state);
  }
}

function whileActive(
  state: NotifierState,
  input: Extract<NotifierInput, { type: 'refreshed' | 'expired' | 'unsubscribed' | 'terminate' }>,
): NotifierStep {
  switch (input.type) {
    case 'refreshed': {
      const { dialog, expiresAt, now } = input;
      // Who refreshes is there again: a Retry-After has served.
      return flush({ ...wait(state, input.view, true), dialog, expiresAt, retryAt: undefined }, now);
    }
    case 'expired':
      if (input.now < state.expiresAt) return unchanged(state);
      return finish(state, input.now, 'expired', { reason: 'timeout' });
    case 'unsubscribed':
      return finish(wait(state, input.view, true), input.now, 'unsubscribed', { reason: 'timeout' });
    case 'terminate': {
      const { reason, retryAfter } = input;
      return finish(state, input.now, 'terminated', retryAfter === undefined ? { reason } : { reason, retryAfter });
    }
  }
}

/** A changed line: nothing for a view that is older, or the same in the package's eyes [SB-28]. */
function change(state: NotifierState, view: LineView, now: number): NotifierStep {
  if (view.sequence < state.newest) return unchanged(state);
  if (state.status === 'ending') {
    // The terminating NOTIFY still shows the last state if it has not gone out yet.
    if (state.waiting === undefined) return unchanged(state);
    return { state: { ...state, newest: view.sequence, waiting: { ...state.waiting, view } }, effects: NO_EFFECTS };
  }
  const { waiting, inFlight } = state;
  const known = inFlight?.view ?? state.acked;
  const told = known !== undefined && sameView(state.package, known, view);
  if (waiting === undefined && told) return unchanged({ ...state, newest: view.sequence });
  // Back to what is under way: the wait was for nothing, unless a NOTIFY is owed anyway.
  if (waiting !== undefined && told && !waiting.owed)
    return unchanged({ ...state, newest: view.sequence, waiting: undefined });
  return flush(wait(state, view, false), now);
}

/** Puts a view in the waiting place; what it replaces passes its obligations on. */
function wait(state: NotifierState, view: LineView, owed: boolean): NotifierState {
  const { waiting, newest } = state;
  const latest = view.sequence >= newest ? view : (newestView(state) ?? view);
  return {
    ...state,
    newest: Math.max(newest, view.sequence),
    waiting: { view: latest, owed: owed || waiting?.owed === true, full: owed || waiting?.full === true },
  };
}

function newestView(state: NotifierState): LineView | undefined {
  return state.waiting?.view ?? state.inFlight?.view ?? state.acked;
}

function sameView(name: PackageName, a: LineView, b: LineView): boolean {
  if (a === b) return true;
  if (name === 'dialog') return sameDialogs(a.dialogs, b.dialogs);
  return a.lamp.state === b.lamp.state && a.lamp.dnd === b.lamp.dnd;
}

function answered(state: NotifierState, input: Extract<NotifierInput, { type: 'notifyAnswered' }>): NotifierStep {
  const { status, retryAfter, now } = input;
  const { inFlight, ...rest } = state;
  if (inFlight === undefined || status < 200) return unchanged(state);
  if (isFinal(state)) return { state: { ...rest, status: 'ended' }, effects: [{ type: 'done' }] };
  if (status < 300) return flush({ ...rest, acked: inFlight.view }, now);
  if (status === 481) return over(state, 'watcher-gone');
  if (retryAfter === undefined) return over(state, 'watcher-refused');
  // What failed is owed again, in full: the watcher may have seen none of it [SB-24].
  const again = { view: state.waiting?.view ?? inFlight.view, owed: true, full: true };
  if (rest.status === 'ending') return flush({ ...rest, waiting: again }, now);
  const ms = Math.max(0, Math.min(retryAfter * 1000, state.expiresAt - now));
  return {
    state: { ...rest, waiting: again, retryAt: now + ms },
    effects: [{ type: 'startRetry', ms }],
  };
}

/** The terminating NOTIFY is the one under way: nothing waits behind it. */
function isFinal(state: NotifierState): boolean {
  return state.status === 'ending' && state.waiting === undefined;
}

/** Ends the subscription with a terminating NOTIFY, after the one under way. */
function finish(
  state: NotifierState,
  now: number,
  cause: EndCause,
  end: NonNullable<NotifierState['end']>,
): NotifierStep {
  const view = newestView(state);
  // A view is always at hand: the first NOTIFY either waits, is under way or was acknowledged.
  if (view === undefined) return over(state, cause);
  const ending: NotifierState = {
    ...state,
    status: 'ending',
    retryAt: undefined,
    end,
    waiting: { view, owed: true, full: true },
  };
  const step = flush(ending, now);
  return { state: step.state, effects: [...step.effects, { type: 'ended', cause, reason: end.reason }] };
}

/** Ends the subscription without another word to the watcher. `ended` is told only if it was not before. */
function over(state: NotifierState, cause: EndCause): NotifierStep {
  const { inFlight: _inFlight, waiting: _waiting, ...rest } = state;
  return {
    state: { ...rest, status: 'ended' },
    effects: state.status === 'ending' ? [{ type: 'done' }] : [{ type: 'ended', cause }, { type: 'done' }],
  };
}

/** Sends what waits, if nothing is under way, the watcher may be spoken to and a number is left. */
function flush(state: NotifierState, now: number): NotifierStep {
  const { waiting } = state;
  if (waiting === undefined || state.inFlight !== undefined || state.retryAt !== undefined) return unchanged(state);
  const cseq = state.cseq + 1;
  if (cseq >= state.cseqCeiling) return reserve(state, NO_EFFECTS);
  // The last number of all is kept for saying so: the watcher subscribes again at once, in a new dialog.
  if (cseq === state.cseqCeiling - 1 && !canReserve(state) && state.status === 'active')
    return finish(state, now, 'exhausted', { reason: 'deactivated' });
  const sent: NotifierState = {
    ...state,
    cseq,
    version: state.version + 1,
    inFlight: { cseq, view: waiting.view },
    waiting: undefined,
  };
  const effects = [notify(state, waiting, cseq, now)];
  return sent.status === 'active' ? reserve(sent, effects) : { state: sent, effects };
}

function notify(
  state: NotifierState,
  waiting: NonNullable<NotifierState['waiting']>,
  cseq: number,
  now: number,
): NotifyEffect {
  const partial = state.package === 'dialog' && !waiting.full && state.acked !== undefined;
  return {
    type: 'notify',
    cseq,
    subscriptionState:
      state.status === 'ending' && state.end !== undefined
        ? { name: 'terminated', ...state.end }
        : { name: 'active', expires: Math.max(0, Math.ceil((state.expiresAt - now) / 1000)) },
    document: partial ? 'partial' : 'full',
    version: state.version,
    view: waiting.view,
    ...(state.acked && { seen: state.acked }),
  };
}

/** Asks for the next block while half of this one is still there, so that no NOTIFY has to wait for it. */
function reserve(state: NotifierState, effects: readonly NotifierEffect[]): NotifierStep {
  const isLow = state.cseqCeiling - state.cseq <= CSEQ_BLOCK / 2;
  if (!isLow || state.reserving || !canReserve(state)) return { state, effects };
  const ceiling = state.cseqCeiling + CSEQ_BLOCK;
  return { state: { ...state, reserving: true }, effects: [...effects, { type: 'reserveBlock', ceiling }] };
}

function canReserve(state: NotifierState): boolean {
  return state.cseqCeiling + CSEQ_BLOCK <= CSEQ_LIMIT;
}

const NO_EFFECTS: readonly never[] = [];

function unchanged(state: NotifierState): NotifierStep {
  return { state, effects: NO_EFFECTS };
}
