// The wire
export * from './codes';
export { decodeMessage, encodeMessage, type Frame, messageNameOf } from './codec';
export { dumpMessage } from './dump';
export { DEFAULT_FRAMING_LIMITS, type FramingLimits, type MalformedStream, SccpFramer } from './framing';
export type { AudioCapability, ButtonDefinition, ServerEntry, SoftKeyDefinition } from './list-field';
export type { Message, MessageName, MessageOf, RawMessage } from './messages';
export type { Dialect } from './payload';

// A phone on its connection
export { numberButtons, type LineForward, type NumberedButton, type StationButton, type StationLine, type StationProfile } from './profile'; // prettier-ignore
export { type SoftKey } from './soft-keys';
export { dialectOf, isRegistered, startStation, stepStation } from './station';
export { featureStat, timeDate } from './station-answers';
export {
  type CallListEntry,
  type CloseReason,
  defaultStationSettings,
  type MediaEvent,
  type RegisteredStation,
  type StationCount,
  type StationEffect,
  type StationEvent,
  type StationInput,
  type StationKey,
  type StationSettings,
  type StationState,
  type StationStep,
  type StationTimer,
  type StationWorld,
  type UnregisteredCause,
} from './station-state';

// The calls of a phone
export { freeCallReference, initialStationCalls, standingOf, stepStationCalls } from './calls';
export {
  type CallLine,
  type CallParty,
  type CallSettings,
  type CallStanding,
  type CallsWorld,
  type CallTimer,
  defaultCallSettings,
  type DialMatch,
  type LegCause,
  type StationCall,
  type StationCallsEffect,
  type StationCallsInput,
  type StationCallsState,
  type StationCallsStep,
  type StationFeature,
  type StationLegCommand,
  type StationLegEvent,
} from './calls-state';
export {
  chooseCodec,
  type ChosenCodec,
  type MediaCodec,
  type MediaDescription,
  type MediaDirection,
  offeredCodecs,
} from './media';
