import {
  type DialogInfo,
  headerOf,
  type HeardRequest,
  type HeardResponse,
  idsOf,
  listOf,
  type Notification,
  type SipPhone,
  type SipSubscription,
  type SubscribeOptions,
  uriOf,
  writeMessage,
} from '@linewatch/kit';
import { Office } from './office';

/** Rows of docs/sip-behaviour.md that a watcher can see, each by name, over sockets. */
describe('a subscription', () => {
  let office: Office;
  let watcher: SipPhone;
  let watched: SipPhone;
  beforeAll(async () => {
    office = await Office.open();
    [watcher, watched] = [await office.phone(1), await office.phone(2)];
    // The line is known at the edge before anything is said about it.
    await (await watcher.subscribe('2102')).waitFor('idle');
  });
  afterAll(() => office.close());
  afterEach(() => {
    for (const phone of [watcher, watched]) expect(phone.violations.splice(0)).toEqual([]);
  });

  const subscribe = async (options: SubscribeOptions = {}): Promise<[SipSubscription, Notification]> => {
    const subscription = await watcher.subscribe('2102', options);
    return [subscription, await subscription.next()];
  };
  const notifyOf = async (callId: string | undefined): Promise<HeardRequest> =>
    (await watcher.nextMessage(
      (message) => message.kind === 'request' && idsOf(message).callId === callId,
      `a NOTIFY of ${callId}`,
    )) as HeardRequest;

  it('is answered 200 [SB-1], with no more Expires than asked [SB-2], a To tag and a Contact [SB-3]', async () => {
    const [subscription] = await subscribe({ expires: 120 });
    const { response } = subscription;
    if (!response) throw new Error('no answer');
    expect(response.status).toBe(200);
    expect(subscription.grantedSeconds).toBe(120);
    expect(idsOf(response).toTag).toMatch(/\S/);
    expect(headerOf(response, 'contact')).toMatch(/^<sip:/);
  });

  it('brings a NOTIFY at once [SB-4], in its dialog [SB-5], to its Contact octet for octet [SB-6]', async () => {
    const contact = `${uriOf(watcher.contactOf())};line=%32101;Ob`;
    const asked = idsOf(await watcher.send('SUBSCRIBE', '2102', [['Event', 'presence'], ['Contact', `<${contact}>`]])); // prettier-ignore
    const heard = await notifyOf(asked.callId);
    expect(heard.requestUri).toBe(contact);
    expect(idsOf(heard)).toMatchObject({ fromTag: asked.toTag, toTag: asked.fromTag });
  });

  it.each([
    ['presence', 'presence;unknown=1', 'presence'],
    ['dialog', 'dialog;id=a7;sla', 'dialog;id=a7'],
  ] as const)('of %s says Event as package and id [SB-7], and Subscription-State [SB-8] with seconds [SB-9]', async (_, event, told) => {
    const response = await watcher.send('SUBSCRIBE', '2102', [
      ['Event', event], ['Expires', '600'], ['Contact', watcher.contactOf()],
    ]); // prettier-ignore
    expect(response.status).toBe(200);
    const notify = await notifyOf(idsOf(response).callId);
    expect(headerOf(notify, 'event')).toBe(told);
    const seconds = /^active;expires=(\d+)$/.exec(headerOf(notify, 'subscription-state') ?? '')?.[1];
    expect(Number(seconds)).toBeGreaterThan(590);
    expect(Number(seconds)).toBeLessThanOrEqual(600);
  }); // prettier-ignore

  it.each([
    ['[SB-11] too short a time', [['Event', 'presence'], ['Expires', '59']], 423, 'min-expires', '60'],
    ['[SB-12] an unknown package', [['Event', 'winfo']], 489, 'allow-events', 'presence, dialog'],
    ['[SB-14] an Accept of other types', [['Event', 'presence'], ['Accept', 'text/plain']], 406, undefined, ''],
    ['[SB-13] no Event', [], 489, 'allow-events', 'presence, dialog'],
  ] as const)('with %s is refused, with what would do', async (_, fields, status, name, value) => {
    const response = await watcher.send('SUBSCRIBE', '2102', [['Contact', watcher.contactOf()], ...fields]);
    expect(response.status).toBe(status);
    if (name !== undefined) expect(listOf(response, name).join(', ')).toBe(value);
  }); // prettier-ignore

  it('without Contact gets 400 [SB-33], and without Expires an hour [SB-10]', async () => {
    const nowhere = await watcher.send('SUBSCRIBE', '2102', [['Event', 'presence']]);
    expect(nowhere.status).toBe(400);
    const [subscription] = await subscribe({ expires: null });
    expect(subscription.grantedSeconds).toBe(3600);
  });

  it.each([
    ['presence', null, 'application/pidf+xml'],
    ['dialog', null, 'application/dialog-info+xml'],
    ['presence', '*/*', 'application/pidf+xml'],
    ['dialog', 'application/*', 'application/dialog-info+xml'],
  ] as const)('to %s with Accept %s is told in %s [SB-15]', async (event, accept, type) => {
    const [subscription, first] = await subscribe({ event, accept });
    expect(first.contentType).toBe(type);
    await subscription.unsubscribe();
  });

  it('is renewed with the whole state [SB-16], ended with a last NOTIFY [SB-17], and then is none [SB-20]', async () => {
    const [subscription] = await subscribe({ event: 'dialog' });
    await subscription.refresh({ expires: 300 });
    expect((await subscription.next()).document).toMatchObject({ state: 'full' });
    const last = await subscription.unsubscribe();
    expect([last.state, last.reason]).toEqual(['terminated', 'timeout']);
    expect(headerOf(subscription.response as HeardResponse, 'expires')).toBe('0');
    const { length } = subscription.notifications;
    const after = await watcher.sendInDialog(subscription.dialog, 'SUBSCRIBE', subscription.fields(300));
    expect(after.status).toBe(481);
    expect(subscription.notifications).toHaveLength(length);
  });

  it('for a look brings one NOTIFY, terminated, with the state [SB-18]', async () => {
    const { state, lamp } = await watcher.fetch('2102');
    expect([state, lamp]).toEqual(['terminated', 'idle']);
  });

  it('takes a gap in CSeq, and answers 500 to a lower one [SB-21]; its own rise strictly [SB-27]', async () => {
    const [subscription] = await subscribe();
    subscription.dialog.cseq += 500;
    await subscription.refresh();
    subscription.dialog.cseq -= 300;
    const stale = await watcher.sendInDialog(subscription.dialog, 'SUBSCRIBE', subscription.fields(300));
    expect(stale.status).toBe(500);
    subscription.dialog.cseq += 300;
    await subscription.refresh();
    const cseqs = subscription.notifications.map(({ cseq }) => cseq);
    expect(cseqs).toEqual([...new Set(cseqs)].sort((a, b) => a - b));
    await subscription.unsubscribe();
  });

  it('that is asked for twice in the same words is one, with the same answer [SB-26]', async () => {
    const { host, port } = watcher.address;
    const branch = `z9hG4bK${Math.random().toString(36).slice(2)}`;
    const callId = `twice-${branch}`;
    const text = writeMessage(`SUBSCRIBE ${watcher.uri('2102')} SIP/2.0`, [
      ['Via', `SIP/2.0/UDP ${host}:${port};branch=${branch};rport`], ['Max-Forwards', '70'], ['CSeq', '1 SUBSCRIBE'],
      ['From', `<${watcher.uri('2101')}>;tag=twice`], ['To', `<${watcher.uri('2102')}>`], ['Call-ID', callId],
      ['Contact', watcher.contactOf()], ['Event', 'presence'], ['Expires', '300'],
    ]); // prettier-ignore
    const answers = () =>
      watcher.heard.filter((each) => each.kind === 'response' && idsOf(each).callId === callId).map(({ raw }) => raw);
    watcher.sendRaw(text);
    await watcher.until('an answer', () => answers().length > 0 || undefined);
    watcher.sendRaw(text);
    await watcher.until('the same answer', () => answers().length > 1 || undefined);
    expect(new Set(answers()).size).toBe(1);
    // Another subscription is told meanwhile: whatever a second one would have been told is here by then.
    await subscribe();
    const told = watcher.heard.filter((each) => each.kind === 'request' && idsOf(each).callId === callId);
    expect(new Set(told.map((each) => headerOf(each, 'cseq'))).size).toBe(1);
  });

  it('lives beside another one of the same watcher for the same line [SB-30]', async () => {
    const [one] = await subscribe();
    const [other] = await subscribe();
    await one.unsubscribe();
    await other.refresh();
    expect((await other.next()).state).toBe('active');
    await other.unsubscribe();
  });

  it('through proxies keeps their order in the 2xx, and NOTIFYs go to the first hop with it [SB-31]', async () => {
    const { host, port } = watcher.address;
    const routes = [`<sip:${host}:${port};lr>`, '<sip:192.0.2.7;lr;x=1>'];
    const subscription = await watcher.subscribe('2102', { fields: routes.map((route) => ['Record-Route', route]) });
    expect(listOf(subscription.response as HeardResponse, 'record-route')).toEqual(routes);
    const { message } = await subscription.next();
    expect(listOf(message, 'route')).toEqual(routes);
  });

  it('goes where a refresh says with another Contact [SB-32]', async () => {
    const [subscription] = await subscribe();
    const contact = `<sip:moved@${watcher.address.host}:${watcher.address.port}>`;
    const fields = subscription.fields(300).filter(([name]) => name !== 'Contact');
    const moved = await watcher.sendInDialog(subscription.dialog, 'SUBSCRIBE', [...fields, ['Contact', contact]]);
    expect(moved.status).toBe(200);
    await watcher.until('a NOTIFY there', () => watcher.heard.find((each) => each.kind === 'request' && each.requestUri === uriOf(contact))); // prettier-ignore
    await subscription.unsubscribe();
    // The kit's own rule knows the usual Contact only.
    watcher.violations.splice(0);
  });

  it('is answered 481 to a NOTIFY that nobody asked for [SB-37]', async () => {
    const fields = [
      ['Event', 'presence'],
      ['Subscription-State', 'active'],
      ['Contact', watcher.contactOf()],
    ] as const;
    expect([481, 489, 405]).toContain((await watcher.send('NOTIFY', '2102', fields)).status);
  });

  describe('to presence', () => {
    it('is told in PIDF of the line [SB-40], one tuple with a lasting id [SB-41], basic open or closed [SB-42]', async () => {
      const [subscription, first] = await subscribe();
      await subscription.refresh();
      const second = await subscription.next();
      const pidf = /<presence [^>]*xmlns="urn:ietf:params:xml:ns:pidf"[^>]* entity="sip:2102@|<presence [^>]*entity="sip:2102@/;
      const ids = [first, second].map(({ body }) => [...body.matchAll(/<tuple id="([^"]+)"/g)].map((match) => match[1]));
      expect(ids[0]).toHaveLength(1);
      expect(ids[1]).toEqual(ids[0]);
      for (const { body, message } of [first, second]) {
        expect(body).toMatch(pidf);
        expect(body).toMatch(/<basic>(open|closed)<\/basic>/);
        expect(Number(headerOf(message, 'content-length'))).toBe(Buffer.byteLength(body));
      }
    }); // prettier-ignore

    it('finds activities in `person`, behind the tuple [SB-43], and its length in octets [SB-49]', async () => {
      const [subscription] = await subscribe();
      const call = watcher.call('2102');
      const { body, message } = await subscription.waitFor('in-use');
      await watched.nextCall();
      expect(body).toMatch(/<\/tuple>\s*<dm:person [^>]*>\s*<rpid:activities>\s*<rpid:on-the-phone\s*\/>/);
      expect(Number(headerOf(message, 'content-length'))).toBe(Buffer.byteLength(body));
      await call.cancel();
      await subscription.waitFor('idle');
      await subscription.unsubscribe();
    });
  });

  describe('to dialog', () => {
    /** Documents of a call from its ringing to its end. */
    async function documents(): Promise<DialogInfo[]> {
      const [subscription] = await subscribe({ event: 'dialog' });
      const call = watcher.call('2102');
      const incoming = await watched.nextCall();
      await subscription.waitFor('in-use');
      await incoming.answer();
      await call.answered();
      await watcher.until('the confirmed dialog', () => stateOf(subscription) === 'confirmed' || undefined);
      await call.hangup();
      await watcher.until('the end of the dialog', () => stateOf(subscription) === 'terminated' || undefined);
      await subscription.refresh();
      await subscription.next(({ document }) => document?.state === 'full' && document.version > 1, 'a full document');
      const all = subscription.notifications.flatMap(({ document }) => (document ? [document] : []));
      await subscription.unsubscribe();
      return all;
    }
    const stateOf = ({ notifications }: SipSubscription) => notifications.at(-1)?.document?.dialogs[0]?.state;

    it('begins full and empty [SB-51], counts versions by one [SB-52], tells what changed by its id [SB-53], in order [SB-54], with direction and call-id [SB-55], the end once [SB-56], is full at a refresh [SB-57], and names the line [SB-58]', async () => {
      const all = await documents();
      expect(all[0]).toMatchObject({ state: 'full', version: 0, dialogs: [] });
      expect(all.map(({ version }) => version)).toEqual(all.map((_, index) => index));
      for (const { entity } of all) expect(entity).toMatch(/^sip:2102@/);
      const partial = all.slice(1, -1);
      expect(new Set(partial.map(({ state }) => state))).toEqual(new Set(['partial']));
      const [id, ...others] = new Set(partial.flatMap(({ dialogs }) => dialogs.map((dialog) => dialog.id)));
      expect([id, others]).toEqual([expect.stringMatching(/\S/), []]);
      const ranks = partial.map(({ dialogs }) => ['trying', 'proceeding', 'early', 'confirmed', 'terminated'].indexOf(dialogs[0]?.state ?? '')); // prettier-ignore
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      expect(partial.filter(({ dialogs }) => dialogs[0]?.state === 'terminated')).toHaveLength(1);
      expect(partial[0]?.dialogs[0]).toMatchObject({ direction: 'recipient', callId: expect.stringMatching(/\S/) });
      expect(all.at(-1)).toMatchObject({ state: 'full', dialogs: [] });
    });
  });
});
