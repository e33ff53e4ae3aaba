/**
 * Typed readers and writers of header fields. A message keeps its fields as text; what is asked for is parsed here, on
 * demand. A reader answers undefined to text that is not what it reads; none throws.
 */
import { bareHost, bracketHost, parsePort, skipHost } from './host';
import {
  formatParams,
  isToken,
  isTokenChar,
  parseDigits,
  parseParams,
  type Params,
  quote,
  readParams,
  skipQuoted,
  skipSpace,
  skipToken,
  splitList,
  unquote,
} from './lexical';
import { header, type SipMessage } from './message';
import { looksLikeUri } from './uri';

/** A name-addr or addr-spec with its header parameters [RFC3261 20.10]. `uri` is the URI's text. */
export interface NameAddr {
  readonly display?: string;
  readonly uri: string;
  readonly params: Params;
}

/** One Via value [RFC3261 20.42]. `transport` is upper case; `host` is lower case and without brackets. */
export interface Via {
  readonly protocol: string;
  readonly transport: string;
  readonly host: string;
  readonly port?: number;
  readonly params: Params;
}

/** CSeq: below 2**31 [RFC3261 8.1.1.5]; methods are case-sensitive. */
export interface CSeq {
  readonly seq: number;
  readonly method: string;
}

/** Event [RFC6665 8.2.1]; the package with its templates, as written: it is compared byte by byte. */
export interface Event {
  readonly package: string;
  readonly id?: string;
  readonly params: Params;
}

/** A challenge or credentials [RFC3261 25.1]: scheme as written, names in lower case, values without their quotes. */
export interface Auth {
  readonly scheme: string;
  readonly params: ReadonlyMap<string, string>;
}

const MAX_CSEQ = 2 ** 31 - 1;
const MAX_DELTA_SECONDS = 2 ** 32 - 1;

/** All values of a header field: its lines in order, split at the commas outside quotes and brackets [RFC3261 7.3.1]. */
export function headerValues(message: SipMessage, name: string): string[] {
  const values: string[] = [];
  for (const field of message.headers) if (field.name === name) values.push(...splitList(field.value));
  return values;
}

/** Reads one name-addr or addr-spec with its parameters; a list is not one value. */
export function parseNameAddr(text: string): NameAddr | undefined {
  let i = skipSpace(text, 0);
  let display: string | undefined;
  let open = i;
  if (text.charCodeAt(i) === 34) {
    const end = skipQuoted(text, i);
    if (end === -1) return undefined;
    display = unquote(text.slice(i, end));
    open = skipSpace(text, end);
    if (text.charCodeAt(open) !== 60) return undefined;
  } else {
    open = skipDisplay(text, i);
    if (open > i && text.charCodeAt(open) === 60) display = text.slice(i, open).trim();
  }
  let uri: string;
  if (text.charCodeAt(open) === 60) {
    const close = text.indexOf('>', open);
    if (close === -1) return undefined;
    uri = text.slice(open + 1, close);
    i = close + 1;
  } else {
    // Without brackets every parameter is the header's, and the URI may hold neither comma nor question mark [RFC3261 20].
    uri = text.slice(i, open).trimEnd();
    if (uri.includes('?')) return undefined;
    i = open;
  }
  if (!looksLikeUri(uri)) return undefined;
  const params = new Map<string, string | true>();
  if (readParams(text, i, params) !== text.length) return undefined;
  return display === undefined ? { uri, params } : { display, uri, params };
}

/** The end of a display name without quotes, or of a bare URI: phones write more than tokens there, never these signs. */
function skipDisplay(text: string, from: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 60 || c === 59 || c === 44 || c === 34 || c === 62 || c === 92 || (c < 32 && c !== 9)) break;
  }
  return i;
}

/** Writes a name-addr: display name in quotes, URI in brackets, then the parameters. */
export function formatNameAddr(value: NameAddr): string {
  const address = `<${value.uri}>${formatParams(value.params)}`;
  return value.display === undefined ? address : `${quote(value.display)} ${address}`;
}

/** Reads the Via value that starts at `from`; `end` is where it stopped, at a comma or the end of the text. */
export function readVia(text: string, from: number): { via: Via; end: number } | undefined {
  const nameStart = skipSpace(text, from);
  const nameEnd = skipToken(text, nameStart);
  let i = skipSpace(text, nameEnd);
  if (nameEnd === nameStart || text.charCodeAt(i) !== 47) return undefined;
  const versionStart = skipSpace(text, i + 1);
  const versionEnd = skipToken(text, versionStart);
  i = skipSpace(text, versionEnd);
  if (versionEnd === versionStart || text.charCodeAt(i) !== 47) return undefined;
  const transportStart = skipSpace(text, i + 1);
  const transportEnd = skipToken(text, transportStart);
  const hostStart = skipSpace(text, transportEnd);
  if (transportEnd === transportStart || hostStart === transportEnd) return undefined;
  const hostEnd = skipHost(text, hostStart);
  if (hostEnd === -1) return undefined;
  i = skipSpace(text, hostEnd);
  let port: number | undefined;
  if (text.charCodeAt(i) === 58) {
    const portStart = skipSpace(text, i + 1);
    const portEnd = skipToken(text, portStart);
    port = parsePort(text.slice(portStart, portEnd));
    if (port === undefined) return undefined;
    i = portEnd;
  }
  const params = new Map<string, string | true>();
  const end = readParams(text, i, params);
  if (end === -1) return undefined;
  const protocol = `${text.slice(nameStart, nameEnd)}/${text.slice(versionStart, versionEnd)}`.toUpperCase();
  const transport = text.slice(transportStart, transportEnd).toUpperCase();
  const host = bareHost(text.slice(hostStart, hostEnd));
  return {
    via: port === undefined ? { protocol, transport, host, params } : { protocol, transport, host, port, params },
    end,
  };
}

/** Reads one Via value; a list is not one value. */
export function parseVia(text: string): Via | undefined {
  const read = readVia(text, 0);
  return read !== undefined && read.end === text.length ? read.via : undefined;
}

/** Writes a Via value. */
export function formatVia(via: Via): string {
  const port = via.port === undefined ? '' : `:${via.port}`;
  return `${via.protocol}/${via.transport} ${bracketHost(via.host)}${port}${formatParams(via.params)}`;
}

/** The topmost Via value, or undefined when there is none or it is malformed. */
export function topVia(message: SipMessage): Via | undefined {
  const line = header(message, 'Via');
  return line === undefined ? undefined : readVia(line, 0)?.via;
}

/** Reads `number SP method`; leading zeros are allowed [SB-102]. */
export function parseCSeq(text: string): CSeq | undefined {
  const start = skipSpace(text, 0);
  const numberEnd = skipToken(text, start);
  const seq = parseDigits(text.slice(start, numberEnd), MAX_CSEQ);
  const methodStart = skipSpace(text, numberEnd);
  const method = text.slice(methodStart).trimEnd();
  return seq === undefined || methodStart === numberEnd || !isToken(method) ? undefined : { seq, method };
}

/** The CSeq of a message. Of a message from `parseMessage` it is always there. */
export function cseqOf(message: SipMessage): CSeq | undefined {
  const text = header(message, 'CSeq');
  return text === undefined ? undefined : parseCSeq(text);
}

/** The Call-ID of a message; compared byte by byte. */
export function callIdOf(message: SipMessage): string | undefined {
  return header(message, 'Call-ID');
}

/** The tag of From, or undefined (RFC 2543 peers have none). */
export function fromTag(message: SipMessage): string | undefined {
  return tagOf(header(message, 'From'));
}

/** The tag of To, or undefined outside a dialog. */
export function toTag(message: SipMessage): string | undefined {
  return tagOf(header(message, 'To'));
}

function tagOf(text: string | undefined): string | undefined {
  const tag = text === undefined ? undefined : parseNameAddr(text)?.params.get('tag');
  return tag === true ? undefined : tag;
}

/** Reads an Event value [RFC6665 8.2.1]: `dialog;id=7`. */
export function parseEvent(text: string): Event | undefined {
  const semicolon = text.indexOf(';');
  const name = (semicolon === -1 ? text : text.slice(0, semicolon)).trim();
  const params = semicolon === -1 ? new Map<string, string | true>() : parseParams(text.slice(semicolon));
  if (!isToken(name) || params === undefined) return undefined;
  const id = params.get('id');
  return id === undefined || id === true ? { package: name, params } : { package: name, id, params };
}

/**
 * The media types of Accept in lower case, without parameters and without those refused by q=0, in the order written.
 * Undefined when there is no Accept, which is not the same as an empty one [RFC3261 20.1] [SB-15].
 */
export function parseAccept(message: SipMessage): string[] | undefined {
  if (header(message, 'Accept') === undefined) return undefined;
  const types: string[] = [];
  for (const value of headerValues(message, 'Accept')) {
    const semicolon = value.indexOf(';');
    const type = (semicolon === -1 ? value : value.slice(0, semicolon)).replace(/[ \t]/g, '').toLowerCase();
    const q = semicolon === -1 ? undefined : parseParams(value.slice(semicolon))?.get('q');
    if (type !== '' && (typeof q !== 'string' || Number(q) !== 0)) types.push(type);
  }
  return types;
}

/** Reads a number of seconds [RFC3261 25.1 delta-seconds]; one above 2**32 - 1 is that [RFC3261 20.19]. */
export function parseDeltaSeconds(text: string): number | undefined {
  const digits = text.trim();
  if (parseDigits(digits, Number.POSITIVE_INFINITY) === undefined) return undefined;
  return Math.min(Number(digits), MAX_DELTA_SECONDS);
}

/** Reads WWW-Authenticate, Proxy-Authenticate, Authorization and their like: a scheme, then `name=value` with commas. */
export function parseAuth(text: string): Auth | undefined {
  const schemeStart = skipSpace(text, 0);
  const schemeEnd = skipToken(text, schemeStart);
  let i = skipSpace(text, schemeEnd);
  if (schemeEnd === schemeStart || i === schemeEnd) return undefined;
  const params = new Map<string, string>();
  while (i < text.length) {
    const nameEnd = skipToken(text, i);
    const equals = skipSpace(text, nameEnd);
    if (nameEnd === i || text.charCodeAt(equals) !== 61) return undefined;
    const name = text.slice(i, nameEnd).toLowerCase();
    const valueStart = skipSpace(text, equals + 1);
    const valueEnd =
      text.charCodeAt(valueStart) === 34 ? skipQuoted(text, valueStart) : skipAuthValue(text, valueStart);
    // A name that stands twice could be read in two ways by two readers, and is refused.
    if (valueEnd <= valueStart || params.has(name)) return undefined;
    params.set(name, unquote(text.slice(valueStart, valueEnd)));
    i = skipSpace(text, valueEnd);
    if (i === text.length) break;
    if (text.charCodeAt(i) !== 44) return undefined;
    i = skipSpace(text, i + 1);
  }
  return { scheme: text.slice(schemeStart, schemeEnd), params };
}

/** Unquoted values are tokens; a URI or base64 without quotes is let through up to the comma. */
function skipAuthValue(text: string, from: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (!isTokenChar(c) && c !== 47 && c !== 58 && c !== 61 && c !== 64) break;
  }
  return i;
}
