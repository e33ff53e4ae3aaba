// Servers and the whole system for tests
export { type BrokerChoice, type Brokers, chooseBrokers, startBrokers } from './brokers';
export {
  isAlive,
  type Linewatch,
  type LinewatchOptions,
  NotStartedError,
  type ProgramEnd,
  type SipEndpoint,
  startLinewatch,
} from './system';
export { freeSipPorts, tcpIsFree, udpIsFree } from './system-ports';

export { makeCertificate } from './certificates';
export { flushRedis, serviceEnvironment } from './environment';

// Waiting for conditions of a system
export { until } from './until';

// Simulated SIP phone
export { NotSeenError } from './conditions';
export {
  type DialogEntry,
  type DialogInfo,
  dndOf,
  entityOf,
  type Lamp,
  lampOf,
  lampOfDialogs,
  readDialogInfo,
} from './presence-reader';
export { audioSdp, type CallEnd, type CallState, replacing, SipCall } from './sip-call';
export { answerChallenge, type Credentials } from './sip-digest';
export { type PhoneDialog } from './sip-dialog';
export { type Registration, SipPhone, type SipPhoneOptions, SipRefusedError } from './sip-phone';
export { openSipSocket, type SipSocket } from './sip-socket';
export {
  type EventPackageName,
  type Notification,
  type NotifyAnswer,
  type SipSubscription,
  type SubscribeOptions,
} from './sip-subscription';
export {
  addressOf,
  cseqOf,
  type Field,
  headerOf,
  type HeardMessage,
  type HeardRequest,
  type HeardResponse,
  idsOf,
  listOf,
  paramOf,
  readMessage,
  summaryOf,
  uriOf,
  userOf,
  writeAnswer,
  writeMessage,
} from './sip-text';
export { NoAnswerError } from './sip-transactions';

// Simulated presence server beyond a trunk
export {
  loopbackOf,
  PresenceServer,
  type PresenceServerOptions,
  type ServedLamp,
  type ServerMood,
} from './presence-server';

// Simulated Skinny phone
export { type HeardSccp, type SccpButton, SccpReader, writeSccp } from './sccp-bytes';
export { type SccpCall, type SccpCallState, type SccpChannel } from './sccp-call';
export { type SccpKey, type SccpLine } from './sccp-key';
export { type SccpLamp, type SccpListEntry } from './sccp-list';
export { type SccpAnalog } from './sccp-models';
export { type SccpRegistration } from './sccp-screen';
export { type MediaAnswer, SccpRefusedError, SccpStation, type SccpStationOptions } from './sccp-station';

// An office with phones of both kinds
export { SccpOffice } from './sccp-office';

// Two systems that watch and call each other
export { MirroredSystem, startMirroredSystems } from './mirrored-systems';
