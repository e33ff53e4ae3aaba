import { SccpStation, type SipEndpoint } from '@linewatch/kit';
import { lampsOf, subscriptionOf } from './lamps';
import { Office } from './office';
import { type CapturedMessage, first } from './pdml';

/**
 * A trunk that SIPp plays, with the complete example of the CME guide [cme-presence 6.3]: it calls and is called. What is
 * claimed of lamps is read from a capture that tshark took and decoded.
 */
let office: Office;
beforeAll(async () => {
  office = await Office.open('cme-6.3.cfg');
});
afterEach(() => office?.clear());
afterAll(() => office?.close());

const pool1 = { number: '2101', mac: '00156247ef90', host: '127.0.0.21' };
const pool2 = { number: '2102', mac: '001200078d82', host: '127.0.0.22' };
const far = { number: '1001', mac: '000000001001', host: '127.0.0.4' };
const stranger = { number: '1002', mac: '000000001002', host: '127.0.0.5' };

/** What `sip-ua` of the example answers a challenge with; the configuration has the password as type 7. */
const identity = { username: 'jack', password: 'cisco1' };

/** Calls to numbers 1... go there from now on. */
async function trunkTo({ host, port }: SipEndpoint): Promise<void> {
  await office.configure('dial-peer voice 2001 voip', ` session target ipv4:${host}:${port}`);
  await office.configure('sip-ua', ` authentication username ${identity.username} password ${identity.password}`);
}

/** The INVITEs that went to an address. */
function invitesTo(address: SipEndpoint): CapturedMessage[] {
  const to = `${address.host}:${address.port}`;
  return office.capture.messages().filter(({ method, destination }) => method === 'INVITE' && destination === to);
}

it('baresip as 2101 calls 1001 over a trunk that wants a password and stays in the way: its line is in use once [SB-31, SB-98]', async () => {
  const { capture } = office;
  const trunk = await office.sipp(far);
  await trunkTo(trunk.address);
  const watcher = await office.sipp(pool2);
  await watcher.register();
  const caller = await office.baresip(pool1);
  await watcher.start('watch', { keys: { watched: '2101', event: 'presence' } });
  const lamp = await subscriptionOf(capture, { watcher: '2102', watched: '2101' });
  const lamps = () => lampsOf(capture.messages(), lamp);

  const answering = await trunk.start('answer-with-password', { keys: identity });
  caller.dial('1001');
  await caller.untilSaid(/Call established/);
  await capture.until('2101 in use', () => lamps().includes('in-use'));
  caller.hangup();
  await answering.succeeded();
  await capture.until('2101 idle again', () => lamps().length === 3);
  await capture.settle();
  expect(lamps()).toEqual(['idle', 'in-use', 'idle']);
  const invites = invitesTo(trunk.address);
  expect(invites.map(({ fields }) => first(fields, 'sip.auth.username'))).toEqual([
    undefined,
    `"${identity.username}"`,
  ]);
  expect(invites.map(({ fields }) => first(fields, 'sip.from.user'))).toEqual(['2101', '2101']);
});

it('an SCCP phone calls over the trunk; SIPp hears its answer with the ACK', async () => {
  const { capture } = office;
  const trunk = await office.sipp(far);
  await trunkTo(trunk.address);
  const watcher = await office.sipp(pool2);
  await watcher.register();
  const station = await SccpStation.open({ server: office.sccp, mac: '0012.7F57.62A5', host: '127.0.0.23' });
  await station.register();
  await watcher.start('watch', { keys: { watched: '2001', event: 'presence' } });
  const lamp = await subscriptionOf(capture, { watcher: '2102', watched: '2001' });
  const lamps = () => lampsOf(capture.messages(), lamp);

  const answering = await trunk.start('answer');
  const call = await station.dial('1001');
  await call.answered();
  await station.until('where to send', () => call.sendingTo?.address === far.host || undefined);
  await call.hangup();
  await answering.succeeded();
  await capture.until('2001 idle again', () => lamps().length === 3);
  await station.close();
  expect(lamps().slice(0, 3)).toEqual(['idle', 'in-use', 'idle']);
  expect(station.violations).toEqual([]);
});

it('SIPp calls 2102 over the trunk with early media, hold and resume: the line is in use once', async () => {
  const { capture } = office;
  const trunk = await office.sipp(far);
  await trunkTo(trunk.address);
  const called = await office.sipp(pool2);
  await called.register();
  await office.baresip({ ...pool1, watches: ['2102'] });
  const lamp = await subscriptionOf(capture, { watcher: '2101', watched: '2102' });
  const lamps = () => lampsOf(capture.messages(), lamp);
  const answering = await called.start('answer-with-early-media');
  await trunk.play('call-with-hold', { keys: { called: '2102' } });
  await answering.succeeded();
  await capture.until('2102 idle again', () => lamps().length === 3);
  await capture.settle();
  expect(lamps()).toEqual(['idle', 'in-use', 'idle']);
});

it('a SIPp that is at no trunk may not call, and nobody rings', async () => {
  const called = await office.sipp(pool2);
  await called.register();
  const nobody = await office.sipp(stranger);
  await expect(nobody.play('call-with-hold', { keys: { called: '2102' } })).rejects.toThrow(/SIP\/2.0 403/);
  await office.capture.settle();
  expect(invitesTo(called.address)).toEqual([]);
});
