/**
 * Bytes to messages [RFC3261 7, 25]. One pass over the header, no regular expression, values kept as text.
 *
 *     start-line CRLF
 *     *( name [SP] ":" value *( CRLF (SP / HT) value ) CRLF )
 *     CRLF
 *     [ body ]
 *
 * What identifies a message is checked here, so that everything behind can rely on it: start line, Via, From, To,
 * Call-ID, CSeq, Max-Forwards, Contact, Content-Length. All other fields are read when somebody asks.
 */
import { isUtf8 } from 'node:buffer';
import { failure, type ParseFailure } from './failure';
import { canonicalName } from './header-names';
import { parseCSeq, parseNameAddr, readVia } from './headers';
import { isToken, parseDigits, skipSpace, skipToken, SPACE, splitList, TAB } from './lexical';
import { EMPTY_BODY, type HeaderField, type SipMessage } from './message';
import { looksLikeUri, parseUri, schemeOf } from './uri';

const CR = 13;
const LF = 10;
const END_OF_HEADER = Buffer.from('\r\n\r\n');

/** Either the message, or what is wrong with it. */
type Checked<T> = { readonly ok: T } | { readonly wrong: string; readonly status?: 505 };

type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly requestUri: string }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string };

/**
 * Reads one message from a datagram, or from the exact bytes a `StreamFramer` cut out [SB-102] [SB-105]. Header text is
 * UTF-8 (Latin-1 where it is no UTF-8). `body` shares the memory of `datagram`; without Content-Length it goes to the end.
 * @returns the message, or a failure which `failureResponse` turns into the answer; never throws
 */
export function parseMessage(datagram: Buffer): SipMessage | ParseFailure {
  const start = skipLineBreaks(datagram);
  const end = datagram.indexOf(END_OF_HEADER, start);
  const head = decode(datagram, start, end === -1 ? datagram.length : end);
  if (end === -1) return failure(400, 'No Empty Line After Header', head);

  const lineEnd = head.indexOf('\r\n');
  const startLine = parseStartLine(lineEnd === -1 ? head : head.slice(0, lineEnd));
  if ('wrong' in startLine) return failure(startLine.status ?? 400, startLine.wrong, head);
  const fields = parseFields(head, lineEnd === -1 ? head.length : lineEnd + 2);
  if ('wrong' in fields) return failure(400, fields.wrong, head);
  const { headers, contentLength } = fields.ok;
  const wrong = checkFields(fields.ok, startLine.ok.kind === 'request' ? startLine.ok.method : undefined);
  if (wrong !== undefined) return failure(400, wrong, head);

  const bodyStart = end + END_OF_HEADER.length;
  const bodyEnd = contentLength === undefined ? datagram.length : bodyStart + contentLength;
  if (bodyEnd > datagram.length) return failure(400, 'Body Shorter Than Content-Length', head);
  const body = bodyEnd === bodyStart ? EMPTY_BODY : datagram.subarray(bodyStart, bodyEnd);
  const first = startLine.ok;
  return first.kind === 'request'
    ? { kind: 'request', method: first.method, requestUri: first.requestUri, headers, body }
    : { kind: 'response', status: first.status, reason: first.reason, headers, body };
}

/** Line breaks before the start line are passed over [RFC3261 7.5]. */
function skipLineBreaks(bytes: Buffer): number {
  let i = 0;
  while (bytes[i] === CR || bytes[i] === LF) i++;
  return i;
}

/** Header bytes as text: UTF-8, or Latin-1 of old phones which is no UTF-8. */
export function decode(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  if (!text.includes('\ufffd') || isUtf8(bytes.subarray(start, end))) return text;
  return bytes.toString('latin1', start, end);
}

function parseStartLine(line: string): Checked<StartLine> {
  return line.startsWith('SIP/') || line.startsWith('sip/') ? parseStatusLine(line) : parseRequestLine(line);
}

/** `Method SP Request-URI SP SIP-Version`, single spaces [RFC3261 7.1]. */
function parseRequestLine(line: string): Checked<StartLine> {
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  const version = line.slice(last + 1).toUpperCase();
  if (version !== 'SIP/2.0') {
    return isSipVersion(version)
      ? { wrong: 'Version Not Supported', status: 505 }
      : { wrong: 'Malformed Request-Line' };
  }
  const method = line.slice(0, first);
  if (!isToken(method)) return { wrong: 'Malformed Request-Line' };
  const requestUri = line.slice(first + 1, last);
  return isRequestUri(requestUri)
    ? { ok: { kind: 'request', method, requestUri } }
    : { wrong: 'Malformed Request-URI' };
}

/** sip and sips are checked whole, and bear no headers in a Request-URI [RFC3261 19.1.1]; what other schemes mean is not for us. */
function isRequestUri(text: string): boolean {
  const scheme = schemeOf(text);
  if (scheme !== 'sip' && scheme !== 'sips') return looksLikeUri(text);
  return parseUri(text)?.headers === '';
}

/** `SIP/` with two numbers of any kind. */
function isSipVersion(text: string): boolean {
  const dot = text.indexOf('.');
  return text.startsWith('SIP/') && isNumber(text.slice(4, dot)) && isNumber(text.slice(dot + 1));
}

function isNumber(text: string): boolean {
  return parseDigits(text, Number.POSITIVE_INFINITY) !== undefined;
}

/** `SIP-Version SP 3DIGIT SP Reason-Phrase`; the phrase may be empty [RFC3261 7.2]. */
function parseStatusLine(line: string): Checked<StartLine> {
  if (line.slice(3, 8) !== '/2.0 ') {
    const version = line.slice(0, (line + ' ').indexOf(' ')).toUpperCase();
    const unknown = isSipVersion(version) && version !== 'SIP/2.0';
    return unknown ? { wrong: 'Version Not Supported', status: 505 } : { wrong: 'Malformed Status-Line' };
  }
  const status = parseDigits(line.slice(8, 11), 699);
  const space = line.charCodeAt(11);
  if (status === undefined || status < 100 || (space !== SPACE && line.length > 11))
    return { wrong: 'Malformed Status-Line' };
  return { ok: { kind: 'response', status, reason: line.slice(12) } };
}

/** The fields, and those of them that are checked. */
interface Fields {
  readonly headers: HeaderField[];
  vias: string[];
  contacts: string[];
  from?: string;
  to?: string;
  callId?: string;
  cseq?: string;
  maxForwards?: string;
  contentType?: string;
  contentLength?: number;
}

function parseFields(head: string, from: number): Checked<Fields> {
  const fields: Fields = { headers: [], vias: [], contacts: [] };
  let i = from;
  while (i < head.length) {
    const nameEnd = skipToken(head, i);
    const colon = skipSpace(head, nameEnd);
    if (nameEnd === i || head.charCodeAt(colon) !== 58) return { wrong: 'Malformed Header Line' };
    const name = canonicalName(head.slice(i, nameEnd));

    let lineEnd = endOfLine(head, colon + 1);
    if (lineEnd === -1) return { wrong: 'Bare CR Or LF In Header' };
    let value = trimmed(head, colon + 1, lineEnd);
    i = lineEnd + 2;
    while (isSpace(head.charCodeAt(i))) {
      lineEnd = endOfLine(head, i);
      if (lineEnd === -1) return { wrong: 'Bare CR Or LF In Header' };
      const more = trimmed(head, i, lineEnd);
      if (more !== '') value = value === '' ? more : `${value} ${more}`;
      i = lineEnd + 2;
    }

    fields.headers.push({ name, value });
    const wrong = keepChecked(fields, name, value);
    if (wrong !== undefined) return { wrong };
  }
  return { ok: fields };
}

/** Where the line ends that goes on at `from`: at its CR, or at the end of the header; -1 when CR or LF stands alone. */
function endOfLine(head: string, from: number): number {
  const cr = head.indexOf('\r', from);
  const lf = head.indexOf('\n', from);
  if (cr === -1) return lf === -1 ? head.length : -1;
  return lf === cr + 1 ? cr : -1;
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** The text between two positions without the white space around it. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Notes a field that is checked. A field that may stand once and stands twice makes the message ambiguous. */
function keepChecked(fields: Fields, name: string, value: string): string | undefined {
  switch (name) {
    case 'Via':
      fields.vias.push(value);
      return undefined;
    case 'Contact':
      fields.contacts.push(value);
      return undefined;
    case 'From':
      if (fields.from !== undefined) return 'More Than One From';
      fields.from = value;
      return undefined;
    case 'To':
      if (fields.to !== undefined) return 'More Than One To';
      fields.to = value;
      return undefined;
    case 'Call-ID':
      if (fields.callId !== undefined) return 'More Than One Call-ID';
      fields.callId = value;
      return undefined;
    case 'CSeq':
      if (fields.cseq !== undefined) return 'More Than One CSeq';
      fields.cseq = value;
      return undefined;
    case 'Max-Forwards':
      if (fields.maxForwards !== undefined) return 'More Than One Max-Forwards';
      fields.maxForwards = value;
      return undefined;
    case 'Content-Type':
      if (fields.contentType !== undefined) return 'More Than One Content-Type';
      fields.contentType = value;
      return undefined;
    case 'Content-Length':
      if (fields.contentLength !== undefined) return 'More Than One Content-Length';
      fields.contentLength = parseDigits(value, Number.MAX_SAFE_INTEGER);
      return fields.contentLength === undefined ? 'Malformed Content-Length' : undefined;
    default:
      return undefined;
  }
}

/** What is wrong with the fields every message needs [RFC3261 8.1.1, 20], or undefined. `method` is a request's. */
function checkFields(fields: Fields, method: string | undefined): string | undefined {
  if (fields.vias.length === 0) return 'Missing Via';
  if (fields.from === undefined) return 'Missing From';
  if (fields.to === undefined) return 'Missing To';
  if (fields.callId === undefined) return 'Missing Call-ID';
  if (fields.cseq === undefined) return 'Missing CSeq';
  for (const line of fields.vias) if (!isViaLine(line)) return 'Malformed Via';
  if (parseNameAddr(fields.from) === undefined) return 'Malformed From';
  if (parseNameAddr(fields.to) === undefined) return 'Malformed To';
  if (fields.callId === '' || fields.callId.includes(' ') || fields.callId.includes('\t')) return 'Malformed Call-ID';
  const cseq = parseCSeq(fields.cseq);
  if (cseq === undefined) return 'Malformed CSeq';
  if (method !== undefined && cseq.method !== method) return 'CSeq Method Does Not Match Request-Line';
  if (fields.maxForwards !== undefined && parseDigits(fields.maxForwards, 255) === undefined)
    return 'Malformed Max-Forwards';
  for (const line of fields.contacts) if (!isContactLine(line)) return 'Malformed Contact';
  return undefined;
}

function isViaLine(line: string): boolean {
  let at = 0;
  for (;;) {
    const read = readVia(line, at);
    if (read === undefined) return false;
    if (read.end === line.length) return true;
    at = read.end + 1;
  }
}

function isContactLine(line: string): boolean {
  return line === '*' || splitList(line).every((value) => parseNameAddr(value) !== undefined);
}
