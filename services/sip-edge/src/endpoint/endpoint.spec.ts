import { ManualClock, settle } from '@linewatch/edge';
import { type Flow, header, request as makeRequest, type SipResponse } from '@linewatch/sip';
import { Metrics, RateLimitedLog } from '@linewatch/runtime';
import type { Admission } from '../shield/shield';
import { answerTo, FakeTransport, flowOf } from '../testing/fake-transport';
import { Endpoint } from './endpoint';
import type { ServerRequest } from './user-agent';

const logged: string[] = [];
const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (_fields: object, message?: string) => void logged.push(message ?? ''),
};

describe('an endpoint', () => {
  let clock: ManualClock;
  let socket: FakeTransport;
  let endpoint: Endpoint;
  let taken: ServerRequest[];
  /** What the shield says next; what it was told. */
  let admission: Admission;
  let ofRecord: Admission;
  let cheap: (string | undefined)[];

  beforeEach(() => {
    logged.length = 0;
    clock = new ManualClock();
    socket = new FakeTransport();
    taken = [];
    admission = ofRecord = 'take';
    cheap = [];
    let tokens = 0;
    endpoint = new Endpoint({
      wheel: clock.wheel,
      clock,
      advertised: { host: '127.0.0.2', port: 5060 },
      branchPrefix: 'test',
      newToken: () => `t${++tokens}`,
      floodLog: new RateLimitedLog(log, clock),
      messages: new Metrics().counters('messages_total', 'test', 'kind'),
      shield: {
        admit: () => admission,
        admitRecord: () => ofRecord,
        wasCheap: (_flow, method) => void cheap.push(method),
        retryAfter: () => 12,
      },
      mostTransactions: 100,
    });
    endpoint.attach('udp', socket);
    for (const method of ['INVITE', 'OPTIONS']) endpoint.handle(method, (incoming) => void taken.push(incoming));
    endpoint.accept(true);
  });

  interface Asked {
    method?: string;
    uri?: string;
    via?: string;
    cseqMethod?: string;
    fields?: string[];
  }
  function text({ method = 'OPTIONS', uri = 'sip:127.0.0.2', via, cseqMethod = method, fields = [] }: Asked): Buffer {
    return Buffer.from(
      [
        `${method} ${uri} SIP/2.0`,
        `Via: ${via ?? 'SIP/2.0/UDP 127.0.0.21:5060;branch=z9hG4bKa'}`,
        'From: <sip:2101@127.0.0.2>;tag=f',
        'To: <sip:2102@127.0.0.2>',
        'Call-ID: c',
        `CSeq: 7 ${cseqMethod}`,
        'Max-Forwards: 70',
        ...fields,
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    );
  }
  const hear = async (bytes: Buffer, flow = flowOf()) => {
    endpoint.message(bytes, flow);
    await settle();
  };
  const statuses = () => socket.sent.flatMap(({ message }) => (message.kind === 'response' ? [message.status] : []));

  it('hands a request up once, and repeats its answer to retransmissions [SB-26, SB-93]', async () => {
    await hear(text({}));
    await hear(text({}));
    expect(taken).toHaveLength(1);
    taken[0]?.respond(200);
    await hear(text({}));
    expect(statuses()).toEqual([200, 200]);
    expect(socket.sent[0]?.text).toBe(socket.sent[1]?.text);
  });

  it.each([
    ['an unknown method with 405 and Allow [SB-109]', { method: 'PUBLISH' }, 405, 'Allow'],
    ['an unknown URI scheme with 416 [SB-110]', { uri: 'nobody:knows' }, 416, undefined],
    [
      'an unknown extension with 420, naming it [SB-108]',
      { fields: ['Require: path, nothing', 'Proxy-Require: other'] },
      420,
      'Unsupported',
    ],
    ['a stray CANCEL with 481 [SB-111]', { method: 'CANCEL' }, 481, undefined],
  ])('answers %s', async (_what, asked, status, field) => {
    await hear(text(asked));
    expect(statuses()).toEqual([status]);
    expect(taken).toEqual([]);
    if (field) expect(header(socket.sent[0]?.message as SipResponse, field)).toBeTruthy();
  });

  it('names every unknown extension, and only those [SB-108]', async () => {
    await hear(text({ fields: ['Require: path, nothing', 'Proxy-Require: other'] }));
    expect(header(socket.sent[0]?.message as SipResponse, 'Unsupported')).toBe('nothing, other');
  });

  it('drops a stray ACK and stray responses, and sends nothing anywhere for them [SB-99, SB-111]', async () => {
    await hear(text({ method: 'ACK' }));
    await hear(
      Buffer.from(
        'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 255.255.255.255:5060;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 NOTIFY\r\nContent-Length: 0\r\n\r\n',
      ),
    );
    expect(socket.sent).toEqual([]);
  });

  it.each([
    ['to the source port with rport, both filled [SB-100]', 'SIP/2.0/UDP 192.0.2.9:5060;rport;branch=z9hG4bKa', 40_000, 40_000, /received=127\.0\.0\.21;rport=40000|rport=40000;.*received=127\.0\.0\.21|rport=40000/], // prettier-ignore
    ['to the sent-by port without it, at the received address [SB-101]', 'SIP/2.0/UDP 192.0.2.9:5077;branch=z9hG4bKa', 40_000, 5077, /received=127\.0\.0\.21/], // prettier-ignore
  ])('answers %s', async (_what, via, from, to, filled) => {
    await hear(text({ via, method: 'PUBLISH' }), flowOf('127.0.0.21', from));
    expect(socket.sent[0]?.flow.remote).toEqual({ host: '127.0.0.21', port: to });
    expect(header(socket.sent[0]?.message as SipResponse, 'Via')).toMatch(filled);
  });

  it('answers what is malformed with 400, statelessly, and only where a Via can be read [SB-112, SB-113]', async () => {
    await hear(text({ fields: ['CSeq: nonsense'] }));
    await hear(Buffer.from('\u0000\u0001 rubbish \r\n\r\n'));
    expect(statuses()).toEqual([400]);
    expect(endpoint.transactions.server).toBe(0);
  });

  it('answers 500 to a request whose handler fails, and goes on', async () => {
    endpoint.handle('OPTIONS', async () => {
      throw new Error('our mistake');
    });
    await hear(text({}));
    expect(statuses()).toEqual([500]);
    expect(logged).toEqual(['a request could not be handled']);
  });

  it('takes nothing before it is told to: phones send again', async () => {
    endpoint.accept(false);
    await hear(text({}));
    expect(socket.sent).toEqual([]);
    expect(taken).toEqual([]);
  });

  it('says 100 to an INVITE after 200 ms when there is no answer yet, and not before [SB-89]', async () => {
    await hear(text({ method: 'INVITE' }));
    await clock.pass(150);
    expect(statuses()).toEqual([]);
    await clock.pass(100);
    expect(statuses()).toEqual([100]);
  });

  it('answers a CANCEL with 200 and tells the INVITE, which its handler answers 487 [SB-94]', async () => {
    await hear(text({ method: 'INVITE' }));
    taken[0]?.onCancel(() => void taken[0]?.respond(487));
    await hear(text({ method: 'CANCEL' }));
    expect(statuses()).toEqual([200, 487]);
    const tags = socket.sent.map(({ message }) => header(message, 'To'));
    expect(tags[0]).toBe(tags[1]);
  });

  it('forgets transactions when their timers are over', async () => {
    await hear(text({}));
    taken[0]?.respond(200);
    expect(endpoint.transactions.server).toBe(1);
    await clock.pass(33_000);
    expect(endpoint.transactions.server).toBe(0);
    expect(clock.wheel.size).toBe(0);
  });

  const plain = (method: string) =>
    makeRequest({ method, uri: 'sip:2101@127.0.0.21', from: '<sip:2102@127.0.0.2>;tag=l', to: '<sip:2101@127.0.0.21>', callId: 'o', cseq: 1 }); // prettier-ignore
  function send(method: string) {
    const heard: (number | string)[] = [];
    const sent = endpoint.request(plain(method), flowOf(), {
      response: ({ status }) => void heard.push(status),
      failed: (why) => void heard.push(why),
    });
    return { heard, sent };
  }

  describe('as a client', () => {
    it('gives every branch once [RFC3261 8.1.1.7]', () => {
      for (let count = 0; count < 100; count += 1) send('OPTIONS');
      const branches = socket
        .requests('OPTIONS')
        .map((request) => /branch=([^;]+)/.exec(header(request, 'Via') ?? '')?.[1]);
      expect(new Set(branches).size).toBe(100);
    });

    it('hears the final answer once, however often it comes', async () => {
      const { heard } = send('OPTIONS');
      const [request] = socket.requests('OPTIONS');
      await hear(answerTo(request as never, 200));
      await hear(answerTo(request as never, 200));
      expect(heard).toEqual([200]);
    });

    it('is told after 64*T1 that nobody answered [RFC3261 17.1.2.2]', async () => {
      const { heard } = send('OPTIONS');
      await clock.pass(32_100);
      expect(heard).toEqual(['timeout']);
      expect(socket.requests('OPTIONS')).toHaveLength(11);
      expect(endpoint.transactions.client).toBe(0);
    });

    it('is told when the transport cannot reach the address', async () => {
      socket.unreachable.add('127.0.0.21');
      const { heard } = send('OPTIONS');
      await settle();
      expect(heard).toEqual(['unreachable']);
    });

    it('sends CANCEL only after a provisional answer, on the branch of its INVITE [RFC3261 9.1, SB-94]', async () => {
      const { sent, heard } = send('INVITE');
      sent.cancel('SIP;cause=200');
      expect(socket.requests('CANCEL')).toEqual([]);
      await hear(answerTo(sent.request, 180));
      const [cancel] = socket.requests('CANCEL');
      expect(header(cancel as never, 'Via')).toBe(header(sent.request, 'Via'));
      expect(header(cancel as never, 'CSeq')).toBe('1 CANCEL');
      expect(header(cancel as never, 'Reason')).toBe('SIP;cause=200');
      await hear(answerTo(cancel as never, 200));
      await hear(answerTo(sent.request, 487, { To: '<sip:2101@127.0.0.21>;tag=r' }));
      expect(heard).toEqual([180, 487]);
      expect(socket.requests('ACK')).toHaveLength(1);
    });

    it('gives up a cancelled INVITE that is never answered after 64*T1 [RFC3261 9.1]', async () => {
      const { sent, heard } = send('INVITE');
      await hear(answerTo(sent.request, 180));
      sent.cancel();
      await clock.pass(33_000);
      expect(heard).toEqual([180, 'timeout']);
      expect(endpoint.transactions.client).toBe(0);
    });

    it('acknowledges a refusal itself, and each repetition of it [SB-95]', async () => {
      const { sent, heard } = send('INVITE');
      await hear(answerTo(sent.request, 486));
      await hear(answerTo(sent.request, 486));
      expect(heard).toEqual([486]);
      expect(socket.requests('ACK')).toHaveLength(2);
    });
  });

  it('[B-11] drops unread what the shield does not let in, answers 503 where it says so, and still takes answers', async () => {
    admission = 'drop';
    await hear(text({}));
    expect([taken, socket.sent]).toEqual([[], []]);
    admission = 'refuse';
    await hear(text({}));
    admission = 'take';
    ofRecord = 'refuse';
    await hear(text({}));
    expect([taken, statuses()]).toEqual([[], [503, 503]]);
    const { message } = socket.sent[0] as { message: SipResponse };
    expect(header(message, 'Retry-After')).toBe('12');
    admission = 'drop';
    const { sent, heard } = send('OPTIONS');
    await hear(answerTo(sent.request, 200));
    expect(heard).toEqual([200]);
  });

  it('[B-11] tells the shield what was a retransmission, or an answer that nobody waits for', async () => {
    await hear(text({}));
    await hear(text({}));
    await hear(answerTo(taken[0]?.request as never, 200));
    expect([taken.length, cheap]).toEqual([1, ['OPTIONS', undefined]]);
  });

  it('[B-11] reads nothing more from a stream that the shield pauses', async () => {
    const paused: number[] = [];
    endpoint.attach('tcp', Object.assign(new FakeTransport(), { pause: (_flow: Flow, ms: number) => paused.push(ms) }));
    admission = { pauseMs: 9_000 };
    await hear(text({}), { ...flowOf(), transport: 'tcp', connection: 'c1' });
    expect([taken, paused]).toEqual([[], [9_000]]);
  });

  it('[law 8] answers 503 when its table is full, and fails what it cannot send', async () => {
    for (let n = 0; n < 101; n += 1) await hear(text({ via: `SIP/2.0/UDP 127.0.0.21:5060;branch=z9hG4bK${n}` }));
    expect([taken.length, statuses()]).toEqual([100, [503]]);
    const heard = Array.from({ length: 101 }, () => send('OPTIONS').heard);
    await settle();
    expect([heard[99], heard[100]]).toEqual([[], ['unreachable']]);
    expect(endpoint.transactions).toEqual({ server: 100, client: 100 });
  });

  describe('with TLS', () => {
    const overTls = (): Flow => ({ ...flowOf('127.0.0.21', 40_000), transport: 'tls', connection: 'c1' });
    beforeEach(() => endpoint.attach('tls', Object.assign(new FakeTransport(), { isOpen: () => false })));

    it.each([
      ['sip:2101@127.0.0.21;transport=tls', 'udp', 'tls', 5061],
      ['sip:2101@127.0.0.21:5071;transport=TLS', 'udp', 'tls', 5071],
      ['sips:2101@127.0.0.21', 'udp', 'tls', 5061],
      ['sip:2101@127.0.0.21', 'tls', 'tls', 5061],
      ['sip:2101@127.0.0.21;transport=udp', 'tls', 'udp', 5060],
      ['sip:2101@127.0.0.21;transport=ws', 'udp', 'udp', 5060],
    ])('goes to %s by what it says, when it was heard over %s', (uri, heardOn, transport, port) => {
      const flow = heardOn === 'tls' ? overTls() : flowOf('127.0.0.21');
      expect(endpoint.flowTo(uri, flow)).toMatchObject({ transport, remote: { host: '127.0.0.21', port } });
    });

    it('names the port and the transport of TLS in Via and Contact, and is sips towards a peer that is [RFC3261 12.1.1]', () => {
      expect(endpoint.viaHead('tls')).toBe('SIP/2.0/TLS 127.0.0.2:5061;rport;branch=');
      expect(endpoint.contact({ transport: 'tls' }, '2101')).toBe('<sip:2101@127.0.0.2:5061;transport=tls>');
      expect(endpoint.contact({ transport: 'tls' }, '2101', 'sips:2102@x')).toBe('<sips:2101@127.0.0.2:5061>');
      expect(endpoint.contact({ transport: 'tcp' }, undefined, 'sips:2102@x')).toBe(
        '<sip:127.0.0.2:5060;transport=tcp>',
      );
    });

    it('keeps the connection of somebody who was served on it, and of nobody else', async () => {
      const kept: (string | undefined)[] = [];
      const keep = ({ connection }: Flow): void => void kept.push(connection);
      endpoint.attach('tls', Object.assign(new FakeTransport(), { keep }));
      await hear(text({}), overTls());
      await hear(text({ method: 'INVITE', via: 'SIP/2.0/TLS 127.0.0.21;branch=z9hG4bKb' }), overTls());
      for (const [at, status] of [200, 486].entries()) taken[at]?.respond(status);
      expect(kept).toEqual([]);
      await hear(text({ method: 'INVITE', via: 'SIP/2.0/TLS 127.0.0.21;branch=z9hG4bKc' }), overTls());
      taken[2]?.respond(200);
      expect(kept).toEqual(['c1']);
    });
  });

  describe('with a request above 1300 octets [SB-106]', () => {
    const notify = (branch: string, flow: Flow) =>
      Buffer.from(
        `NOTIFY sip:2101@127.0.0.21 SIP/2.0\r\nVia: ${endpoint.viaHead(flow.transport)}${branch}\r\nFrom: <sip:a@b>;tag=1\r\n` +
          `To: <sip:c@d>;tag=2\r\nCall-ID: n\r\nCSeq: 1 NOTIFY\r\nMax-Forwards: 70\r\nContent-Length: 1300\r\n\r\n${'x'.repeat(1300)}`,
      );
    let tcp: FakeTransport;
    let takes: boolean;
    let heard: (number | string)[];
    beforeEach(() => {
      tcp = new FakeTransport();
      takes = true;
      heard = [];
      endpoint.attach('tcp', Object.assign(tcp, { canReach: async () => takes }));
    });
    const send = async () => {
      endpoint.requestBytes('NOTIFY', notify, flowOf(), {
        answered: (status) => void heard.push(status),
        repeated: () => undefined,
        failed: (why) => void heard.push(why),
      });
      await settle();
    };

    it('sends the first by UDP while the peer is asked, and the next by TCP, with a Via of TCP', async () => {
      await send();
      await send();
      expect([socket.requests('NOTIFY').length, tcp.requests('NOTIFY').length]).toEqual([1, 1]);
      const [byTcp] = tcp.requests('NOTIFY');
      if (!byTcp) throw new Error('nothing went by TCP');
      expect(header(byTcp, 'Via')).toContain('SIP/2.0/TCP');
      await hear(answerTo(byTcp, 200), { ...flowOf(), transport: 'tcp', connection: 'c1' });
      expect(heard).toEqual([200]);
    });

    it('sends every one by UDP to a phone that takes no TCP', async () => {
      takes = false;
      for (let n = 0; n < 3; n += 1) await send();
      expect([socket.requests('NOTIFY').length, tcp.requests('NOTIFY').length]).toEqual([3, 0]);
    });

    it('sends it by UDP after all when the connection fails, and tells its sender nothing of that', async () => {
      await send();
      tcp.unreachable.add('127.0.0.21');
      await send();
      expect([socket.requests('NOTIFY').length, heard]).toEqual([2, []]);
      await hear(answerTo(socket.requests('NOTIFY')[1] as never, 200));
      expect(heard).toEqual([200]);
    });

    it('does the same with a request that is a message', async () => {
      const statuses: (number | string)[] = [];
      const large = () =>
        endpoint.request({ ...plain('INVITE'), body: Buffer.alloc(1_300) }, flowOf(), {
          response: ({ status }) => void statuses.push(status),
          failed: (why) => void statuses.push(why),
        });
      large();
      await settle();
      const byTcp = large();
      expect(header(byTcp.request, 'Via')).toContain('SIP/2.0/TCP');
      tcp.unreachable.add('127.0.0.21');
      const afterAll = large();
      await settle();
      expect(header(afterAll.request, 'Via')).toContain('SIP/2.0/UDP');
      await hear(answerTo(afterAll.request, 486));
      expect(statuses).toEqual([486]);
    });
  });
});
