import * as fc from 'fast-check';
import { escapeToken, makeKeys, parseSubscriptionMember, subscriptionMember, unescapeToken } from './keys';

/** What Redis Cluster hashes of a key: what stands between the first `{` and the next `}`, unless nothing does. */
function hashed(key: string): string {
  const open = key.indexOf('{');
  const close = key.indexOf('}', open + 1);
  return open >= 0 && close > open + 1 ? key.slice(open + 1, close) : key;
}

/** Every UTF-16 text, also with surrogates that stand alone. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((units) => {
  return String.fromCharCode(...units);
});
const nastyText = fc.oneof(anyText, fc.string({ unit: fc.constantFrom('{', '}', '%', '~', ' ', ':', '0', '2') }));

describe('keys', () => {
  const keys = makeKeys();

  it.each([
    ['3001', 'lw:{3001}:line'],
    ['+4930123.', 'lw:{+4930123.}:line'],
    ['20..', 'lw:{20..}:line'],
    ['', 'lw:{%}:line'],
    ['a{b}c', 'lw:{a%007bb%007dc}:line'],
    ['~leases', 'lw:{%007eleases}:line'],
    ['park 😀', 'lw:{park%0020%d83d%de00}:line'],
    ['2001:db8::1', 'lw:{2001:db8::1}:line'],
  ])('the row of line %j is %s', (line, key) => {
    expect(keys.line(line)).toBe(key);
  });

  it('has its own name for each thing', () => {
    expect([
      keys.bindings('3001'),
      keys.subscriptions('3001'),
      keys.ended('3001'),
      keys.leases,
      keys.edgeLines('sip-edge-1'),
      keys.edgeSubscriptions('sip-edge-1'),
      keys.expiry,
      keys.subIds,
      keys.places,
      keys.generation('subscriptions'),
      keys.rebuild('subscriptions'),
      keys.generation('lines'),
      makeKeys('north').line('3001'),
    ]).toEqual([
      'lw:{3001}:bindings',
      'lw:{3001}:subscriptions',
      'lw:{3001}:ended',
      'lw:{~leases}:lines',
      'lw:{~edge:sip-edge-1}:lines',
      'lw:{~edge:sip-edge-1}:subscriptions',
      'lw:{~expiry}:subscriptions',
      'lw:{~subid}:subscriptions',
      'lw:{~subscriptions}:places',
      'lw:{~subscriptions}:generation',
      'lw:{~subscriptions}:rebuild',
      'lw:{~lines}:generation',
      'north:{3001}:line',
    ]);
  });

  it('puts all rows of a line into one slot, and never into the slot of another line or an index', () => {
    fc.assert(
      fc.property(nastyText, nastyText, (line, other) => {
        const tag = hashed(keys.line(line));
        expect([keys.bindings(line), keys.subscriptions(line), keys.ended(line)].map(hashed)).toEqual([tag, tag, tag]);
        expect(tag === hashed(keys.line(other))).toBe(line === other);
        expect(tag.startsWith('~')).toBe(false);
        expect(hashed(keys.edgeLines(other)).startsWith('~edge:')).toBe(true);
      }),
    );
  });

  it('keeps what a reservation touches in one slot', () => {
    expect(hashed(keys.places)).toBe(hashed(keys.generation('subscriptions')));
    expect(hashed(keys.generation('lines'))).toBe(hashed(keys.rebuild('lines')));
  });

  it('reads every line back from its keys', () => {
    fc.assert(fc.property(nastyText, (line) => expect(keys.lineOf(keys.line(line))).toBe(line)));
    expect(keys.lineOf(keys.leases)).toBeUndefined();
    expect(keys.lineOf('something else')).toBeUndefined();
  });
});

describe('escapeToken', () => {
  it('keeps any two texts apart and loses nothing', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        const token = escapeToken(text);
        expect(token).toMatch(/^[0-9A-Za-z+*#._@:%-]+$/);
        expect(unescapeToken(token)).toBe(text);
      }),
    );
  });
});

describe('subscriptionMember', () => {
  it('names line and subscription, whatever is in them', () => {
    expect(subscriptionMember({ line: '30 01', id: 'a b' })).toBe('30%002001 a b');
    fc.assert(
      fc.property(nastyText, nastyText, (line, id) => {
        expect(parseSubscriptionMember(subscriptionMember({ line, id }))).toEqual({ line, id });
      }),
    );
  });
});
