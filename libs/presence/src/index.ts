export * from './ids';
export * from './events';
export * from './credentials';
export * from './questions';
export * from './explain';
export * from './phone-order';
export {
  type Leg,
  type LineFold,
  type Registration,
  type SequencedLineFact,
  TOMBSTONE_MS,
  emptyLine,
  evolveLine,
  isBelieved,
  standingOf,
  believedBindings,
  lampOf,
  dialogsOf,
} from './line';
export { ABANDON_MS, REGISTRATION_GRACE_MS, nextLeaseEnd, dueLeases, edgeLostFact, edgesOf } from './lease';
export {
  MAX_RELAYED_DIALOGS,
  RELAY_GRACE_MS,
  type Relay,
  foldRelayed,
  isRelayBelieved,
  isRelayed,
  relaysOf,
} from './relay';
export {
  type PublishedView,
  lineStateOf,
  publishedView,
  sameLamp,
  samePhones,
  sameRelayed,
  sameView,
  mustPublish,
} from './state';
export { phoneLampOf, phonesOf } from './phone';
export { lineOverview } from './overview';
export { type Watch, type SubscriptionEvent, initialWatch, subscriptionIdOf, evolveWatch, withSibling } from './watch';
export {
  type PresenceRules,
  type WatchRequest,
  type Verdict,
  type AuthorizationWord,
  refusalWords,
  decideWatch,
} from './policy';
