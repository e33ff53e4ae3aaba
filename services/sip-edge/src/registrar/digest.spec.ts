import { answerDigest, headerLines, type SipResponse } from '@linewatch/sip';
import { connectionOf, PHONES, RegistrarRig, type RegisterParts } from './testing/registrar-rig';

const SECURED = [
  ...PHONES,
  'voice register global', ' authenticate realm lw.example',
  'voice register pool 1', ' username anna password secret',
  'voice register pool 2', ' username berta password hidden',
]; // prettier-ignore

interface Answer {
  readonly username?: string;
  readonly password?: string;
  readonly nonceCount?: number;
  readonly method?: string;
  readonly uri?: string;
  readonly algorithm?: string;
  /** Changes the value of Authorization before it is sent. */
  readonly edit?: (value: string) => string;
}

function challengesOf(response: SipResponse): string[] {
  return headerLines(response, 'WWW-Authenticate');
}

/** A REGISTER with the answer to a challenge. */
function answering(challenge: SipResponse, answer: Answer = {}): RegisterParts {
  const challenges = challengesOf(challenge).filter((each) => each.includes(answer.algorithm ?? 'SHA-256'));
  const value = answerDigest(challenges, {
    username: 'anna',
    password: 'secret',
    method: 'REGISTER',
    uri: 'sip:127.0.0.2',
    cnonce: 'client nonce',
    nonceCount: 1,
    ...answer,
  });
  if (value === undefined) throw new Error('this challenge cannot be answered');
  return { fields: [`Authorization: ${answer.edit?.(value) ?? value}`] };
}

describe('REGISTER: digest', () => {
  it('[SB-114] challenges with 401, the realm, qop and a nonce that is new each time', async () => {
    const rig = new RegistrarRig(SECURED);
    const [first, second] = [await rig.register(), await rig.register()];
    expect([first.status, second.status]).toEqual([401, 401]);
    const nonces = [first, second].map((response) => /nonce="([^"]+)"/.exec(challengesOf(response)[0] ?? '')?.[1]);
    expect(nonces[0]).not.toBe(nonces[1]);
    for (const challenge of challengesOf(first)) expect(challenge).toMatch(/realm="lw\.example".*qop="auth"/);
    expect(rig.lines.stored).toEqual([]);
  });

  it('[SB-115] offers SHA-256 first, then MD5, and takes either', async () => {
    for (const algorithm of ['SHA-256', 'MD5']) {
      const rig = new RegistrarRig(SECURED);
      const challenge = await rig.register();
      expect(challengesOf(challenge).map((each) => /algorithm=([^,]+)/.exec(each)?.[1])).toEqual(['SHA-256', 'MD5']);
      expect((await rig.register(answering(challenge, { algorithm }))).status).toBe(200);
    }
  });

  it('[SB-116] challenges a wrong password again, and an unknown user alike, without stale', async () => {
    const rig = new RegistrarRig(SECURED);
    const challenge = await rig.register();
    const shapes: string[] = [];
    for (const wrong of [{ password: 'guess' }, { username: 'nobody' }]) {
      const response = await rig.register(answering(challenge, wrong));
      expect(response.status).toBe(401);
      shapes.push(
        challengesOf(response)
          .join()
          .replace(/nonce="[^"]*"/g, ''),
      );
    }
    expect(shapes[0]).toBe(shapes[1]);
    expect(shapes[0]).not.toContain('stale');
    expect(rig.lines.stored).toEqual([]);
  });

  it('[SB-117] takes each count of a nonce once, rising', async () => {
    const rig = new RegistrarRig(SECURED);
    const challenge = await rig.register();
    expect((await rig.register(answering(challenge, { nonceCount: 1 }))).status).toBe(200);
    expect((await rig.register(answering(challenge, { nonceCount: 2 }))).status).toBe(200);
    const repeated = await rig.register(answering(challenge, { nonceCount: 2 }));
    expect(repeated.status).toBe(401);
    expect(challengesOf(repeated)[0]).toContain('stale=true');
  });

  it('[SB-118] tells a right password with an old nonce, or one of nobody, that only the nonce is stale', async () => {
    const rig = new RegistrarRig(SECURED);
    const challenge = await rig.register();
    const madeUp = answering(challenge, { edit: (value) => value });
    await rig.clock.pass(121_000);
    const old = await rig.register(madeUp);
    expect(challengesOf(old)[0]).toContain('stale=true');
    expect((await rig.register(answering(old))).status).toBe(200);
  });

  it('[SB-119] forbids the credentials of another phone', async () => {
    const rig = new RegistrarRig(SECURED);
    const challenge = await rig.register();
    const response = await rig.register(answering(challenge, { username: 'berta', password: 'hidden' }));
    expect(response.status).toBe(403);
    expect(rig.lines.stored).toEqual([]);
  });

  it.each([
    ['another request', { uri: 'sip:127.0.0.9' }],
    ['an algorithm that was not offered', { edit: (value: string) => value.replace('SHA-256', 'SHA-512-256') }],
    ['no cnonce', { edit: (value: string) => value.replace(/, cnonce="[^"]*"/, '') }],
    ['no nonce count', { edit: (value: string) => value.replace(/, nc=\d+/, '') }],
    ['no qop', { edit: (value: string) => value.replace(', qop=auth', '') }],
  ])('[SB-120] refuses credentials with %s', async (_what, answer) => {
    const rig = new RegistrarRig(SECURED);
    const challenge = await rig.register();
    expect((await rig.register(answering(challenge, answer))).status).toBe(400);
  });

  it('[SB-120] a response made for another method is a wrong one', async () => {
    const rig = new RegistrarRig(SECURED);
    const challenge = await rig.register();
    expect((await rig.register(answering(challenge, { method: 'SUBSCRIBE' }))).status).toBe(401);
  });

  it('[SB-121] never challenges a CANCEL or an ACK', async () => {
    const rig = new RegistrarRig(SECURED);
    const text = rig.textOf();
    await rig.hear(text.replace('REGISTER sip', 'ACK sip').replace(/CSeq: (\d+) REGISTER/, 'CSeq: $1 ACK'));
    await rig.hear(text.replace('REGISTER sip', 'CANCEL sip').replace(/CSeq: (\d+) REGISTER/, 'CSeq: $1 CANCEL'));
    expect(rig.socket.sent.map(({ message }) => message.kind === 'response' && message.status)).toEqual([481]);
  });

  it('answers a challenge of another edge: they share the secret', async () => {
    const rig = new RegistrarRig(SECURED);
    const other = new RegistrarRig(SECURED, { id: 'sip-edge-2', epoch: 9 }, rig.lines);
    expect((await other.register(answering(await rig.register()))).status).toBe(200);
  });

  it('uses the source address as realm without `authenticate realm`', async () => {
    const rig = new RegistrarRig(SECURED);
    rig.configure('voice register global', 'no authenticate realm');
    expect(challengesOf(await rig.register())[0]).toContain('realm="127.0.0.2"');
  });

  it('lets a phone without a password in, but not with `authenticate register`', async () => {
    const rig = new RegistrarRig();
    expect((await rig.register()).status).toBe(200);
    rig.configure('voice register global', 'authenticate register');
    expect((await rig.register()).status).toBe(403);
  });

  it('forbids a phone whose password only a router can read', async () => {
    const rig = new RegistrarRig();
    rig.configure('voice register pool 1', 'username anna password 6 AAAA');
    expect((await rig.register()).status).toBe(403);
  });

  it('challenges over a connection as over datagrams', async () => {
    const rig = new RegistrarRig(SECURED);
    rig.open.add('c1');
    const flow = connectionOf('c1');
    const challenge = await rig.register({ flow });
    expect(challenge.status).toBe(401);
    expect((await rig.register({ ...answering(challenge), flow })).status).toBe(200);
  });
});
