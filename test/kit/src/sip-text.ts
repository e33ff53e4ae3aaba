/**
 * The phone's own reading and writing of SIP. It shares nothing with the server's codec on purpose: an error made on
 * both sides of a test would not be seen.
 */
import type { Address } from '@linewatch/sip';

/** One header line: the full name in lower case, and the text. */
export type Field = readonly [name: string, value: string];

interface Heard {
  readonly headers: readonly Field[];
  readonly body: string;
  /** Octets that came after the header. */
  readonly bodyBytes: number;
  readonly raw: string;
  /** Who sent it. */
  readonly source: Address;
  /** When it came, ms since the epoch. */
  readonly at: number;
}

export interface HeardRequest extends Heard {
  readonly kind: 'request';
  readonly method: string;
  readonly requestUri: string;
}

/** `method` is the one of CSeq: what was answered. */
export interface HeardResponse extends Heard {
  readonly kind: 'response';
  readonly method: string;
  readonly status: number;
  readonly reason: string;
}

export type HeardMessage = HeardRequest | HeardResponse;

const longNames: Readonly<Record<string, string>> = {
  a: 'accept-contact', b: 'referred-by', c: 'content-type', e: 'content-encoding', f: 'from', i: 'call-id', k: 'supported',
  l: 'content-length', m: 'contact', o: 'event', r: 'refer-to', s: 'subject', t: 'to', u: 'allow-events', v: 'via',
}; // prettier-ignore

/** Reads one whole message. @returns undefined for keep-alives and for what is no SIP */
export function readMessage(bytes: Buffer, source: Address, at: number): HeardMessage | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [start = '', ...lines] = bytes
    .toString('utf8', 0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = lines.map(readField);
  const body = bytes.subarray(end + 4);
  const heard: Heard = {
    headers, body: body.toString('utf8'), bodyBytes: body.length, raw: bytes.toString('utf8'), source, at,
  }; // prettier-ignore
  const response = /^SIP\/2\.0 (\d{3}) (.*)$/.exec(start);
  if (response) {
    const method = fieldOf(headers, 'cseq')?.split(/\s+/)[1] ?? '';
    return { kind: 'response', ...heard, method, status: Number(response[1]), reason: response[2] ?? '' };
  }
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(start);
  if (!request) return undefined;
  return { kind: 'request', ...heard, method: request[1] ?? '', requestUri: request[2] ?? '' };
}

function readField(line: string): Field {
  const colon = line.indexOf(':');
  const name = line.slice(0, colon).trim().toLowerCase();
  return [longNames[name] ?? name, line.slice(colon + 1).trim()];
}

function fieldOf(fields: readonly Field[], name: string): string | undefined {
  return fields.find((field) => field[0] === name)?.[1];
}

/** The first header line of that name (full, any case), or undefined. */
export function headerOf(message: HeardMessage, name: string): string | undefined {
  return fieldOf(message.headers, name.toLowerCase());
}

/** All values of a header that may be a list, split at commas outside of quotes and angle brackets. */
export function listOf(message: HeardMessage, name: string): string[] {
  const lines = message.headers.filter((field) => field[0] === name.toLowerCase());
  return lines.flatMap(([, value]) => value.match(/(?:"(?:\\.|[^"])*"|<[^>]*>|[^,"<])+/g) ?? []).map((v) => v.trim());
}

/** The URI inside `"name" <uri>;params`, or of the bare form without its header parameters. */
export function uriOf(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value.split(';')[0]?.trim() ?? '';
}

/** A parameter after the angle brackets (or of a bare value), without quotes; '' when it has no value. */
export function paramOf(value: string, name: string): string | undefined {
  const tail = value.includes('>') ? value.slice(value.lastIndexOf('>') + 1) : value;
  const found = new RegExp(
    `;\\s*${name.replace(/[.+]/g, '\\$&')}(?:\\s*=\\s*("[^"]*"|[^;\\s]*))?(?=[;\\s]|$)`,
    'i',
  ).exec(tail);
  return found ? (found[1] ?? '').replace(/^"|"$/g, '') : undefined;
}

/** Where a request to that URI goes. Hosts are literal addresses in tests. */
export function addressOf(uri: string): Address {
  const authority = uri.replace(/^<?sips?:/, '').split(/[;?>]/)[0] ?? '';
  const hostPort = authority.slice(authority.lastIndexOf('@') + 1);
  const parts = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(hostPort);
  return { host: (parts?.[1] ?? hostPort).replace(/^\[|\]$/g, ''), port: Number(parts?.[2] ?? 5060) };
}

/** The user part of a SIP URI, unescaped; '' when there is none. */
export function userOf(uri: string): string {
  return decodeURIComponent(/^sips?:([^@;:]*)(?::[^@]*)?@/.exec(uri)?.[1] ?? '');
}

/** The number of CSeq; NaN when the header is missing. */
export function cseqOf(message: HeardMessage): number {
  return Number.parseInt(headerOf(message, 'cseq') ?? '', 10);
}

/** Call-ID, and both tags as they stand in the message. */
export function idsOf(message: HeardMessage): { callId: string; fromTag?: string; toTag?: string } {
  return {
    callId: headerOf(message, 'call-id') ?? '',
    fromTag: paramOf(headerOf(message, 'from') ?? '', 'tag'),
    toTag: paramOf(headerOf(message, 'to') ?? '', 'tag'),
  };
}

/** A message as text: the start line, the fields as given, Content-Length, the body. */
export function writeMessage(startLine: string, fields: readonly Field[], body = ''): string {
  const lines = fields.map(([name, value]) => `${name}: ${value}`);
  return [startLine, ...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}

/** The answer to a request, with the fields every answer copies [RFC3261 8.2.6.2]. */
export function writeAnswer(
  request: HeardRequest,
  status: number,
  reason: string,
  toTag: string,
  fields: readonly Field[] = [],
  body = '',
): string {
  const copied = request.headers.flatMap(([name, value]): Field[] => {
    if (name === 'via') return [['Via', value]];
    if (name === 'from') return [['From', value]];
    if (name === 'to')
      return [['To', paramOf(value, 'tag') === undefined && status > 100 ? `${value};tag=${toTag}` : value]];
    if (name === 'call-id') return [['Call-ID', value]];
    if (name === 'cseq') return [['CSeq', value]];
    return [];
  });
  return writeMessage(`SIP/2.0 ${status} ${reason}`, [...copied, ...fields], body);
}

/** One line that tells a person what a message was. */
export function summaryOf(message: HeardMessage): string {
  const cseq = cseqOf(message);
  if (message.kind === 'response') return `${message.status} ${message.reason} (to ${message.method} ${cseq})`;
  return `${message.method} ${userOf(message.requestUri) || message.requestUri} (CSeq ${cseq})`;
}
