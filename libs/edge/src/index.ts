export { type LineBindings, Bindings, reachableBindings } from './bindings';
export { RegistrationKeeper } from './registration-keeper';
export { type LineListener, type LineView, Lines } from './lines';
export { type DirectoryView, Directory } from './directory';
export { namedParty } from './named-party';
export { PhoneOrders } from './phone-orders';
export { type HoldPorts, Hold, isUnavailable } from './hold';
export { type Listening, bindErrorOf, chooseListening } from './listening';
export { openNeighbours } from './neighbours';
export { Gate } from './gate';
export { slicesOf } from './slices';
export { Latch } from './latch';
export {
  type EdgeLeg,
  type LegMaking,
  type LegOffer,
  type LegOrder,
  type LegOwner,
  type LineLeg,
  type PhoneTarget,
  newLeg,
  offeredLeg,
} from './calls/edge-leg';
export { type LegProtocol, type LegProtocolFact, EdgeLegs } from './calls/edge-legs';
export { type CallParts, type CallSettings, type EdgeCallsParts, EdgeCalls } from './calls/edge-calls';
export { chooseSlot, isParkSlot } from './calls/park-choice';
export type { CallingPhone } from './calls/routing';
export { Turns } from './calls/turns';
export { type OwnedSubscription, OwnedTable, ownedSubscription } from './subscriptions/owned-subscription';
export { type Patience, SubscriptionRecords } from './subscriptions/subscription-records';
export { WatchAuthorization } from './subscriptions/watch-authorization';
export { type OwnershipPorts, checkOwnership, reclaimSubscriptions } from './subscriptions/ownership';
export { type WatcherChangePorts, decideAgain, followWatchers } from './subscriptions/watcher-changes';
export { type RefusedWatcher, Refusals } from './subscriptions/refusals';
export { type SubscriptionAccount, Explainer } from './subscriptions/explainer';
export { failuresChanged, isUpstream, upstreamFailure } from './subscriptions/upstream-failure';
export { LineAudit } from './subscriptions/line-audit';
export { type NotifyRecorder, type ToldState, notifyRecorder } from './subscriptions/notify-record';
export { type SentNotify, SubscriptionDebug } from './subscriptions/subscription-debug';
export { ManualClock, settle } from './testing/manual-clock';
export { MemoryLines } from './testing/memory-lines';
