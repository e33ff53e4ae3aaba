import { subscriptionCauses } from './codes';
import type { MessageOf } from './messages';
import type { CallListEntry, RegisteredStation, StationEffect, StationSettings } from './station-state';

/**
 * The numbers in call lists that a phone watches [sccp-wire 2.3]. No message ends such a subscription: it lives until its
 * timer runs out, the same transaction comes again (with timer 0 or no number it ends there), or the connection closes.
 */

/** What a step changes of a station. */
export interface CallListStep {
  readonly callList: RegisteredStation['callList'];
  readonly effects: readonly StationEffect[];
}

/** Longer is no time that a list is on display. */
const MOST_SECONDS = 86_400;

type Request = MessageOf<'SubscriptionStatReqMessage'>;

/** A phone asks for a number, or for one in place of another. */
export function requestEntry(
  callList: RegisteredStation['callList'],
  request: Request,
  { maxCallListEntries }: StationSettings,
): CallListStep {
  const { transactionID, subscriptionFeatureID, timer } = request;
  // Phones ask also for the blank number of an anonymous caller.
  const number = request.subscriptionID.trim();
  const replaced = callList[transactionID];
  const rest = without(callList, transactionID);
  const ended = replaced ? endEffects(transactionID) : [];
  const entry: CallListEntry = { number, featureID: subscriptionFeatureID, timer, accepted: false };
  if (timer === 0 && replaced) {
    return { callList: rest, effects: [...ended, answer(transactionID, entry, subscriptionCauses.ok)] };
  }
  if (number === '') {
    return { callList: rest, effects: [...ended, answer(transactionID, entry, subscriptionCauses.routeFail)] };
  }
  if (Object.keys(rest).length >= maxCallListEntries) {
    const overflow = { type: 'count', what: 'callListOverflow' } as const;
    return { callList: rest, effects: [...ended, overflow, answer(transactionID, entry, subscriptionCauses.throttle)] };
  }
  const seconds = timer > 0 && timer <= MOST_SECONDS ? timer : MOST_SECONDS;
  return {
    callList: { ...rest, [transactionID]: entry },
    effects: [...ended, { type: 'subscribe', transactionID, number, seconds }],
  };
}

/**
 * The shell's answer: the phone hears the cause; when it is 0 the timer runs. One that was accepted may end by another
 * answer, when what is beyond a trunk fails [cme-presence 4.6].
 */
export function answerEntry(
  callList: RegisteredStation['callList'],
  transactionID: number,
  cause: number,
): CallListStep {
  const entry = callList[transactionID];
  if (!entry || (entry.accepted && cause === subscriptionCauses.ok)) return { callList, effects: [] };
  const said = answer(transactionID, entry, cause);
  if (cause !== subscriptionCauses.ok) {
    const stop = { type: 'stopTimer', name: `callList ${transactionID}` } as const;
    return { callList: without(callList, transactionID), effects: entry.accepted ? [stop, said] : [said] };
  }
  const seconds = entry.timer > 0 && entry.timer <= MOST_SECONDS ? entry.timer : MOST_SECONDS;
  return {
    callList: { ...callList, [transactionID]: { ...entry, accepted: true } },
    effects: [said, { type: 'startTimer', name: `callList ${transactionID}`, ms: seconds * 1000 }],
  };
}

/** The state of a number: only what was accepted is told of, and equal states are not repeated [cme-presence 3.7]. */
export function notifyEntry(
  callList: RegisteredStation['callList'],
  transactionID: number,
  status: number,
): CallListStep {
  const entry = callList[transactionID];
  if (!entry?.accepted || entry.status === status) return { callList, effects: [] };
  const about = { transactionID, subscriptionFeatureID: entry.featureID, status, text: '' };
  return {
    callList: { ...callList, [transactionID]: { ...entry, status } },
    effects: [{ type: 'send', message: { name: 'NotificationMessage', ...about } }],
  };
}

/** The timer of an entry ran out. */
export function expireEntry(callList: RegisteredStation['callList'], transactionID: number): CallListStep {
  if (!callList[transactionID]) return { callList, effects: [] };
  return { callList: without(callList, transactionID), effects: [{ type: 'unsubscribe', transactionID }] };
}

/** The connection ends: so does every entry. */
export function endAllEntries(callList: RegisteredStation['callList']): readonly StationEffect[] {
  return Object.keys(callList).map(Number).flatMap(endEffects);
}

function endEffects(transactionID: number): readonly StationEffect[] {
  return [
    { type: 'stopTimer', name: `callList ${transactionID}` },
    { type: 'unsubscribe', transactionID },
  ];
}

function answer(transactionID: number, { featureID, timer }: CallListEntry, cause: number): StationEffect {
  const about = { transactionID, subscriptionFeatureID: featureID, timer, cause };
  return { type: 'send', message: { name: 'SubscriptionStatMessage', ...about } };
}

function without(callList: RegisteredStation['callList'], transactionID: number): RegisteredStation['callList'] {
  const { [transactionID]: _, ...rest } = callList;
  return rest;
}
