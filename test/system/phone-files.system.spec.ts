import { createSocket, type Socket } from 'node:dgram';
import { type Linewatch, SccpStation, SipPhone, startLinewatch, until } from '@linewatch/kit';

/** What phones load, and how an operator has them load it again. */

const SIP_MAC = '0200000a0001';
const SCCP_MAC = '0200000a0002';
const SIP_FILE = `SEP${SIP_MAC.toUpperCase()}.cnf.xml`;
const SCCP_FILE = `SEP${SCCP_MAC.toUpperCase()}.cnf.xml`;
const CONFIG = [
  'voice service voip', ' sip', '  registrar server expires max 3600 min 60', '!',
  'voice register global', ' max-dn 4', ' max-pool 4', '!',
  'voice register dn  1', ' number 3001', '!',
  'voice register pool  1', ' id mac 0200.000A.0001', ' type 7970', ' number 1 dn 1', ' blf-speed-dial 1 3002 label "Two"', '!',
  'telephony-service', ' max-ephones 4', ' max-dn 4', '!',
  'ephone-dn  1', ' number 3002', '!',
  'ephone  1', ' mac-address 0200.000A.0002', ' type 7960', ' button  1:1', '!',
  'end', '',
].join('\n'); // prettier-ignore

/** A read request, and what comes back on the socket that sent it. */
async function tftp(where: { host: string; port: number }, ...names: string[]): Promise<Buffer[]> {
  const socket = createSocket('udp4');
  const answers: Buffer[] = [];
  try {
    for (const name of names) {
      const before = answers.length;
      socket.removeAllListeners('message');
      socket.on('message', (bytes, from) => {
        answers.push(bytes);
        // A file of several blocks goes on when a block is acknowledged.
        if (bytes.readUInt16BE(0) === 3) socket.send(Buffer.of(0, 4, bytes[2] ?? 0, bytes[3] ?? 0), from.port, from.address);
      });
      socket.send(request(name), where.port, where.host);
      await until(() => answers.length > before && isLast(answers.at(-1)), `an answer about ${name.slice(0, 40)}`);
    }
    return answers;
  } finally {
    socket.close();
  }
} // prettier-ignore

const request = (name: string): Buffer => Buffer.from(`\0\x01${name}\0octet\0`, 'latin1');
const isLast = (bytes: Buffer | undefined): boolean =>
  bytes !== undefined && (bytes.readUInt16BE(0) === 5 || bytes.length < 516);
const textOf = (answers: readonly Buffer[]): string => Buffer.concat(answers.map((one) => one.subarray(4))).toString();

describe('files of phones', () => {
  let system: Linewatch;
  let where: { host: string; port: number };

  beforeAll(async () => {
    system = await startLinewatch({ files: true, instances: { 'sip-edge': 2 }, config: CONFIG });
    where = system.files[0] as typeof where;
  });
  afterAll(() => system.stop());

  const http = async (name: string): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`http://${where.host}:${where.port}/${name}`);
    return { status: answer.status, text: await answer.text() };
  };
  const counted = async (metric: string): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${system.httpPorts['console-1']}/metrics`)).text();
    const [name, result] = metric.split(' ');
    return Number(new RegExp(`linewatch_${name}_requests_total\\{[^}]*result="${result}"[^}]*\\} (\\d+)`).exec(text)?.[1] ?? 0);
  }; // prettier-ignore

  it('are the same over HTTP and TFTP, and name every edge of their kind', async () => {
    expect(system.said()).toContain(`phones' files: http://127.0.0.1:${where.port} and tftp://127.0.0.1:${where.port};`);
    for (const [name, edges] of [[SIP_FILE, system.sip], [SCCP_FILE, system.sccp]] as const) {
      const { status, text } = await http(name);
      expect(status).toBe(200);
      expect(textOf(await tftp(where, name))).toBe(text);
      for (const { host, port } of edges)
        expect(text.replace(/\s+/g, '')).toMatch(new RegExp(`Port>${port}<[^]*<processNodeName>${host}<`));
    }
    expect((await http(SIP_FILE)).text).toMatch(/<featureID>21<[^]*<speedDialNumber>3002</);
  }); // prettier-ignore

  it.each([
    ['a name beyond the folder', '../../etc/passwd', 'traversal'],
    ['the same in escapes', '%2e%2e%2fetc%2fpasswd', 'traversal'],
    ['an absolute name', '/etc/passwd', 'traversal'],
    ['a long name', 'A'.repeat(300), 'oversized'],
    ['a file that nobody has', 'CTLSEP0200000A0001.tlv', 'not_found'],
  ])('are refused and counted: %s', async (_what, name, result) => {
    const before = [await counted(`tftp ${result}`), await counted(`cnf ${result}`)];
    const [answer] = await tftp(where, name);
    expect(answer?.readUInt16BE(0)).toBe(5);
    // What a URL would make shorter by itself is written in full.
    const path = name.replaceAll('/', '%2f').replaceAll('..', '%2e%2e');
    expect((await http(path)).status).toBe(404);
    expect([await counted(`tftp ${result}`), await counted(`cnf ${result}`)]).toEqual(before.map((count) => count + 1));
  });

  it('still come during a flood of requests, which is counted', async () => {
    const flood: Socket[] = [];
    // Clients that ask and never acknowledge anything hold all places of their address.
    for (let client = 0; client < 60; client += 1) {
      const socket = createSocket('udp4').bind(0, '127.0.0.66');
      socket.on('message', () => undefined);
      socket.send(request(SIP_FILE), where.port, where.host);
      flood.push(socket);
    }
    try {
      await until(async () => (await counted('tftp flood')) >= 40, 'a counted flood');
      expect(textOf(await tftp(where, SIP_FILE))).toBe((await http(SIP_FILE)).text);
    } finally {
      for (const socket of flood) socket.close();
    }
  });

  it('`restart` and `reset` in the shell reach phones of both kinds, and who is not there is told', async () => {
    const registrar = system.sip[1]!;
    const phone = await SipPhone.open({ numbers: ['3001'], registrar, mac: SIP_MAC });
    const station = await SccpStation.open({ server: system.sccp[0]!, mac: SCCP_MAC, obeysReset: true });
    const shell = (...lines: string[]) => system.console([], ['enable', 'configure terminal', ...lines, ''].join('\n'));
    try {
      expect((await shell('ephone 1', 'restart')).stdout).toBe(
        'restarting 0200.000A.0002\n% 0200.000A.0002 is not registered; it was not told\n',
      );
      await phone.register();
      await station.register();

      expect(await shell('ephone 1', 'blf-speed-dial 1 3001 label "One"', 'restart')).toMatchObject({
        stdout: 'restarting 0200.000A.0002\n',
        stderr: '',
        code: 0,
      });
      // It comes again, and finds the key that was configured a moment before.
      await station.until('another registration', () => (station.timesReset === 1 && station.registration) || undefined, 20_000);
      await station.until('its new key', () => [...station.keys.values()].find(({ label }) => label === 'One'), 20_000);
      expect(station.resetAsked).toBe(2);

      expect((await shell('voice register pool 1', 'reset')).stdout).toBe('resetting 0200.000A.0001\n');
      const notify = await phone.until('a NOTIFY', () => phone.restartsAsked[0]);
      expect(notify).toEqual({ event: 'service-control', action: 'reset' });

      const all = await shell('telephony-service', 'restart all', 'voice register global', 'restart', 'create profile');
      expect(all.stdout).toBe(
        ['Restart 1 phones: at a 15 second interval', 'Restart 1 phones: at a 15 second interval', 'Creating CNF files', ''].join('\n'),
      );
      await phone.until('another NOTIFY', () => phone.restartsAsked[1]);
      await station.until('another Reset', () => (station.timesReset === 2 ? true : undefined), 20_000);
    } finally {
      await Promise.all([phone.close(), station.close()]);
    }
    expect([...phone.violations, ...station.violations]).toEqual([]);
  }); // prettier-ignore
});
