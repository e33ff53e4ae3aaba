import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Linewatch, SccpStation, SipPhone, startLinewatch } from '@linewatch/kit';

const sample = readFileSync(join(__dirname, '../../libs/config/src/testdata/cme-6.3.cfg'), 'utf8');

/** Example 6.3 of the behaviour contract, whole, with its addresses on this machine. */
describe('[T-23] the complete system of the example, its local part', () => {
  let system: Linewatch;
  beforeAll(async () => {
    const config = ({ host, port }: { host: string; port: number }) =>
      sample
        // Nothing leaves this machine.
        .replace('tftp://172.18.207.15/', 'tftp://127.0.0.15/')
        .replace('source-address 11.1.1.2 port 5060', `source-address ${host} port ${port}`)
        .replace('ip source-address 11.1.1.2 port 2000', `ip source-address ${host} port 2000`);
    system = await startLinewatch({ config });
  });
  afterAll(() => system.stop());

  it('with everybody registered and on-hook: key 1 of ephone 1 idle, key 3 unknown, key 2 unknown without the far side', async () => {
    const [server] = system.sccp;
    const [registrar] = system.sip;
    if (!server || !registrar) throw new Error('an edge is missing');
    const sip = await SipPhone.open({ numbers: ['2101'], registrar, mac: '00156247EF90' });
    const other = await SipPhone.open({ numbers: ['2102'], registrar, mac: '001200078D82' });
    await Promise.all([sip.register(), other.register()]);
    const one = await SccpStation.open({ server, mac: '0012.7F57.62A5', version: 11 });
    const three = await SccpStation.open({ server, mac: '0015.6247.EF91', deviceType: 119 });
    await one.register();
    await three.register();
    await one.shows(1, 'idle');
    expect([2, 3].map((instance) => one.key(instance).lamp)).toEqual(['unknown', 'unknown']);
    expect([one, three].map(({ lines }) => lines.map(({ number }) => number))).toEqual([
      ['2001', '2009'],
      ['2005', '2002'],
    ]);
    // Calls of both kinds show, those of 2002 do not: it has no `allow watch`.
    const call = sip.call('2002');
    const incoming = await three.nextCall();
    await one.shows(1, 'in-use');
    await call.ringing();
    expect(incoming.line).toBe(2);
    expect(one.key(3).lamp).toBe('unknown');
    await call.cancel();
    await one.shows(1, 'idle');
    // `presence call-list` is on for all.
    expect(await one.showInCallList('2005').answered()).toBe(0);
    await three.until('the end of the ringing', () => !three.isRinging || undefined);
    expect([sip, other, one, three].flatMap(({ violations }) => violations)).toEqual([]);
    for (const phone of [sip, other, one, three]) await phone.close();
  });
});
