import type { Lamp, RelayedFact, RelayFailure } from '@linewatch/presence';
import { type PackageName, readDialogInfo, readPidf, type SubscriberEnd } from '@linewatch/sip';
import { applyDialogInfo, type KnownDialogs, toldDialogs } from './relayed-dialogs';

/**
 * One line beyond the trunk, watched for all who watch it here [cme-presence 4.8, 4.9]: subscribes, tells what it hears as
 * facts, and after a failure tries again. A machine of plain data; times in milliseconds since the epoch.
 */

/** A watcher that comes while the line fails has it tried again, but not sooner than so long after the last attempt. */
export const SHORTEST_GAP_MS = 1_000;
/** A server that wants to be left alone is, for at most an hour. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** What a relay says; who says it, and from which edge, is added by its shell. */
export type RelayWord = Pick<RelayedFact, 'lamp' | 'dialogs' | 'until' | 'failure'>;

/** The whole of a relay. */
export interface RelayState {
  readonly package: PackageName;
  readonly status: 'subscribing' | 'active' | 'waiting' | 'stopped';
  /** When the attempt under way, or the last one, began. */
  readonly attemptAt: number;
  /** It was made for a watcher that came, and does not count among those that are due. */
  readonly isExtra: boolean;
  /** What was heard of the line; undefined until something was. */
  readonly lamp?: Lamp;
  readonly dialogs?: KnownDialogs;
  readonly until?: number;
  readonly failure?: RelayFailure;
  /** What was said last. */
  readonly said?: RelayWord;
}

export type RelayInput =
  /** A new watcher came. */
  | { readonly type: 'arrived'; readonly now: number }
  /** The subscription holds until then. */
  | { readonly type: 'confirmed'; readonly until: number }
  /** What the server tells. */
  | { readonly type: 'notified'; readonly pending: boolean; readonly body: Buffer }
  /** The subscription is over. `intervalMs`: `sccp blf-speed-dial retry-interval`. */
  | { readonly type: 'ended'; readonly now: number; readonly end: SubscriberEnd; readonly intervalMs: number }
  /** The time of the next attempt has come. */
  | { readonly type: 'attemptDue'; readonly now: number }
  /** What was said last is not what the line shows. */
  | { readonly type: 'sayAgain' }
  /** Nobody watches it any more, or nobody may. */
  | { readonly type: 'stop' };

export type RelayEffect =
  /** Begin a subscription. */
  | { readonly type: 'subscribe' }
  /** Have the server tell the whole state. */
  | { readonly type: 'refresh' }
  /** End the subscription, if there is one. */
  | { readonly type: 'unsubscribe' }
  /** Say `attemptDue` at that time; the one before is void. */
  | { readonly type: 'attemptAt'; readonly time: number }
  | { readonly type: 'stopTimer' }
  | { readonly type: 'say'; readonly word: RelayWord };

/** A state and what is to be done. */
export interface RelayStep {
  readonly state: RelayState;
  readonly effects: readonly RelayEffect[];
}

const UNKNOWN: Lamp = { state: 'unknown', dnd: false };

/**
 * Begins to watch.
 * @param failure how it failed for the edge that watched it before: its schedule is gone on with
 */
export function startRelay(name: PackageName, now: number, failure?: RelayFailure): RelayStep {
  const state: RelayState = {
    package: name,
    status: 'waiting',
    attemptAt: 0,
    isExtra: false,
    ...(failure && { failure, said: { until: 0, failure } }),
  };
  const due = failure?.nextAttemptAt ?? 0;
  return due > now ? { state, effects: [{ type: 'attemptAt', time: due }] } : attempt(state, now, false);
}

/** One step. An input that comes too late changes nothing. */
export function stepRelay(state: RelayState, input: RelayInput): RelayStep {
  if (state.status === 'stopped') return unchanged(state);
  switch (input.type) {
    case 'arrived':
      return arrived(state, input.now);
    case 'confirmed':
      return say({ ...state, until: input.until });
    case 'notified':
      return notified(state, input);
    case 'ended':
      return ended(state, input);
    case 'attemptDue':
      if (state.status !== 'waiting') return unchanged(state);
      return attempt(state, input.now, input.now < (state.failure?.nextAttemptAt ?? 0));
    case 'sayAgain':
      return say({ ...state, said: undefined });
    case 'stop': {
      const silent = say({
        ...state,
        status: 'stopped',
        lamp: undefined,
        dialogs: undefined,
        failure: undefined,
        until: 0,
      });
      return { ...silent, effects: [{ type: 'stopTimer' }, { type: 'unsubscribe' }, ...silent.effects] };
    }
    default:
      return input satisfies never;
  }
}

function attempt(state: RelayState, now: number, isExtra: boolean): RelayStep {
  return {
    state: { ...state, status: 'subscribing', attemptAt: now, isExtra },
    effects: [{ type: 'stopTimer' }, { type: 'subscribe' }],
  };
}

function arrived(state: RelayState, now: number): RelayStep {
  if (state.status !== 'waiting') return unchanged(state);
  const soon = Math.max(now, Math.max(state.attemptAt, state.failure?.at ?? 0) + SHORTEST_GAP_MS);
  const due = state.failure?.nextAttemptAt ?? soon;
  return { state, effects: [{ type: 'attemptAt', time: Math.min(soon, due) }] };
}

function notified(state: RelayState, { pending, body }: Extract<RelayInput, { type: 'notified' }>): RelayStep {
  const active = { ...state, status: 'active', failure: undefined } as const;
  if (state.package === 'presence') {
    return say({ ...active, lamp: (pending ? undefined : readPidf(body)) ?? UNKNOWN });
  }
  const info = pending ? undefined : readDialogInfo(body);
  if (!info) return say({ ...active, lamp: UNKNOWN, dialogs: undefined });
  const dialogs = applyDialogInfo(state.dialogs, info);
  if (dialogs === 'ask-for-all') return { state: active, effects: [{ type: 'refresh' }] };
  return say({ ...active, lamp: undefined, dialogs });
}

function ended(state: RelayState, { end, now, intervalMs }: Extract<RelayInput, { type: 'ended' }>): RelayStep {
  const over = { ...state, dialogs: undefined };
  // The server was restarted and has forgotten: what it said holds until it says something else, or the time is over.
  if (end.kind === 'gone') return attempt(over, now, false);
  if (end.kind === 'unsubscribed') return unchanged(over);
  const failure = failureOf(state, end, now, intervalMs);
  const waiting: RelayState = { ...over, status: 'waiting', lamp: undefined, until: now, failure };
  const said = say(waiting);
  return { ...said, effects: [...said.effects, { type: 'attemptAt', time: failure.nextAttemptAt }] };
}

function failureOf(
  { failure: before, attemptAt, isExtra }: RelayState,
  end: Exclude<SubscriberEnd, { kind: 'gone' | 'unsubscribed' }>,
  now: number,
  intervalMs: number,
): RelayFailure & { readonly nextAttemptAt: number } {
  const retryAfter = end.kind === 'timeout' ? undefined : end.retryAfter;
  const wanted = now + Math.min((retryAfter ?? 0) * 1_000, LONGEST_RETRY_AFTER_MS);
  const scheduled = isExtra ? before?.nextAttemptAt : undefined;
  // Attempts are an interval apart, however long an answer took [T-20].
  const next = scheduled ?? (attemptAt + intervalMs > now ? attemptAt : now) + intervalMs;
  return {
    kind: end.kind,
    ...(end.kind === 'refused' && { status: end.status }),
    ...(end.kind === 'terminated' && end.reason !== undefined && { reason: end.reason }),
    ...(retryAfter !== undefined && { retryAfter }),
    attempts: (before?.attempts ?? 0) + (isExtra && before ? 0 : 1),
    // No two failures have one time: who watches tells them apart by it.
    at: Math.max(now, (before?.at ?? 0) + 1),
    nextAttemptAt: Math.max(next, wanted),
  };
}

/** Says what is known, unless that was said. */
function say(state: RelayState): RelayStep {
  const { lamp, dialogs, failure, until = 0, said, status } = state;
  const knows = lamp !== undefined || dialogs !== undefined || failure !== undefined;
  if (!knows && status !== 'stopped') return unchanged(state);
  const word: RelayWord = {
    until,
    ...(lamp && { lamp }),
    ...(dialogs && { dialogs: toldDialogs(dialogs) }),
    ...(failure && { failure }),
  };
  if (said ? JSON.stringify(said) === JSON.stringify(word) : !knows) return unchanged(state);
  return { state: { ...state, said: word }, effects: [{ type: 'say', word }] };
}

function unchanged(state: RelayState): RelayStep {
  return { state, effects: [] };
}
