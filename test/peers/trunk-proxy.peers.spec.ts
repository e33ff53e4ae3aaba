import type { SipEndpoint } from '@linewatch/kit';
import type { Kamailio } from './kamailio';
import { lampsOf, subscriptionOf } from './lamps';
import { Office } from './office';
import { first } from './pdml';
import type { Sipp } from './sipp';

/**
 * A Kamailio as trunk: it stays in the way of every dialog by Record-Route, and what is behind it is played by SIPp. What
 * is claimed is read from a capture between Kamailio and linewatch.
 */
let office: Office;
let proxy: Kamailio;
let far: Sipp;
beforeAll(async () => {
  office = await Office.open('cme-6.3.cfg');
  far = await office.sipp({ number: '1001', mac: '000000001001', host: '127.0.0.44' });
  proxy = await office.kamailio({ configuration: 'trunk.kamailio.cfg', host: '127.0.0.43', peer: far.address });
  const { host, port } = proxy.address;
  await office.configure('dial-peer voice 2001 voip', ` session target ipv4:${host}:${port}`);
});
afterEach(() => office?.capture.forget());
afterAll(() => office?.close());

const pool1 = { number: '2101', mac: '00156247ef90', host: '127.0.0.21' };
const pool2 = { number: '2102', mac: '001200078d82', host: '127.0.0.22' };

/** The requests of a method that linewatch sent to an address within a dialog, by the first Route of each. */
function routesOf(method: string, { host, port }: SipEndpoint): (string | undefined)[] {
  const to = `${host}:${port}`;
  const isHeard = (each: { method?: string; destination: string }) => each.method === method && each.destination === to;
  return office.capture.messages().filter(isHeard).map(({ fields }) => first(fields, 'sip.Route')); // prettier-ignore
}

it('a call from baresip as 2101 goes by Kamailio from its INVITE to its BYE, and the line is in use once [SB-31, SB-92]', async () => {
  const { capture } = office;
  const watcher = await office.sipp(pool2);
  await watcher.register();
  const caller = await office.baresip(pool1);
  await watcher.start('watch', { keys: { watched: '2101', event: 'presence' } });
  const lamp = await subscriptionOf(capture, { watcher: '2102', watched: '2101' });
  const lamps = () => lampsOf(capture.messages(), lamp);
  const answering = await far.start('answer-by-proxy');
  caller.dial('1001');
  await caller.untilSaid(/Call established/);
  await capture.until('2101 in use', () => lamps().includes('in-use'));
  caller.hangup();
  await answering.succeeded();
  await capture.until('2101 idle again', () => lamps().at(-1) === 'idle' && lamps().includes('in-use'));
  await capture.settle();
  expect(lamps().slice(-3)).toEqual(['idle', 'in-use', 'idle']);
  const route = expect.stringContaining(`${proxy.address.host}:${proxy.address.port}`) as unknown;
  expect(routesOf('BYE', proxy.address)).toEqual([route]);
  expect(routesOf('ACK', proxy.address)).toEqual([route]);
  await watcher.quit();
  await caller.quit();
});

it('a call to 2102 comes by Kamailio, is held and taken back, and ends', async () => {
  const { capture } = office;
  const called = await office.sipp(pool2);
  await called.register();
  await office.baresip({ ...pool1, watches: ['2102'] });
  const lamp = await subscriptionOf(capture, { watcher: '2101', watched: '2102' });
  const lamps = () => lampsOf(capture.messages(), lamp);
  const answering = await called.start('answer-with-early-media');
  await far.play('call-with-hold', { keys: { called: '2102' }, by: proxy.address });
  await answering.succeeded();
  await capture.until('2102 idle again', () => lamps().at(-1) === 'idle' && lamps().includes('in-use'));
  await capture.settle();
  expect(lamps().slice(-3)).toEqual(['idle', 'in-use', 'idle']);
});
