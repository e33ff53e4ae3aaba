import fc from 'fast-check';
import { equalUri, formatUri, parseUri, type SipUri, userOf } from './uri';

const uri = (text: string): SipUri => {
  const parsed = parseUri(text);
  if (parsed === undefined) throw new Error(`not a URI: ${text}`);
  return parsed;
};

describe('parseUri', () => {
  it.each([
    ['sip:3001@10.0.0.1', { scheme: 'sip', user: '3001', host: '10.0.0.1' }],
    ['SIPS:Alice@EXAMPLE.com:5061', { scheme: 'sips', user: 'Alice', host: 'example.com', port: 5061 }],
    ['sip:alice:secret@example.com', { user: 'alice', password: 'secret' }],
    ['sip:#31#3001@cme', { user: '#31#3001', host: 'cme' }],
    ['sip:[2001:DB8::1]:5060', { host: '2001:db8::1', port: 5060 }],
    ['sip:a@b?Subject=x&Priority=urgent', { headers: 'Subject=x&Priority=urgent' }],
    ['tel:+1-555-0100;phone-context=x', { scheme: 'tel', user: '+1-555-0100', host: '' }],
    ['isbn:2983792873', { scheme: 'isbn', host: '', opaque: '2983792873' }],
    ['sip:caf%C3%A9@b', { user: 'café' }],
    ['sip:%FF@b', { user: 'ÿ' }],
  ])('reads %s', (text, parts) => {
    expect(parseUri(text)).toMatchObject(parts);
  });

  it.each(['', 'sip', 'sip:', 'sip:@host', 'sip:a@', 'sip:a@b@c', 'sip:a@b:', 'sip:a@b:99999', 'sip:a@b:5x', 'sip:a@[::1',
    'sip:a@[1::2::3]', 'sip:2001:db8::10', 'sip:a@b;', 'sip:a@b;=x', 'sip:%Z1@b', 'sip:a@b;x=%', 'sip:a b@c', 'sip:<a@b', '1sip:a@b', 'tel:'])(
    'refuses %j',
    (text) => {
      expect(parseUri(text)).toBeUndefined();
    },
  ); // prettier-ignore

  it('userOf gives the unescaped user, or nothing', () => {
    expect(userOf('sip:%33001@h')).toBe('3001');
    expect(userOf('sip:h')).toBeUndefined();
  });
});

describe('equalUri [RFC3261 19.1.4] [SB-83] [SB-103]', () => {
  it.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtlanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
    ['sip:biloxi.com;transport=tcp;method=REGISTER', 'sip:biloxi.com;method=REGISTER;transport=tcp'],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
    ['tel:+1-555-0100', 'tel:+15550100'],
  ])('%s equals %s', (a, b) => {
    expect([equalUri(uri(a), uri(b)), equalUri(uri(b), uri(a))]).toEqual([true, true]);
  });

  it.each([
    ['sip:ALICE@atlanta.com', 'sip:alice@atlanta.com'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sips:bob@biloxi.com'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:carol@chicago.com;security=off', 'sip:carol@chicago.com;security=on'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['tel:100', 'tel:101'],
    ['isbn:1', 'isbn:2'],
  ])('%s does not equal %s', (a, b) => {
    expect([equalUri(uri(a), uri(b)), equalUri(uri(b), uri(a))]).toEqual([false, false]);
  });
});

it('what formatUri writes is read as the same URI, whatever the user is called', () => {
  const parts = fc.record(
    {
      scheme: fc.constantFrom('sip', 'sips'),
      user: fc.string({ minLength: 1, unit: 'grapheme' }),
      password: fc.string({ unit: 'grapheme' }),
      host: fc.constantFrom('example.com', '10.0.0.1', '2001:db8::1'),
      port: fc.integer({ min: 0, max: 65535 }),
      params: fc.uniqueArray(
        fc.tuple(
          fc.stringMatching(/^[a-z-]{1,8}$/),
          fc.oneof(fc.constant(true as const), fc.string({ unit: 'grapheme' })),
        ),
        {
          selector: ([name]) => name,
        },
      ),
    },
    { requiredKeys: ['scheme', 'host', 'params'] },
  );
  fc.assert(
    fc.property(parts, ({ params, ...rest }) => {
      const written: SipUri = { ...rest, params: new Map(params), headers: '' };
      // A password stands only behind a user.
      const { password: _, ...withoutPassword } = written;
      const expected = written.user === undefined ? withoutPassword : written;
      expect(parseUri(formatUri(expected))).toEqual(expected);
    }),
  );
});
