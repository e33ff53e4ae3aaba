export { sessionSchema, type SessionDescription } from './session';
export {
  callMessageSchema,
  callTargetSchema,
  legCommandSchema,
  legEventSchema,
  partySchema,
  releaseCauses,
  type CallMessage,
  type CallTarget,
  type LegCommand,
  type LegEvent,
  type Party,
  type ReleaseCause,
} from './messages';
export type {
  CallEffect,
  CallInput,
  CallLeg,
  CallStart,
  CallState,
  CallStep,
  CallTimer,
  RouteRefusal,
  RoutedTarget,
} from './call-state';
