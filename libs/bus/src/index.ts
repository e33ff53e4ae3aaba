export {
  type LineFactKind,
  type SubscriptionFactKind,
  type EdgeSaying,
  type ParsedSubject,
  type Subjects,
  escapeToken,
  unescapeToken,
  makeSubjects,
} from './subjects';
export {
  type Attributes,
  type BusEvent,
  type BusEventType,
  type DeadLetter,
  type Decoded,
  type Envelope,
  attributesSchema,
  dataSchemaOf,
  dataSchemas,
  deadLetterSchema,
  decodeEnvelope,
  encodeEnvelope,
} from './envelope';
export {
  AnswerError,
  ConflictError,
  OutboxFullError,
  RejectedError,
  StreamMismatchError,
  UnavailableError,
} from './errors';
export {
  type StreamConfiguration,
  type StreamName,
  type StreamSettings,
  defaultStreamSettings,
  serverName,
  streamConfigurations,
  streamNames,
  streamOf,
} from './streams';
export { type BusSettings, NatsBus, connectBus } from './nats-bus';
export { withoutSecrets } from './connect';
export { Outbox, type OutboxCounters, type OutboxEntry, type OutboxSettings } from './outbox';
export type {
  Appended,
  AppendOptions,
  AskOptions,
  Bus,
  BusCounters,
  BusReport,
  BusStatus,
  Consumer,
  ConsumeOptions,
  Delivered,
  Follower,
  FollowFrom,
  FollowOptions,
  GatherOptions,
  Heard,
  Listening,
  Stored,
} from './bus';
export { eventsJsonSchema, eventsJsonSchemaText } from './schema';
