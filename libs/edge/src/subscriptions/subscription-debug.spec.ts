import type { AuthorizeReply } from '@linewatch/presence';
import type { DebugSubject, DebugTap } from '@linewatch/runtime';
import { owned, subscriptionOf } from '../testing/owned';
import { Refusals } from './refusals';
import { SubscriptionDebug } from './subscription-debug';
import type { SubscriptionRecords } from './subscription-records';

const EIGHT = Date.UTC(2026, 10, 28, 8);

function setUp(isOn = true) {
  const told: string[] = [];
  const tap = {
    isOn,
    tell: ({ kind }: DebugSubject, make: () => readonly string[]) =>
      void (kind !== 'trace' && told.push(...make().map((text) => `${kind} ${text}`))),
  } as DebugTap;
  return { told, debug: new SubscriptionDebug(tap) };
}

const { watcher, presentity } = subscriptionOf('a');
const WHO = `${watcher.number}@${watcher.host}`;
const WHOM = `${presentity.number}@${presentity.host}`;

describe('debug presence of subscriptions', () => {
  it('tells what was asked, what was answered, and when it is over', async () => {
    const { told, debug } = setUp();
    const subscription = { ...subscriptionOf('a'), granted: 3600, expiresAt: EIGHT };
    const answers: AuthorizeReply[] = [
      { word: 'allow', subscription, subId: 16, token: 16 },
      { word: 'limit-reached' },
    ];
    const asks = debug.authorization({ ask: async () => answers.shift()! });
    expect(await asks.ask(subscription)).toMatchObject({ word: 'allow', subId: 16 });
    expect(await asks.ask(subscription)).toEqual({ word: 'limit-reached' });
    expect(told).toEqual([
      `asnl //PRESENCE:[0]:/asnl_subscribe_indication: ${WHO} to ${WHOM}, ${subscription.package}, 3600 seconds`,
      'info //PRESENCE:[16]:/presence_authorize: allow',
      'timer //PRESENCE:[16]:/presence_timer_start: expires in 3600 seconds, at 08:00:00',
      `asnl //PRESENCE:[0]:/asnl_subscribe_indication: ${WHO} to ${WHOM}, ${subscription.package}, 3600 seconds`,
      'info //PRESENCE:[0]:/presence_authorize: limit-reached',
    ]);
  });

  it('tells each refusal, which is remembered all the same', () => {
    const { told, debug } = setUp();
    const refusals = new Refusals();
    const remembers = debug.refusals(refusals);
    remembers.remember(watcher, '2101', { at: EIGHT, why: 'limit-reached', againAt: EIGHT + 60_000 });
    remembers.remember(watcher, '2101', { at: EIGHT, why: '403 Forbidden' });
    expect(told).toEqual([
      `errors //PRESENCE:[0]:/presence_refuse: ${WHO} may not watch 2101: limit-reached, asks again in 60 seconds`,
      `errors //PRESENCE:[0]:/presence_refuse: ${WHO} may not watch 2101: 403 Forbidden`,
    ]);
    expect(refusals.of({ number: watcher.number, devices: [] }, '2101')).toHaveLength(1);
  });

  it('tells refreshes, but no other renewals, and ends', async () => {
    const { told, debug } = setUp();
    const records: Pick<SubscriptionRecords, 'renew' | 'end'> = {
      renew: async (watched, _patience, change) => (watched.record = change(watched.record)),
      end: async (watched) => void (watched.endSaid = true),
    };
    const debugged = debug.records(records);
    const watched = owned('a');
    await debugged.renew(watched, 'request', (record) => ({ ...record, granted: 60, expiresAt: EIGHT }));
    await debugged.renew(watched, 'background', (record) => ({ ...record, ceiling: 65_536 }));
    await debugged.end(watched, 'background', 'timeout');
    await debugged.end(watched, 'background', 'timeout');
    await debugged.end(owned('b'), 'background', 'notify-failed');
    const { subId } = watched;
    expect(told).toEqual([
      `timer //PRESENCE:[${subId}]:/presence_refresh: expires in 60 seconds, at 08:00:00`,
      `timer //PRESENCE:[${subId}]:/presence_timer_expired: 60 seconds without a refresh`,
      `event //PRESENCE:[${subId}]:/presence_terminate: timeout`,
      `event //PRESENCE:[${subId}]:/presence_terminate: notify-failed`,
      `errors //PRESENCE:[${subId}]:/presence_terminate: notify-failed`,
    ]);
  });

  it('tells what a watcher is sent, its document line by line, and what it answers', () => {
    const { told, debug } = setUp();
    const watched = owned('a');
    debug.notified(watched, {
      number: 101,
      lamp: { state: 'in-use', dnd: true },
      body: () => '<a>\r\n <b/>\r\n</a>\r\n',
    });
    const answers = debug.answers(() => undefined);
    const { subId, record } = watched;
    for (const status of [200, 481, 408])
      answers({ subId, record, sentAt: 0 }, { cseq: 101, view: { lamp: { state: 'idle', dnd: false } } }, status);
    const at = `//PRESENCE:[${subId}]:`;
    expect(told).toEqual([
      `event ${at}/presence_notify: ${WHOM} is busy in do-not-disturb, to ${WHO}`,
      `asnl ${at}/asnl_notify_request: number 101 to ${watcher.host}`,
      `xml ${at}/presence_xml_encode: ${record.contentType}`,
      `xml ${at}/presence_xml_encode: <a>`,
      `xml ${at}/presence_xml_encode:  <b/>`,
      `xml ${at}/presence_xml_encode: </a>`,
      `asnl ${at}/asnl_notify_response: number 101 was answered 200`,
      `asnl ${at}/asnl_notify_response: number 101 was answered 481`,
      `errors ${at}/presence_notify_failed: number 101 was answered 481`,
      `asnl ${at}/asnl_notify_response: number 101 was not answered`,
      `errors ${at}/presence_notify_failed: number 101 was not answered`,
    ]);
  });

  it('tells nothing, and passes everything on, while nobody debugs', async () => {
    const { told, debug } = setUp(false);
    const passed: string[] = [];
    await debug
      .authorization({ ask: async () => (passed.push('ask'), { word: 'no-server' }) })
      .ask(subscriptionOf('a'));
    const records = debug.records({
      renew: async (watched) => (passed.push('renew'), watched.record),
      end: async () => void passed.push('end'),
    });
    await records.renew(owned('a'), 'request', (record) => record);
    await records.end(owned('a'), 'background', 'timeout');
    debug.refusals({ remember: () => void passed.push('refusal') }).remember(watcher, '2101', { at: 0, why: 'x' });
    const answer = { cseq: 1, view: { lamp: { state: 'idle', dnd: false } } } as const;
    debug.answers(() => void passed.push('answer'))({ ...owned('a'), sentAt: 0 }, answer, 200);
    expect([told, passed]).toEqual([[], ['ask', 'renew', 'end', 'refusal', 'answer']]);
  });
});
