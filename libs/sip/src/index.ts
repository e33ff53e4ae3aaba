export {
  type Address,
  type Flow,
  type HeaderField,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  type Transport,
  EMPTY_BODY,
  header,
  headerLines,
} from './message';
export { formatParams, isToken, parseDigits, parseParams, type Params, quote, splitList, unquote } from './lexical';
export { canonicalName } from './header-names';
export {
  type Auth,
  callIdOf,
  type CSeq,
  cseqOf,
  type Event,
  formatNameAddr,
  formatVia,
  fromTag,
  headerValues,
  type NameAddr,
  parseAccept,
  parseAuth,
  parseCSeq,
  parseDeltaSeconds,
  parseEvent,
  parseNameAddr,
  parseVia,
  topVia,
  toTag,
  type Via,
} from './headers';
export { isIPv4, isIPv6 } from './host';
export { equalUri, escapeUser, formatUri, parseUri, type SipUri, userOf } from './uri';
export { reasonPhrase } from './reason-phrase';
export {
  fillReceivedAndRport,
  prependHeader,
  request,
  type RequestParts,
  type ResponseParts,
  responseTarget,
  responseTo,
  withHeader,
  withoutHeader,
} from './build';
export { serialize } from './serialize';
export { failureResponse, type ParseFailure, type PartialRequest } from './failure';
export { parseMessage } from './parse';
export { scanResponse, type ScannedResponse } from './scan-response';
export { DEFAULT_FRAMING_LIMITS, type Frame, type FramingLimits, isKeepAlive, StreamFramer } from './framing';

export { T1, T2, T4, type TimerName, type TimerTable, timerTable } from './timers';
export type { ClientEffect, ClientInput, Effect, ServerEffect, ServerInput, Status, Step } from './transaction';
export { type IctState, startIct, stepIct } from './ict';
export { type IstState, startIst, stepIst } from './ist';
export { type NictState, startNict, stepNict } from './nict';
export { type NistState, startNist, stepNist } from './nist';
export { ackForFailure, cancelFor } from './hop-by-hop';
export { cancelledKey, clientKey, responseKey, serverKey } from './transaction-key';
export {
  checkRemoteCSeq,
  confirmDialog,
  dialogKey,
  dialogKeyOf,
  dialogOfNotify,
  type DialogState,
  inDialogRequest,
  type InDialogParts,
  receivedInDialog,
  routeOf,
  targetRefresh,
  uacDialog,
  uasDialog,
} from './dialog';
export { isLive, reclaimNotifier, startNotifier, stepNotifier } from './notifier';
export {
  CSEQ_BLOCK,
  type EndCause,
  type LineView,
  type NotifierEffect,
  type NotifierInput,
  type NotifierState,
  type NotifierStep,
  type NotifyEffect,
  type SubscriptionRecord,
  type SubscriptionState,
  type TerminationReason,
} from './subscription';
export {
  acceptsBody,
  ALLOW_EVENTS,
  BAD_EVENT,
  DIALOG_PACKAGE,
  EVENT_PACKAGES,
  type EventPackage,
  findPackage,
  type Grant,
  grantExpires,
  intervalTooBrief,
  notAcceptable,
  type PackageName,
  PRESENCE_PACKAGE,
  type Refusal,
} from './event-package';
export { answerChallenge, type Challenge, challengeOf, type Credentials } from './client-auth';
export { startSubscriber, stepSubscriber } from './subscriber';
export { subscriberKey, subscriberKeyOf } from './subscriber-notify';
export type {
  SubscriberEffect,
  SubscriberEnd,
  SubscriberInput,
  SubscriberState,
  SubscriberStep,
  SubscriberTarget,
  SubscriberTimer,
} from './subscriber-state';
export { type ReceivedState, retryAfterOf, subscriptionStateOf } from './subscription-state';
export { grantRequested } from './requested-expires';
export { askedPublication, type AskedPublication, CONDITION_FAILED } from './publication';
export {
  answerDigest,
  challengeHeaders,
  checkNonce,
  countNonce,
  credentialsFor,
  DIGEST_ALGORITHMS,
  type DigestAlgorithm,
  type DigestAnswer,
  type DigestCheck,
  digestHa1,
  type DigestVerdict,
  type Ha1sOf,
  makeNonce,
  type NonceUse,
  verifyDigest,
} from './digest';
export { type LampTuple, PIDF, type PidfInput, readPidf, renderPidf } from './body/pidf';
export {
  DIALOG_INFO,
  type DialogInfo,
  type DialogInfoText,
  type DialogParty,
  dialogsToTell,
  type DialogView,
  readDialogInfo,
  renderDialogInfo,
  sameDialogs,
} from './body/dialog-info';
export { escapeXml } from './body/xml';
