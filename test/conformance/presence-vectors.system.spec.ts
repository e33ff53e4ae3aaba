import { SipRefusedError, type SipSubscription } from '@linewatch/kit';
import { Office } from './office';

/** The vectors of the behaviour contract, SIP side, against a whole system [cme-presence 9]. */

const lampsOf = (subscription: SipSubscription) => subscription.notifications.map(({ lamp }) => lamp);

describe('the presence service of a small office', () => {
  let office: Office;
  beforeAll(async () => void (office = await Office.open()));
  afterAll(() => office.close());
  afterEach(async () => {
    const violations = office.violations();
    await office.leave();
    expect(violations).toEqual([]);
  });

  /** Phones unregister at the end of a test, so that the next one finds every line unknown. */
  async function unregister(...phones: { unregister(): Promise<unknown> }[]): Promise<void> {
    for (const phone of phones) await phone.unregister();
  }

  it('T-1: a system with nothing but `presence` shows its defaults', async () => {
    const { stdout, code } = await office.system.console(['show', 'presence', 'global']);
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((line) => line.includes(':')).map((line) => line.split(/\s*: /)[1])).toEqual(
      [undefined, 'TRUE', 'FALSE', '100', '0', 'FALSE', 'FALSE', '0.0.0.0', '60', '10', 'CME mode'],
    ); // prettier-ignore
  });

  it('T-2: max-subscription 99 is refused and changes nothing; 100 and 500 are accepted; `no` brings back 100', async () => {
    const most = async () => {
      const { stdout } = await office.system.console(['show', 'presence', 'global', '--json']);
      return (JSON.parse(stdout) as { maxSubscription: number }).maxSubscription;
    };
    const configure = (line: string) => office.system.console(['configure', '-'], `presence\n ${line}\n`);
    expect((await configure('max-subscription 99')).code).not.toBe(0);
    expect(await most()).toBe(100);
    expect((await configure('max-subscription 500')).code).toBe(0);
    expect(await most()).toBe(500);
    expect((await configure('max-subscription 100')).code).toBe(0);
    expect(await most()).toBe(100);
    expect((await configure('max-subscription 500')).code).toBe(0);
    expect((await configure('no max-subscription')).code).toBe(0);
    expect(await most()).toBe(100);
  });

  it('T-4: a line that rings, is answered and hangs up is in use once, from the ringing, and idle once', async () => {
    const [watcher, called, caller] = [await office.phone(1), await office.phone(2), await office.phone(4)];
    const lamp = await watcher.subscribe('2102');
    // The phone registered a moment ago: until that is known the line is unknown.
    await lamp.waitFor('idle');
    const atRest = lampsOf(lamp).length;
    const call = caller.call('2102');
    const incoming = await called.nextCall();
    await lamp.waitFor('in-use');
    await call.ringing();
    await incoming.answer();
    await call.answered();
    await call.hangup();
    await incoming.ended();
    await lamp.waitFor('idle');
    await lamp.refresh();
    await lamp.next();
    expect(lampsOf(lamp).slice(atRest)).toEqual(['in-use', 'idle', 'idle']);
    await unregister(watcher, called, caller);
  });

  it('T-7: of two entries with one number only the second is busy: the number is in use', async () => {
    const [watcher, first, second] = [await office.phone(1), await office.phone(4), await office.phone(5)];
    const callee = await office.phone(2, { autoAnswerMs: 0 });
    const lamp = await watcher.subscribe('2104');
    await lamp.waitFor('idle');
    const call = await second.call('2102').answered();
    await lamp.waitFor('in-use');
    expect(first.calls).toEqual([]);
    await call.hangup();
    await lamp.waitFor('idle');
    await unregister(watcher, first, second, callee);
  });

  it('T-8: a line without `allow watch` is accepted and unknown; `allow watch` added brings its state', async () => {
    const [watcher, watched] = [await office.phone(1), await office.phone(3)];
    const lamp = await watcher.subscribe('2103');
    const first = await lamp.next();
    expect([first.state, first.lamp]).toEqual(['active', 'unknown']);
    expect((await office.system.console(['configure', '-'], 'voice register dn 3\n allow watch\n')).code).toBe(0);
    await lamp.waitFor('idle');
    expect((await office.system.console(['configure', '-'], 'voice register dn 3\n no allow watch\n')).code).toBe(0);
    await lamp.waitFor('unknown');
    await unregister(watcher, watched);
  });

  it('T-9: a line whose phone unregisters is unknown, and idle when it registers again [SB-50]', async () => {
    const [watcher, watched] = [await office.phone(1), await office.phone(2)];
    const lamp = await watcher.subscribe('2102');
    await lamp.waitFor('idle');
    await watched.unregister();
    await lamp.waitFor('unknown');
    await watched.register();
    await lamp.showed('idle', 'unknown', 'idle');
    await unregister(watcher, watched);
  });

  it('T-13: do-not-disturb of a SIP phone is not notified', async () => {
    const [watcher, watched] = [await office.phone(1), await office.phone(2)];
    const lamp = await watcher.subscribe('2102');
    await lamp.waitFor('idle');
    const dnd =
      '<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:ce="urn:cisco:params:xml:ns:pidf:rpid" entity="sip:2102@127.0.0.1"><tuple id="1"><status><basic>open</basic></status></tuple><ce:dnd/></presence>';
    await watched.send('PUBLISH', '2102', [['Event', 'presence'], ['Content-Type', 'application/pidf+xml'], ['Expires', '60']], dnd); // prettier-ignore
    await lamp.refresh();
    const last = await lamp.next();
    expect(last.body).not.toContain('dnd');
    expect(lampsOf(lamp).slice(-2)).toEqual(['idle', 'idle']);
    await unregister(watcher, watched);
  });

  it('T-21: the 101st subscription is refused, and the next is accepted when one has ended', async () => {
    const watcher = await office.phone(1);
    const some: SipSubscription[] = [];
    for (let index = 0; index < 100; index += 1) some.push(await watcher.subscribe('2102'));
    await expect(watcher.subscribe('2102')).rejects.toThrow(SipRefusedError);
    await expect(watcher.subscribe('2102')).rejects.toMatchObject({ status: 503 });
    await some[0]?.unsubscribe();
    expect((await watcher.subscribe('2102')).grantedSeconds).toBe(3600);
    await expect(watcher.subscribe('2102')).rejects.toMatchObject({ status: 503 });
    await unregister(watcher);
  });

  it('T-22: Expires 2147483647 is granted, and shown, as 3600', async () => {
    const watcher = await office.phone(1);
    const subscription = await watcher.subscribe('2102', { expires: 2_147_483_647 });
    expect(subscription.grantedSeconds).toBe(3600);
    const { stdout } = await office.system.console(['show', 'presence', 'subscription', 'summary']);
    expect(stdout).toMatch(/2101@127\.0\.0\.1\s+2102@127\.0\.0\.1\s+\d+\s+3600\s+0\s+unknown/);
    await unregister(watcher);
  });

  it('T-25: without `presence enable` a SIP watcher is refused', async () => {
    const watcher = await office.phone(1);
    await office.system.console(['configure', '-'], 'sip-ua\n no presence enable\n');
    await expect(watcher.subscribe('2102')).rejects.toMatchObject({ status: 489 });
    await office.system.console(['configure', '-'], 'sip-ua\n presence enable\n');
    expect((await watcher.subscribe('2102')).grantedSeconds).toBe(3600);
    await unregister(watcher);
  });
});
