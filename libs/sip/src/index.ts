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
