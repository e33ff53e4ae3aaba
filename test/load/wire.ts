/**
 * SIP for the hot path of the load tool: one pass over the header lines, no objects per header, answers made by copying
 * lines. It reads what a well-behaved server writes (and compact names); it is no parser of everything.
 */

/** The lines that matter, as they stand in the message, each with its line end. Reused from message to message. */
export interface Scanned {
  text: string;
  via: string;
  from: string;
  to: string;
  callId: string;
  cseq: string;
  contact: string;
  recordRoute: string;
  state: string;
  expires: string;
  /** Where the body starts. */
  body: number;
}

export function newScanned(): Scanned {
  return {
    text: '',
    via: '',
    from: '',
    to: '',
    callId: '',
    cseq: '',
    contact: '',
    recordRoute: '',
    state: '',
    expires: '',
    body: 0,
  };
}

/** Reads a message into `into`. @returns false when it has no end of header */
export function scan(bytes: Buffer, into: Scanned): boolean {
  const text = bytes.toString('latin1');
  into.text = text;
  into.via =
    into.from =
    into.to =
    into.callId =
    into.cseq =
    into.contact =
    into.recordRoute =
    into.state =
    into.expires =
      '';
  let at = text.indexOf('\r\n') + 2;
  if (at === 1) return false;
  for (;;) {
    const end = text.indexOf('\r\n', at);
    if (end < 0) return false;
    if (end === at) break;
    const next = end + 2;
    const length = text.indexOf(':', at) - at;
    // The first letter and the length of a name tell the few that matter apart; ' ' | 32 stays ' '.
    switch (text.charCodeAt(at) | 32) {
      case 118: // v, Via
        if (length === 3 || length === 1) into.via += text.slice(at, next);
        break;
      case 102: // f, From
        if (length === 4 || length === 1) into.from = text.slice(at, next);
        break;
      case 116: // t, To
        if (length === 2 || length === 1) into.to = text.slice(at, next);
        break;
      case 105: // i
        if (length === 1) into.callId = text.slice(at, next);
        break;
      case 109: // m
        if (length === 1) into.contact = text.slice(at, next);
        break;
      case 99: // Call-ID, Contact, CSeq
        if (length === 4) into.cseq = text.slice(at, next);
        else if (length === 7) {
          if ((text.charCodeAt(at + 1) | 32) === 97) into.callId = text.slice(at, next);
          else into.contact = text.slice(at, next);
        }
        break;
      case 101: // Expires
        if (length === 7) into.expires = text.slice(at, next);
        break;
      case 114: // Record-Route
        if (length === 12) into.recordRoute += text.slice(at, next);
        break;
      case 115: // Subscription-State
        if (length === 18) into.state = text.slice(at, next);
        break;
    }
    at = next;
  }
  into.body = at + 2;
  return true;
}

/** The value of a scanned line, without its name and line end. */
export function valueOf(line: string): string {
  return line.slice(line.indexOf(':') + 1).trim();
}

/** The number of a CSeq line. */
export function cseqNumber(line: string): number {
  return Number.parseInt(line.slice(line.indexOf(':') + 1), 10);
}

/** The number after a prefix such as `s` in a Call-ID or branch made here; -1 when it is none of ours. */
export function indexAfter(line: string, mark: string): number {
  const at = line.indexOf(mark);
  if (at < 0) return -1;
  const value = Number.parseInt(line.slice(at + mark.length, at + mark.length + 12), 10);
  return Number.isNaN(value) ? -1 : value;
}

/** The answer to the scanned request: its Via, From, To, Call-ID and CSeq lines, and what is given. */
export function answerTo(request: Scanned, status: string, toTag = '', more = '', body = ''): string {
  const to = toTag && !/;\s*tag=/i.test(request.to) ? `${request.to.trimEnd()};tag=${toTag}\r\n` : request.to;
  return `SIP/2.0 ${status}\r\n${request.via}${request.from}${to}${request.callId}${request.cseq}${more}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** The hot answer: 200 to a NOTIFY, whose To has its tag. */
export function okTo(notify: Scanned): string {
  return `SIP/2.0 200 OK\r\n${notify.via}${notify.from}${notify.to}${notify.callId}${notify.cseq}Content-Length: 0\r\n\r\n`;
}

/** The lamp of a NOTIFY: 0 unknown, 1 idle, 2 in use, as `lamp-judge.ts` counts them. Looks for words, parses nothing. */
export function lampIn(text: string, body: number, eventPackage: 'presence' | 'dialog'): number {
  if (body >= text.length) return 0;
  if (eventPackage === 'presence') {
    if (text.indexOf('on-the-phone', body) >= 0) return 2;
    return text.indexOf('>open<', body) >= 0 ? 1 : 0;
  }
  for (const word of ['>early<', '>confirmed<', '>trying<', '>proceeding<'])
    if (text.indexOf(word, body) >= 0) return 2;
  return text.indexOf('<dialog-info', body) >= 0 ? 1 : 0;
}

/** Route lines of in-dialog requests: the Record-Route of an answer, reversed. */
export function routesOf(recordRoute: string): string {
  const values = recordRoute.split('\r\n').flatMap((line) => (line ? valueOf(line).split(',') : []));
  return values.reverse().map((value) => `Route: ${value.trim()}\r\n`).join(''); // prettier-ignore
}

/** The URI in a Contact line. */
export function uriIn(contact: string): string {
  const open = contact.indexOf('<');
  return open < 0 ? (valueOf(contact).split(';')[0] ?? '') : contact.slice(open + 1, contact.indexOf('>', open));
}
