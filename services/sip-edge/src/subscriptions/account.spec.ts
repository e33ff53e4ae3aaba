import { answerTo } from '../testing/fake-transport';
import { SubscriptionRig } from '../testing/subscription-rig';
import { accountOf } from './account';
import type { Watched } from './watched';

const SUBSCRIBE = [
  'SUBSCRIBE sip:2102@127.0.0.2 SIP/2.0',
  'Via: SIP/2.0/UDP 127.0.0.21:5060;branch=z9hG4bK1',
  'From: <sip:2101@127.0.0.2>;tag=w1',
  'To: <sip:2102@127.0.0.2>',
  'Call-ID: 1@127.0.0.21',
  'CSeq: 1000 SUBSCRIBE',
  'Contact: <sip:2101@127.0.0.21:5060>',
  'Event: presence',
  'Expires: 3600',
  'Content-Length: 0',
  '',
  '',
].join('\n');

/** Answers the last NOTIFY that was sent. */
async function answer(rig: SubscriptionRig, status: number, fields = {}): Promise<void> {
  const notify = rig.socket.requests('NOTIFY').at(-1);
  if (!notify) throw new Error('no NOTIFY was sent');
  await rig.hear(answerTo(notify, status, fields));
}

const account = (rig: SubscriptionRig) => {
  const [watched] = rig.table.all() as Iterable<Watched> & [Watched];
  return accountOf(watched, rig.notifications.viewFor(watched));
};

describe('what an edge has in memory of a subscription', () => {
  it('says the last NOTIFY, what it told, and what the phone answered', async () => {
    const rig = new SubscriptionRig();
    await rig.lineShows('2102', 'idle');
    await rig.hear(SUBSCRIBE);
    const sentAt = rig.clock.now();
    const [{ state }] = rig.table.all() as Iterable<Watched> & [Watched];
    const last = { message: 'NOTIFY', at: sentAt, number: state.cseq, lamp: 'idle' };
    expect(account(rig)).toMatchObject({ inFlight: true, last, due: 'idle' });
    expect(account(rig).last).not.toHaveProperty('answer');
    await rig.lineShows('2102', 'in-use');
    expect(account(rig)).toMatchObject({ inFlight: true, last, waiting: 'in-use', due: 'in-use' });
    await answer(rig, 200);
    expect(account(rig)).toMatchObject({ inFlight: true, last: { number: state.cseq + 1, lamp: 'in-use' } });
    await answer(rig, 200);
    expect(account(rig)).toMatchObject({
      reachedAt: 'udp 127.0.0.21:5060',
      inFlight: false,
      last: { lamp: 'in-use', answer: { status: 200, at: rig.clock.now() } },
    });
  });

  it('says until when a phone wants to be left alone', async () => {
    const rig = new SubscriptionRig();
    await rig.lineShows('2102', 'idle');
    await rig.hear(SUBSCRIBE);
    await answer(rig, 503, { 'Retry-After': '30' });
    expect(account(rig)).toMatchObject({
      retryAt: rig.clock.now() + 30_000,
      waiting: 'idle',
      last: { answer: { status: 503 } },
    });
    expect(account(rig).last).not.toHaveProperty('lamp');
  });
});

describe('a refused SUBSCRIBE is remembered', () => {
  const of = (rig: SubscriptionRig) => rig.refusals.of({ number: '2101', devices: [] }, '2102');

  it.each([
    ['a document that is not offered', { Event: 'presence', Accept: 'text/plain' }, 406, 'Accept: text/plain'],
    ['an event package that is not here', { Event: 'message-summary' }, 489, 'Event: message-summary'],
    ['too short a time', { Expires: '5' }, 423, 'Expires: 5'],
  ])('%s', async (_what, fields, status, asked) => {
    const rig = new SubscriptionRig();
    const others = SUBSCRIBE.split('\n').filter(
      (line) => !Object.keys(fields).some((name) => line.startsWith(`${name}:`)),
    );
    const given = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
    await rig.hear([...others.slice(0, -3), ...given, ...others.slice(-3)].join('\n'));
    expect(of(rig)).toEqual([
      { at: rig.clock.now(), status, why: expect.any(String), from: 'udp 127.0.0.21:5060', asked },
    ]);
  });

  it('with the word of the authorization service', async () => {
    const rig = new SubscriptionRig();
    rig.authorize = () => ({ word: 'limit-reached' });
    await rig.hear(SUBSCRIBE);
    expect(of(rig)).toMatchObject([{ status: 503, why: 'limit-reached' }]);
  });
});
