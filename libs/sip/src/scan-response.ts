/** The shortest way through a response: what a client transaction is found by, and nothing else. */
import { parseDigits, skipToken } from './lexical';

/** Status, the branch of the top Via, and CSeq. */
export interface ScannedResponse {
  readonly status: number;
  readonly branch: string;
  readonly cseq: number;
  readonly method: string;
}

const CRLF = '\r\n';

/**
 * Reads a response without making a message of it: for the 200 to NOTIFY, which is all that most datagrams are. Undefined
 * means "take `parseMessage`": a request, a malformed response, or one that is folded or written unusually. Nothing but
 * what is returned has been checked.
 */
export function scanResponse(datagram: Buffer): ScannedResponse | undefined {
  if (datagram[0] !== 83 || datagram.length > 4096) return undefined;
  const text = datagram.toString('latin1');
  if (!text.startsWith('SIP/2.0 ')) return undefined;
  const status = parseDigits(text.slice(8, 11), 699);
  let lineEnd = text.indexOf(CRLF, 11);
  if (status === undefined || status < 100 || (text.charCodeAt(11) !== 32 && lineEnd !== 11)) return undefined;

  let branch: string | undefined;
  let cseq: number | undefined;
  let method = '';
  while (lineEnd !== -1) {
    const start = lineEnd + 2;
    lineEnd = text.indexOf(CRLF, start);
    if (lineEnd === -1) return undefined;
    if (lineEnd === start) break;
    const first = text.charCodeAt(start) | 32;
    if (first === 118 && branch === undefined) {
      const value = valueStart(text, start, 'via', 'v');
      if (value === -1) continue;
      branch = branchBetween(text, value, lineEnd);
      if (branch === undefined) return undefined;
    } else if (first === 99 && cseq === undefined) {
      const value = valueStart(text, start, 'cseq', 'cseq');
      if (value === -1) continue;
      const space = text.indexOf(' ', value);
      cseq = space === -1 ? undefined : parseDigits(text.slice(value, space), 2 ** 31 - 1);
      method = text.slice(space + 1, lineEnd);
      if (cseq === undefined || method === '' || skipToken(method, 0) !== method.length) return undefined;
    }
    // The next line may continue this one.
    const next = text.charCodeAt(lineEnd + 2);
    if ((next === 32 || next === 9) && (first === 118 || first === 99)) return undefined;
  }
  return branch === undefined || cseq === undefined ? undefined : { status, branch, cseq, method };
}

/** Where the value of a line begins that has one of two names followed by a colon, or -1. */
function valueStart(text: string, start: number, name: string, compact: string): number {
  const colon = text.indexOf(':', start);
  const found = text.slice(start, colon).toLowerCase();
  if (found !== name && found !== compact) return -1;
  return text.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1;
}

/** The branch of the first Via value between two positions. */
function branchBetween(text: string, from: number, to: number): string | undefined {
  const at = text.indexOf(';branch=', from);
  if (at === -1 || at >= to) return undefined;
  const start = at + 8;
  const end = skipToken(text, start);
  const comma = text.indexOf(',', from);
  if (end === start || (comma !== -1 && comma < at)) return undefined;
  return text.slice(start, end);
}
