import { allAnswered, lampsOf, notifiesOf, subscriptionOf } from './lamps';
import { Office } from './office';

/**
 * The complete example of the CME guide [cme-presence 6.3], two phones of Debian in the place of its two SIP phones. What
 * is claimed of lamps is read from a capture that tshark took and decoded.
 */
let office: Office;
beforeAll(async () => {
  office = await Office.open('cme-6.3.cfg');
});
afterEach(() => office?.clear());
afterAll(() => office?.close());

/** Voice register pools 1 and 2 of the example: `id mac 0015.6247.EF90` and `id mac 0012.0007.8D82`. */
const pool1 = { number: '2101', mac: '00156247ef90', host: '127.0.0.21' };
const pool2 = { number: '2102', mac: '001200078d82', host: '127.0.0.22' };

it('baresip as 2101 sees 2102, a SIPp, idle, in use from its ringing on, idle after calls, unknown when unregistered [T-4, T-9]', async () => {
  const { capture } = office;
  const watched = await office.sipp(pool2);
  await watched.register();
  await office.untilShown('2102', 'idle');
  const watcher = await office.baresip({ ...pool1, watches: ['2102'] });
  const lamp = await subscriptionOf(capture, { watcher: '2101', watched: '2102' });
  const lamps = () => lampsOf(capture.messages(), lamp);

  const ringing = await watched.start('ring-until-cancelled');
  watcher.dial('2102');
  await capture.until('2102 in use', () => lamps().includes('in-use'));
  await capture.settle();
  // Nobody has answered: it is the ringing that is seen.
  expect(capture.messages().some(({ status, cseqMethod }) => status === 200 && cseqMethod === 'INVITE')).toBe(false);
  watcher.hangup();
  await ringing.succeeded();
  await capture.until('2102 idle again', () => lamps().length === 3);
  await watcher.untilSaid(/changed status from Online to Busy[^]*changed status from Busy to Online/);

  const answering = await watched.start('answer');
  watcher.dial('2102');
  await watcher.untilSaid(/Call established/);
  watcher.hangup();
  await answering.succeeded();
  await capture.until('2102 idle after the second call', () => lamps().length === 5);

  await watched.unregister();
  await capture.until('2102 unknown', () => lamps().length === 6);
  await watcher.untilSaid(/changed status from Online to Offline/);
  await watcher.quit();
  await capture.settle();
  // One NOTIFY a change: that a call was answered is none.
  expect(lamps()).toEqual(['idle', 'in-use', 'idle', 'in-use', 'idle', 'unknown']);
  expect(allAnswered(capture.messages(), lamp)).toBe(true);
  expect(notifiesOf(capture.messages(), lamp).at(-1)?.subscriptionState).toBe('terminated;reason=timeout');
});

it('SIPp as 2102 has its lamp follow 2101, a baresip, which its key calls and which then unregisters [T-4, T-9]', async () => {
  const { capture } = office;
  const watched = await office.baresip(pool1);
  await office.untilShown('2101', 'idle');
  const watcher = await office.sipp(pool2);
  await watcher.register();
  const key = await watcher.start('lamp-key', { keys: { watched: '2101' } });
  const lamp = await subscriptionOf(capture, { watcher: '2102', watched: '2101' });
  const lamps = () => lampsOf(capture.messages(), lamp);

  await capture.until('2101 in use', () => lamps().includes('in-use'));
  await watched.untilSaid(/Incoming call from/);
  const inUse = notifiesOf(capture.messages(), lamp).at(-1);
  watched.accept();
  const answer = await capture.untilSeen(
    'the answer',
    ({ status, cseqMethod }) => status === 200 && cseqMethod === 'INVITE',
  );
  expect(answer.frame).toBeGreaterThan(Number(inUse?.frame));
  await watched.untilSaid(/Call established/);
  watched.hangup();
  await capture.until('2101 idle again', () => lamps().length === 3);
  await watched.quit();
  await key.succeeded();
  await capture.settle();
  expect(lamps()).toEqual(['idle', 'in-use', 'idle', 'unknown']);
  expect(allAnswered(capture.messages(), lamp)).toBe(true);
});
