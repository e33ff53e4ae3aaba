import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import {
  freeSipPorts,
  headerOf,
  type Linewatch,
  makeCertificate,
  SipPhone,
  startLinewatch,
  until,
} from '@linewatch/kit';
import { houseConfiguration, macOf, numberOf } from './house';

/** SIP phones over TLS, beside one that speaks UDP. */
describe('SIP over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'linewatch-tls-'));
  const { cert, key } = makeCertificate(folder, 'lines');
  const ca = readFileSync(cert, 'utf8');
  const phones: SipPhone[] = [];
  let system: Linewatch;
  let tls: { host: string; port: number };

  beforeAll(async () => {
    const port = await freeSipPorts('127.0.0.1', 1);
    const flags = ['--sip-tls-certificate', cert, '--sip-tls-key', key, '--sip-tls-port', String(port)];
    system = await startLinewatch({ config: houseConfiguration(4), flags });
    tls = { host: '127.0.0.1', port };
  });
  afterAll(async () => {
    await Promise.all(phones.map((phone) => phone.close()));
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function phoneOf(index: number, transport: 'tls' | 'udp' = 'tls', authority = ca): Promise<SipPhone> {
    const registrar = transport === 'tls' ? tls : (system.sip[0] ?? tls);
    const who = { numbers: [numberOf(index)] as [string], mac: macOf(index) };
    const phone = await SipPhone.open({ ...who, registrar, transport, ca: authority });
    phones.push(phone);
    await phone.register();
    return phone;
  }

  async function metric(text: RegExp): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${system.httpPorts['sip-edge-1']}/metrics`);
    return text.test(await answer.text());
  }

  it('registers, watches and calls over TLS; NOTIFY and INVITE come on the connection of the phone [SB-107]', async () => {
    const [caller, callee, watcher] = [await phoneOf(0), await phoneOf(1), await phoneOf(2, 'udp')] as const;
    const lamps = [await caller.subscribe(numberOf(1)), await watcher.subscribe(numberOf(1))] as const;
    for (const lamp of lamps) await lamp.waitFor('idle');
    const call = caller.call(numberOf(1));
    const incoming = await callee.nextCall();
    await call.ringing();
    await incoming.answer();
    await call.answered();
    for (const lamp of lamps) await lamp.waitFor('in-use');
    await incoming.hangup();
    await call.ended();
    for (const lamp of lamps) await lamp.showed('idle', 'in-use', 'idle');
    const { invite } = incoming;
    if (!invite) throw new Error('the callee has no INVITE');
    expect(headerOf(invite, 'via')).toMatch(new RegExp(`^SIP/2.0/TLS 127.0.0.1:${tls.port};`));
    expect(headerOf(invite, 'contact')).toMatch(new RegExp(`127.0.0.1:${tls.port};transport=tls>$`));
    expect(phones.flatMap(({ violations }) => violations)).toEqual([]);
    // One connection a phone, both ways.
    expect(await metric(/^linewatch_tls_connections\{[^}]*\} 2$/m)).toBe(true);
  });

  it('shows a new certificate to new connections when the files change, and open ones go on', async () => {
    const before = phones[0] as SipPhone;
    const renewed = makeCertificate(folder, 'renewed');
    renameSync(renewed.key, key);
    renameSync(renewed.cert, cert);
    await until(async () => (await nameOf(tls)) === 'renewed', 'the new certificate', 20_000);
    const phone = await phoneOf(3, 'tls', readFileSync(cert, 'utf8'));
    const lamp = await phone.subscribe(numberOf(1));
    await lamp.waitFor('idle');
    expect((await before.register()).grantedSeconds).toBeGreaterThan(0);
    expect(await metric(/^linewatch_tls_reloads_total\{[^}]*result="ok"[^}]*\} [12]$/m)).toBe(true);
  });

  it('bears who speaks plain on the port for TLS, half a handshake, and a name that is not ours', async () => {
    const plain = connect(tls).on('error', () => undefined);
    plain.write('OPTIONS sip:127.0.0.1 SIP/2.0\r\n\r\n');
    const half = connect(tls).on('error', () => undefined);
    half.write(Buffer.from('16030100f8010000f40303', 'hex'));
    await nameOf(tls, 'elsewhere.example');
    await until(
      () => metric(/^linewatch_tls_endings_total\{[^}]*why="no-handshake"[^}]*\} [1-9]/m),
      'the plain one',
      20_000,
    );
    expect(await metric(/^linewatch_tls_foreign_names_total\{[^}]*\} 1$/m)).toBe(true);
    const phone = phones[0] as SipPhone;
    const lamp = await phone.subscribe(numberOf(2));
    await lamp.waitFor('idle');
    for (const socket of [plain, half]) socket.destroy();
  });
});

/** The common name of the certificate that is shown there. */
function nameOf({ host, port }: { host: string; port: number }, servername?: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connectTls({ host, port, rejectUnauthorized: false, ...(servername && { servername }) }, () => {
      const { CN } = socket.getPeerCertificate().subject;
      resolve(CN);
      socket.destroy();
    });
    socket.on('error', () => resolve(undefined));
  });
}
