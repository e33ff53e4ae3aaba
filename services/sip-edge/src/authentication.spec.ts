import { answerDigest, digestHa1, request, type SipRequest } from '@linewatch/sip';
import { Authentication, NONCE_LIFETIME_MS } from './authentication';

function setUp(mostNonces?: number, secret = 'secret of all edges') {
  let now = 1_800_000_000_000;
  let salts = 0;
  const forgotten = { value: 0, add: (count = 1) => void (forgotten.value += count) };
  const authentication = new Authentication({
    secret,
    clock: { now: () => now },
    newSalt: () => `salt${String((salts += 1)).padStart(8, '0')}`,
    forgotten,
    ...(mostNonces !== undefined && { mostNonces }),
  });
  const check = (message: SipRequest) =>
    authentication.check(message, 'realm', (username, algorithm) =>
      username === 'anna' ? [digestHa1(algorithm, username, 'realm', 'secret')] : [],
    );
  /** Challenges, and answers. */
  const succeed = (): void => {
    const challenged = check(registerWith());
    if (challenged.kind !== 'refused') throw new Error('not challenged');
    expect(check(registerWith(challenged.refusal.headers.map(({ value }) => value))).kind).toBe('ok');
  };
  return { authentication, check, succeed, forgotten, pass: (ms: number) => (now += ms) };
}

function registerWith(challenges: readonly string[] = [], password = 'secret'): SipRequest {
  const uri = 'sip:127.0.0.2';
  const plan = { username: 'anna', password, method: 'REGISTER', uri, cnonce: 'c', nonceCount: 1 };
  const value = answerDigest(challenges, plan);
  return request({
    method: 'REGISTER',
    uri,
    from: '<sip:anna@127.0.0.2>',
    to: '<sip:anna@127.0.0.2>',
    callId: 'x',
    cseq: 1,
    headers: value === undefined ? [] : [{ name: 'Authorization', value }],
  });
}

describe('Authentication', () => {
  it('remembers nothing of those who know no password [law 8]', () => {
    const { authentication, check } = setUp();
    const challenged = check(registerWith());
    if (challenged.kind !== 'refused') throw new Error('not challenged');
    check(
      registerWith(
        challenged.refusal.headers.map(({ value }) => value),
        'guess',
      ),
    );
    expect(authentication.size).toBe(0);
  });

  it('forgets the nonces that nobody can use any more', () => {
    const { authentication, succeed, pass, forgotten } = setUp();
    for (let i = 0; i < 10; i += 1) succeed();
    expect(authentication.size).toBe(10);
    pass(2 * NONCE_LIFETIME_MS);
    succeed();
    expect(authentication.size).toBe(1);
    expect(forgotten.value).toBe(0);
  });

  it('remembers no more than its bound, and counts what it forgets before its time', () => {
    const { authentication, succeed, forgotten } = setUp(4);
    for (let i = 0; i < 10; i += 1) succeed();
    expect(authentication.size).toBe(4);
    expect(forgotten.value).toBe(6);
  });

  it('takes at one edge the answer to a challenge of another, and at each edge once [SB-117]', () => {
    const [one, other] = [setUp(), setUp()];
    const challenged = one.check(registerWith());
    if (challenged.kind !== 'refused') throw new Error('not challenged');
    const answer = registerWith(challenged.refusal.headers.map(({ value }) => value));
    expect([other.check(answer).kind, one.check(answer).kind]).toEqual(['ok', 'ok']);
    for (const edge of [one, other])
      expect(edge.check(answer)).toMatchObject({
        refusal: { headers: [{ value: expect.stringContaining('stale=true') }, {}] },
      });
  });

  it('challenges anew as stale where the secret of edges differs, and nobody is locked out [SB-118]', () => {
    const [one, stranger] = [setUp(), setUp(undefined, 'another secret')];
    const challenged = one.check(registerWith());
    if (challenged.kind !== 'refused') throw new Error('not challenged');
    const judged = stranger.check(registerWith(challenged.refusal.headers.map(({ value }) => value)));
    if (judged.kind !== 'refused') throw new Error('not challenged');
    expect(judged.refusal.headers[0]?.value).toContain('stale=true');
    expect(stranger.check(registerWith(judged.refusal.headers.map(({ value }) => value))).kind).toBe('ok');
  });

  it('looks only at credentials for its own realm', () => {
    const { check } = setUp();
    expect(check(registerWith(['Digest realm="other", nonce="n", algorithm=MD5, qop="auth"']))).toMatchObject({
      kind: 'refused',
      refusal: { status: 401 },
    });
  });
});
