import { SccpOffice } from '@linewatch/kit';

/** Keys that show a phone rather than a line [cme-presence 3.6]. */
describe('`device` keys of SCCP phones', () => {
  let office: SccpOffice;
  beforeAll(async () => void (office = await SccpOffice.open()));
  afterAll(() => office.close());
  afterEach(async () => {
    const violations = office.violations();
    await office.leave();
    expect(violations).toEqual([]);
  });

  it('T-14: a shared number busy on one phone leaves the key of the other phone idle; a key of the line is in use', async () => {
    await office.configure(
      'ephone 2',
      ' blf-speed-dial 2 3003 label "Phone three" device',
      ' blf-speed-dial 3 3003 label "Line"',
    );
    const watcher = await office.station(2);
    // 3003 is on button 1 of phone 3, and on button 2 of phone 4.
    const [monitored, other] = [await office.station(3), await office.station(4)];
    const [phone, line] = [3, 4];
    await watcher.shows(phone, 'idle');
    await watcher.shows(line, 'idle');
    const call = await other.dial('3001', 2);
    await watcher.shows(line, 'in-use');
    expect(watcher.key(phone).lamp).toBe('idle');
    await call.hangup();
    await watcher.showed(line, 'idle', 'in-use', 'idle');
    monitored.offHook();
    await watcher.showed(phone, 'idle', 'in-use');
    monitored.onHook();
    await watcher.showed(phone, 'idle', 'in-use', 'idle');
    // The other phone still has the line: it is idle, and the phone that is shown is gone [V-1].
    expect(await monitored.unregister()).toBe(0);
    await watcher.shows(phone, 'unknown');
    expect(watcher.key(line).lamp).toBe('idle');
    const { stdout } = await office.system.console(['show', 'presence', 'subscription', 'summary']);
    expect(stdout.split('\n').filter((row) => /^D .*3003@/.test(row))).toHaveLength(1);
  });

  it('T-15: of a number on button 1 of one phone and on the automatic line of another, the latter is shown', async () => {
    await office.configure('ephone 4', ' button 3:2', ' auto-line 3');
    await office.configure(
      'ephone 3',
      ' blf-speed-dial 1 3002 label "Line"',
      ' blf-speed-dial 2 3002 label "Phone" device',
    );
    const [watcher, first, automatic] = [await office.station(3), await office.station(2), await office.station(4)];
    const [line, phone] = [1, 2];
    await watcher.shows(phone, 'idle');
    await watcher.shows(line, 'idle');
    first.offHook();
    await watcher.shows(line, 'in-use');
    expect(watcher.key(phone).lamp).toBe('idle');
    first.onHook();
    await watcher.shows(line, 'idle');
    // Whatever happens on the phone, on any of its lines [V-2].
    const call = await automatic.dial('3003', 1);
    await watcher.showed(phone, 'idle', 'in-use');
    await call.hangup();
    await watcher.showed(phone, 'idle', 'in-use', 'idle');
  });
});
