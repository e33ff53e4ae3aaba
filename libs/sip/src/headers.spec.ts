import fc from 'fast-check';
import { canonicalName } from './header-names';
import {
  cseqOf, formatNameAddr, formatVia, fromTag, headerValues, parseAccept, parseAuth, parseCSeq, parseDeltaSeconds, parseEvent,
  parseNameAddr, parseVia, topVia, toTag,
} from './headers'; // prettier-ignore
import { isIPv4, isIPv6 } from './host';
import { parseParams, quote, splitList, unquote } from './lexical';
import { EMPTY_BODY, type HeaderField, type SipRequest } from './message';

const withFields = (...headers: HeaderField[]): SipRequest => ({
  kind: 'request', method: 'OPTIONS', requestUri: 'sip:a@b', headers, body: EMPTY_BODY,
}); // prettier-ignore

it.each([
  ['i', 'Call-ID'],
  ['CALL-id', 'Call-ID'],
  ['o', 'Event'],
  ['cseq', 'CSeq'],
  ['www-authenticate', 'WWW-Authenticate'],
  ['x-cisco-foo', 'X-Cisco-Foo'],
  ['X-CISCO-FOO', 'X-Cisco-Foo'],
])('the header name %s is %s [RFC3261 7.3.1]', (written, canonical) => {
  expect(canonicalName(written)).toBe(canonical);
});

describe('lists', () => {
  it.each([
    ['a, b ,c', ['a', 'b', 'c']],
    ['"x, y" <sip:a@b>, <sip:c,d@e>', ['"x, y" <sip:a@b>', '<sip:c,d@e>']],
    ['"a\\", b" <sip:a@b>', ['"a\\", b" <sip:a@b>']],
    [',, a,,', ['a']],
    ['', []],
    ['"open, x', ['"open', 'x']],
  ])('%j is split at the commas outside quotes and brackets', (text, elements) => {
    expect(splitList(text)).toEqual(elements);
  });

  it('the lines of a header are one list [RFC3261 7.3.1] [SB-102]', () => {
    const message = withFields(
      { name: 'Allow', value: 'A, B' },
      { name: 'Via', value: 'x' },
      { name: 'Allow', value: 'C' },
    );
    expect(headerValues(message, 'Allow')).toEqual(['A', 'B', 'C']);
  });
});

describe('name-addr [RFC3261 20.10]', () => {
  it.each([
    ['<sip:a@b>', { uri: 'sip:a@b' }],
    ['sip:a@b;tag=1', { uri: 'sip:a@b' }],
    ['"A \\"B\\" C"<sip:a@b;x>;tag=1', { display: 'A "B" C', uri: 'sip:a@b;x' }],
    ['Bob Smith <sip:a@b>', { display: 'Bob Smith', uri: 'sip:a@b' }],
    ['Büro (1. Stock) <sip:a@b>', { display: 'Büro (1. Stock)', uri: 'sip:a@b' }],
    ['"" <sip:a@b>', { display: '', uri: 'sip:a@b' }],
  ])('reads %s', (text, parts) => {
    expect(parseNameAddr(text)).toMatchObject(parts);
  });

  it.each([
    '',
    '<>',
    '<sip:a@b',
    '"x <sip:a@b>',
    'a,b <sip:a@b>',
    '<sip:a@b> x',
    'sip:a@b?x=y',
    '< sip:a@b>',
    '<sip:a@b>, <sip:c@d>',
    'noscheme',
    '"x" sip:a@b',
  ])('refuses %j', (text) => {
    expect(parseNameAddr(text)).toBeUndefined();
  });

  it('without brackets the parameters are the header’s', () => {
    expect([...(parseNameAddr('sip:a@b;user=phone;tag=7')?.params ?? [])]).toEqual([['user', 'phone'], ['tag', '7']]); // prettier-ignore
  });

  it('quoted parameter values keep their quotes, so that they are echoed as they came [SB-80]', () => {
    const text = '<sip:a@b>;+sip.instance="<urn:uuid:1>";q=0.5';
    expect(formatNameAddr(parseNameAddr(text)!)).toBe(text);
  });

  it('any display name survives', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const display = text.replace(/[\r\n]+/g, ' ');
        expect(parseNameAddr(formatNameAddr({ display, uri: 'sip:a@b', params: new Map() }))?.display).toBe(display);
      }),
    );
  });

  it('tags are read from From and To', () => {
    const message = withFields({ name: 'From', value: '<sip:a@b>;tag=f' }, { name: 'To', value: '<sip:c@d>' });
    expect([fromTag(message), toTag(message)]).toEqual(['f', undefined]);
  });
});

describe('Via [RFC3261 20.42]', () => {
  it.each([
    ['SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;rport', { transport: 'UDP', host: '10.0.0.1', port: 5060 }],
    [
      'SIP / 2.0 / tcp  Host.Example.COM ; branch = z',
      { protocol: 'SIP/2.0', transport: 'TCP', host: 'host.example.com' },
    ],
    ['SIP/2.0/TLS [2001:db8::1] : 5061;received=2001:db8::2', { host: '2001:db8::1', port: 5061 }],
  ])('reads %s', (text, parts) => {
    expect(parseVia(text)).toMatchObject(parts);
    expect(parseVia(formatVia(parseVia(text)!))).toEqual(parseVia(text));
  });

  it.each([
    '',
    'SIP/2.0/UDP',
    'SIP/2.0 UDP h',
    'SIP/2.0/UDP h:',
    'SIP/2.0/UDP h:70000',
    'SIP/2.0/UDP h;;',
    'SIP/2.0/UDP [::1',
    'SIP/2.0/UDP h x',
  ])('refuses %j', (text) => {
    expect(parseVia(text)).toBeUndefined();
  });

  it('topVia is the first value of the first line', () => {
    expect(topVia(withFields({ name: 'Via', value: 'SIP/2.0/UDP a;branch=1, SIP/2.0/UDP b' }))?.host).toBe('a');
    expect(topVia(withFields())).toBeUndefined();
  });
});

describe('the smaller fields', () => {
  it.each([
    ['0009 INVITE', { seq: 9, method: 'INVITE' }],
    ['2147483647 X', { seq: 2147483647, method: 'X' }],
    ['2147483648 X', undefined],
    ['-1 X', undefined],
    ['1', undefined],
    ['1 A B', undefined],
  ])('CSeq %s', (text, value) => {
    expect(parseCSeq(text)).toEqual(value);
    expect(cseqOf(withFields({ name: 'CSeq', value: text }))).toEqual(value);
  });

  it.each([
    ['dialog;id=7;x', { package: 'dialog', id: '7' }],
    ['presence', { package: 'presence' }],
  ])('Event %s', (text, value) => {
    expect(parseEvent(text)).toMatchObject(value);
  });
  it.each(['', ';id=1', 'a b', 'dialog;;'])('Event %j is malformed', (text) =>
    expect(parseEvent(text)).toBeUndefined(),
  );

  it.each([
    ['0', 0],
    [' 3600 ', 3600],
    ['9'.repeat(400), 2 ** 32 - 1],
    ['', undefined],
    ['1.5', undefined],
    ['-1', undefined],
  ])('delta-seconds %j', (text, value) => expect(parseDeltaSeconds(text)).toBe(value));

  it('Accept that is absent is not Accept that is empty [SB-14] [SB-15]', () => {
    expect(parseAccept(withFields())).toBeUndefined();
    expect(parseAccept(withFields({ name: 'Accept', value: '' }))).toEqual([]);
    const value = 'Application/PIDF+xml;q=0.3, application/dialog-info+xml, text/plain;q=0.0';
    expect(parseAccept(withFields({ name: 'Accept', value }))).toEqual([
      'application/pidf+xml',
      'application/dialog-info+xml',
    ]);
  });

  it('credentials are a scheme and unquoted parameters, each once', () => {
    const auth = parseAuth('Digest username="a, \\"b\\"", uri="sip:x", algorithm=MD5,nc=00000001');
    expect(auth?.scheme).toBe('Digest');
    expect(Object.fromEntries(auth?.params ?? [])).toEqual({
      username: 'a, "b"',
      uri: 'sip:x',
      algorithm: 'MD5',
      nc: '00000001',
    });
    for (const text of ['', 'Digest', 'Digest a', 'Digest a=', 'Digest a="x', 'Digest a=1 b=2', 'Digest a=1, a=2']) {
      expect(parseAuth(text)).toBeUndefined();
    }
  });

  it('of a parameter that stands twice the first counts', () => {
    expect(parseParams(';tag=a;TAG=b')?.get('tag')).toBe('a');
  });

  it.each([['10.0.0.1', true, false], ['256.0.0.1', false, false], ['::', false, true], ['1:2:3:4:5:6:7:8', false, true], ['::ffff:1.2.3.4', false, true], ['1::2::3', false, false], ['12345::', false, false], ['', false, false]])(
    '%j as an address',
    (text, v4, v6) => expect([isIPv4(text), isIPv6(text)]).toEqual([v4, v6]),
  ); // prettier-ignore
});

it('unquote undoes quote', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const line = text.replace(/[\r\n]+/g, ' ');
      expect(unquote(quote(line))).toBe(line);
    }),
  );
});
