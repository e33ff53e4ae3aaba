import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeSipPorts, until } from '@linewatch/kit';

const programOf = (variable: string): string => {
  const program = process.env[variable];
  if (program === undefined) throw new Error(`${variable} is not set: these tests are run by npm run test:peers`);
  return program;
};

const folder = mkdtempSync(join(tmpdir(), 'linewatch-peers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Nothing of this machine's own: neither its PATH nor its libraries' path. */
function sayOf(variable: string, ...args: string[]): string {
  const { stdout, stderr } = spawnSync(programOf(variable), args, { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } });
  return `${stdout}${stderr}`;
}

describe('the programs that npm run test:peers found', () => {
  it.each([
    ['LINEWATCH_SIPP', '-v', /SIPp v\d/],
    ['LINEWATCH_BARESIP', '-h', /baresip v\d/],
    ['LINEWATCH_TSHARK', '-v', /TShark .*\d/],
  ])('run: %s', (variable, argument, expected) => {
    expect(sayOf(variable, argument)).toMatch(expected);
  });

  it('have the modules that baresip needs for an account', () => {
    for (const module of ['account.so', 'menu.so', 'contact.so', 'presence.so', 'g711.so'])
      expect(existsSync(join(programOf('LINEWATCH_BARESIP_MODULES'), module))).toBe(true);
  });

  it('capture SIP on the loopback interface and take it apart', async () => {
    const port = await freeSipPorts('127.0.0.1', 1);
    const file = join(folder, 'options.pcapng');
    const capture = spawn(programOf('LINEWATCH_TSHARK'), ['-i', 'lo', '-f', `udp port ${port}`, '-c', '1', '-w', file]);
    let said = '';
    capture.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    let ended = false;
    capture.once('close', () => (ended = true));
    const socket = createSocket('udp4');
    const lines = ['OPTIONS sip:2101@127.0.0.1 SIP/2.0', 'Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1', 'Call-ID: 1', 'CSeq: 1 OPTIONS', 'From: <sip:a@b>;tag=1', 'To: <sip:a@b>', 'Max-Forwards: 70', 'Content-Length: 0', '', '']; // prettier-ignore
    try {
      // The first ones may come before it listens.
      await until(() => {
        if (!ended) socket.send(lines.join('\r\n'), port, '127.0.0.1');
        return ended;
      }, `a captured datagram; tshark said: ${said}`);
    } finally {
      socket.close();
      capture.kill();
    }
    expect(readFileSync(file).length).toBeGreaterThan(0);
    const fields = [
      '-d',
      `udp.port==${port},sip`,
      '-Y',
      'sip',
      '-T',
      'fields',
      '-e',
      'sip.Method',
      '-e',
      'sip.to.addr',
    ];
    expect(sayOf('LINEWATCH_TSHARK', '-r', file, ...fields)).toMatch(/OPTIONS\tsip:a@b/);
  });
});
