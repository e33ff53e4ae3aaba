import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connectBus, type NatsBus } from '@linewatch/bus';
import {
  answerChallenge,
  type Credentials,
  type HeardResponse,
  SipPhone,
  type SipPhoneOptions,
  SipRefusedError,
  type SipSubscription,
  type SubscribeOptions,
  until,
} from '@linewatch/kit';
import { makeNonce } from '@linewatch/sip';
import { Office } from './office';

/** Watchers beyond a SIP trunk, played by the kit's phone [cme-presence 4.7, 4.9, 4.10; sip-behaviour I]. */

const ANNA: Credentials = { username: 'anna', password: 'hunter2' };

describe('a watcher beyond a SIP trunk', () => {
  let office: Office;
  let bus: NatsBus;
  const trunks: SipPhone[] = [];

  beforeAll(async () => {
    office = await Office.open();
    const { natsUrl, prefix, dataFolder } = office.system;
    bus = await connectBus({ servers: natsUrl, service: 'test', source: '/test/1', prefix });
    mkdirSync(join(dataFolder, 'flash'));
    writeFileSync(join(dataFolder, 'flash', 'cred1.csv'), 'berta,hidden\n anna , hunter2\n');
  });
  afterAll(async () => {
    await bus.close();
    await office.close();
  });
  afterEach(async () => {
    const violations = [...office.violations(), ...trunks.flatMap((trunk) => trunk.violations)];
    await Promise.all(trunks.splice(0).map((trunk) => trunk.close()));
    await office.leave();
    expect(violations).toEqual([]);
  });

  const configure = async (...lines: string[]): Promise<void> => {
    const { code, stderr } = await office.system.console(['configure', '-'], `${lines.join('\n')}\n`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  };
  const shell = async (...lines: string[]): Promise<string> => {
    const { stdout, stderr } = await office.system.console([], `enable\n${lines.join('\n')}\n`);
    return stdout + stderr;
  };

  /** Somebody with a number of another system. */
  async function trunk(options: Partial<SipPhoneOptions> = {}): Promise<SipPhone> {
    const [registrar] = office.system.sip;
    if (!registrar) throw new Error('no sip-edge listens');
    const opened = await SipPhone.open({ numbers: ['4001'], registrar, userAgent: 'trunk/1.0', ...options });
    trunks.push(opened);
    return opened;
  }

  /** The answer to a SUBSCRIBE that is refused. */
  async function refusal(watcher: SipPhone, options: SubscribeOptions = {}): Promise<HeardResponse> {
    const refused: unknown = await watcher.subscribe('2102', options).catch((error: unknown) => error);
    if (!(refused instanceof SipRefusedError)) throw new Error('it was not refused');
    return refused.response;
  }

  /** Subscribes as soon as the pairs of a file are known at the edge. */
  async function accepted(watcher: SipPhone): Promise<SipSubscription> {
    let subscription: SipSubscription | undefined;
    const attempt = async (): Promise<boolean> => {
      subscription = await watcher.subscribe('2102').catch(() => undefined);
      return subscription !== undefined;
    };
    await until(attempt, 'the credentials are accepted');
    return subscription as SipSubscription;
  }

  /** The right answer to a challenge for SUBSCRIBE to 2102. */
  function answered(
    watcher: SipPhone,
    challenge: HeardResponse,
    { credentials = ANNA, nonceCount = 1, uri = watcher.uri('2102') } = {},
  ): SubscribeOptions {
    const request = { method: 'SUBSCRIBE', uri, cnonce: 'c1', nonceCount };
    const field = answerChallenge(challenge, request, credentials, 'SHA-256');
    if (!field) throw new Error('there is no challenge');
    return { fields: [field] };
  }

  /** What is stored and asked because of `work`: nothing, for whom may not watch [design law 7]. */
  async function leavesNothing(work: () => Promise<void>): Promise<void> {
    const stored = async () => [await bus.lastSequence('SUBSCRIPTIONS'), await asked()];
    const before = await stored();
    await work();
    expect(await stored()).toEqual(before);
    for (const watcher of trunks) expect([watcher.unsolicited, watcher.subscriptions]).toEqual([[], []]);
  }
  async function asked(): Promise<string[]> {
    const port = office.system.httpPorts['subscription-authorization-1'];
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith('linewatch_authorizations_total'));
  }

  it('T-17: is refused with 403 without `watcher all`; with it, it gets 200 and the state', async () => {
    const [watched, watcher] = [await office.phone(2), await trunk()];
    await leavesNothing(async () => expect((await refusal(watcher)).status).toBe(403));
    await configure('presence', ' watcher all');
    const lamp = await watcher.subscribe('2102');
    await lamp.waitFor('idle');
    const { stdout } = await office.system.console(['show', 'presence', 'subscription', 'details']);
    expect(stdout).toMatch(/Watcher\s+: 4001@127\.0\.0\.1\n/);
    expect(stdout).toMatch(/watcher type\s+: remote\b/);
    expect(stdout).toMatch(/presentity type\s+: local\b/);
    await lamp.unsubscribe();
    await watched.unregister();
  });

  it('`no watcher all` ends those beyond the trunk as rejected, and nobody else [cme-presence 4.9]', async () => {
    await configure('presence', ' watcher all');
    const [inside, watched, watcher] = [await office.phone(1), await office.phone(2), await trunk()];
    const [lamp, presence, dialog] = [
      await inside.subscribe('2102'),
      await watcher.subscribe('2102'),
      await watcher.subscribe('2102', { event: 'dialog' }),
    ];
    for (const each of [lamp, presence, dialog]) await each.waitFor('idle');
    await configure('presence', ' no watcher all');
    for (const each of [presence, dialog]) {
      await until(() => each.ended, 'it is ended');
      expect(each.notifications.at(-1)).toMatchObject({ state: 'terminated', reason: 'rejected' });
    }
    await lamp.refresh();
    expect(lamp.ended).toBe(false);
    expect((await refusal(watcher)).status).toBe(403);
    await Promise.all([inside.unregister(), watched.unregister()]);
  });

  it.each([
    ['no presence enable', ['sip-ua', ' no presence enable'], ['sip-ua', ' presence enable']],
    ['no presence', ['no presence'], ['presence', ' watcher all']],
  ])(
    '`%s` ends those beyond the trunk as rejected, and 489 is what they hear then [cme-presence 4.9]',
    async (_, off, on) => {
      await configure('presence', ' watcher all');
      const [watched, watcher] = [await office.phone(2), await trunk()];
      const lamp = await watcher.subscribe('2102');
      await lamp.waitFor('idle');
      await configure(...off);
      await until(() => lamp.ended, 'it is ended');
      expect(lamp.notifications.at(-1)).toMatchObject({ state: 'terminated', reason: 'rejected' });
      expect((await refusal(watcher)).status).toBe(489);
      await configure(...on);
      await watched.unregister();
    },
  );

  it('never watches beyond this system: 404 [A-9]', async () => {
    await configure('presence', ' watcher all', ' allow subscribe', ' server 127.0.0.1');
    const watcher = await trunk();
    await expect(watcher.subscribe('5001')).rejects.toMatchObject({ status: 404 });
    await configure('presence', ' no allow subscribe', ' no server');
  });

  it('T-18: proves by a credential file who it is: 401 first, 200 with a valid pair, 401 with a wrong one', async () => {
    await configure(
      'presence', ' watcher all', 'voice register global',
      ' authenticate realm lw.example', ' authenticate presence', ' authenticate credential 1 flash:cred1.csv',
    ); // prettier-ignore
    expect(await shell('credential load 1')).toContain('[OK - 2 pairs]');
    const [phone, watched, right] = [await office.phone(1), await office.phone(2), await trunk({ credentials: ANNA })];
    const md5 = await trunk({ credentials: ANNA, digestAlgorithm: 'MD5' });
    const lamp = await accepted(right);
    await lamp.waitFor('idle');
    await (await accepted(md5)).waitFor('idle');
    // Each request of the dialog proves it anew.
    await lamp.refresh();
    await lamp.unsubscribe();
    await md5.subscriptions[0]?.unsubscribe();

    for (const wrong of [undefined, { ...ANNA, password: 'guess' }, { ...ANNA, username: 'eve' }]) {
      const stranger = await trunk({ credentials: wrong });
      expect((await refusal(stranger)).status).toBe(401);
    }
    // Phones are never challenged.
    await (await phone.subscribe('2102')).waitFor('idle');
    const statuses = phone.heard.flatMap((message) => (message.kind === 'response' ? [message.status] : []));
    expect(statuses.filter((status) => status >= 300)).toEqual([]);
    await Promise.all([phone.unregister(), watched.unregister()]);
  });

  describe('with `authenticate presence`', () => {
    /** Sends a SUBSCRIBE without credentials; gives the challenge. */
    const challenge = async (watcher: SipPhone): Promise<HeardResponse> => {
      const response = await refusal(watcher);
      expect(response.status).toBe(401);
      return response;
    };
    const values = ({ headers }: HeardResponse): string[] =>
      headers.flatMap(([name, value]) => (name === 'www-authenticate' ? [value] : []));

    it('[SB-114, SB-115] is challenged for the realm with qop, a fresh nonce, and SHA-256 before MD5', async () => {
      const watcher = await trunk();
      await leavesNothing(async () => {
        const [first, second] = [await challenge(watcher), await challenge(watcher)];
        const algorithms = values(first).map((value) => /algorithm=([^,]+)/.exec(value)?.[1]);
        expect(algorithms).toEqual(['SHA-256', 'MD5']);
        for (const value of values(first)) expect(value).toMatch(/^Digest realm="lw\.example", .*qop="auth"/);
        expect(values(first)[0]).not.toBe(values(second)[0]);
      });
    });

    it('[SB-116] a wrong password and an unknown user get the same 401, without stale', async () => {
      const watcher = await trunk();
      await leavesNothing(async () => {
        const shapes: string[] = [];
        for (const credentials of [
          { ...ANNA, password: 'guess' },
          { username: 'eve', password: 'hunter2' },
        ]) {
          const refused = await refusal(watcher, answered(watcher, await challenge(watcher), { credentials }));
          expect([refused.status, refused.reason]).toEqual([401, 'Unauthorized']);
          shapes.push(
            values(refused)
              .join()
              .replace(/nonce="[^"]*"/g, 'nonce'),
          );
        }
        expect(shapes[0]).toBe(shapes[1]);
        expect(shapes[0]).not.toContain('stale');
      });
    });

    it('[SB-117] a nonce count that was used is refused as stale, and the next one is taken', async () => {
      const watcher = await trunk();
      const first = await challenge(watcher);
      const subscription = await watcher.subscribe('2102', answered(watcher, first));
      await subscription.next();
      const replay = await trunk();
      await leavesNothingBut(subscription, async () => {
        const refused = await refusal(replay, answered(replay, first));
        expect([refused.status, values(refused)[0]]).toEqual([401, expect.stringContaining('stale=true')]);
      });
      const second = await watcher.subscribe('2102', answered(watcher, first, { nonceCount: 2 }));
      expect(second.grantedSeconds).toBe(3600);
    });

    /** A subscription that was accepted stays; nothing else is stored. */
    async function leavesNothingBut(kept: SipSubscription, work: () => Promise<void>): Promise<void> {
      const before = [await bus.lastSequence('SUBSCRIPTIONS'), kept.notifications.length];
      await work();
      expect([await bus.lastSequence('SUBSCRIPTIONS'), kept.notifications.length]).toEqual(before);
    }

    it('[SB-118] the right password with an expired or foreign nonce gets a new challenge with stale=true', async () => {
      const watcher = await trunk();
      const secret = readFileSync(join(office.system.dataFolder, 'nonce-secret'), 'utf8').trim();
      await leavesNothing(async () => {
        const fresh = await challenge(watcher);
        const old = makeNonce(secret, 'lw.example', Date.now() - 3_600_000, 'salt12345678');
        for (const nonce of [old, 'of-somebody-else']) {
          const headers = fresh.headers.map(
            ([name, value]) => [name, value.replace(/nonce="[^"]*"/, `nonce="${nonce}"`)] as const,
          );
          const forged = { ...fresh, headers };
          const refused = await refusal(watcher, answered(watcher, forged));
          expect([refused.status, values(refused)[0]]).toEqual([401, expect.stringContaining('stale=true')]);
        }
        // Who does not know the password is told nothing of the nonce.
        const wrong = answered(watcher, fresh, { credentials: { ...ANNA, password: 'guess' } });
        expect(values(await refusal(watcher, wrong)).join()).not.toContain('stale');
      });
    });

    it('[SB-120] credentials that name another request, algorithm, or lack a part get 400', async () => {
      const watcher = await trunk();
      await leavesNothing(async () => {
        const edits: ((value: string) => string)[] = [
          (value) => value.replace(/uri="[^"]*"/, 'uri="sip:2101@127.0.0.1"'),
          (value) => value.replace('algorithm=SHA-256', 'algorithm=SHA-512-256'),
          (value) => value.replace(/, cnonce="[^"]*"/, ''),
          (value) => value.replace(/, nc=[0-9a-f]+/, ''),
          (value) => value.replace(', qop=auth', ''),
        ];
        for (const edit of edits) {
          const [[name, value]] = answered(watcher, await challenge(watcher)).fields as [[string, string]];
          expect((await refusal(watcher, { fields: [[name, edit(value)]] })).status).toBe(400);
        }
      });
    });

    it('[SB-119] any pair of the files passes, whatever the From', async () => {
      const watcher = await trunk({ numbers: ['CRScontrol'], credentials: { username: 'berta', password: 'hidden' } });
      const subscription = await watcher.subscribe('2102');
      await subscription.next();
      expect(await office.system.console(['show', 'presence', 'subscription'])).toMatchObject({
        stdout: expect.stringContaining('CRScontrol@127.0.0.1'),
      });
      await subscription.unsubscribe();
    });

    it('[SB-119] a phone that registers with the credentials of another gets 403, and is not registered', async () => {
      await configure(
        'voice register pool 1', ' username one password first',
        'voice register pool 2', ' username two password second',
      ); // prettier-ignore
      const phone = await office.phone(1, { registered: false, credentials: { username: 'two', password: 'second' } });
      const before = await bus.lastSequence('LINES');
      await expect(phone.register()).rejects.toMatchObject({ status: 403 });
      expect(await bus.lastSequence('LINES')).toBe(before);
      await configure('voice register pool 1', ' no username', 'voice register pool 2', ' no username');
    });

    it('a file that is wrong, or whose server is away, leaves the last good copy in force, also after a restart', async () => {
      const carla: Credentials = { username: 'carla', password: 'open, sesame' };
      const server = createServer((_, response) => response.end(`${carla.username},${carla.password}\r\n`));
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const { port } = server.address() as AddressInfo;
      await configure('voice register global', ` authenticate credential 2 http://127.0.0.1:${port}/cred2.csv`);
      await (await accepted(await trunk({ credentials: carla }))).unsubscribe();
      await new Promise((done) => server.close(done));
      expect(await shell('credential load 2')).toContain('What was loaded before still counts: 1 pair.');

      writeFileSync(join(office.system.dataFolder, 'flash', 'cred1.csv'), 'anna,hunter2\nberta hidden\n');
      const said = await shell('credential load 1');
      expect(said).toContain('line 2: there is no comma');
      expect(said).not.toContain('hidden');
      for (const name of ['sip-edge-1', 'console-1']) {
        const pid = office.system.pidOf(name);
        await office.system.kill(name);
        await office.system.untilServing(name, pid);
      }
      for (const credentials of [ANNA, carla]) await (await accepted(await trunk({ credentials }))).unsubscribe();
    });

    it('without the file nobody can pass', async () => {
      await configure('voice register global', ' no authenticate credential 1', ' no authenticate credential 2');
      const watcher = await trunk({ credentials: ANNA });
      expect((await refusal(watcher)).status).toBe(401);
    });
  });
});
