import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freeSipPorts, type Linewatch, SccpStation, type SipEndpoint, SipPhone, startLinewatch } from '@linewatch/kit';

const sample = readFileSync(join(__dirname, '../../libs/config/src/testdata/cme-6.3.cfg'), 'utf8');

/** What stands at 11.1.1.4: numbers 1..., and a trunk back. */
function farConfiguration(own: SipEndpoint, near: SipEndpoint): string {
  return [
    'voice service voip', ' sip', '  registrar server expires max 3600 min 60',
    'voice register global', ' mode cme', ` source-address ${own.host} port ${own.port}`,
    'voice register dn  1', ' number 1001', ' allow watch',
    'voice register pool  1', ' id mac 0200.0000.1001', ' number 1 dn 1',
    'dial-peer voice 1 voip', ' destination-pattern 2...', ' session protocol sipv2',
    ` session target ipv4:${near.host}:${near.port}`,
    'presence', ' watcher all', 'sip-ua', ' presence enable',
    'ephone-dn  1  dual-line', ' number 1002', ' name Far Desk', ' allow watch',
    'ephone  1', ' mac-address 0200.0000.1002', ' button  1:1',
    'end', '',
  ].join('\n'); // prettier-ignore
}

/** Example 6.3 of the behaviour contract with its addresses on this machine, and a second linewatch as its far side. */
describe('[T-23] the complete system of the example, its calls over the trunk', () => {
  let near: Linewatch;
  let far: Linewatch;
  beforeAll(async () => {
    const [here, there] = await Promise.all(
      ['127.0.1.2', '127.0.2.2'].map(async (host) => ({ host, port: await freeSipPorts(host, 1) })),
    );
    if (!here || !there) throw new Error('no ports are free');
    const config = sample
      .replace('source-address 11.1.1.2 port 5060', `source-address ${here.host} port ${here.port}`)
      .replace('ip source-address 11.1.1.2 port 2000', `ip source-address ${here.host} port 2000`)
      .replace('session target ipv4:11.1.1.4', `session target ipv4:${there.host}:${there.port}`)
      // Nothing leaves this machine.
      .replaceAll('11.1.1.4', there.host);
    near = await startLinewatch({ config, host: here.host, sipPort: here.port });
    far = await startLinewatch({ config: farConfiguration(there, here), host: there.host, sipPort: there.port });
  });
  afterAll(() => Promise.all([near?.stop(), far?.stop()]));

  it('calls to 1... arrive and come back, and keys 1 and 3 of ephone 1 show what they may', async () => {
    const [sipNear, sipFar, sccpNear, sccpFar] = [near.sip[0], far.sip[0], near.sccp[0], far.sccp[0]];
    if (!sipNear || !sipFar || !sccpNear || !sccpFar) throw new Error('an edge is missing');
    const pool = await SipPhone.open({
      numbers: ['2101'],
      registrar: sipNear,
      host: sipNear.host,
      mac: '00156247EF90',
    });
    const one = await SccpStation.open({ server: sccpNear, host: sipNear.host, mac: '0012.7F57.62A5', version: 11 });
    const farSip = await SipPhone.open({
      numbers: ['1001'],
      registrar: sipFar,
      host: sipFar.host,
      mac: '020000001001',
    });
    const farDesk = await SccpStation.open({ server: sccpFar, host: sipFar.host, mac: '0200.0000.1002' });
    await Promise.all([pool.register(), farSip.register(), one.register(), farDesk.register()]);
    await one.shows(1, 'idle');

    // 2101, which key 1 shows, calls 1001.
    const call = pool.call('1001');
    const incoming = await farSip.nextCall();
    expect(incoming.number).toBe('2101');
    await one.shows(1, 'in-use');
    await incoming.answer();
    await call.answered();
    await call.hangup();
    await incoming.ended();
    await one.shows(1, 'idle');

    // Ephone 1 calls 1002; 1002 calls 2101 back.
    const desk = await one.dial('1002');
    const atDesk = await farDesk.nextCall();
    expect(atDesk.callingNumber).toBe('2001');
    await atDesk.answer();
    await desk.answered();
    await atDesk.hangup();
    await desk.ended();
    const back = await farDesk.dial('2101');
    const ringing = await pool.nextCall();
    expect(ringing.number).toBe('1002');
    await one.shows(1, 'in-use');
    await ringing.answer();
    await back.answered();
    await ringing.hangup();
    await back.ended();
    await one.showed(1, 'idle', 'in-use', 'idle', 'in-use', 'idle');
    expect(one.key(3).lamp).toBe('unknown');
    expect([pool, one, farSip, farDesk].flatMap(({ violations }) => violations)).toEqual([]);
    for (const phone of [pool, one, farSip, farDesk]) await phone.close();
  });
});
