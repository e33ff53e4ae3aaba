import { SccpOffice, type SipPhone, SipPhone as Phone, type SipSubscription, until } from '@linewatch/kit';

/**
 * `show presence explain` names the true cause of faults that are real [B-04]: nothing here is told to it but by what
 * phones, processes and configuration do.
 */

interface Explanation {
  readonly cause: string;
  readonly state: string;
  readonly told: string | null;
  readonly verdict: string;
  readonly todo?: string;
  readonly chain: readonly { readonly step: string; readonly text: string; readonly cause?: string }[];
}

/** A phone that does not answer is given up after 64*T1, and a busy machine takes seconds for each question. */
const GIVEN_UP_WITHIN_MS = 60_000;

jest.setTimeout(240_000);

describe('explain names the true cause', () => {
  let office: SccpOffice;
  const phones: SipPhone[] = [];

  beforeAll(async () => {
    office = await SccpOffice.open({ instances: { 'sip-edge': 2 }, presence: [' watcher all'] });
    // Strangers only where a test wants them.
    await office.configure('presence', ' no watcher all');
  });
  afterEach(async () => {
    for (const phone of phones.splice(0)) await phone.close();
    await office.leave();
  });
  afterAll(() => office.close());

  async function explain(watcher: string, line: string): Promise<Explanation> {
    const { stdout, stderr, code } = await office.system.console([
      'show',
      'presence',
      'explain',
      watcher,
      line,
      '--json',
    ]);
    if (code !== 0) throw new Error(`explain failed: ${stderr}`);
    return JSON.parse(stdout) as Explanation;
  }

  /** Resolves when that is the cause; what was said before it may still have been on its way. */
  async function explains(
    watcher: string,
    line: string,
    cause: string,
    withinMs = GIVEN_UP_WITHIN_MS,
  ): Promise<Explanation> {
    let last: Explanation | undefined;
    const isSo = async () => (last = await explain(watcher, line)).cause === cause;
    await until(isSo, `cause ${cause}`, withinMs).catch((error: Error) => {
      throw new Error(`${error.message}; it is ${JSON.stringify(last, null, 1)}`);
    });
    return last as Explanation;
  }

  /** A phone of number 2102 at the second edge. */
  async function second(): Promise<SipPhone> {
    const registrar = office.system.sip[1];
    if (!registrar) throw new Error('there is one edge only');
    const phone = await Phone.open({ numbers: ['2102'], registrar, mac: '020000000202' });
    phones.push(phone);
    await phone.register();
    return phone;
  }

  async function watching(number = '3002'): Promise<{ watcher: SipPhone; key: SipSubscription }> {
    const watcher = await office.sip(1);
    return { watcher, key: await watcher.subscribe(number) };
  }

  describe('of a line that is unknown', () => {
    it('there is no such line', async () => {
      const watcher = await office.sip(1);
      await expect(watcher.subscribe('2199')).rejects.toMatchObject({ status: 403 });
      await explains('2101', '2199', 'no-such-line');
    });

    it('allow watch is not given, and who took it', async () => {
      await office.station(2);
      const { key } = await watching();
      await key.waitFor('idle');
      await office.configure('ephone-dn 2', ' no allow watch');
      await key.waitFor('unknown');
      const { verdict, chain } = await explains('2101', '3002', 'not-watchable');
      expect(verdict).toMatch(/allow watch is not given \(by .+ in revision \d+/);
      expect(chain.at(-2)?.text).toMatch(/^NOTIFY CSeq \d+ said unknown at .+ the phone answered 200 after \d+ ms$/);
      await office.configure('ephone-dn 2', ' allow watch');
      await key.waitFor('idle');
      await explains('2101', '3002', 'right');
    });

    it('no phone carries it', async () => {
      await office.configure('ephone-dn 20', ' number 3020', ' allow watch');
      await watching('3020');
      await explains('2101', '3020', 'no-phone');
    });

    it('its phone never came, and its phone left', async () => {
      const { key } = await watching();
      expect((await explains('2101', '3002', 'phone-unregistered')).verdict).toMatch(/^Ephone 2, which carries 3002, /);
      const station = await office.station(2);
      await key.waitFor('idle');
      await station.unregister();
      await key.waitFor('unknown');
      const { verdict } = await explains('2101', '3002', 'phone-unregistered');
      expect(verdict).toMatch(/is not registered any more$/);
    });
  });

  describe('of a watcher that has no subscription', () => {
    it('it never asked', async () => {
      await office.sip(1);
      await explains('SEP020000000201', '3004', 'never-subscribed');
    });

    it('it is not registered', async () => {
      const { watcher, key } = await watching();
      await key.next();
      await watcher.unregister();
      expect((await explains('2101', '3002', 'watcher-unregistered')).verdict).toMatch(/unregistered at /);
    });

    it('it ended its subscription', async () => {
      const { key } = await watching();
      await key.unsubscribe();
      await explains('2101', '3002', 'ended-by-watcher');
    });

    it.each([
      ['wrong-accept', 406, { accept: 'text/plain' }],
      ['too-brief', 423, { expires: 5 }],
    ] as const)('its request was refused: %s', async (cause, status, options) => {
      const watcher = await office.sip(1);
      await expect(watcher.subscribe('2102', options)).rejects.toMatchObject({ status });
      await explains('2101', '2102', cause);
    });

    it('it asked for an event that is not served', async () => {
      const watcher = await office.sip(1);
      await watcher.send('SUBSCRIBE', '2102', [['Event', 'message-summary'], ['Contact', watcher.contactOf()]]); // prettier-ignore
      const { verdict } = await explains('2101', '2102', 'wrong-event');
      expect(verdict).toContain('Event: message-summary');
    });

    it('it asks from another place than it registered from', async () => {
      await office.sip(1);
      const registrar = office.system.sip[0];
      if (!registrar) throw new Error('no sip-edge listens');
      const other = await Phone.open({ numbers: ['2101'], registrar });
      phones.push(other);
      await expect(other.subscribe('3003')).rejects.toMatchObject({ status: 403 });
      await explains('2101', '3003', 'not-the-phone');
    });

    it('there are as many subscriptions as there may be', async () => {
      const watcher = await office.sip(1);
      for (let count = 0; count < 100; count += 1) await watcher.subscribe('3002');
      await expect(watcher.subscribe('3006')).rejects.toMatchObject({ status: 503 });
      expect((await explains('2101', '3006', 'limit-reached')).verdict).toMatch(/now 100 of 100/);
    });

    it('presence is off, presence enable is off, and the phone gave up when it heard so', async () => {
      const { key } = await watching();
      await office.configure('sip-ua', ' no presence enable');
      await key.next(({ state }) => state === 'terminated');
      expect((await explains('2101', '3002', 'presence-enable-off')).verdict).toMatch(/\(by .+ in revision/);
      await office.configure('sip-ua', ' presence enable', 'no presence');
      await explains('2101', '3002', 'presence-off');
      await office.configure('presence');
      await explains('2101', '3002', 'ended-by-rules');
    });

    it('a stranger may not watch', async () => {
      await explains('4711', '3002', 'watcher-all-off');
    });
  });

  describe('of a watcher that is not told', () => {
    it('it answered 481', async () => {
      await office.station(2);
      const { watcher, key } = await watching();
      await key.waitFor('idle');
      watcher.answerNotify = { status: 481 };
      const station = await office.station(1);
      await station.dial('3002');
      await key.waitFor('in-use');
      expect((await explains('2101', '3002', 'ended-gone')).verdict).toMatch(/answered CSeq \d+ with 481/);
    });

    it('it refuses with another status, or wants to be left alone', async () => {
      const { watcher, key } = await watching();
      await key.next();
      watcher.answerNotify = { status: 503, fields: [['Retry-After', '600']] };
      await office.station(2);
      const { verdict } = await explains('2101', '3002', 'asked-to-wait');
      expect(verdict).toMatch(/the phone answered 503, to be told again at /);
      watcher.answerNotify = { status: 403 };
      await key.refresh();
      await explains('2101', '3002', 'ended-refused');
    });

    it('it does not answer, and is given up', async () => {
      const { watcher, key } = await watching();
      await key.next();
      watcher.answerNotify = 'silent';
      await office.station(2);
      expect((await explains('2101', '3002', 'no-answer')).verdict).toMatch(/has not answered for \d+ s/);
      await explains('2101', '3002', 'ended-silent');
    });
  });

  describe('of processes that are gone', () => {
    it('the edge of the watcher, and the edge of a call, killed', async () => {
      const { key } = await watching('2102');
      const called = await second();
      await key.waitFor('idle');
      const far = await called.subscribe('3002');
      await far.next();
      const { system } = office;
      called.autoAnswerMs = 0;
      const station = await office.station(1);
      await station.dial('2102');
      await key.waitFor('in-use');
      // The launcher would start it again: it stands still meanwhile.
      const pid = system.pidOf('sip-edge-2');
      process.kill(system.launcherPid, 'SIGSTOP');
      try {
        process.kill(pid, 'SIGKILL');
        expect((await explains('2102', '3002', 'owner-gone')).verdict).toMatch(/Its owner sip-edge-2 does not answer/);
        await key.waitFor('unknown', GIVEN_UP_WITHIN_MS);
        const { verdict } = await explains('2101', '2102', 'edge-lost');
        expect(verdict).toMatch(/sip-edge-2 is gone: nobody knows whether it is still up/);
      } finally {
        process.kill(system.launcherPid, 'SIGCONT');
      }
      // The edge took its subscription up; nobody is at 3002.
      await explains('2102', '3002', 'phone-unregistered', 120_000);
    });

    it('presence-state stands still: what happens is not folded', async () => {
      await office.station(2);
      const { key } = await watching();
      await key.waitFor('idle');
      const pid = office.system.pidOf('presence-state-1');
      process.kill(pid, 'SIGSTOP');
      try {
        const station = await office.station(1);
        await station.dial('3002');
        const { state, told } = await explains('2101', '3002', 'not-folded');
        expect([state, told]).toEqual(['in-use', 'idle']);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await key.waitFor('in-use', GIVEN_UP_WITHIN_MS);
    });
  });

  describe('of an SCCP phone', () => {
    it('its key is right, do-not-disturb too; then it has no key any more', async () => {
      const [one, two] = [await office.station(1), await office.station(2)];
      const { chain } = await explains('3001', '3002', 'right');
      expect(chain.find(({ step }) => step === 'notification')?.text).toMatch(/^FeatureStat .* said idle at /);
      await explains('SEP020000000101', '3005', 'not-watchable');
      await explains('ephone:2', '3001', 'right');
      await explains('3002', '3003', 'no-key');
      expect([...one.violations, ...two.violations]).toEqual([]);
    });
  });
});
