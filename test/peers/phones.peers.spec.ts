import { dialogsOf, lampsOf, subscriptionOf } from './lamps';
import { Office } from './office';
import { first } from './pdml';

/** What else real phones do: TCP, passwords, the package `dialog`, early media and hold. */
let office: Office;
beforeAll(async () => {
  office = await Office.open('passwords.cfg');
});
afterEach(() => office?.clear());
afterAll(() => office?.close());

/** Voice register pools 1 to 4 of `passwords.cfg`. */
const ada = {
  number: '2201',
  mac: '00156247ef01',
  host: '127.0.0.31',
  transport: 'tcp',
  credentials: { username: 'ada', password: 'lovelace' },
} as const;
const ben = {
  number: '2202',
  mac: '00156247ef02',
  host: '127.0.0.32',
  credentials: { username: 'ben', password: 'franklin' },
};
const cleo = { number: '2203', mac: '00156247ef03', host: '127.0.0.33' };
const dora = { number: '2204', mac: '00156247ef04', host: '127.0.0.34' };

it('baresip registers over TCP with a password, and its lamp comes over the same connection [SB-107, SB-114]', async () => {
  const { capture } = office;
  const watched = await office.sipp(ben);
  const watcher = await office.baresip({ ...ada, watches: ['2202'] });
  const lamp = await subscriptionOf(capture, { watcher: '2201', watched: '2202' });
  const lamps = () => lampsOf(capture.messages(), lamp);
  await watched.register();
  await capture.until('2202 idle', () => lamps().length === 2);
  await watched.unregister();
  await capture.until('2202 unknown', () => lamps().length === 3);
  await watcher.quit();
  await capture.settle();
  expect(lamps()).toEqual(['unknown', 'idle', 'unknown']);

  const users = ['sip.from.user', 'sip.to.user'];
  const hers = capture.messages().filter(({ fields }) => users.some((user) => first(fields, user) === ada.number));
  const registers = hers.filter(({ cseqMethod, status }) => cseqMethod === 'REGISTER' && status !== undefined);
  // The first one is challenged, and so may the last one be.
  expect(registers[0]?.status).toBe(401);
  expect(registers.at(-1)?.status).toBe(200);
  expect(new Set(hers.map(({ transport }) => transport))).toEqual(new Set(['tcp']));
  const connections = hers.map(({ source, destination }) => [source, destination].sort().join());
  expect(new Set(connections).size).toBe(1);
});

it('a baresip on TCP that is killed is unknown as soon as its connection is gone', async () => {
  const { capture } = office;
  const watched = await office.baresip(ada);
  const watcher = await office.sipp(dora);
  await watcher.register();
  await watcher.start('watch', { keys: { watched: '2201', event: 'presence' } });
  const lamp = await subscriptionOf(capture, { watcher: '2204', watched: '2201' });
  expect(lampsOf(capture.messages(), lamp)).toEqual(['idle']);
  await watched.kill();
  await capture.until('2201 unknown', () => lampsOf(capture.messages(), lamp).length === 2);
  expect(lampsOf(capture.messages(), lamp)).toEqual(['idle', 'unknown']);
});

it('SIPp with a wrong password is asked again, and its line stays unknown [SB-116]', async () => {
  const { capture } = office;
  const watcher = await office.sipp(dora);
  await watcher.register();
  await watcher.start('watch', { keys: { watched: '2202', event: 'presence' } });
  const lamp = await subscriptionOf(capture, { watcher: '2204', watched: '2202' });
  const wrong = await office.sipp({ ...ben, credentials: { username: 'ben', password: 'wrong' } });
  await expect(wrong.register()).rejects.toThrow(/received 'SIP\/2.0 401/);
  await capture.settle();
  const answers = capture.messages().filter(({ status, cseqMethod, fields }) => {
    return status !== undefined && cseqMethod === 'REGISTER' && first(fields, 'sip.to.user') === '2202';
  });
  expect(answers.map(({ status }) => status)).not.toContain(200);
  expect(lampsOf(capture.messages(), lamp)).toEqual(['unknown']);

  const right = await office.sipp(ben);
  await right.register();
  await capture.until('2202 idle', () => lampsOf(capture.messages(), lamp).at(-1) === 'idle');
});

it('two SIPps call with early media, hold and resume, and a third one sees the dialog in each state [SB-51, SB-52, SB-54]', async () => {
  const { capture } = office;
  const [caller, called, watcher] = await Promise.all([office.sipp(cleo), office.sipp(dora), office.sipp(ben)]);
  await Promise.all([caller, called, watcher].map((phone) => phone.register()));
  await watcher.start('watch', { keys: { watched: '2203', event: 'dialog' } });
  const watch = await subscriptionOf(capture, { watcher: '2202', watched: '2203' });
  const answering = await called.start('answer-with-early-media');
  await caller.play('call-with-hold', { keys: { called: '2204' } });
  await answering.succeeded();
  const documents = () => dialogsOf(capture.messages(), watch);
  await capture.until('the end of the dialog', () => documents().at(-1)?.states[0] === 'terminated');
  await capture.settle();

  expect(documents()[0]).toMatchObject({ version: 0, state: 'full', states: [] });
  expect(documents().map(({ version }) => version)).toEqual(documents().map((_, index) => index));
  const changes = documents().slice(1).map(({ states, isHeld }) => `${states.join()}${isHeld ? ' held' : ''}`); // prettier-ignore
  // A caller's dialog may be told of while it is trying or proceeding; from the early media on every state is there.
  const told = changes.filter((text, index) => text !== changes[index - 1] && !/^(trying|proceeding)$/.test(text));
  expect(told).toEqual(['early', 'confirmed', 'confirmed held', 'confirmed', 'terminated']);
});
