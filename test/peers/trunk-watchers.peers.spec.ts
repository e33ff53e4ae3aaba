import type { Kamailio } from './kamailio';
import { allAnswered, lampsOf, notifiesOf, subscriptionOf } from './lamps';
import { Office } from './office';
import { first } from './pdml';

/**
 * Watchers that a Kamailio brings here, as over a SIP trunk [cme-presence 4.7, 4.10]: it stays in the way of every dialog,
 * and lets digest authentication pass through. What is claimed is read from a capture between Kamailio and linewatch.
 */
let office: Office;
let proxy: Kamailio;
beforeAll(async () => {
  office = await Office.open('trunk.cfg', { flash: { 'cred1.csv': 'anna,hunter2\nberta,hidden\n' } });
  proxy = await office.kamailio({ configuration: 'proxy.kamailio.cfg', host: '127.0.0.40' });
});
afterEach(async () => {
  await office?.clear();
  // A test that ends early may have left it off.
  await office?.configure('presence', ' watcher all');
});
afterAll(() => office?.close());

const watched = { number: '2302', mac: '00156247ef02', host: '127.0.0.32' };
const caller = { number: '2301', mac: '00156247ef01', host: '127.0.0.31' };
const anna = { number: '4001', mac: '00156247ee01', host: '127.0.0.41', credentials: { username: 'anna', password: 'hunter2' } }; // prettier-ignore
const berta = { number: '4002', mac: '00156247ee02', host: '127.0.0.42', credentials: { username: 'berta', password: 'hidden' } }; // prettier-ignore

/** A phone that registered a moment ago may be unknown at first. */
function sinceIdle<Lamp>(lamps: readonly (Lamp | 'idle')[]): readonly (Lamp | 'idle')[] {
  const first = lamps.indexOf('idle');
  return first < 0 ? [] : lamps.slice(first);
}

it('SIPp behind Kamailio proves who it is and sees a line idle, in use, idle, and that it may not watch any more [SB-31, SB-114]', async () => {
  const { capture } = office;
  const called = await office.baresip(watched);
  const calling = await office.baresip(caller);
  const watcher = await office.sipp({ ...anna, server: proxy.address });
  const watching = await watcher.start('trunk-watch', { keys: { watched: '2302' } });
  const lamp = await subscriptionOf(capture, { watcher: '4001', watched: '2302' });
  const lamps = () => sinceIdle(lampsOf(capture.messages(), lamp));

  await capture.until('2302 idle', () => lamps().length > 0);
  calling.dial('2302');
  await called.untilSaid(/Incoming call from/);
  await capture.until('2302 in use', () => lamps().includes('in-use'));
  calling.hangup();
  await capture.until('2302 idle again', () => lamps().length === 3);
  await office.configure('presence', ' no watcher all');
  await watching.succeeded();
  await capture.settle();

  expect(lamps()).toEqual(['idle', 'in-use', 'idle']);
  expect(notifiesOf(capture.messages(), lamp).at(-1)?.subscriptionState).toBe('terminated;reason=rejected');
  expect(allAnswered(capture.messages(), lamp)).toBe(true);
  const answers = capture.messages().filter(({ callId, status, cseqMethod }) => {
    return callId === lamp && cseqMethod === 'SUBSCRIBE' && (status ?? 0) >= 200;
  });
  expect(answers.map(({ status }) => status)).toEqual([401, 200]);
  // Every NOTIFY goes by the proxy.
  const notifies = capture.messages().filter(({ callId, method }) => callId === lamp && method === 'NOTIFY');
  const { host, port } = proxy.address;
  expect(new Set(notifies.map(({ destination }) => destination))).toEqual(new Set([`${host}:${port}`]));
  for (const { fields } of notifies) expect(first(fields, 'sip.Route')).toContain(`${host}:${port}`);
  expect(capture.complaints()).toEqual([]);
});

it('baresip behind Kamailio watches a line from its ringing on, and ends its subscription by the proxy', async () => {
  const { capture } = office;
  const called = await office.baresip(watched);
  const calling = await office.baresip(caller);
  const watcher = await office.baresip({ ...berta, server: proxy.address, registers: false, watches: ['2302'] });
  const lamp = await subscriptionOf(capture, { watcher: '4002', watched: '2302' });
  const lamps = () => sinceIdle(lampsOf(capture.messages(), lamp));
  await capture.until('2302 idle', () => lamps().length > 0);
  calling.dial('2302');
  await called.untilSaid(/Incoming call from/);
  await watcher.untilSaid(/changed status from Online to Busy/);
  calling.hangup();
  await watcher.untilSaid(/changed status from Busy to Online/);
  await called.quit();
  await watcher.untilSaid(/changed status from Online to Offline/);
  await watcher.quit();
  await capture.settle();
  expect(lamps()).toEqual(['idle', 'in-use', 'idle', 'unknown']);
  expect(notifiesOf(capture.messages(), lamp).at(-1)?.subscriptionState).toBe('terminated;reason=timeout');
  expect(allAnswered(capture.messages(), lamp)).toBe(true);
});

it('a wrong password behind Kamailio is asked again and told nothing [SB-116]', async () => {
  const { capture } = office;
  await office.baresip(watched);
  const stranger = await office.sipp({
    ...anna,
    server: proxy.address,
    credentials: { username: 'anna', password: 'guess' },
  });
  await expect(stranger.play('trunk-watch', { keys: { watched: '2302' } })).rejects.toThrow(/SIP\/2.0 401/);
  await capture.settle();
  expect(capture.messages().some(({ method }) => method === 'NOTIFY')).toBe(false);
});
