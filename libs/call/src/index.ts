export {
  formatSdp,
  isHeld,
  parseSdp,
  sessionSchema,
  type AudioCodec,
  type AudioDescription,
  type MediaDirection,
  type SessionDescription,
} from './session';
export {
  callMessageReplySchema,
  callMessageSchema,
  callTargetSchema,
  coupledPeerSchema,
  keptLegSchema,
  legCommandSchema,
  legEventSchema,
  partySchema,
  releaseCauses,
  takerSchema,
  type CallMessage,
  type CallMessageReply,
  type CallTarget,
  type CoupledPeer,
  type KeptLeg,
  type LegCommand,
  type LegEvent,
  type Party,
  type ReleaseCause,
  type Taker,
} from './messages';
export type {
  CallEffect,
  CallInput,
  CallLeg,
  CallStart,
  CallState,
  CallStep,
  CallTimer,
  Forwarding,
  RouteRefusal,
  RoutedTarget,
} from './call-state';
export { startCall, stepCall } from './call';
export { evolveStanding, factOfChange, initialStanding, type LegStanding } from './leg-facts';
export { legRestoreSchema, resumeCall, type LegRestore, type RestoredLeg, type ResumedCall } from './resume';
export {
  parkCall,
  restoreParked,
  stepParked,
  type ParkedCall,
  type ParkEffect,
  type ParkInput,
  type ParkPlan,
  type ParkStep,
} from './park';
