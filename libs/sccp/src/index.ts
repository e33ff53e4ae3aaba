export * from './codes';
export { decodeMessage, encodeMessage, messageNameOf, type Frame } from './codec';
export { dumpMessage } from './dump';
export { SccpFramer, DEFAULT_FRAMING_LIMITS, type FramingLimits, type MalformedStream } from './framing';
export type { Dialect } from './payload';
export type { Message, MessageName, MessageOf, RawMessage } from './messages';
