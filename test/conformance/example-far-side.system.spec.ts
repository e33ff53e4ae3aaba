import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Linewatch, loopbackOf, SccpStation, type SipEndpoint, SipPhone, startLinewatch } from '@linewatch/kit';

const sample = readFileSync(join(__dirname, '../../libs/config/src/testdata/cme-6.3.cfg'), 'utf8');

const HERE = loopbackOf(52);
/** The server of the example; presence goes to its port 5060. */
const FAR = loopbackOf(54);

/** The example as it is, with its two addresses on this machine. */
function nearConfiguration({ host, port }: SipEndpoint): string {
  return (
    sample
      .replace('source-address 11.1.1.2 port 5060', `source-address ${host} port ${port}`)
      .replace('ip source-address 11.1.1.2 port 2000', `ip source-address ${host} port 2000`)
      .replaceAll('11.1.1.4', FAR)
      // Nothing leaves this machine.
      .replace('tftp://172.18.207.15/', 'tftp://127.0.0.15/')
  );
}

/** The other side, which the example only names: 1001 is a SIP phone, 1003 an SCCP phone. It lets nobody in without a password. */
function farConfiguration(near: SipEndpoint) {
  return ({ host, port }: SipEndpoint): string =>
    [
      'voice service voip', ' sip', '  registrar server', '!',
      'voice register global', ' mode cme', ` source-address ${host} port ${port}`, ' max-dn 9', ' max-pool 9',
      ' authenticate presence', ' authenticate credential 1 flash:cred1.csv', '!',
      'voice register dn  1', ' number 1001', ' allow watch', '!',
      'voice register pool  1', ' id mac 0200.0000.1001', ' number 1 dn 1', '!',
      'dial-peer voice 1 voip', ' destination-pattern 2...', ' session protocol sipv2',
      ` session target ipv4:${near.host}:${near.port}`, '!',
      'presence', ' watcher all', '!', 'sip-ua', ' presence enable', '!',
      'telephony-service', ' max-ephones 9', ' max-dn 9', '!',
      'ephone-dn  1', ' number 1003', ' allow watch', '!',
      'ephone  1', ' mac-address 0200.0000.1003', ' type 7960', ' button  1:1',
      'end', '',
    ].join('\n'); // prettier-ignore
}

/** Example 6.3 of the behaviour contract with the far side that it speaks of. */
describe('[T-17 to T-19, T-23] the complete system of the example, and the system at the other end of its trunk, which asks for a password', () => {
  let near: Linewatch;
  let far: Linewatch;
  const dataFolder = mkdtempSync(join(tmpdir(), 'linewatch-far-'));
  beforeAll(async () => {
    // The pair with which the example answers a challenge.
    mkdirSync(join(dataFolder, 'flash'));
    writeFileSync(join(dataFolder, 'flash', 'cred1.csv'), 'jack,021201481F\n');
    near = await startLinewatch({ config: nearConfiguration, host: HERE });
    const [nearSip] = near.sip;
    if (!nearSip) throw new Error('an edge is missing');
    far = await startLinewatch({ config: farConfiguration(nearSip), host: FAR, sipPort: 5060, dataFolder });
  });
  afterAll(async () => {
    await near?.stop();
    await far?.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  });

  it('shows on each key what the example expects, and what becomes of calls over the trunk', async () => {
    const [registrar, farRegistrar] = [near.sip[0], far.sip[0]];
    const [server, farServer] = [near.sccp[0], far.sccp[0]];
    if (!registrar || !farRegistrar || !server || !farServer) throw new Error('an edge is missing');
    const farSip = await SipPhone.open({ numbers: ['1001'], registrar: farRegistrar, host: FAR, mac: '020000001001' });
    const farSccp = await SccpStation.open({ server: farServer, host: FAR, mac: '0200.0000.1003' });
    const pool = await SipPhone.open({ numbers: ['2101'], registrar, host: HERE, mac: '00156247EF90' });
    const one = await SccpStation.open({ server, host: HERE, mac: '0012.7F57.62A5', version: 11 });
    const three = await SccpStation.open({ server, host: HERE, mac: '0015.6247.EF91', deviceType: 119 });
    const phones = [farSip, farSccp, pool, one, three];
    for (const phone of phones) await phone.register();
    // Ephone 1: 2101 here, 1003 beyond the trunk, 2002 without `allow watch`. Pool 1: 1001 beyond the trunk.
    const key = await pool.subscribe('1001');
    await key.waitFor('idle');
    await one.shows(1, 'idle');
    await one.shows(2, 'idle');
    expect(one.key(3).lamp).toBe('unknown');
    const { stdout } = await near.console(['show', 'presence', 'subscription', 'summary']);
    const siblings = stdout.split('\n').filter((row) => /@.*100[13]@/.test(row));
    expect(siblings.map((row) => Number(row.trim().split(/\s+/)[4]) > 0)).toEqual(siblings.map(() => true));
    expect(siblings.length).toBeGreaterThanOrEqual(2);
    // A call from here to there, and one from there to here: both lines are in use on both sides.
    const out = pool.call('1003');
    const incoming = await farSccp.nextCall();
    await one.shows(2, 'in-use');
    await one.shows(1, 'in-use');
    await incoming.answer();
    await out.answered();
    await out.hangup();
    await one.shows(2, 'idle');
    await one.shows(1, 'idle');
    const back = farSip.call('2001');
    const ringing = await one.nextCall();
    await key.waitFor('in-use');
    await ringing.answer();
    await back.answered();
    await ringing.hangup();
    await back.ended();
    await key.waitFor('idle');
    // The far phone leaves: unknown is relayed too.
    expect(await farSccp.unregister()).toBe(0);
    await one.shows(2, 'unknown');
    for (const phone of phones) expect(phone.violations).toEqual([]);
    for (const phone of phones) await phone.close();
  });
});
