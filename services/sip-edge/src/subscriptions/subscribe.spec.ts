import { settle } from '@linewatch/edge';
import type { AuthorizeRequest } from '@linewatch/presence';
import { header, type SipRequest } from '@linewatch/sip';
import { answerTo, flowOf } from '../testing/fake-transport';
import { SubscriptionRig } from '../testing/subscription-rig';

interface Asked {
  number?: string;
  callId?: string;
  branch?: string;
  cseq?: number;
  toTag?: string;
  /** Replaces fields; null leaves one out. */
  fields?: Record<string, string | null>;
}

let branches = 0;

function subscribe({ number = '2102', callId = 'c1', branch, cseq = 1000, toTag, fields = {} }: Asked = {}): string {
  branches += 1;
  const all: Record<string, string | null> = {
    Via: `SIP/2.0/UDP 127.0.0.21:5060;branch=${branch ?? `z9hG4bKs${branches}`}`,
    From: '<sip:2101@127.0.0.2>;tag=phone',
    To: `<sip:${number}@127.0.0.2>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    'Call-ID': callId,
    CSeq: `${cseq} SUBSCRIBE`,
    Contact: '<sip:2101@127.0.0.21:5060;transport=udp>',
    Event: 'presence',
    Accept: 'application/cpim-pidf+xml',
    Expires: '3600',
    'Max-Forwards': '70',
    'Content-Length': '0',
    ...fields,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return [`SUBSCRIBE sip:${number}@127.0.0.2 SIP/2.0`, ...lines, '', ''].join('\n');
}

describe('SUBSCRIBE', () => {
  let rig: SubscriptionRig;
  const notifies = (): SipRequest[] => rig.socket.requests('NOTIFY');
  const last = (): SipRequest => notifies().at(-1) as SipRequest;
  const answers = () => rig.socket.responses('SUBSCRIBE');
  /** The phone answers every NOTIFY that has not been answered. */
  const answered = new Set<SipRequest>();
  async function answerAll(status = 200, fields: Record<string, string> = {}): Promise<void> {
    for (const notify of notifies()) {
      if (answered.has(notify)) continue;
      answered.add(notify);
      await rig.hear(answerTo(notify, status, fields));
    }
  }
  async function watch(asked: Asked = {}): Promise<string> {
    await rig.hear(subscribe(asked));
    await answerAll();
    return /;tag=(.*)$/.exec(header(answers().at(-1) as never, 'To') ?? '')?.[1] ?? '';
  }

  beforeEach(async () => {
    rig = new SubscriptionRig();
    await rig.lineShows('2102', 'idle');
  });

  it('is answered 200 with Expires, a To tag and a Contact, then with a NOTIFY of the state at once [SB-1 to SB-9]', async () => {
    await rig.hear(subscribe());
    const [ok] = answers();
    expect(ok?.status).toBe(200);
    expect(header(ok as never, 'Expires')).toBe('3600');
    expect(header(ok as never, 'Contact')).toBe('<sip:127.0.0.2:5060>');
    const tag = /;tag=(.+)$/.exec(header(ok as never, 'To') ?? '')?.[1];
    expect(tag).toBeTruthy();
    const notify = last();
    expect(rig.socket.sent.map(({ message }) => message.kind)).toEqual(['response', 'request']);
    expect(notify.requestUri).toBe('sip:2101@127.0.0.21:5060;transport=udp');
    expect(header(notify, 'Call-ID')).toBe('c1');
    expect(header(notify, 'From')).toBe(`<sip:2102@127.0.0.2>;tag=${tag}`);
    expect(header(notify, 'To')).toBe('<sip:2101@127.0.0.2>;tag=phone');
    expect(header(notify, 'CSeq')).toBe('101 NOTIFY');
    expect(header(notify, 'Event')).toBe('presence');
    expect(header(notify, 'Subscription-State')).toBe('active;expires=3600');
    expect(header(notify, 'Content-Type')).toBe('application/pidf+xml');
    expect(notify.body.toString()).toContain('entity="sip:2102@127.0.0.2"');
    expect(notify.body.toString()).toContain('<basic>open</basic>');
  });

  it.each([
    ['an unknown event package', { Event: 'message-summary' }, 489, 'Allow-Events'],
    ['no Event', { Event: null }, 489, 'Allow-Events'],
    ['an Accept without a usable type', { Accept: 'application/xpidf+xml' }, 406, 'Accept'],
    ['a time under a minute', { Expires: '30' }, 423, 'Min-Expires'],
    ['no Contact', { Contact: null }, 400, undefined],
    ['an extension that is not known', { Require: 'eventlist' }, 420, 'Unsupported'],
    ['an Expires that is no number', { Expires: 'soon' }, 400, undefined],
  ])('with %s is refused and asks nobody [SB-11 to SB-14, SB-33, SB-108]', async (_what, fields, status, with_) => {
    await rig.hear(subscribe({ fields }));
    const [refusal] = answers();
    expect(refusal?.status).toBe(status);
    if (with_) expect(header(refusal as never, with_)).toBeTruthy();
    expect(rig.asked).toEqual([]);
    expect(notifies()).toEqual([]);
  });

  it('is refused 489 while presence is off, and while sip-ua lacks presence enable [T-25]', async () => {
    rig.configure('sip-ua', ' no presence enable');
    await rig.hear(subscribe());
    rig.configure('sip-ua', ' presence enable', 'no presence');
    await rig.hear(subscribe({ callId: 'c2' }));
    expect(answers().map(({ status }) => status)).toEqual([489, 489]);
  });

  it('is granted an hour when it asks for more [T-22]', async () => {
    await rig.hear(subscribe({ fields: { Expires: '2147483647' } }));
    expect(header(answers()[0] as never, 'Expires')).toBe('3600');
    expect(rig.asked[0]?.subscription.granted).toBe(3600);
  });

  it('ends with timeout when it is not refreshed in time [T-22, SB-19]', async () => {
    await watch({ fields: { Expires: '60' } });
    await rig.clock.pass(60_100);
    expect(header(last(), 'Subscription-State')).toBe('terminated;reason=timeout');
    await answerAll();
    await rig.lineShows('2102', 'in-use');
    expect(notifies()).toHaveLength(2);
    expect(rig.appended.at(-1)?.event).toMatchObject({
      type: 'linewatch.subscription.terminated',
      data: { reason: 'timeout' },
    });
  });

  it('for a line that may not be watched is accepted and shown as unknown [T-8, SB-34]', async () => {
    await rig.lineShows('2103', 'unknown');
    await rig.hear(subscribe({ number: '2103' }));
    expect(answers()[0]?.status).toBe(200);
    expect(last().body.toString()).toContain('<basic>closed</basic>');
    await answerAll();
    await rig.lineShows('2103', 'idle');
    expect(last().body.toString()).toContain('<basic>open</basic>');
  });

  it('for a number that is not local is refused 403 unless others may be watched, and 404 without a server [T-19, SB-35]', async () => {
    await rig.hear(subscribe({ number: '7001' }));
    rig.configure('presence', ' allow subscribe');
    await rig.hear(subscribe({ number: '7001', callId: 'c2' }));
    expect(answers().map(({ status }) => status)).toEqual([403, 404]);
  });

  it('of a stranger is refused before anything goes to the bus [design law 7, T-17]', async () => {
    rig.identity = { kind: 'remote' };
    await rig.hear(subscribe());
    rig.configure('voice register global', ' authenticate presence');
    await rig.hear(subscribe({ callId: 'c2' }));
    rig.configure('voice register global', ' no authenticate presence', 'presence', ' watcher all');
    await rig.hear(subscribe({ callId: 'c3' }));
    expect(answers().map(({ status }) => status)).toEqual([403, 401, 200]);
    expect(rig.asked).toHaveLength(1);
  });

  it('sent again gets the same answer and makes no second subscription [SB-26]', async () => {
    const text = subscribe({ branch: 'z9hG4bKsame' });
    await rig.hear(text);
    await rig.hear(text);
    expect(answers()).toHaveLength(2);
    expect(answers()[0]).toEqual(answers()[1]);
    expect(notifies()).toHaveLength(1);
    expect(rig.table.size).toBe(1);
  });

  it('is answered only when it is durable [design law 2]', async () => {
    let allow: () => void = () => undefined;
    const authorize = rig.authorize.bind(rig);
    rig.authorize = ((request: AuthorizeRequest) =>
      new Promise((resolve) => (allow = () => resolve(authorize(request))))) as never;
    await rig.hear(subscribe());
    expect(rig.socket.sent).toEqual([]);
    allow();
    await settle();
    expect(answers()[0]?.status).toBe(200);
  });

  it('with Expires 0 outside of a dialog brings exactly one NOTIFY, terminated, with the state [SB-18]', async () => {
    await rig.hear(subscribe({ fields: { Expires: '0' } }));
    expect(header(answers()[0] as never, 'Expires')).toBe('0');
    expect(header(last(), 'Subscription-State')).toBe('terminated;reason=timeout');
    expect(last().body.toString()).toContain('<basic>open</basic>');
    await answerAll();
    await rig.lineShows('2102', 'in-use');
    expect(notifies()).toHaveLength(1);
    expect(rig.appended[0]?.event).toMatchObject({ data: { reason: 'fetched' } });
  });

  it('in its dialog refreshes: a new end, a full NOTIFY, and NOTIFYs to its new Contact [SB-16, SB-32]', async () => {
    const toTag = await watch();
    await rig.clock.pass(10_000);
    await rig.hear(subscribe({ toTag, cseq: 1001, fields: { Contact: '<sip:2101@127.0.0.21:5099>', Expires: '600' } }));
    expect(header(answers().at(-1) as never, 'Expires')).toBe('600');
    expect(header(last(), 'Subscription-State')).toBe('active;expires=600');
    expect(last().requestUri).toBe('sip:2101@127.0.0.21:5099');
    expect(rig.socket.sent.at(-1)?.flow.remote.port).toBe(5099);
    expect(rig.appended.at(-1)?.event).toMatchObject({
      type: 'linewatch.subscription.refreshed',
      data: { change: 'renewed', subscription: { granted: 600 } },
    });
    expect(rig.asked).toHaveLength(1);
  });

  it('with Expires 0 in its dialog ends it: 200, a last NOTIFY, then nothing [SB-17]', async () => {
    const toTag = await watch();
    await rig.hear(subscribe({ toTag, cseq: 1001, fields: { Expires: '0' } }));
    expect(header(answers().at(-1) as never, 'Expires')).toBe('0');
    expect(header(last(), 'Subscription-State')).toBe('terminated;reason=timeout');
    await answerAll();
    await rig.lineShows('2102', 'in-use');
    expect(notifies()).toHaveLength(2);
    const ends = rig.appended.filter(({ event }) => event.type === 'linewatch.subscription.terminated');
    expect(ends.map(({ event }) => event.data)).toMatchObject([{ reason: 'unsubscribed' }]);
  });

  it('in a dialog that is unknown or over gets 481, and a lower CSeq 500 without effect [SB-20, SB-21]', async () => {
    const toTag = await watch();
    await rig.hear(subscribe({ toTag: 'nobody', cseq: 1001 }));
    await rig.hear(subscribe({ toTag, cseq: 999 }));
    await rig.hear(subscribe({ toTag, cseq: 1001, fields: { Event: 'dialog', Accept: null } }));
    expect(answers().map(({ status }) => status)).toEqual([200, 481, 500, 481]);
    expect(notifies()).toHaveLength(1);
  });

  it('follows its Record-Route: the same values as Route, NOTIFY to the first hop [SB-31]', async () => {
    await rig.hear(subscribe({ fields: { 'Record-Route': '<sip:127.0.0.30:5070;lr>, <sip:127.0.0.31;lr>' } }));
    expect(header(answers()[0] as never, 'Record-Route')).toBe('<sip:127.0.0.30:5070;lr>, <sip:127.0.0.31;lr>');
    expect(
      last()
        .headers.filter(({ name }) => name === 'Route')
        .map(({ value }) => value),
    ).toEqual(['<sip:127.0.0.30:5070;lr>', '<sip:127.0.0.31;lr>']);
    expect(last().requestUri).toBe('sip:2101@127.0.0.21:5060;transport=udp');
    expect(rig.socket.sent.at(-1)?.flow.remote).toEqual({ host: '127.0.0.30', port: 5070 });
  });

  it('of a phone behind a NAT brings NOTIFYs to where the phone was heard, not to the address it believes in', async () => {
    await rig.hear(
      subscribe({
        fields: { Contact: '<sip:2101@192.168.1.5:5060>', Via: 'SIP/2.0/UDP 192.168.1.5:5060;rport;branch=z9hG4bKnat' },
      }),
      flowOf('127.0.0.77', 40_123),
    );
    expect(rig.socket.sent.map(({ flow }) => flow.remote)).toEqual([
      { host: '127.0.0.77', port: 40_123 },
      { host: '127.0.0.77', port: 40_123 },
    ]);
    expect(last().requestUri).toBe('sip:2101@192.168.1.5:5060');
  });

  describe('brings NOTIFYs', () => {
    it('at each change of the lamp, once each, with a CSeq that rises [T-4, SB-27]', async () => {
      await watch();
      for (const state of ['in-use', 'in-use', 'idle'] as const) {
        await rig.lineShows('2102', state);
        await answerAll();
      }
      expect(notifies().map((notify) => header(notify, 'CSeq'))).toEqual(['101 NOTIFY', '102 NOTIFY', '103 NOTIFY']);
      expect(notifies()[1]?.body.toString()).toContain('<rpid:on-the-phone/>');
    });

    it('one at a time: what changes meanwhile is told when the first is answered, the last state at the end [SB-28]', async () => {
      await rig.hear(subscribe());
      await rig.lineShows('2102', 'in-use');
      await rig.lineShows('2102', 'idle');
      await rig.lineShows('2102', 'in-use');
      expect(notifies()).toHaveLength(1);
      await answerAll();
      expect(notifies()).toHaveLength(2);
      expect(last().body.toString()).toContain('on-the-phone');
    });

    it('again at T1, 2*T1 … unchanged, and after 64*T1 gives the subscription up [SB-23, SB-25]', async () => {
      await rig.hear(subscribe());
      await rig.clock.pass(33_000);
      const texts = rig.socket.sent.filter(({ message }) => message.kind === 'request').map(({ text }) => text);
      expect(texts.length).toBeGreaterThan(8);
      expect(new Set(texts).size).toBe(1);
      expect(rig.table.size).toBe(0);
      expect(rig.appended.at(-1)?.event).toMatchObject({ data: { reason: 'notify-timeout' } });
    });

    it.each([
      [481, {}, 0],
      [500, {}, 0],
      [503, { 'Retry-After': '7' }, 1],
    ])('and answered %s %o leaves %s subscriptions [SB-22, SB-24]', async (status, fields, left) => {
      await rig.hear(subscribe());
      await answerAll(status, fields as Record<string, string>);
      expect(rig.table.size).toBe(left);
      if (left === 0) return;
      await rig.clock.pass(7_100);
      expect(notifies()).toHaveLength(2);
    });

    it('only while this process may speak as its edge: what waited goes out afterwards [design law 5]', async () => {
      await watch();
      rig.holds = false;
      await rig.lineShows('2102', 'in-use');
      expect(notifies()).toHaveLength(1);
      rig.holds = true;
      rig.notifications.resume();
      expect(notifies()).toHaveLength(2);
    });

    it('of dialogs in package dialog: full first, then what changed, ended ones once, with rising versions and their length in octets [SB-49, SB-51 to SB-58]', async () => {
      const ringing = {
        id: 'leg-1',
        direction: 'recipient',
        state: 'early',
        held: false,
        peer: { number: '2101' },
      } as const;
      await rig.hear(subscribe({ fields: { Event: 'dialog;id=7', Accept: null } }));
      await answerAll();
      await rig.lineShows('2102', 'in-use', [ringing]);
      await answerAll();
      await rig.lineShows('2102', 'in-use', [{ ...ringing, state: 'confirmed' }]);
      await answerAll();
      await rig.lineShows('2102', 'idle');
      await answerAll();
      const bodies = notifies().map((notify) => notify.body.toString());
      expect(notifies().map((notify) => header(notify, 'Event'))).toEqual(Array(4).fill('dialog;id=7'));
      expect(bodies.map((body) => /version="(\d+)" state="(\w+)"/.exec(body)?.slice(1))).toEqual([
        ['0', 'full'], ['1', 'partial'], ['2', 'partial'], ['3', 'partial'],
      ]); // prettier-ignore
      expect(bodies.map((body) => /<state>(\w+)</.exec(body)?.[1])).toEqual([
        undefined,
        'early',
        'confirmed',
        'terminated',
      ]);
      for (const [index, notify] of notifies().entries())
        expect(header(notify, 'Content-Length')).toBe(String(Buffer.byteLength(bodies[index] ?? '')));
    });
  });

  it('of one phone to one line in two dialogs makes two subscriptions, and the end of one is not that of the other [SB-30]', async () => {
    const toTag = await watch();
    await watch({ callId: 'c2' });
    await rig.hear(subscribe({ toTag, cseq: 1001, fields: { Expires: '0' } }));
    await answerAll();
    await rig.lineShows('2102', 'in-use');
    expect(rig.table.size).toBe(1);
    expect(header(last(), 'Call-ID')).toBe('c2');
    expect(header(last(), 'Subscription-State')).toContain('active');
  });

  it('of many watchers of one line are all told of a change, a slice a turn [SB-39]', async () => {
    for (let index = 0; index < 100; index += 1) await rig.hear(subscribe({ callId: `many-${index}` }));
    await answerAll();
    await rig.lineShows('2102', 'in-use');
    await settle();
    expect(notifies()).toHaveLength(200);
  });

  it('of more watchers than may be under way are told as answers come; phones that are silent hold nobody up', async () => {
    rig = new SubscriptionRig(undefined, 10);
    await rig.lineShows('2102', 'idle');
    for (let index = 0; index < 30; index += 1) {
      await rig.hear(subscribe({ callId: `window-${index}` }));
      await answerAll();
    }
    await rig.lineShows('2102', 'in-use');
    expect(notifies()).toHaveLength(40);
    await answerAll();
    await settle();
    expect(notifies()).toHaveLength(50);
    // The next ten never answer: after T1 their places are free again.
    await rig.clock.pass(600);
    const told = new Set(
      notifies()
        .filter((each) => header(each, 'CSeq') === '102 NOTIFY')
        .map((each) => header(each, 'Call-ID')),
    );
    expect(told.size).toBe(30);
  });

  it('keeps nothing of a watcher that left', async () => {
    const toTag = await watch();
    await rig.hear(subscribe({ toTag, cseq: 1001, fields: { Expires: '0' } }));
    await answerAll();
    await rig.clock.pass(40_000);
    expect(rig.table.size).toBe(0);
    expect(rig.clock.wheel.size).toBe(0);
    expect(rig.endpoint.transactions).toEqual({ server: 0, client: 0 });
  });
});
