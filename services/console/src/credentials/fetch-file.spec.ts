import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchFile } from './fetch-file';

const LIMITS = { most: 100, withinMs: 5_000 };

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
