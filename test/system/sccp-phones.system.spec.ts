import { SccpOffice, SccpRefusedError, SccpStation, until } from '@linewatch/kit';

/** SCCP phones register, show and feed lamps, beside SIP phones. */
describe('SCCP phones of an office', () => {
  let office: SccpOffice;
  beforeAll(async () => void (office = await SccpOffice.open({ presence: [' presence call-list'] })));
  afterAll(() => office.close());
  afterEach(async () => {
    const violations = office.violations();
    await office.leave();
    expect(violations).toEqual([]);
  });

  it.each([5, 11, 17, 22])('a phone of version %d registers and gets its keys', async (version) => {
    const phone = await office.station(1, { version });
    expect(phone.registration).toEqual({ version: Math.min(version, 17), keepAlive: 30 });
    expect(phone.lines).toEqual([{ instance: 1, number: '3001', name: 'Phone 3001', label: '3001' }]);
    expect(phone.buttons.map(({ type }) => type)).toEqual([9, 0x15, 0x15, 0x15, 0x15, 0x15]);
    expect([1, 2, 3, 4, 5].map((instance) => phone.key(instance).label)).toEqual(
      ['Two', 'Sip', 'Hidden', 'Nobody', 'Both'],
    ); // prettier-ignore
    await phone.keepAlive();
  });

  it('a phone that is not configured is refused with a text, and its connection ends', async () => {
    const [server] = office.system.sccp;
    if (!server) throw new Error('no sccp-edge listens');
    const stranger = await SccpStation.open({ server, mac: '0200.dead.beef' });
    const refused = await stranger.register().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SccpRefusedError);
    expect((refused as Error).message).toContain('Not configured here');
    await stranger.closedByServer();
    await stranger.close();
  });

  it('a token is granted before the registration', async () => {
    const phone = await office.station(2, { registered: false });
    expect(await phone.askToken()).toBe('ack');
    await phone.register();
  });

  it('a phone that registers on another connection has moved: the first one ends, and its line stays idle', async () => {
    const watcher = await office.station(2);
    const first = await office.station(1);
    await watcher.shows(2, 'idle');
    const second = await office.station(1);
    await first.closedByServer();
    await second.keepAlive();
    expect(watcher.key(2).lamps.at(-1)).toBe('idle');
  });

  it('keys show lines of both kinds as their phones come, talk and go', async () => {
    const watcher = await office.station(1);
    for (const instance of [1, 2]) await watcher.shows(instance, 'unknown');
    const sip = await office.sip(1);
    const two = await office.station(2);
    for (const instance of [1, 2]) await watcher.shows(instance, 'idle');
    const lamp = await sip.subscribe('3002');
    await lamp.waitFor('idle');
    two.offHook();
    await watcher.shows(1, 'in-use');
    await lamp.waitFor('in-use');
    two.onHook();
    await watcher.shows(1, 'idle');
    await lamp.waitFor('idle');
    two.disconnect();
    await watcher.shows(1, 'unknown');
    await lamp.waitFor('unknown');
    expect(watcher.repeatedLamps).toBe(0);
  });

  it('a call list shows numbers that are ours, and says why it does not show others', async () => {
    const phone = await office.station(1);
    await office.station(2);
    const own = phone.showInCallList('3002');
    expect(await own.answered()).toBe(0);
    await own.shows('idle');
    // Nobody's number, and no server to ask: RouteFail.
    expect(await phone.showInCallList('9999').answered()).toBe(1);
    const summary = await office.system.console(['show', 'presence', 'subscription']);
    expect(summary.stdout).toContain('SCCP [BLF Call List]');
    expect(summary.stdout).toContain('SCCP [BLF Speed Dial]');
    expect(summary.stdout).toContain(`3001@127.0.0.1`);
  });

  it('subscriptions end with the registration', async () => {
    const phone = await office.station(1);
    const count = async () => {
      const { stdout } = await office.system.console(['show', 'presence', 'global', '--json']);
      return JSON.parse(stdout) as { activeSubscriptions?: number; subscriptions?: number } as object;
    };
    const withKeys = JSON.stringify(await count());
    await phone.unregister();
    await until(async () => JSON.stringify(await count()) !== withKeys, 'fewer subscriptions', 5_000);
  });
});
