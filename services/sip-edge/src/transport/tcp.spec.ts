import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Address, Flow, ParseFailure } from '@linewatch/sip';
import { until } from '@linewatch/kit';
import { openTcp, type TcpOptions, type TcpTransport } from './tcp';
import { TcpConnection, type TcpEnding } from './tcp-connection';

const HOST = '127.0.0.1';

function options(callId: string, body = ''): Buffer {
  return Buffer.from(
    `OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK${callId}\r\n` +
      `From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:b@127.0.0.1>\r\nCall-ID: ${callId}\r\nCSeq: 1 OPTIONS\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** A listening transport and what it reported. */
async function setUp(settings: TcpOptions = {}, host = HOST) {
  const heard: { text: string; flow: Flow }[] = [];
  const malformed: { reason: string; failure: ParseFailure | undefined }[] = [];
  const closed: Flow[] = [];
  const endings: TcpEnding[] = [];
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

const opened: TcpTransport[] = [];
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

  it('closes a connection that was idle for too long', async () => {
    const { transport, endings } = await setUp({ idleMs: 100 });
    const { socket, isClosed } = await client(transport.local);
    socket.write(options('1'));
    await when(() => isClosed());
    expect(endings).toEqual(['idle']);
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

  it('turns connections away beyond the bound and goes on serving those it has', async () => {
    const { transport, heard, endings } = await setUp({ maxConnections: 2 });
    const kept = await client(transport.local);
    await client(transport.local);
    const third = await client(transport.local);
    await when(() => third.isClosed());
    expect(endings).toEqual(['turned-away']);
    kept.socket.write(options('still'));
    await when(() => heard.length === 1);
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
    const limits = { connectTimeoutMs: 20, firstMessageMs: 10, idleMs: 10, maxUnsentBytes: 1_000 };
    const events = { message: () => undefined, malformed: () => undefined, closed: () => undefined };
    const endings: TcpEnding[] = [];
    const flow = flowTo({ host: HOST, port: 9 });
    new TcpConnection(socket as unknown as Socket, flow, limits, events, (ending) => endings.push(ending));
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
