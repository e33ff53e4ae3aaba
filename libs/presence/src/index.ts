export * from './ids';
export * from './events';
export * from './questions';
export {
  type Leg,
  type LineFold,
  type Registration,
  type SequencedLineFact,
  TOMBSTONE_MS,
  emptyLine,
  evolveLine,
  isBelieved,
  believedBindings,
  lampOf,
  dialogsOf,
} from './line';
export { ABANDON_MS, REGISTRATION_GRACE_MS, nextLeaseEnd, dueLeases, edgeLostFact, edgesOf } from './lease';
export { type PublishedView, lineStateOf, publishedView, sameLamp, samePhones, sameView, mustPublish } from './state';
export { phoneLampOf, phonesOf } from './phone';
export { type Watch, type SubscriptionEvent, initialWatch, subscriptionIdOf, evolveWatch } from './watch';
export {
  type PresenceRules,
  type WatchRequest,
  type Verdict,
  type AuthorizationWord,
  refusalWords,
  decideWatch,
} from './policy';
