/** What every SIP message must have, whoever sends it. */
import { headerOf, paramOf, summaryOf, type HeardMessage } from './sip-text';

/** What is wrong with a message by itself, one sentence each [RFC3261 8.1.1, 8.2.6.2, 18.3, 20.14]. */
export function faultsOf(message: HeardMessage): string[] {
  const what = summaryOf(message);
  const mandatory = ['via', 'from', 'to', 'call-id', 'cseq', ...(message.kind === 'request' ? ['max-forwards'] : [])];
  const missing = mandatory.filter((name) => headerOf(message, name) === undefined);
  const length = headerOf(message, 'content-length');
  const branch = paramOf(headerOf(message, 'via') ?? '', 'branch');
  const faults: [boolean, string][] = [
    [missing.length > 0, `${what} lacks ${missing.join(', ')} [RFC3261 8.1.1]`],
    [
      length !== undefined && Number(length) !== message.bodyBytes,
      `${what}: Content-Length ${length}, ${message.bodyBytes} octets came [SB-49]`,
    ],
    [message.bodyBytes > 0 && !headerOf(message, 'content-type'), `${what} has a body without Content-Type`],
    [message.kind === 'request' && !branch?.startsWith('z9hG4bK'), `${what}: no branch of RFC 3261`],
  ];
  return faults.flatMap(([isFault, sentence]) => (isFault ? [sentence] : []));
}
