import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSocket } from 'node:dgram';
import { Metrics } from '@linewatch/runtime';
import { encodeTftp } from '../provisioning/tftp/packet';
import { TftpServer } from '../provisioning/tftp/tftp-server';
import { fetchFile } from './fetch-file';

const LIMITS = { most: 100, withinMs: 5_000 };
const LOOPBACK = '127.0.0.1';

describe('a file in flash:', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'linewatch-flash-'));
    mkdirSync(join(folder, 'flash', 'site'), { recursive: true });
    writeFileSync(join(folder, 'secret'), 'x');
    writeFileSync(join(folder, 'flash', 'site', 'cred1.csv'), 'anna,secret');
    writeFileSync(join(folder, 'flash', 'large'), 'x'.repeat(101));
    symlinkSync(join(folder, 'secret'), join(folder, 'flash', 'out'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = async (path: string) =>
    Buffer.from(await fetchFile({ kind: 'flash', path }, join(folder, 'flash'), LIMITS)).toString();

  it('is read', async () => expect(await read('site/cred1.csv')).toBe('anna,secret'));

  it.each([
    ['nothing', 'there is no such file in flash:'],
    ['site/cred1.csv/x', 'there is no such file in flash:'],
    ['site', 'this is not a file'],
    ['large', 'the file is longer than 100 octets'],
    ['out', 'this name leads out of flash:'],
    ['../secret', 'this name leads out of flash:'],
  ])('%s: %s', async (path, message) => {
    await expect(read(path)).rejects.toMatchObject({ name: 'FetchError', message });
  });

  it('is not there when there is no folder', async () => {
    const reading = fetchFile({ kind: 'flash', path: 'a' }, join(folder, 'none'), LIMITS);
    await expect(reading).rejects.toMatchObject({ message: 'there is no such file in flash:' });
  });
});

describe('a file over HTTP', () => {
  let server: Server;
  let at: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/cred1.csv') response.end('anna,secret');
      else if (request.url === '/large') response.end('x'.repeat(101));
      else if (request.url === '/moved') response.writeHead(302, { location: '/cred1.csv' }).end();
      else if (request.url === '/missing') response.writeHead(404).end('no');
      // Else it is never answered.
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const read = async (url: string, withinMs = 5_000) =>
    Buffer.from(await fetchFile({ kind: 'http', url }, '', { ...LIMITS, withinMs })).toString();

  it('is read', async () => expect(await read(`${at}/cred1.csv`)).toBe('anna,secret'));

  it.each([
    ['/missing', 'the server answers 404'],
    ['/large', 'the file is longer than 100 octets'],
    ['/moved', /^the server cannot be reached/],
  ])('%s: %s', async (path, message) => {
    await expect(read(at + path)).rejects.toThrow(message);
  });

  it('is given up when the server is silent, or away', async () => {
    await expect(read(`${at}/silent`, 50)).rejects.toThrow('the server did not send it within 0.05 s');
    const gone = createServer();
    await new Promise<void>((done) => gone.listen(0, '127.0.0.1', done));
    const { port } = gone.address() as AddressInfo;
    await new Promise((done) => gone.close(done));
    await expect(read(`http://127.0.0.1:${port}/a`)).rejects.toThrow('the server cannot be reached (ECONNREFUSED)');
  });
});

describe('a file over TFTP', () => {
  const read = async (port: number, file: string, limits: Partial<typeof LIMITS> = {}) =>
    Buffer.from(await fetchFile({ kind: 'tftp', host: LOOPBACK, port, file }, '', { ...LIMITS, ...limits })).toString();

  it('is read from a server, whole or not at all', async () => {
    const content = Buffer.from('anna,secret\n'.repeat(200));
    const server = new TftpServer(
      { metrics: new Metrics(), clock: { monotonic: () => performance.now() } as never, log: { warn: () => undefined } as never },
      { find: (name) => (name === 'labtest/cred1.csv' ? { kind: 'file', content } : { kind: 'not_found' }) },
    ); // prettier-ignore
    const port = await server.listen(LOOPBACK, 0);
    expect(await read(port, 'labtest/cred1.csv', { most: 10_000 })).toBe(content.toString());
    await expect(read(port, 'labtest/cred1.csv')).rejects.toThrow('the file is longer than 100 octets');
    await expect(read(port, 'nothing')).rejects.toThrow('the server says "File not found" (1)');
    await server.stop();
  });

  it('is taken from one sender, whoever else sends meanwhile', async () => {
    const [server, stranger] = [createSocket('udp4'), createSocket('udp4')];
    for (const socket of [server, stranger]) await new Promise<void>((done) => socket.bind(0, LOOPBACK, done));
    const told: number[] = [];
    stranger.on('message', (bytes: Buffer) => told.push(bytes.readUInt16BE(2)));
    const part = (block: number, text: string) => encodeTftp({ kind: 'data', block, data: Buffer.from(text) });
    server.on('message', (bytes: Buffer, { port }) => {
      if (bytes.readUInt16BE(0) === 1) return server.send(part(1, 'x'.repeat(512)), port, LOOPBACK);
      // The stranger comes first; its error must come back before the file goes on.
      stranger.once('message', () => server.send(part(2, 'end'), port, LOOPBACK));
      stranger.send(part(2, 'forged'), port, LOOPBACK);
    });
    expect(await read(server.address().port, 'a', { most: 1_000 })).toBe(`${'x'.repeat(512)}end`);
    expect(told).toEqual([5]);
    for (const socket of [server, stranger]) socket.close();
  });

  it('is given up when the server is silent', async () => {
    const server = createSocket('udp4');
    await new Promise<void>((done) => server.bind(0, LOOPBACK, done));
    const reading = read(server.address().port, 'a', { withinMs: 50 });
    await expect(reading).rejects.toThrow('the server did not send it within 0.05 s');
    server.close();
  });
});
