import { MemoryLines } from '@linewatch/edge';
import type { RelayedFact } from '@linewatch/presence';
import { header } from '@linewatch/sip';
import { Metrics, RateLimitedLog } from '@linewatch/runtime';
import { RegistrarRig } from '../registrar/testing/registrar-rig';
import { Publications } from './publications';
import { PublishHandler } from './publish';

const CONFIG = [
  'presence', 'sip-ua', ' presence enable',
  'voice register global', ' mode cme', ' max-dn 9',
  'voice register dn 1', ' number 4001', ' allow watch',
]; // prettier-ignore

const PIDF = (basic: string, activity = ''): string =>
  `<presence xmlns="urn:ietf:params:xml:ns:pdf" entity="sip:4001@x"><tuple id="t"><status><basic>${basic}</basic></status></tuple>${activity}</presence>`;
const BUSY = PIDF('open', '<person><activities><on-the-phone/></activities></person>');
const DIALOGS = (state: string): string =>
  `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="${state}" entity="sip:4001@x">` +
  '<dialog id="d" direction="recipient"><state>confirmed</state></dialog></dialog-info>';

interface Published {
  body?: string;
  etag?: string;
  expires?: number | string;
  number?: string;
  user?: string;
  fields?: Record<string, string>;
  callId?: string;
  cseq?: number;
}

/** An edge that takes PUBLISH from who says with `user` which number it is; no field `X-User`: a stranger. */
function setUp(lines = new MemoryLines(), commands = CONFIG) {
  const rig = new RegistrarRig(commands, undefined, lines);
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const handler = new PublishHandler({
    directory: rig.directory,
    identify: async () => ({ kind: 'remote' }),
    authenticate: (request) => {
      const username = header(request, 'X-User');
      if (username !== undefined) return { kind: 'ok', username };
      return { kind: 'refused', refusal: { status: 401, reason: 'Unauthorized', headers: [] } };
    },
    publications: new Publications(lines.bus, { get: () => undefined }),
    hold: rig.hold,
    clock: rig.clock,
    answers: new Metrics().counters('publish_total', 'test', 'status'),
    floodLog: new RateLimitedLog(silent, rig.clock),
  });
  rig.endpoint.handle('PUBLISH', (incoming) => handler.handle(incoming));
  let sent = 0;
  const publish = async (parts: Published = {}) => {
    sent += 1;
    const { body = '', etag, expires, number = '4001', user = '4001', fields = {} } = parts;
    const { callId = `c${sent}`, cseq = 1 } = parts;
    const type = body.includes('dialog-info') ? 'application/dialog-info+xml' : 'application/pidf+xml';
    const all: Record<string, string> = {
      Via: `SIP/2.0/UDP 127.0.0.21:5060;branch=z9hG4bKp${sent}`,
      From: `<sip:${number}@127.0.0.2>;tag=t`,
      To: `<sip:${number}@127.0.0.2>`,
      'Call-ID': callId,
      CSeq: `${cseq} PUBLISH`,
      'Max-Forwards': '70',
      Event: body.includes('dialog-info') ? 'dialog' : 'presence',
      ...(user !== '' && { 'X-User': user }),
      ...(etag !== undefined && { 'SIP-If-Match': etag }),
      ...(expires !== undefined && { Expires: String(expires) }),
      ...(body !== '' && { 'Content-Type': type }),
      'Content-Length': String(body.length),
      ...fields,
    };
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
    await rig.hear([`PUBLISH sip:${number}@127.0.0.2 SIP/2.0`, ...head, '', body].join('\r\n'));
    const response = rig.socket.responses('PUBLISH').at(-1);
    if (!response) throw new Error('no answer');
    return {
      status: response.status,
      etag: header(response, 'SIP-ETag') ?? '',
      expires: header(response, 'Expires'),
      header: (name: string) => header(response, name),
    };
  };
  const facts = (): RelayedFact[] =>
    lines.stored.flatMap(({ event }) => (event.type === 'linewatch.line.relayed' ? [event.data] : []));
  const said = (): string[] =>
    facts().map(({ lamp, dialogs }) => lamp?.state ?? (dialogs ? `${dialogs.length} dialogs` : 'nothing'));
  return { rig, publish, facts, said };
}

describe('PUBLISH', () => {
  it('of a state is answered 200 with an entity-tag and the time, and is a fact of the line [SB-59]', async () => {
    const { rig, publish, facts } = setUp();
    const answer = await publish({ body: BUSY, expires: 600 });
    expect(answer).toMatchObject({ status: 200, expires: '600' });
    expect(answer.etag).not.toBe('');
    expect(facts()).toEqual([
      {
        source: expect.stringMatching(/^publish /),
        package: 'presence',
        lamp: { state: 'in-use', dnd: false },
        until: rig.clock.now() + 600_000,
      },
    ]);
  });

  it('gets a new entity-tag each time; the one before is not valid any more [SB-60, SB-64]', async () => {
    const { publish } = setUp();
    const first = await publish({ body: BUSY });
    const second = await publish({ etag: first.etag });
    expect(second.status).toBe(200);
    expect(second.etag).not.toBe(first.etag);
    expect((await publish({ etag: first.etag })).status).toBe(412);
    expect((await publish({ etag: 'nobody.7' })).status).toBe(412);
    expect((await publish({ etag: '~~' })).status).toBe(412);
  });

  it('refreshes without a body, modifies with one, and removes with Expires 0 [SB-61, SB-62, SB-63]', async () => {
    const { rig, publish, facts, said } = setUp();
    const first = await publish({ body: BUSY, expires: 100 });
    await rig.clock.pass(50_000, 10_000);
    const refreshed = await publish({ etag: first.etag, expires: 100 });
    expect(facts().at(-1)?.until).toBe(rig.clock.now() + 100_000);
    const modified = await publish({ etag: refreshed.etag, body: PIDF('open') });
    const removed = await publish({ etag: modified.etag, expires: 0 });
    expect(removed).toMatchObject({ status: 200, expires: '0' });
    expect(said()).toEqual(['in-use', 'in-use', 'idle', 'nothing']);
    expect(new Set(facts().map(({ source }) => source)).size).toBe(1);
    expect((await publish({ etag: removed.etag })).status).toBe(412);
  });

  it('of dialogs is a fact of its own; a list that is not whole is none [SB-69]', async () => {
    const { publish, said } = setUp();
    expect((await publish({ body: DIALOGS('full') })).status).toBe(200);
    expect((await publish({ body: DIALOGS('partial') })).status).toBe(400);
    expect(said()).toEqual(['1 dialogs']);
  });

  it('that is too short is refused with the least time; no more than was asked is granted [SB-65]', async () => {
    const { publish } = setUp();
    const short = await publish({ body: BUSY, expires: 30 });
    expect([short.status, short.header('Min-Expires')]).toEqual([423, '60']);
    expect((await publish({ body: BUSY, expires: 60 })).expires).toBe('60');
    expect((await publish({ body: BUSY, expires: 9999 })).expires).toBe('3600');
    expect((await publish({ body: BUSY })).expires).toBe('3600');
  });

  it.each<[string, Published, number, string, string]>([
    ['no package [SB-66]', { body: BUSY, fields: { Event: 'winfo' } }, 489, 'Allow-Events', 'presence, dialog'],
    ['another type of body [SB-67]', { body: BUSY, fields: { 'Content-Type': 'text/plain' } }, 415, 'Accept', 'application/pidf+xml'],
    ['neither body nor entity-tag [SB-68]', {}, 400, 'Server', ''],
    ['a removal of nothing', { body: BUSY, expires: 0 }, 400, 'Server', ''],
    ['a body that cannot be read [SB-69]', { body: '<presence' }, 400, 'Server', ''],
    ['a time that is none', { body: BUSY, expires: 'soon' }, 400, 'Server', ''],
    ['another number than the line itself [SB-71]', { body: BUSY, user: '4002' }, 403, 'Server', ''],
    ['a stranger', { body: BUSY, user: '' }, 401, 'Server', ''],
    ['a number that nobody has', { body: BUSY, number: '4999', user: '4999' }, 404, 'Server', ''],
    ['a dialog', { body: BUSY, fields: { To: '<sip:4001@127.0.0.2>;tag=x' } }, 481, 'Server', ''],
  ])('of %s is refused, and nothing is stored', async (_what, parts, status, name, value) => {
    const { publish, facts } = setUp();
    const answer = await publish(parts);
    expect([answer.status, answer.header(name) ?? '']).toEqual([status, value]);
    expect(facts()).toEqual([]);
  }); // prettier-ignore

  it('is not served while the presence service, or its SIP side, is off', async () => {
    for (const off of ['no presence', 'sip-ua\n no presence enable'].map((text) => text.split('\n'))) {
      const { publish } = setUp(undefined, [...CONFIG, ...off]);
      expect((await publish({ body: BUSY })).status).toBe(489);
    }
  });

  it('that ran out is gone: only a new one begins again [SB-70]', async () => {
    const { rig, publish } = setUp();
    const first = await publish({ body: BUSY, expires: 60 });
    await rig.clock.pass(61_000, 1_000);
    expect((await publish({ etag: first.etag })).status).toBe(412);
    expect((await publish({ body: BUSY })).status).toBe(200);
  });

  it('may go on at another edge, which knows of it by the stream alone [design laws 1, 2]', async () => {
    const lines = new MemoryLines();
    const [one, other] = [setUp(lines), setUp(lines)];
    const first = await one.publish({ body: BUSY });
    const second = await other.publish({ etag: first.etag, body: PIDF('open') });
    expect(second.status).toBe(200);
    expect((await one.publish({ etag: first.etag })).status).toBe(412);
    expect((await one.publish({ etag: second.etag, expires: 0 })).status).toBe(200);
  });

  it('that comes again, at any edge, finds its own publication [design 5]', async () => {
    const lines = new MemoryLines();
    const [one, other] = [setUp(lines), setUp(lines)];
    const first = await one.publish({ body: BUSY, callId: 'same', cseq: 7 });
    const again = await other.publish({ body: BUSY, callId: 'same', cseq: 7 });
    expect(again.etag).toBe(first.etag);
    expect(one.facts()).toHaveLength(1);
  });

  it('of two systems for one line are two publications', async () => {
    const { publish, facts } = setUp();
    await publish({ body: BUSY });
    await publish({ body: PIDF('open') });
    expect(new Set(facts().map(({ source }) => source)).size).toBe(2);
  });
});
