import fc from 'fast-check';
import { type ParsedSubject, escapeToken, makeSubjects, unescapeToken } from './subjects';

const subjects = makeSubjects();

describe('a token', () => {
  it.each([
    ['3001', '3001'],
    ['sip-edge-1', 'sip-edge-1'],
    ['+4930123', '_2B4930123'],
    ['20..', '20_2E_2E'],
    ['a_b', 'a_5Fb'],
    ['*', '_2A'],
    ['>', '_3E'],
    ['front desk', 'front_20desk'],
    ['2001:db8::1', '2001_3Adb8_3A_3A1'],
    ['☎', '_E2_98_8E'],
    ['', '_'],
    ['ephone-dn:7', 'ephone-dn_3A7'],
  ])('of "%s" is %s', (text, token) => {
    expect(escapeToken(text)).toBe(token);
    expect(unescapeToken(token)).toBe(text);
  });

  it('gives back any text, and is one token that NATS takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const token = escapeToken(text);
        expect(token).toMatch(/^[0-9A-Za-z_-]+$/);
        expect(unescapeToken(token)).toBe(text);
      }),
    );
  });

  it.each(['_2', '_2b', 'a.b', 'a_', '_FF', 'a b', '_ZZ'])('is not made of "%s"', (token) => {
    expect(unescapeToken(token)).toBeUndefined();
  });

  it('is the only one of its text', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(?:[0-9A-Za-z-]|_[2-7][0-9A-F]){1,20}$/), (token) => {
        const text = unescapeToken(token) ?? '';
        expect(unescapeToken(escapeToken(text))).toBe(text);
        expect(escapeToken(text).length).toBeLessThanOrEqual(token.length);
      }),
    );
  });
});

describe('a subject', () => {
  const table: [string, string, ParsedSubject][] = [
    [subjects.lineFact('3001', 'call'), 'lw.line.3001.call', { kind: 'line', line: '3001', fact: 'call' }],
    [
      subjects.lineFact('+4930', 'registration'),
      'lw.line._2B4930.registration',
      { kind: 'line', line: '+4930', fact: 'registration' },
    ],
    [
      subjects.deviceFact('pool:4', 'feature'),
      'lw.device.pool_3A4.feature',
      { kind: 'device', device: 'pool:4', fact: 'feature' },
    ],
    [subjects.presence('20..'), 'lw.presence.20_2E_2E', { kind: 'presence', line: '20..' }],
    [
      subjects.subscription('3001', 'accepted'),
      'lw.subscription.3001.accepted',
      { kind: 'subscription', line: '3001', fact: 'accepted' },
    ],
    [subjects.notify('3001'), 'lw.notify.3001', { kind: 'notify', line: '3001' }],
    [subjects.credentials(1), 'lw.credentials.1', { kind: 'credentials', tag: '1' }],
    [
      subjects.config('voice-register-dn'),
      'lw.config.voice-register-dn',
      { kind: 'config', section: 'voice-register-dn' },
    ],
    [
      subjects.edge('sip-edge-1', 'hello'),
      'lw.edge.sip-edge-1.hello',
      { kind: 'edge', edge: 'sip-edge-1', saying: 'hello' },
    ],
    [subjects.ask('authorize'), 'lw.ask.authorize', { kind: 'ask', what: 'authorize' }],
    [
      subjects.askEdge('sip-edge-1', 'explain'),
      'lw.ask.sip-edge-1.explain',
      { kind: 'ask-edge', edge: 'sip-edge-1', what: 'explain' },
    ],
    [subjects.askEdge('show', 'explain'), 'lw.ask._73how.explain', { kind: 'ask-edge', edge: 'show', what: 'explain' }],
    [subjects.show('presence'), 'lw.ask.show.presence', { kind: 'show', what: 'presence' }],
    [subjects.call('sip-edge-1'), 'lw.call.sip-edge-1', { kind: 'call', edge: 'sip-edge-1' }],
    [subjects.debug('a1', 'wish'), 'lw.debug.a1.wish', { kind: 'debug', session: 'a1', saying: 'wish' }],
    [subjects.debug('a1', 'lines'), 'lw.debug.a1.lines', { kind: 'debug', session: 'a1', saying: 'lines' }],
    [
      subjects.deadLetter('presence-state'),
      'lw.deadletter.presence-state',
      { kind: 'deadletter', service: 'presence-state' },
    ],
  ];

  it.each(table)('%s reads %s and is parsed back', (subject, text, parsed) => {
    expect(subject).toBe(text);
    expect(subjects.parse(subject)).toEqual(parsed);
  });

  it.each([
    'lw',
    'lw.line',
    'lw.line.3001',
    'lw.line.3001.lamp',
    'lw.line.3001.call.x',
    'lw.debug.a1.word',
    'other.presence.1',
    'lw.x.1',
    '',
  ])('"%s" is not ours', (subject) => {
    expect(subjects.parse(subject)).toBeUndefined();
  });

  it('of any line under any prefix is parsed back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('lw', 'test-1', 'x_2'), (line, prefix) => {
        const of = makeSubjects(prefix);
        expect(of.parse(of.lineFact(line, 'lease'))).toEqual({ kind: 'line', line, fact: 'lease' });
        expect(of.parse(of.presence(line))).toEqual({ kind: 'presence', line });
        expect(of.parse(of.askEdge(line, 'explain'))).toEqual({ kind: 'ask-edge', edge: line, what: 'explain' });
      }),
    );
  });

  it.each(['', 'a.b', '*', 'lw>', 'ünï', '-a'])('cannot begin with the prefix "%s"', (prefix) => {
    expect(() => makeSubjects(prefix)).toThrow(RangeError);
  });
});
