export { type LineBindings, Bindings, reachableBindings } from './bindings';
export { type LineListener, type LineView, Lines } from './lines';
export { type DirectoryView, Directory } from './directory';
export { namedParty } from './named-party';
export { type HoldPorts, Hold, isUnavailable } from './hold';
export { Gate } from './gate';
export { Latch } from './latch';
export {
  type EdgeLeg,
  type LegMaking,
  type LegOffer,
  type LegOrder,
  type LegOwner,
  type PhoneTarget,
  newLeg,
  offeredLeg,
} from './calls/edge-leg';
export { type LegProtocol, type LegProtocolFact, EdgeLegs } from './calls/edge-legs';
export { type CallParts, type CallSettings, type EdgeCallsParts, EdgeCalls } from './calls/edge-calls';
export type { CallingPhone } from './calls/routing';
export { Turns } from './calls/turns';
export { ManualClock, settle } from './testing/manual-clock';
