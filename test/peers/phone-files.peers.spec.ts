import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Linewatch, startLinewatch } from '@linewatch/kit';
import { toolPath } from './tools';

/** TFTP clients of others load phones' files. */

const run = promisify(execFile);
const FILE = 'SEP0200000A0001.cnf.xml';
/** Keys enough for a file of several blocks. */
const CONFIG = [
  'voice register global', ' source-address 127.0.0.1 port 5060', ' max-dn 1', ' max-pool 1', '!',
  'voice register dn  1', ' number 3001', '!',
  'voice register pool  1', ' id mac 0200.000A.0001', ' type 7970', ' number 1 dn 1',
  ...Array.from({ length: 7 }, (_, at) => ` blf-speed-dial ${at + 1} 300${at + 2} label "Key ${at + 1}"`),
  '!', 'end', '',
].join('\n'); // prettier-ignore

describe('TFTP clients', () => {
  let system: Linewatch;
  let host: string;
  let port: number;
  let expected: string;
  const folder = mkdtempSync(join(tmpdir(), 'linewatch-tftp-'));
  const local = join(folder, 'file');

  beforeAll(async () => {
    system = await startLinewatch({ files: true, config: CONFIG });
    ({ host, port } = system.files[0] as (typeof system.files)[0] & { port: number });
    expected = await (await fetch(`http://${host}:${port}/${FILE}`)).text();
  });
  afterAll(async () => {
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => writeFileSync(local, ''));

  const tftp = (mode: string, ...command: string[]) =>
    run(toolPath('tftp'), ['-m', mode, host, String(port), '-c', ...command]);
  const curl = (name: string, ...more: string[]) =>
    run(toolPath('curl'), ['-sS', '-o', local, ...more, `tftp://${host}:${port}/${name}`]);

  it('get a file of several blocks whole', async () => {
    expect(expected.length).toBeGreaterThan(1024);
    await tftp('binary', 'get', FILE, local);
    expect(readFileSync(local, 'utf8')).toBe(expected);
  });

  it('get it as text with their own ends of lines [RFC1350 1]', async () => {
    await tftp('ascii', 'get', FILE, local);
    expect(readFileSync(local, 'utf8')).toBe(expected);
  });

  it.each(['', '--tftp-blksize 8', '--tftp-blksize 1400', '--tftp-blksize 65464', '--tftp-no-options'])(
    'get it with the options of curl and %j [RFC2347]',
    async (options) => {
      await curl(FILE, ...options.split(' ').filter(Boolean));
      expect(readFileSync(local, 'utf8')).toBe(expected);
    },
  );

  it.each([
    ['a file that does not exist', 'CTLSEP0200000A0001.tlv', 68],
    ['a name beyond the folder', '..%2f..%2fetc%2fpasswd', 69],
  ])('are told that there is nothing: %s', async (_what, name, code) => {
    await expect(curl(name)).rejects.toMatchObject({ code });
    expect(readFileSync(local, 'utf8')).toBe('');
  });

  it('cannot write', async () => {
    const { stdout, stderr } = await tftp('binary', 'put', local, FILE);
    expect(stdout + stderr).toContain('Nothing can be written');
  });
});
