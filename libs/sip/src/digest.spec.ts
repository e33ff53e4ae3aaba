import * as fc from 'fast-check';
import {
  type DigestAlgorithm,
  type DigestCheck,
  type Ha1sOf,
  type NonceUse,
  DIGEST_ALGORITHMS,
  answerDigest,
  challengeHeaders,
  checkNonce,
  countNonce,
  credentialsFor,
  digestHa1,
  makeNonce,
  verifyDigest,
} from './digest';

const NOW = 1_700_000_000_000;
const SALT = 'a1b2c3d4e5f6';
const realm = 'cme "one"';
const nonce = makeNonce('secret', realm, NOW, SALT);
const URI = 'sip:3001@192.0.2.1';
const answer = { username: 'ann', password: 'pass', method: 'SUBSCRIBE', uri: URI, cnonce: '0a4f113b', nonceCount: 1 };
const check: DigestCheck = {
  method: 'SUBSCRIBE',
  requestUri: URI,
  realm,
  secret: 'secret',
  now: NOW + 1000,
  nonceLifetimeMs: 60_000,
  ha1sOf: (username, algorithm) => (username === 'ann' ? [digestHa1(algorithm, 'ann', realm, 'pass')] : []),
};
const challenges = (algorithms?: DigestAlgorithm[], of = nonce): string[] =>
  challengeHeaders('WWW-Authenticate', { realm, nonce: of, ...(algorithms && { algorithms }) }).map(
    ({ value }) => value,
  );
const credentials = (over: Partial<typeof answer> = {}, from = challenges()): string =>
  answerDigest(from, { ...answer, ...over }) ?? '';
const judge = (value: string, over: Partial<DigestCheck> = {}): string => {
  const auth = credentialsFor([value], realm);
  return auth === undefined ? 'none' : verifyDigest(auth, { ...check, ...over }).verdict;
};

describe('[RFC7616 3.9.1] the example of the standard', () => {
  const uri = '/dir/index.html';
  const example = (algorithm: string): string | undefined =>
    answerDigest(
      [
        `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
      ],
      {
        username: 'Mufasa',
        password: 'Circle of Life',
        method: 'GET',
        uri,
        cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
        nonceCount: 1,
      },
    );
  test.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('%s gives the printed response', (algorithm, response) => {
    expect(example(algorithm)).toContain(`response="${response}"`);
    expect(example(algorithm)).toContain('opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"');
  });
});

test('[RFC3261 22.4] a challenge without qop is answered the old way, as in RFC 2617 with its example password', () => {
  const value = answerDigest(['Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'], {
    ...answer,
    username: 'Mufasa',
    password: 'CircleOfLife',
    method: 'GET',
    uri: '/dir/index.html',
  });
  expect(value).toContain('response="1949323746fe6a43ef61f9606e7febea"');
  expect(value).not.toContain('qop');
});

describe('challenges', () => {
  test('[SB-114, SB-115] SHA-256 stands before MD5, each with realm, nonce and qop', () => {
    expect(challengeHeaders('Proxy-Authenticate', { realm: 'cme', nonce: 'n', stale: true })).toEqual([
      { name: 'Proxy-Authenticate', value: 'Digest realm="cme", nonce="n", algorithm=SHA-256, qop="auth", stale=true' },
      { name: 'Proxy-Authenticate', value: 'Digest realm="cme", nonce="n", algorithm=MD5, qop="auth", stale=true' },
    ]);
  });

  test('[RFC8760 2.4] a client answers the strongest it knows, whatever else is offered', () => {
    expect(credentials()).toContain('algorithm=SHA-256');
    expect(
      credentials({}, ['Digest realm="a", nonce="n", algorithm=SHA-512-256, qop="auth"', ...challenges(['MD5'])]),
    ).toContain('algorithm=MD5');
    expect(answerDigest(['Basic realm="a"', 'Digest realm="a", nonce="n", qop="auth-int"'], answer)).toBeUndefined();
  });

  test('nonces: ours and young, ours and old, not ours', () => {
    expect(checkNonce('secret', realm, nonce, NOW + 60_000, 60_000)).toBe('fresh');
    expect(checkNonce('secret', realm, nonce, NOW + 60_001, 60_000)).toBe('old');
    expect(checkNonce('other', realm, nonce, NOW, 60_000)).toBe('unknown');
    expect(checkNonce('secret', 'other', nonce, NOW, 60_000)).toBe('unknown');
    const flipped = (nonce.startsWith('0') ? '1' : '0') + nonce.slice(1);
    expect(checkNonce('secret', realm, flipped, NOW, 60_000)).toBe('unknown');
    expect(checkNonce('secret', realm, '', NOW, 60_000)).toBe('unknown');
    expect(checkNonce('secret', realm, 'x'.repeat(5000), NOW, 60_000)).toBe('unknown');
    expect(makeNonce('secret', realm, NOW, 'othersalt')).not.toBe(nonce);
  });
});

describe('[RFC7616 3.4] credentials', () => {
  test.each(DIGEST_ALGORITHMS)('a right %s answer passes, with its user and count', (algorithm) => {
    const auth = credentialsFor([credentials({ nonceCount: 17 }, challenges([algorithm]))], realm);
    expect(auth && verifyDigest(auth, check)).toEqual({ verdict: 'ok', username: 'ann', nonce, nonceCount: 17 });
  });

  const old = makeNonce('secret', realm, NOW - 100_000, SALT);
  const rows: [string, string, string, Partial<DigestCheck>?][] = [
    ['[SB-116] a wrong password', 'wrong', credentials({ password: 'guess' })],
    ['[SB-116] an unknown user', 'unknown-user', credentials({ username: 'eve' })],
    ['[SB-118] a right password with an old nonce', 'stale', credentials({}, challenges(undefined, old))],
    ['[SB-118] a right password with a foreign nonce', 'stale', credentials({}, challenges(undefined, 'made-up'))],
    [
      '[SB-118] a wrong password with an old nonce',
      'wrong',
      credentials({ password: 'guess' }, challenges(undefined, old)),
    ],
    ['[SB-120] an answer for another request', 'malformed', credentials({ uri: 'sip:9999@192.0.2.1' })],
    [
      '[RFC3261 22.4] the same user in a domain that a proxy replaced',
      'ok',
      credentials({ uri: 'sip:3001@proxy.example' }),
    ],
    ['[SB-120] a domain without the user', 'malformed', credentials({ uri: 'sip:192.0.2.1' })],
    ['[SB-120] an equal URI in other letters', 'ok', credentials({ uri: 'SIP:3001@192.0.2.1' })],
    ['another method', 'wrong', credentials({ method: 'REGISTER' })],
    [
      '[SB-120] an algorithm that was not offered',
      'malformed',
      credentials({}, challenges(['MD5'])),
      { algorithms: ['SHA-256'] },
    ],
    ['[SB-120] no nc', 'malformed', credentials().replace(/, nc=\w+/, '')],
    ['[SB-120] no cnonce', 'malformed', credentials().replace(/, cnonce="\w+"/, '')],
    ['no qop though it was offered', 'malformed', credentials().replace(', qop=auth', '')],
    ['auth-int', 'malformed', credentials().replace('qop=auth', 'qop=auth-int')],
    ['a response of the wrong length', 'malformed', credentials().replace(/response="\w/, 'response="')],
    ['a changed nc', 'wrong', credentials().replace('nc=00000001', 'nc=00000002')],
    ['another realm', 'none', credentials({}, ['Digest realm="b", nonce="n", qop="auth"'])],
    ['another scheme', 'none', `Basic realm="${realm}"`],
  ];
  test.each(rows.map(([title, verdict, value, over = {}]) => ({ title, verdict, value, over })))(
    '$title is $verdict',
    ({ verdict, value, over }) => {
      expect(judge(value, over)).toBe(verdict);
    },
  );

  test('each of several passwords of one user passes, and no other', () => {
    const ha1sOf: Ha1sOf = (_, algorithm) =>
      ['first', 'second'].map((password) => digestHa1(algorithm, 'ann', realm, password));
    const verdicts = ['first', 'second', 'third'].map((password) => judge(credentials({ password }), { ha1sOf }));
    expect(verdicts).toEqual(['ok', 'ok', 'wrong']);
  });

  test('the pair for our realm is found among several', () => {
    const foreign = credentials({}, ['Digest realm="elsewhere", nonce="n", qop="auth"']);
    expect(credentialsFor([foreign, credentials()], realm)?.params.get('username')).toBe('ann');
  });

  test('any user and password that went through a client passes here', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }),
        (username, password) => {
          fc.pre(!/[\r\n]/.test(username));
          const ha1sOf: Ha1sOf = (name, algorithm) =>
            name === username ? [digestHa1(algorithm, name, realm, password)] : [];
          expect(judge(credentials({ username, password }), { ha1sOf })).toBe('ok');
        },
      ),
    );
  });
});

describe('[SB-117] nonce counts', () => {
  const run = (counts: number[]): string => {
    let use: NonceUse | undefined;
    return counts
      .map((count) => {
        const next = countNonce(use, count);
        if (next === 'replayed') return '-';
        use = next;
        return '+';
      })
      .join('');
  };
  test.each([
    ['a rising count passes', [1, 2, 3, 10], '++++'],
    ['a repeated count is refused', [1, 1, 2, 2], '+-+-'],
    ['one that was overtaken passes once', [1, 3, 2, 2], '+++-'],
    ['the oldest that is remembered', [1, 33, 2, 2], '+++-'],
    ['one too far behind is refused', [2, 34, 2], '++-'],
    ['a long jump forgets', [1, 1000, 1000, 999], '++-+'],
    ['zero is no count', [0], '-'],
  ])('%s', (_title, counts, expected) => expect(run(counts)).toBe(expected));

  test('no count ever passes twice', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 200 }), (counts) => {
        const marks = run(counts);
        const passed = counts.filter((_count, index) => marks[index] === '+');
        expect(new Set(passed).size).toBe(passed.length);
      }),
    );
  });
});
