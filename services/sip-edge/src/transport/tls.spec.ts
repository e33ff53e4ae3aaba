import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type ConnectionOptions, createServer, type TLSSocket } from 'node:tls';
import { makeCertificate, until } from '@linewatch/kit';
import type { Flow } from '@linewatch/sip';
import type { StreamEnding } from './stream-connection';
import type { StreamOptions } from './stream-transport';
import { openTls, type TlsTransport } from './tls';
import { readTlsFiles, TlsFilesWatch } from './tls-files';

const HOST = '127.0.0.1';
const OPTIONS = [
  'OPTIONS sip:127.0.0.1 SIP/2.0',
  'Via: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bK1',
  'From: <sip:a@127.0.0.1>;tag=1',
  'To: <sip:b@127.0.0.1>',
  'Call-ID: c',
  'CSeq: 1 OPTIONS',
  'Content-Length: 0',
  '\r\n',
].join('\r\n');

let folder: string;
const opened: TlsTransport[] = [];
const sockets: { destroy(): unknown }[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'linewatch-tls-'));
  makeCertificate(folder, 'first');
  makeCertificate(folder, 'second');
  makeCertificate(folder, 'elsewhere', '127.0.0.99');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(opened.splice(0).map((transport) => transport.close()));
});

function filesOf(name: string) {
  return { cert: join(folder, `${name}.cert.pem`), key: join(folder, `${name}.key.pem`) };
}

async function setUp(options: StreamOptions = {}, identity = readTlsFiles(filesOf('first'))) {
  const heard: { text: string; flow: Flow }[] = [];
  const endings: StreamEnding[] = [];
  const foreign: string[] = [];
  const closed: Flow[] = [];
  const transport = await openTls(
    { host: HOST, port: 0 },
    {
      message: (bytes, flow) => void heard.push({ text: bytes.toString(), flow }),
      malformed: () => undefined,
      closed: (flow) => void closed.push(flow),
    },
    identity,
    { onEnding: (ending) => endings.push(ending), onForeignName: (name) => foreign.push(name), ...options },
  );
  opened.push(transport);
  return { transport, heard, endings, foreign, closed };
}

async function client({ local }: TlsTransport, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({ ...local, rejectUnauthorized: false, ...options });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
  return socket;
}

const nameOf = (socket: TLSSocket) => socket.getPeerCertificate().subject?.CN;

describe('SIP over TLS', () => {
  it('hears a phone, and sends to it on the connection that it opened [SB-107]', async () => {
    const { transport, heard } = await setUp();
    const socket = await client(transport, {
      ca: [readTlsFiles(filesOf('first')).own?.cert ?? ''],
      rejectUnauthorized: true,
    });
    socket.write(OPTIONS);
    await until(() => heard.length === 1, 'the request');
    const { flow } = heard[0] as { flow: Flow };
    expect(flow).toMatchObject({ transport: 'tls', remote: { host: HOST, port: socket.localPort } });
    expect([transport.isOpen(flow), transport.send(Buffer.from('back'), flow)]).toEqual([true, true]);
    const received = await new Promise((resolve) => socket.once('data', resolve));
    expect(String(received)).toBe('back');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
    const { transport } = await setUp();
    const socket = await client(transport, { minVersion: version, maxVersion: version });
    expect(socket.getProtocol()).toBe(version);
  });

  it('speaks nothing older than TLS 1.2', async () => {
    const { transport, endings } = await setUp();
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const socket = await client(transport, old);
    expect(socket.destroyed).toBe(true);
    await until(() => endings.length === 1, 'its end');
    expect(endings).toEqual(['no-handshake']);
  });

  it('new connections have the new certificate when the files change, and open ones go on', async () => {
    const { transport, heard } = await setUp();
    const paths = makeCertificate(folder, 'renewed');
    const failures: unknown[] = [];
    const watch = new TlsFilesWatch(
      paths,
      (identity) => transport.use(identity),
      (error) => failures.push(error),
      10,
    );
    const before = await client(transport);
    // The key of another certificate for a moment, as files are not written both at once.
    renameSync(makeCertificate(folder, 'replaced').key, paths.key);
    await until(() => failures.length > 0, 'the files that do not fit');
    expect(nameOf(await client(transport))).toBe('first');
    renameSync(join(folder, 'replaced.cert.pem'), paths.cert);
    await until(async () => nameOf(await client(transport)) === 'replaced', 'the new certificate');
    before.write(OPTIONS);
    await until(() => heard.length === 1, 'a request on the old connection');
    watch.stop();
  });

  it('ends who speaks plain SIP, or nothing, on the port for TLS, and serves the others', async () => {
    const { transport, endings, heard } = await setUp({ handshakeMs: 200 });
    const plain = (bytes?: Buffer | string): Socket => {
      const socket = connect(transport.local).on('error', () => undefined);
      sockets.push(socket);
      if (bytes !== undefined) socket.write(bytes);
      return socket;
    };
    plain(OPTIONS);
    await until(() => endings.length === 1, 'the plain one');
    // The beginning of a ClientHello, and nothing at all.
    plain(Buffer.from('16030100f8010000f40303', 'hex'));
    plain();
    await until(() => endings.length === 3, 'the half ones');
    expect(endings).toEqual(['no-handshake', 'no-handshake', 'no-handshake']);
    const phone = await client(transport);
    phone.write(OPTIONS);
    await until(() => heard.length === 1, 'the request of a phone');
    expect(transport.connections).toBe(1);
  });

  it('counts who asks for a name that the certificate does not bear, and shows the same certificate', async () => {
    const { transport, foreign } = await setUp();
    const own = await client(transport, { servername: 'lines.example' });
    const other = await client(transport, { servername: 'elsewhere.example' });
    expect([nameOf(own), nameOf(other), foreign]).toEqual(['first', 'first', ['elsewhere.example']]);
  });

  it('takes no connections without a certificate, and refuses one that does not fit its key', async () => {
    const { transport } = await setUp({}, {});
    expect(transport.local.port).toBe(0);
    const [first, second] = [readTlsFiles(filesOf('first')), readTlsFiles(filesOf('second'))];
    const mixed = { own: { cert: first.own?.cert, key: second.own?.key } } as never;
    expect(() => transport.use(mixed)).toThrow(/key values mismatch/);
  });
});

describe('connections that this edge opens with TLS', () => {
  /** A peer with a certificate, and what it read. */
  async function peer(name: string) {
    const { own } = readTlsFiles(filesOf(name));
    const received: Buffer[] = [];
    const server = createServer({ ...own }, (socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined).on('data', (chunk) => received.push(chunk));
      socket.write(OPTIONS);
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    sockets.push({ destroy: () => server.close() });
    const { port } = server.address() as { port: number };
    const flow: Flow = { transport: 'tls', local: { host: HOST, port: 0 }, remote: { host: HOST, port } };
    return { flow, received: () => Buffer.concat(received).toString() };
  }

  it('sends to a peer whose certificate an authority of ours signed for its address, and hears it', async () => {
    const { transport, heard } = await setUp({}, readTlsFiles({ ca: filesOf('second').cert }));
    const { flow, received } = await peer('second');
    expect(transport.send(Buffer.from('one '), flow)).toBe(true);
    expect(transport.send(Buffer.from('two'), flow)).toBe(true);
    await until(() => received() === 'one two' && heard.length === 1, 'both, and the answer');
    expect(transport.connections).toBe(1);
  });

  it.each([
    ['that nobody we know signed', 'first', 'second'],
    ['for another address', 'elsewhere', 'elsewhere'],
  ])('sends nothing to a peer with a certificate %s', async (_what, of, authority) => {
    const { transport, endings, closed } = await setUp({}, readTlsFiles({ ca: filesOf(authority).cert }));
    const { flow, received } = await peer(of);
    transport.send(Buffer.from('secret'), flow);
    await until(() => closed.length === 1, 'the end of the connection');
    expect([received(), endings]).toEqual(['', ['no-handshake']]);
  });
});
