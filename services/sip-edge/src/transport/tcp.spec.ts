import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Address, Flow, ParseFailure } from '@linewatch/sip';
import { until } from '@linewatch/kit';
import { Seats } from './seats';
import { StreamConnection, type StreamEnding } from './stream-connection';
import { CONNECTION_LIMITS, type StreamOptions, type StreamTransport } from './stream-transport';
import { openTcp } from './tcp';

const HOST = '127.0.0.1';
const SEATS = { most: 100, mostUnproven: 50, rate: { burst: 100, perSecond: 10 }, mostWaiting: 2 ** 20 };

function options(callId: string, body = ''): Buffer {
  return Buffer.from(
    `OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK${callId}\r\n` +
      `From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:b@127.0.0.1>\r\nCall-ID: ${callId}\r\nCSeq: 1 OPTIONS\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** A listening transport and what it reported. */
async function setUp(settings: StreamOptions = {}, host = HOST) {
  const heard: { text: string; flow: Flow }[] = [];
  const malformed: { reason: string; failure: ParseFailure | undefined }[] = [];
  const closed: Flow[] = [];
  const endings: StreamEnding[] = [];
  const onMessage: ((flow: Flow) => void)[] = [];
  const onMalformed: ((flow: Flow) => void)[] = [];
  const transport = await openTcp(
    { host, port: 0 },
    {
      message: (bytes, flow) => {
        heard.push({ text: bytes.toString(), flow });
        for (const listener of onMessage) listener(flow);
      },
      malformed: (flow, reason, failure) => {
        malformed.push({ reason, failure });
        for (const listener of onMalformed) listener(flow);
      },
      closed: (flow) => closed.push(flow),
    },
    { onEnding: (ending) => endings.push(ending), ...settings },
  );
  opened.push(transport);
  return { transport, heard, malformed, closed, endings, onMessage, onMalformed };
}

const when = (condition: () => boolean): Promise<void> => until(condition, String(condition));

const opened: StreamTransport[] = [];
const sockets: Socket[] = [];
const servers: Server[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  await Promise.all(opened.splice(0).map((transport) => transport.close()));
});

async function client(to: Address): Promise<{ socket: Socket; received: () => string; isClosed: () => boolean }> {
  const socket = connect(to);
  sockets.push(socket);
  const chunks: Buffer[] = [];
  let isClosed = false;
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.on('close', () => (isClosed = true));
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return { socket, received: () => Buffer.concat(chunks).toString(), isClosed: () => isClosed };
}

/** A peer that listens: phones to which this edge has no connection yet. */
async function peer(host = HOST) {
  const received: Buffer[] = [];
  const accepted: Socket[] = [];
  const server = createServer((socket) => {
    accepted.push(socket);
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => received.push(chunk));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, () => resolve()));
  const { port } = server.address() as AddressInfo;
  return { address: { host, port }, received: () => Buffer.concat(received).toString(), accepted };
}

describe('TCP transport', () => {
  it('[SB-104] gives one message however its bytes are cut, at every byte', async () => {
    const { transport, heard } = await setUp();
    const message = options('split', 'body');
    const { socket } = await client(transport.local);
    socket.setNoDelay(true);
    for (let cut = 1; cut < message.length; cut += 1) {
      socket.write(message.subarray(0, cut));
      // One turn of the loop between both halves, so that they are two segments.
      await new Promise((resolve) => setImmediate(resolve));
      socket.write(message.subarray(cut));
    }
    await when(() => heard.length === message.length - 1);
    expect(new Set(heard.map(({ text }) => text))).toEqual(new Set([message.toString()]));
  });

  it('[SB-104] gives every message of one segment, in order, with keep-alives between them', async () => {
    const { transport, heard } = await setUp();
    const { socket, received } = await client(transport.local);
    socket.write(
      Buffer.concat([options('one'), Buffer.from('\r\n\r\n'), options('two', 'x'), Buffer.from('\r\n'), options('3')]),
    );
    await when(() => heard.length === 3);
    expect(heard.map(({ text }) => /Call-ID: (\S+)/.exec(text)?.[1])).toEqual(['one', 'two', '3']);
    await when(() => received() === '\r\n');
  });

  it('names the flow of a connection: both ends and the connection, the same for all its messages', async () => {
    const { transport, heard } = await setUp();
    const first = await client(transport.local);
    const second = await client(transport.local);
    first.socket.write(options('1'));
    await when(() => heard.length === 1);
    second.socket.write(options('2'));
    await when(() => heard.length === 2);
    first.socket.write(options('3'));
    await when(() => heard.length === 3);
    const [one, two, three] = heard.map(({ flow }) => flow);
    expect(one).toEqual({
      transport: 'tcp',
      local: { host: HOST, port: transport.local.port },
      remote: { host: HOST, port: first.socket.localPort },
      connection: expect.any(String),
    });
    expect(three).toEqual(one);
    expect(two?.connection).not.toBe(one?.connection);
  });

  it('[SB-107] answers on the connection of the flow, or on another one to the same address', async () => {
    const { transport, heard } = await setUp();
    const { socket, received } = await client(transport.local);
    socket.write(options('1'));
    await when(() => heard.length === 1);
    const { flow } = heard[0] as { flow: Flow };
    expect(transport.isOpen(flow)).toBe(true);
    expect(transport.send(Buffer.from('first '), flow)).toBe(true);
    const { connection: _connection, ...withoutConnection } = flow;
    expect(transport.send(Buffer.from('second'), withoutConnection)).toBe(true);
    await when(() => received() === 'first second');
    expect(transport.connections).toBe(1);
  });

  it('tells that a connection ended, once, also in the middle of a message, which is thrown away', async () => {
    const { transport, heard, closed } = await setUp();
    const { socket } = await client(transport.local);
    socket.write(options('whole'));
    socket.write(options('cut').subarray(0, 50));
    await when(() => heard.length === 1);
    socket.end();
    await when(() => closed.length === 1);
    expect(closed).toEqual([heard[0]?.flow]);
    expect(heard).toHaveLength(1);
    expect(transport.isOpen(closed[0] as Flow)).toBe(false);
    expect(transport.connections).toBe(0);
  });

  it('closes a connection that broke the framing, after what was sent to it has left', async () => {
    const { transport, malformed, onMalformed, closed, endings } = await setUp();
    onMalformed.push((flow) => transport.send(Buffer.from('why'), flow));
    const { socket, received, isClosed } = await client(transport.local);
    socket.write(options('x').toString().replace('Content-Length: 0', 'Content-Length: many'));
    await when(() => isClosed() && closed.length === 1);
    expect(received()).toBe('why');
    expect(malformed).toMatchObject([{ failure: { status: 400, partial: { method: 'OPTIONS' } } }]);
    expect(endings).toEqual(['malformed']);
  });

  it('[SB-113] closes a connection that never brought a whole message, and keeps one that did', async () => {
    const { transport, heard, closed, endings } = await setUp({ firstMessageMs: 100 });
    const silent = await client(transport.local);
    const half = await client(transport.local);
    const phone = await client(transport.local);
    half.socket.write(options('half').subarray(0, 20));
    phone.socket.write(options('whole'));
    await when(() => closed.length === 2);
    expect(endings).toEqual(['half-open', 'half-open']);
    expect([silent.isClosed(), half.isClosed(), phone.isClosed()]).toEqual([true, true, false]);
    expect(transport.isOpen((heard[0] as { flow: Flow }).flow)).toBe(true);
  });

  it('closes a connection that nobody was served on when it is idle, and keeps the other', async () => {
    const { transport, heard, endings } = await setUp({ strangerIdleMs: 100 });
    const phone = await client(transport.local);
    phone.socket.write(options('1'));
    await when(() => heard.length === 1);
    transport.keep((heard[0] as { flow: Flow }).flow);
    const stranger = await client(transport.local);
    stranger.socket.write(options('2'));
    await when(() => stranger.isClosed());
    expect(endings).toEqual(['idle']);
    expect(transport.isOpen((heard[0] as { flow: Flow }).flow)).toBe(true);
  });

  it('closes also that one in the end', async () => {
    const { transport, endings, onMessage } = await setUp({ idleMs: 100 });
    onMessage.push((flow) => transport.keep(flow));
    const { socket, isClosed } = await client(transport.local);
    socket.write(options('1'));
    await when(() => isClosed());
    expect(endings).toEqual(['idle']);
  });

  it('[B-11] closes a connection whose message does not come to its end, also after whole ones', async () => {
    const { transport, heard, endings } = await setUp({ messageMs: 100 });
    const { socket, isClosed } = await client(transport.local);
    socket.write(options('whole'));
    await when(() => heard.length === 1);
    const trickle = setInterval(() => socket.write('x'), 20);
    socket.write('OPTIONS sip:');
    await when(() => isClosed());
    clearInterval(trickle);
    expect([heard.length, endings]).toEqual([1, ['slow-message']]);
  });

  it('[B-11] closes a connection whose peer takes nothing for too long', async () => {
    const { transport, heard, endings, closed } = await setUp({ unsentMs: 200, maxUnsentBytes: 64 * 2 ** 20 });
    const { socket } = await client(transport.local);
    socket.write(options('1'));
    await when(() => heard.length === 1);
    socket.pause();
    expect(transport.send(Buffer.alloc(32 * 2 ** 20), (heard[0] as { flow: Flow }).flow)).toBe(true);
    await when(() => closed.length === 1);
    expect(endings).toEqual(['slow']);
  });

  it('[B-11] lets one source have so many connections that nobody was served on, and any number of others', async () => {
    const { transport, onMessage, endings } = await setUp({ seats: new Seats({ ...SEATS, mostUnproven: 2 }) });
    onMessage.push((flow) => transport.keep(flow));
    const phones = await Promise.all(Array.from({ length: 2 }, () => client(transport.local)));
    for (const { socket } of phones) socket.write(options('phone'));
    await when(() => transport.connections === 2);
    await until(async () => {
      const { socket, isClosed } = await client(transport.local);
      socket.write(options('phone'));
      await new Promise((resolve) => setImmediate(resolve));
      return !isClosed();
    }, 'another one');
    for (let n = 0; n < 3; n += 1) await client(transport.local);
    await when(() => endings.includes('source-full'));
  });

  it('[B-11] makes room for newcomers by ending whom nobody was served on for longest', async () => {
    const { transport, heard, endings } = await setUp({ seats: new Seats({ ...SEATS, most: 3 }) });
    const phone = await client(transport.local);
    phone.socket.write(options('phone'));
    await when(() => heard.length === 1);
    transport.keep((heard[0] as { flow: Flow }).flow);
    const silent = await client(transport.local);
    const other = await client(transport.local);
    const newcomer = await client(transport.local);
    newcomer.socket.write(options('newcomer'));
    await when(() => heard.length === 2 && silent.isClosed());
    expect(endings).toEqual(['evicted']);
    expect([phone, other, newcomer].map(({ isClosed }) => isClosed())).toEqual([false, false, false]);
  });

  it('[law 8] ends strangers that have much waiting, of all connections together', async () => {
    const { transport, heard, endings } = await setUp({ seats: new Seats({ ...SEATS, mostWaiting: 20_000 }) });
    const half = options('x', 'y'.repeat(30_000)).subarray(0, 15_000);
    const [first, second] = await Promise.all([client(transport.local), client(transport.local)]);
    first.socket.write(half);
    second.socket.write(half);
    await when(() => endings.length === 1);
    expect(endings).toEqual(['waiting-full']);
    const third = await client(transport.local);
    third.socket.write(options('short'));
    await when(() => heard.length === 1);
  });

  it('[B-11] reads nothing from a connection that is paused, and everything afterwards', async () => {
    const { transport, heard } = await setUp();
    const { socket } = await client(transport.local);
    socket.write(options('1'));
    await when(() => heard.length === 1);
    const began = performance.now();
    transport.pause((heard[0] as { flow: Flow }).flow, 300);
    socket.write(options('2'));
    await when(() => heard.length === 2);
    expect(performance.now() - began).toBeGreaterThanOrEqual(290);
  });

  it('[law 8] gives up a peer that reads slower than it is written to', async () => {
    const { transport, heard, closed, endings } = await setUp({ maxUnsentBytes: 64 * 1024 });
    const { socket } = await client(transport.local);
    socket.write(options('1'));
    await when(() => heard.length === 1);
    socket.pause();
    const { flow } = heard[0] as { flow: Flow };
    let sent = 0;
    await when(() => {
      for (let i = 0; i < 64 && transport.send(Buffer.alloc(16 * 1024), flow); i += 1) sent += 1;
      return closed.length === 1;
    });
    expect(endings).toEqual(['slow']);
    expect(sent).toBeGreaterThan(0);
  });

  it('turns connections away when all places are taken by those who were served, and goes on serving them', async () => {
    const seats = new Seats({ ...SEATS, most: 2 });
    const { transport, heard, endings, onMessage } = await setUp({ seats });
    onMessage.push((flow) => transport.keep(flow));
    const kept = await client(transport.local);
    const other = await client(transport.local);
    for (const { socket } of [kept, other]) socket.write(options('here'));
    await when(() => heard.length === 2);
    const third = await client(transport.local);
    await when(() => third.isClosed());
    expect(endings).toEqual(['full']);
    kept.socket.write(options('still'));
    await when(() => heard.length === 3);
    expect(transport.send(Buffer.from('x'), { ...(heard[0] as { flow: Flow }).flow, connection: 'gone' })).toBe(true);
    expect(transport.send(Buffer.from('x'), flowTo({ host: HOST, port: 9 }))).toBe(false);
  });

  it('opens a connection where there is none, and hears what comes back on it', async () => {
    const { transport, heard } = await setUp();
    const phone = await peer();
    expect(transport.send(Buffer.from('one '), flowTo(phone.address))).toBe(true);
    expect(transport.send(Buffer.from('two'), flowTo(phone.address))).toBe(true);
    await when(() => phone.received() === 'one two');
    expect(phone.accepted).toHaveLength(1);
    phone.accepted[0]?.write(options('answer'));
    await when(() => heard.length === 1);
    expect(heard[0]?.flow.remote).toEqual(phone.address);
    expect(transport.isOpen((heard[0] as { flow: Flow }).flow)).toBe(true);
  });

  it('[SB-106] finds out whether a peer takes connections, and keeps the one it opened', async () => {
    const { transport, heard } = await setUp();
    const phone = await peer();
    expect(await transport.canReach(flowTo(phone.address))).toBe(true);
    expect(await transport.canReach(flowTo(phone.address))).toBe(true);
    phone.accepted[0]?.write(options('1'));
    await when(() => heard.length === 1);
    expect(transport.connections).toBe(1);
    const gone = await peer();
    await new Promise<void>((resolve) => servers.pop()?.close(() => resolve()));
    expect(await transport.canReach(flowTo(gone.address))).toBe(false);
    expect(await transport.canReach(flowTo({ host: 'phone.example', port: 5060 }))).toBe(false);
  });

  it('tells that a connection it opened was refused', async () => {
    const { transport, closed, endings } = await setUp();
    const server = await peer();
    await new Promise<void>((resolve) => servers.splice(0)[0]?.close(() => resolve()));
    expect(transport.send(Buffer.from('x'), flowTo(server.address))).toBe(true);
    await when(() => closed.length === 1);
    expect(closed[0]?.remote).toEqual(server.address);
    expect(endings).toEqual(['not-connected']);
  });

  it('bounds what waits while it connects', async () => {
    const { transport, endings } = await setUp({ maxUnsentBytes: 1_000 });
    const phone = await peer();
    expect(transport.send(Buffer.alloc(600), flowTo(phone.address))).toBe(true);
    expect(transport.send(Buffer.alloc(600), flowTo(phone.address))).toBe(false);
    await when(() => endings.length === 1);
    expect(endings).toEqual(['slow']);
  });

  it('gives up a connection that does not come about in time', async () => {
    const socket = Object.assign(new Duplex({ read: () => undefined, write: () => undefined }), { connecting: true });
    const limits = { ...CONNECTION_LIMITS, connectTimeoutMs: 20 };
    const events = { message: () => undefined, malformed: () => undefined, closed: () => undefined };
    const endings: StreamEnding[] = [];
    const flow = flowTo({ host: HOST, port: 9 });
    const parts = { limits, seats: new Seats(SEATS), events, onEnd: (ending: StreamEnding) => endings.push(ending) };
    const opening = { event: 'connect', failure: 'not-connected', isOwn: true } as const;
    new StreamConnection(socket as unknown as Socket, flow, parts, opening);
    await when(() => endings.length === 1);
    expect(endings).toEqual(['not-connected']);
  });

  it.each([
    ['a name', { host: 'phone.example', port: 5060 }],
    ['port 0', { host: HOST, port: 0 }],
  ])('sends nothing to %s', async (_what, remote) => {
    const { transport } = await setUp();
    expect(transport.send(Buffer.from('x'), flowTo(remote))).toBe(false);
  });

  it('serves IPv6, and names IPv4 peers of an IPv6 socket by their IPv4 address', async () => {
    const { transport, heard } = await setUp({}, '::');
    const six = await client({ host: '::1', port: transport.local.port });
    six.socket.write(options('six'));
    await when(() => heard.length === 1);
    const four = await client({ host: HOST, port: transport.local.port });
    four.socket.write(options('four'));
    await when(() => heard.length === 2);
    expect(heard.map(({ flow }) => flow.remote.host)).toEqual(['::1', HOST]);
    expect(transport.send(Buffer.from('back'), (heard[1] as { flow: Flow }).flow)).toBe(true);
    await when(() => four.received() === 'back');
  });

  it('rejects when the address is taken', async () => {
    const { transport } = await setUp();
    const events = { message: () => undefined, malformed: () => undefined, closed: () => undefined };
    await expect(openTcp(transport.local, events)).rejects.toThrow(/EADDRINUSE/);
  });

  it('ends every connection when it is closed, and sends no more', async () => {
    const { transport, heard } = await setUp();
    const { socket, isClosed } = await client(transport.local);
    socket.write(options('1'));
    await when(() => heard.length === 1);
    await transport.close();
    await when(() => isClosed());
    expect(transport.send(Buffer.from('x'), (heard[0] as { flow: Flow }).flow)).toBe(false);
  });
});

function flowTo(remote: Address): Flow {
  return { transport: 'tcp', local: { host: HOST, port: 0 }, remote };
}
