import fc from 'fast-check';
import {
  fillReceivedAndRport,
  request,
  responseTarget,
  responseTo,
  withHeader,
  withoutHeader,
  prependHeader,
} from './build';
import { failureResponse, type ParseFailure } from './failure';
import { header, headerLines, type SipMessage, type SipRequest } from './message';
import { parseMessage } from './parse';
import { scanResponse } from './scan-response';
import { serialize } from './serialize';

const BASE = [
  'Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK1',
  'From: <sip:3002@10.0.0.1>;tag=f',
  'To: <sip:3001@10.0.0.1>',
  'Call-ID: c1',
  'CSeq: 1 SUBSCRIBE',
];

const bytes = (lines: readonly string[], body = '', first = 'SUBSCRIBE sip:3001@10.0.0.1 SIP/2.0'): Buffer =>
  Buffer.from([first, ...lines, '', body].join('\r\n'), 'utf8');

function parsed(datagram: Buffer): SipRequest {
  const message = parseMessage(datagram);
  if (message.kind !== 'request') throw new Error(message.kind === 'failure' ? message.reason : 'a response');
  return message;
}

function refused(datagram: Buffer): ParseFailure {
  const message = parseMessage(datagram);
  if (message.kind !== 'failure') throw new Error('accepted');
  return message;
}

describe('what a datagram may look like', () => {
  it('compact names, any case, folding and spaces before the colon are read [SB-102]', () => {
    const message = parsed(bytes([...BASE, 'O : dialog', ' ;id=1', '\t;x=y', 'sUPPORTED:a', 'k: b']));
    expect(header(message, 'Event')).toBe('dialog ;id=1 ;x=y');
    expect(headerLines(message, 'Supported')).toEqual(['a', 'b']);
  });

  it('line breaks before the start line are passed over [RFC3261 7.5]', () => {
    expect(parsed(Buffer.concat([Buffer.from('\r\n\r\n'), bytes(BASE)])).method).toBe('SUBSCRIBE');
  });

  it('header text is UTF-8, and Latin-1 where it is no UTF-8', () => {
    const utf8 = bytes([...BASE, 'Subject: Büro']);
    expect(header(parsed(utf8), 'Subject')).toBe('Büro');
    const latin1 = Buffer.from(utf8.toString('utf8'), 'latin1');
    expect(header(parsed(latin1), 'Subject')).toBe('Büro');
  });

  it.each([
    ['longer than Content-Length: the rest is ignored', ['Content-Length: 2'], 'abcd', 'ab'],
    ['without Content-Length: it goes to the end', [], 'abcd', 'abcd'],
    ['empty', ['l:0'], '', ''],
  ])('a body %s [SB-105]', (_, lines, body, expected) => {
    expect(parsed(bytes([...BASE, ...lines], body)).body.toString()).toBe(expected);
  });

  it('a body shorter than Content-Length MUST be answered 400 [SB-105]', () => {
    expect(refused(bytes([...BASE, 'Content-Length: 5'], 'abcd')).status).toBe(400);
    expect(refused(bytes([...BASE, 'Content-Length: 4294967296'], 'abcd')).status).toBe(400);
  });

  it('unknown URI schemes are let through: 416 is the transaction user’s answer [SB-110]', () => {
    expect(parsed(bytes(BASE, '', 'SUBSCRIBE foo:bar SIP/2.0')).requestUri).toBe('foo:bar');
  });
});

describe('what is malformed', () => {
  it.each([
    ['SUBSCRIBE sip:a@b SIP/3.0', 505],
    ['SUBSCRIBE sip:a@b', 400],
    ['SUBSCRIBE sip:a@b HTTP/1.1', 400],
    ['SUBSCRIBE  sip:a@b SIP/2.0', 400],
    ['SUB<CRIBE sip:a@b SIP/2.0', 400],
    ['SIP/2.0', 400],
  ])('the start line %s is refused with %i', (first, status) => {
    expect(refused(bytes(BASE, '', first)).status).toBe(status);
  });

  it.each(['Via', 'From', 'To', 'Call-ID', 'CSeq'])('a request without %s is refused [RFC3261 8.1.1]', (name) => {
    const failed = refused(bytes(BASE.filter((line) => !line.startsWith(`${name}:`))));
    expect(failed.reason).toBe(`Missing ${name}`);
    expect(failureResponse(failed) === undefined).toBe(name === 'Via');
  });

  it.each([
    ['no colon', 'Nonsense'],
    ['an empty name', ': x'],
    ['a lone CR', 'Subject: a\rb'],
    ['a lone LF', 'Subject: a\nb'],
    ['a second To', 'To: <sip:x@y>'],
    ['Max-Forwards above 255', 'Max-Forwards: 256'],
    ['a Contact that is none', 'Contact: nobody'],
    ['a star among contacts', 'Contact: *, <sip:a@b>'],
  ])('a header line with %s is refused', (_, line) => {
    expect(refused(bytes([...BASE, line])).status).toBe(400);
  });

  it('the answer carries what identifies the request, source and a To tag that is always the same [RFC3261 8.2.7]', () => {
    const failed = refused(bytes([...BASE, 'Max-Forwards: x']));
    const answer = failureResponse(failed, { host: '10.9.9.9', port: 1024 })!;
    expect(answer.status).toBe(400);
    expect(header(answer, 'Via')).toBe('SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK1;received=10.9.9.9');
    expect(header(answer, 'To')).toMatch(/^<sip:3001@10.0.0.1>;tag=[0-9a-f]{8}$/);
    expect(failureResponse(failed, { host: '10.9.9.9', port: 1024 })).toEqual(answer);
    expect(parseMessage(serialize(answer)).kind).toBe('response');
  });

  it('a malformed ACK or response is never answered', () => {
    const ack = BASE.map((line) => line.replace('SUBSCRIBE', 'ACK'));
    expect(failureResponse(refused(bytes([...ack, 'l: x'], '', 'ACK sip:a@b SIP/2.0')))).toBeUndefined();
    expect(failureResponse(refused(bytes([...BASE, 'l: x'], '', 'SIP/2.0 200 OK')))).toBeUndefined();
  });

  it('text of nothing but quotes, commas or semicolons is read in a blink', () => {
    for (const fill of ['"\\"', ',', ';', ' ;', '<', '\r\n ', '%', ':', '=']) {
      const datagram = bytes([...BASE, `Contact: ${fill.repeat(60_000 / fill.length)}`]);
      expect(['request', 'failure']).toContain(parseMessage(datagram).kind);
    }
  });
});

describe('building', () => {
  const source = { host: '192.0.2.7', port: 40000 };

  it.each([
    ['SIP/2.0/UDP 192.0.2.7;branch=b', 'SIP/2.0/UDP 192.0.2.7;branch=b', { host: '192.0.2.7', port: 5060 }],
    [
      'SIP/2.0/UDP h:5070;branch=b',
      'SIP/2.0/UDP h:5070;branch=b;received=192.0.2.7',
      { host: '192.0.2.7', port: 5070 },
    ],
    [
      'SIP/2.0/UDP 192.0.2.7;rport;branch=b',
      'SIP/2.0/UDP 192.0.2.7;rport=40000;branch=b;received=192.0.2.7',
      { host: '192.0.2.7', port: 40000 },
    ],
    ['SIP/2.0/UDP h;received=8.8.8.8', 'SIP/2.0/UDP h;received=192.0.2.7', { host: '192.0.2.7', port: 5060 }],
    [
      'SIP/2.0/UDP h, SIP/2.0/UDP i',
      'SIP/2.0/UDP h;received=192.0.2.7, SIP/2.0/UDP i',
      { host: '192.0.2.7', port: 5060 },
    ],
  ])('the Via %s becomes %s [RFC3581 4] [SB-100] [SB-101]', (via, filled, target) => {
    const message = fillReceivedAndRport(parsed(bytes([`Via: ${via}`, ...BASE.slice(1)])), source);
    expect(header(message, 'Via')).toBe(filled);
    expect(responseTarget(responseTo(message, 200))).toEqual(target);
  });

  it('a response copies what it MUST, adds the tag once, and Record-Route where a dialog may come of it [RFC3261 8.2.6.2]', () => {
    const message = parsed(bytes([...BASE, 'Record-Route: <sip:p;lr>', 'Timestamp: 1', 'Subject: s']));
    const ok = responseTo(message, 200, undefined, { toTag: 't', headers: [{ name: 'o', value: 'dialog' }] });
    expect(ok.headers.map((field) => field.name)).toEqual([
      'Via',
      'From',
      'To',
      'Call-ID',
      'CSeq',
      'Record-Route',
      'Event',
    ]);
    expect([ok.reason, header(ok, 'To')]).toEqual(['OK', '<sip:3001@10.0.0.1>;tag=t']);
    const trying = responseTo(message, 100, undefined, { toTag: 't' });
    expect([header(trying, 'To'), header(trying, 'Timestamp')]).toEqual(['<sip:3001@10.0.0.1>', '1']);
    const inDialog = responseTo(withHeader(message, 'To', '<sip:a@b>;tag=old'), 481, undefined, { toTag: 't' });
    expect(header(inDialog, 'To')).toBe('<sip:a@b>;tag=old');
    expect(header(inDialog, 'Record-Route')).toBeUndefined();
  });

  it('fields are replaced in place, removed and put first', () => {
    const message = parsed(bytes([...BASE, 'Supported: a', 'Supported: b']));
    expect(headerLines(withHeader(message, 'k', 'c'), 'Supported')).toEqual(['c']);
    expect(headerLines(withoutHeader(message, 'k'), 'Supported')).toEqual([]);
    expect(prependHeader(message, 'v', 'x').headers[0]).toEqual({ name: 'Via', value: 'x' });
  });

  it('a line break inside a value never starts another line', () => {
    const message = request({ method: 'OPTIONS', uri: 'sip:a@b', via: 'SIP/2.0/UDP h', from: '<sip:a@b>;tag=1', to: '<sip:c@d>', callId: 'x', cseq: 1,
      headers: [{ name: 'Subject', value: 'a\r\nEvil: 1' }] }); // prettier-ignore
    expect(header(parsed(serialize(message)), 'Evil')).toBeUndefined();
  });
});

describe('scanResponse', () => {
  const ok = (lines: readonly string[]): Buffer => bytes(lines, '', 'SIP/2.0 200 OK');

  it('reads what a client transaction is found by', () => {
    expect(scanResponse(ok(BASE))).toEqual({ status: 200, branch: 'z9hG4bK1', cseq: 1, method: 'SUBSCRIBE' });
    const compact = BASE.map((line) => line.replace('Via', 'v'));
    expect(scanResponse(ok(compact))?.branch).toBe('z9hG4bK1');
  });

  it.each([
    ['a request', bytes(BASE)],
    ['a folded Via', ok(['Via: SIP/2.0/UDP h', ' ;branch=z', ...BASE.slice(1)])],
    ['a folded CSeq', ok([...BASE.slice(0, 4), 'CSeq: 1', ' NOTIFY'])],
    ['no branch', ok(['Via: SIP/2.0/UDP h', ...BASE.slice(1)])],
    ['a branch of the second Via only', ok(['Via: SIP/2.0/UDP h, SIP/2.0/UDP i;branch=z', ...BASE.slice(1)])],
    ['no end', Buffer.from('SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z\r\nCSeq: 1 NOTIFY\r\n')],
    ['a status of four digits', bytes(BASE, '', 'SIP/2.0 2000 OK')],
  ])('leaves %s to parseMessage', (_, datagram) => {
    expect(scanResponse(datagram)).toBeUndefined();
  });
});

const token = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,12}$/);
const value = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .map((text) => text.replace(/[\r\n]+/g, ' ').replace(/^[ \t]+|[ \t]+$/g, ''));
const extra = fc.array(fc.tuple(fc.constantFrom('Subject', 'User-Agent', 'X-Any', 'Event', 'Allow'), value), {
  maxLength: 6,
});

/** Well-formed messages of any content, as `parseMessage` would give them. */
const messages: fc.Arbitrary<SipMessage> = fc
  .record({
    isRequest: fc.boolean(),
    method: token,
    seq: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    status: fc.integer({ min: 100, max: 699 }),
    reason: value,
    branch: token,
    callId: token,
    extra,
    body: fc.uint8Array({ maxLength: 60 }),
  })
  .map(({ isRequest, method, seq, status, reason, branch, callId, extra: fields, body }): SipMessage => {
    const headers = [
      { name: 'Via', value: `SIP/2.0/UDP 10.0.0.1;branch=${branch}` },
      { name: 'From', value: '<sip:a@b>;tag=1' },
      { name: 'To', value: '"x" <sip:c@d>' },
      { name: 'Call-ID', value: callId },
      { name: 'CSeq', value: `${seq} ${method}` },
      ...fields.map(([name, text]) => ({ name, value: text })),
      { name: 'Content-Length', value: String(body.length) },
    ];
    const rest = { headers, body: Buffer.from(body) };
    return isRequest
      ? { kind: 'request', method, requestUri: 'sip:a@b;x=y', ...rest }
      : { kind: 'response', status, reason, ...rest };
  });

it('a message that was serialized is parsed as the same message', () => {
  fc.assert(fc.property(messages, (message) => expect(parseMessage(serialize(message))).toEqual(message)));
});

it('scanResponse agrees with parseMessage wherever it answers', () => {
  fc.assert(
    fc.property(messages, (message) => {
      const scanned = scanResponse(serialize(message));
      if (message.kind === 'request') expect(scanned).toBeUndefined();
      else expect(scanned?.status).toBe(message.status);
      if (scanned !== undefined) {
        expect(header(message, 'CSeq')).toBe(`${scanned.cseq} ${scanned.method}`);
        expect(header(message, 'Via')).toContain(`branch=${scanned.branch}`);
      }
    }),
  );
});

it('no bytes make the parser throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      ),
      (input) => {
        const datagram = Buffer.from(input);
        scanResponse(datagram);
        const message = parseMessage(datagram);
        if (message.kind === 'failure') failureResponse(message, { host: '127.0.0.1', port: 1 });
      },
    ),
    { numRuns: 500 },
  );
});
