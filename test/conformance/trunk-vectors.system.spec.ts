import {
  loopbackOf,
  PresenceServer,
  SccpStation,
  SipPhone,
  type Linewatch,
  SipRefusedError,
  startLinewatch,
} from '@linewatch/kit';
import { officeConfiguration, sccpMac, sipMac } from './trunk-office';

const SERVER = loopbackOf(7);
const credentials = { username: 'jack', password: 'secret' };

describe('a line beyond the trunk', () => {
  let system: Linewatch;
  let server: PresenceServer;
  let phone: SipPhone;
  let station: SccpStation;
  const configure = async (...commands: string[]) => {
    const { code, stderr } = await system.console(['configure', '-'], `${commands.join('\n')}\n`);
    if (code !== 0) throw new Error(stderr);
  };
  beforeAll(async () => {
    server = await PresenceServer.open({ host: SERVER, credentials, mostSeconds: 60 });
    system = await startLinewatch({
      config: (sip) => officeConfiguration(sip, [' max-subscription 2000']),
      instances: { 'sip-edge': 2 },
    });
    const [registrar] = system.sip;
    const [edge] = system.sccp;
    if (!registrar || !edge) throw new Error('an edge is missing');
    phone = await SipPhone.open({ numbers: ['2101'], registrar, mac: sipMac(1) });
    await phone.register();
    station = await SccpStation.open({ server: edge, mac: sccpMac(1) });
    await station.register();
  });
  afterAll(async () => {
    await Promise.all([phone?.close(), station?.close(), server?.close()]);
    await system?.stop();
  });

  it('[T-19] is refused without `allow subscribe`, and without `server`', async () => {
    const refused = await phone.subscribe('4001').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SipRefusedError);
    expect(refused).toMatchObject({ status: 403 });
    expect(await station.showInCallList('4001').answered()).toBe(1);
    await configure('presence', ' allow subscribe');
    expect(await phone.subscribe('4001').catch((error: unknown) => error)).toMatchObject({ status: 404 });
    await configure('presence', ' no allow subscribe', ` server ${SERVER}`);
    expect(await station.showInCallList('4001').answered()).toBe(5);
    expect(server.asked).toEqual([]);
  });

  it('[T-19] with both is watched at the server once for all, and its state is relayed to phones of both kinds', async () => {
    server.shows('4001', 'idle');
    await configure('presence', ' allow subscribe', ` server ${SERVER}`);
    const first = await phone.subscribe('4001');
    await Promise.all([first.waitFor('idle'), station.shows(1, 'idle')]);
    const watchers = await Promise.all(Array.from({ length: 20 }, () => phone.subscribe('4001')));
    const entry = station.showInCallList('4001');
    server.shows('4001', 'in-use');
    await Promise.all([...watchers, first].map((each) => each.waitFor('in-use')));
    await Promise.all([station.shows(1, 'in-use'), entry.shows('in-use')]);
    expect(server.subscriptions('4001')).toBe(1);
    // The entity is the one that the watcher asked for.
    expect(first.notifications.at(-1)?.body).toContain(`entity="sip:4001@${system.sip[0]?.host}"`);
    const dialog = await phone.subscribe('4001', { event: 'dialog' });
    await dialog.waitFor('in-use');
    expect(server.subscriptions('4001', 'dialog')).toBe(1);
    server.shows('4001', 'idle');
    await Promise.all([first.waitFor('idle'), dialog.waitFor('idle'), station.shows(1, 'idle'), entry.shows('idle')]);
  });

  it('[T-19] has a pair of sibling records for each watcher', async () => {
    const { stdout } = await system.console(['show', 'presence', 'subscription', 'details', '--json']);
    const { records } = JSON.parse(stdout) as { records: Record<string, unknown>[] };
    const incoming = records.filter(
      ({ subscriptionType, presentityType }) =>
        subscriptionType === 'Incoming Indication' && presentityType === 'remote',
    );
    const outgoing = records.filter(({ subscriptionType }) => subscriptionType === 'Outgoing Request');
    expect(outgoing).toHaveLength(incoming.length);
    const own = system.sip[0]?.host;
    const key = incoming.find(({ phoneType }) => phoneType === 'SCCP [BLF Speed Dial]');
    expect(key).toMatchObject({ presentityType: 'remote', watcherType: 'local', retryLimit: 0, status: 'idle' });
    expect(outgoing.find(({ siblingSubId }) => siblingSubId === key?.['subId'])).toMatchObject({
      subId: key?.['siblingSubId'],
      watcher: `3001@${own}`,
      presentity: `4001@${SERVER}`,
      retryLimit: 10,
      status: 'idle',
    });
    const one = await system.console(['show', 'presence', 'subscription', 'subid', String(key?.['siblingSubId'])]);
    expect(one.stdout).toContain('subscription type     : Outgoing Request');
    const summary = await system.console(['show', 'presence', 'subscription', 'summary']);
    expect(summary.stdout).toContain(`Summary: ${records.length - outgoing.length} subscription`);
    expect(summary.stdout).not.toContain(SERVER);
  });

  it('is subscribed to anew when the server has forgotten it, and is right again', async () => {
    const watcher = await phone.subscribe('4002');
    await watcher.waitFor('idle');
    server.forget();
    server.shows('4002', 'in-use');
    // Its grant of 60 s is refreshed after 54.
    await watcher.waitFor('in-use', 90_000);
    expect(server.subscriptions('4002')).toBe(1);
    expect(watcher.notifications.map(({ state }) => state)).not.toContain('terminated');
    await watcher.unsubscribe();
  }, 120_000);

  it('tells a SIP phone what the server says of its end, and the key unknown; both are right again afterwards', async () => {
    const watcher = await phone.subscribe('4001');
    await watcher.waitFor('idle');
    server.terminate('4001', 'probation;retry-after=3');
    expect(await watcher.next(({ state }) => state === 'terminated')).toMatchObject({
      reason: 'probation',
      retryAfter: 3,
    });
    await station.shows(1, 'unknown');
    const again = await phone.subscribe('4001');
    await Promise.all([again.waitFor('idle'), station.shows(1, 'idle')]);
    await again.unsubscribe();
  });

  it('that the server refuses ends the subscription of a SIP phone as `noresource`, and that of a call list with cause 4', async () => {
    server.mood = { status: 404 };
    const watcher = await phone.subscribe('4009');
    expect(await watcher.next(({ state }) => state === 'terminated')).toMatchObject({
      reason: 'noresource',
      lamp: 'unknown',
    });
    server.mood = 'serving';
  });

  it('is watched by another edge when the one that did is killed', async () => {
    const watcher = await phone.subscribe('4003');
    await watcher.waitFor('idle');
    const [, second] = system.sip;
    const source = server.asked.filter(({ requestUri }) => requestUri.includes('4003')).at(-1)?.source.port;
    const victim = source === second?.port ? 'sip-edge-2' : 'sip-edge-1';
    server.shows('4003', 'in-use');
    await watcher.waitFor('in-use');
    const before = server.asked.length;
    await system.kill(victim);
    await phone.until('another subscription at the server', () => server.asked.length > before || undefined);
    server.shows('4003', 'idle');
    await station.shows(3, 'idle');
  }, 60_000);

  it('is let go by `no allow subscribe`: phones are told, and the server has nobody left', async () => {
    const watcher = await phone.subscribe('4001');
    await watcher.waitFor('idle');
    await configure('presence', ' no allow subscribe');
    expect(await watcher.next(({ state }) => state === 'terminated')).toMatchObject({ reason: 'rejected' });
    await station.shows(1, 'unknown');
    await phone.until('nobody at the server', () => server.subscriptions('4001') === 0 || undefined);
    expect([...phone.violations, ...station.violations]).toEqual([]);
    expect(server.answers.filter((status) => status !== 200 && status !== 481)).toEqual([]);
  });
});
