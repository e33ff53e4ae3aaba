import { type SipSubscription, until } from '@linewatch/kit';
import { Office } from './office';

/** What a change of the configuration does to subscriptions that are there [cme-presence 4.9]. */

describe('a change of the running configuration', () => {
  let office: Office;
  beforeAll(async () => void (office = await Office.open()));
  afterAll(() => office.close());
  afterEach(async () => {
    const violations = office.violations();
    await office.leave();
    expect(violations).toEqual([]);
  });

  const configure = async (...lines: string[]): Promise<void> => {
    const { code, stderr } = await office.system.console(['configure', '-'], `${lines.join('\n')}\n`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  };
  const revision = async (): Promise<string> => {
    const { stdout } = await office.system.console(['show', 'running-config', '--json']);
    return String((JSON.parse(stdout) as { revision: number }).revision);
  };
  const records = async (): Promise<number> => {
    const { stdout } = await office.system.console(['show', 'presence', 'global', '--json']);
    return (JSON.parse(stdout) as { subscriptions: number }).subscriptions;
  };
  const rejected = (...all: SipSubscription[]): Promise<void> =>
    until(() => all.every(({ ended }) => ended), 'every subscription ends');

  it.each([
    ['no presence', ['no presence'], ['presence']],
    ['no presence enable', ['sip-ua', ' no presence enable'], ['sip-ua', ' presence enable']],
  ])('`%s` ends every subscription of a SIP watcher as rejected and deletes the record', async (_title, off, on) => {
    const [watcher, watched] = [await office.phone(1), await office.phone(2)];
    const lamps = [await watcher.subscribe('2102'), await watcher.subscribe('2102', { event: 'dialog' })];
    for (const lamp of lamps) await lamp.waitFor('idle');
    await configure(...off);
    await rejected(...lamps);
    for (const lamp of lamps)
      expect(lamp.notifications.at(-1)).toMatchObject({ state: 'terminated', reason: 'rejected' });
    await until(async () => (await records()) === 0, 'no record is left', 15_000);
    await configure(...on);
    await (await watcher.subscribe('2102')).waitFor('idle');
    await Promise.all([watcher.unregister(), watched.unregister()]);
  });

  it('a number that is deleted is unknown to its watchers, and as it is when it is created again', async () => {
    const [watcher, watched] = [await office.phone(1), await office.phone(2)];
    const lamp = await watcher.subscribe('2102');
    await lamp.waitFor('idle');
    await configure('no voice register dn 2');
    await lamp.waitFor('unknown');
    expect(lamp.ended).toBe(false);
    await configure('voice register dn 2', ' number 2102', ' allow watch');
    await watched.register();
    await lamp.waitFor('idle');
    await Promise.all([watcher.unregister(), watched.unregister()]);
  });

  it('`max-subscription` below the count keeps what there is, and refuses new ones until there is room', async () => {
    await configure('presence', ' max-subscription 200');
    const [watcher, watched] = [await office.phone(1), await office.phone(2)];
    const some: SipSubscription[] = [];
    for (let index = 0; index < 102; index += 1) some.push(await watcher.subscribe('2102'));
    await configure('presence', ' max-subscription 100');
    await expect(watcher.subscribe('2102')).rejects.toMatchObject({ status: 503 });
    await watched.unregister();
    for (const lamp of some) await lamp.waitFor('unknown');
    expect(some.filter(({ ended }) => ended)).toEqual([]);
    for (const lamp of some.slice(0, 3)) await lamp.unsubscribe();
    expect((await watcher.subscribe('2102')).grantedSeconds).toBe(3600);
    await configure('presence', ' no max-subscription');
    await watcher.unregister();
  });

  it('`configure replace` brings back what was taken away', async () => {
    const before = await revision();
    const [watcher, watched] = [await office.phone(1), await office.phone(2)];
    const lamp = await watcher.subscribe('2102');
    await lamp.waitFor('idle');
    await configure('voice register dn 2', ' no allow watch');
    await lamp.waitFor('unknown');
    const script = `enable\nconfigure replace ${before} force\nshow archive\n`;
    const { stdout, code } = await office.system.console([], script);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Rollback Done: revision \d+ runs\.\n/);
    await lamp.waitFor('idle');
    await Promise.all([watcher.unregister(), watched.unregister()]);
  });
});
