import fc from 'fast-check';
import { failureResponse } from './failure';
import { type Frame, isKeepAlive, StreamFramer } from './framing';

const message = (body: string, extra = ''): string =>
  `OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n${extra}Content-Length: ${body.length}\r\n\r\n${body}`;

/** Frames as comparable text. */
const text = (frames: readonly Frame[]): string[] =>
  frames.map((frame) =>
    Buffer.isBuffer(frame) ? frame.toString('latin1') : typeof frame === 'string' ? frame : frame.reason,
  );

const A = message('');
const B = message('body\r\n\r\nof b');
const STREAMS: readonly [string, string, readonly string[]][] = [
  ['one message', A, [A]],
  ['several messages in one segment', A + B + A, [A, B, A]],
  [
    'pings around messages',
    `\r\n\r\n${A}\r\n\r\n\r\n\r\n${B}\r\n\r\n`,
    ['keepalive-ping', A, 'keepalive-ping', 'keepalive-ping', B, 'keepalive-ping'],
  ],
  ['single line breaks between messages', `\r\n${A}\r\n${B}`, [A, B]],
  ['three line breaks', `\r\n\r\n\r\n${A}`, ['keepalive-ping', A]],
  [
    'a folded compact Content-Length',
    A.replace('Content-Length: 0', 'l :\r\n 0'),
    [A.replace('Content-Length: 0', 'l :\r\n 0')],
  ],
  ['no Content-Length', A.replace('Content-Length', 'X') + B, ['Content-Length Missing Or Malformed']],
  ['two Content-Lengths', message('', 'l: 0\r\n') + B, ['Content-Length Missing Or Malformed']],
  ['a negative Content-Length', A.replace(': 0', ': -1'), ['Content-Length Missing Or Malformed']],
  ['a lying Content-Length', A.replace(': 0', ': 4294967295'), ['Body Too Large']],
  ['a lone CR between messages', `${A}\rX${A}`, [A, 'Bare CR Or LF Between Messages']],
  ['a lone LF between messages', `${A}\n${A}`, [A, 'Bare CR Or LF Between Messages']],
  ['a header without end', `OPTIONS ${'x'.repeat(4096)}`, ['Header Too Large']],
  ['nothing yet', A.slice(0, -2), []],
];
const LIMITS = { maxHeaderBytes: 1024, maxBodyBytes: 1024 };

describe.each(STREAMS)('a stream of %s [SB-104]', (_, stream, expected) => {
  it('is cut the same whole, byte by byte, and split at every byte', () => {
    const bytes = Buffer.from(stream, 'latin1');
    expect(text(new StreamFramer(LIMITS).push(bytes))).toEqual(expected);

    const slow = new StreamFramer(LIMITS);
    const frames = [...bytes].flatMap((byte) => slow.push(Buffer.from([byte])));
    expect(text(frames)).toEqual(expected);

    for (let at = 1; at < bytes.length; at++) {
      const framer = new StreamFramer(LIMITS);
      const both = [...framer.push(bytes.subarray(0, at)), ...framer.push(bytes.subarray(at))];
      expect(text(both)).toEqual(expected);
    }
  });
});

it('a malformed stream is read no further, and its request can be answered', () => {
  const framer = new StreamFramer(LIMITS);
  const [failed] = framer.push(Buffer.from(A.replace(': 0', ': 9999')));
  if (failed === undefined || Buffer.isBuffer(failed) || typeof failed === 'string') throw new Error('not refused');
  expect(failureResponse(failed)?.status).toBe(513);
  expect(framer.malformed).toBe(true);
  expect(framer.push(Buffer.from(A))).toEqual([]);
  expect(framer.held).toBe(0);
});

it('a message given out does not change when the stream goes on', () => {
  const framer = new StreamFramer();
  framer.push(Buffer.from(B.slice(0, 10)));
  const [first] = framer.push(Buffer.from(B.slice(10)));
  framer.push(Buffer.from(A.slice(0, 50)));
  expect(String(first)).toBe(B);
});

it('any bytes in any pieces: never a throw, never more held than the limits, the same frames whatever the pieces', () => {
  const piece = fc.oneof(
    fc.constantFrom(A, B, '\r\n', '\r', '\n', 'l: 5\r\n', 'OPTIONS '),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(400), { maxLength: 12 }), (pieces, cuts) => {
      const bytes = Buffer.from(pieces.join(''), 'latin1');
      const whole = text(new StreamFramer(LIMITS).push(bytes));
      const framer = new StreamFramer(LIMITS);
      const frames: Frame[] = [];
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        frames.push(...framer.push(bytes.subarray(at, at + cut)));
        at += cut;
        expect(framer.held).toBeLessThanOrEqual(LIMITS.maxHeaderBytes + LIMITS.maxBodyBytes + 4);
      }
      expect(text(frames)).toEqual(whole);
    }),
    { numRuns: 300 },
  );
});

it.each([
  ['\r\n\r\n', true],
  ['\0\0\0\0', true],
  ['', true],
  [A, false],
])('a datagram %j as a keep-alive', (datagram, expected) => {
  expect(isKeepAlive(Buffer.from(datagram))).toBe(expected);
});
