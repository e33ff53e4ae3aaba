import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  type Field,
  type HeardResponse,
  headerOf,
  type Linewatch,
  SccpStation,
  SipPhone,
  startLinewatch,
  until,
} from '@linewatch/kit';

/** Lines that have no phone here, whose state other systems tell [docs/line-states-from-outside.md]. */

const config = ({ host, port }: { host: string; port: number }): string =>
  [
    'voice service voip', ' sip', '  registrar server', '!',
    'voice register global', ' mode cme', ' authenticate credential 1 flash:tellers.csv', ` source-address ${host} port ${port}`, ' max-dn 9', ' max-pool 9', '!',
    'voice register dn 1', ' number 2101', ' allow watch', '!',
    'voice register dn 9', ' number 4001', ' allow watch', '!',
    'voice register pool 1', ' id mac 0200.0000.0201', ' number 1 dn 1', '!',
    'presence', '!', 'sip-ua', ' presence enable', '!',
    'telephony-service', ' max-ephones 9', ' max-dn 9', '!',
    'ephone-dn 1', ' number 3001', '!',
    'ephone 1', ' mac-address 0200.0000.0101', ' type 7960', ' blf-speed-dial 1 4001 label "Far"', ' button 1:1',
    'end', '',
  ].join('\n'); // prettier-ignore

/** Publishes on NATS as any client would, without our own library: its protocol is lines of text. */
async function publish(natsUrl: string, subject: string, payload: string): Promise<void> {
  const { hostname, port } = new URL(natsUrl);
  const socket = connect({ host: hostname, port: Number(port) });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('data', (chunk) => (chunk.includes('PONG') ? resolve() : undefined));
      const bytes = Buffer.byteLength(payload);
      socket.write(`CONNECT {"verbose":false}\r\nPUB ${subject} ${bytes}\r\n${payload}\r\nPING\r\n`);
    });
  } finally {
    socket.destroy();
  }
}

function event(data: object): string {
  return JSON.stringify({
    specversion: '1.0',
    id: randomUUID(),
    type: 'linewatch.line.relayed',
    time: new Date().toISOString(),
    source: '/crm',
    subject: '4001',
    data,
  });
}

describe('a line whose state another system tells', () => {
  let system: Linewatch;
  let phone: SipPhone;
  let station: SccpStation;
  beforeAll(async () => void (system = await startLinewatch({ config, instances: { 'sip-edge': 2 } })));
  afterAll(() => system.stop());
  beforeEach(async () => {
    const [registrar, server] = [system.sip[0], system.sccp[0]];
    if (!registrar || !server) throw new Error('an edge is missing');
    phone = await SipPhone.open({ numbers: ['2101'], registrar, mac: '020000000201' });
    station = await SccpStation.open({ server, mac: '020000000101' });
    await phone.register();
    await station.register();
  });
  afterEach(async () => {
    await station.close();
    await phone.close();
    expect([...phone.violations, ...station.violations]).toEqual([]);
  });

  it('on the bus: watchers of both kinds see it while it is confirmed, and unknown when it is withdrawn', async () => {
    const [lamp, dialogs] = [await phone.subscribe('4001'), await phone.subscribe('4001', { event: 'dialog' })];
    await lamp.waitFor('unknown');
    const tell = (data: object) =>
      publish(system.natsUrl, `${system.prefix}.line.4001.relayed`, event({ source: 'crm', ...data }));
    const until = Date.now() + 600_000;
    await tell({ lamp: { state: 'idle', dnd: false }, until });
    await lamp.waitFor('idle');
    await station.shows(1, 'idle');
    const dialog = { id: 'd1', direction: 'recipient', state: 'confirmed', held: false, peer: { number: '5551' } };
    await tell({ lamp: { state: 'in-use', dnd: false }, dialogs: [dialog], until });
    await lamp.waitFor('in-use');
    await dialogs.waitFor('in-use');
    await station.shows(1, 'in-use');
    await tell({ until });
    await lamp.waitFor('unknown');
    await station.shows(1, 'unknown');
    // What cannot be read changes nothing and stops nobody.
    await publish(system.natsUrl, `${system.prefix}.line.4001.relayed`, 'idle, I think');
    await tell({ lamp: { state: 'idle', dnd: false }, until });
    await lamp.waitFor('idle');
    await tell({ until });
    await lamp.waitFor('unknown');
  });

  it('by PUBLISH: from the line itself alone, at any edge [SB-59 to SB-71]', async () => {
    const [first, second] = system.sip;
    if (!first || !second) throw new Error('an edge is missing');
    mkdirSync(join(system.dataFolder, 'flash'), { recursive: true });
    writeFileSync(join(system.dataFolder, 'flash', 'tellers.csv'), '4001,secret\n4002,secret\n');
    await system.console([], 'enable\ncredential load 1\n');
    const opened = (registrar: typeof first, username: string) =>
      SipPhone.open({ numbers: ['4001'], registrar, credentials: { username, password: 'secret' } });
    const [teller, atOther, stranger] = [
      await opened(first, '4001'),
      await opened(second, '4001'),
      await opened(first, '4002'),
    ];
    const say = (by: SipPhone, activity: string, fields: readonly Field[] = []): Promise<HeardResponse> =>
      by.send(
        'PUBLISH',
        '4001',
        [['Event', 'presence'], ['Content-Type', 'application/pidf+xml'], ['Expires', '600'], ...fields],
        `<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:4001@x"><tuple id="t"><status><basic>open</basic></status></tuple>${activity}</presence>`,
      ); // prettier-ignore
    const tagOf = (answer: HeardResponse): string => headerOf(answer, 'sip-etag') ?? '';
    const BUSY = '<person><activities><on-the-phone/></activities></person>';
    try {
      const lamp = await phone.subscribe('4001');
      await lamp.waitFor('unknown');
      let answer: HeardResponse | undefined;
      // The pairs of the file reach the edge a moment later.
      await until(async () => (answer = await say(teller, '')).status === 200, 'the teller is known');
      if (!answer) throw new Error('no answer');
      await lamp.waitFor('idle');
      await station.shows(1, 'idle');
      expect((await say(stranger, BUSY)).status).toBe(403);
      // The other edge knows of the publication by the stream.
      const changed = await say(atOther, BUSY, [['SIP-If-Match', tagOf(answer)]]);
      expect(changed.status).toBe(200);
      await lamp.waitFor('in-use');
      await station.shows(1, 'in-use');
      expect((await say(teller, '', [['SIP-If-Match', tagOf(answer)]])).status).toBe(412);
      const removed = await teller.send('PUBLISH', '4001', [
        ['Event', 'presence'],
        ['Expires', '0'],
        ['SIP-If-Match', tagOf(changed)],
      ]);
      expect(removed.status).toBe(200);
      await lamp.waitFor('unknown');
      await station.shows(1, 'unknown');
    } finally {
      await Promise.all([teller, atOther, stranger].map((each) => each.close()));
    }
  });
});
