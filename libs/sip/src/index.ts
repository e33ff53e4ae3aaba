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
