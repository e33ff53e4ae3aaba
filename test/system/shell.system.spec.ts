import { readFileSync, statSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { type Linewatch, SipPhone, startLinewatch, until } from '@linewatch/kit';
import { utils } from 'ssh2';
import { houseConfiguration, numberOf } from './house';
import { SshTerminal, connect, execute } from './ssh-terminal';

/** The operator's shell over SSH, upon a system with a phone of the number 3001. */

const key = utils.generateKeyPairSync('ed25519');
const strangers = utils.generateKeyPairSync('ed25519');
const [algorithm, blob] = key.public.split(' ');
const ADA = { username: 'ada', password: 'lovelace' };

describe('the shell over SSH', () => {
  let system: Linewatch;
  let where: { host: string; port: number };
  const terminals: SshTerminal[] = [];
  const phones: SipPhone[] = [];
  const phone = async (index: number): Promise<SipPhone> => {
    const opened = await SipPhone.open({
      numbers: [numberOf(index)],
      registrar: system.sip[0]!,
      mac: `020000a0000${index}`,
    });
    phones.push(opened);
    return opened;
  };
  const open = async (login: object = ADA): Promise<SshTerminal> => {
    const terminal = await SshTerminal.open(where, login);
    terminals.push(terminal);
    await terminal.shows(/[>#]$/);
    return terminal;
  };

  beforeAll(async () => {
    system = await startLinewatch({
      ssh: true,
      config: (sip) =>
        [
          'enable secret charles',
          'username ada secret lovelace',
          'username root privilege 15 secret toor',
          `username root sshkey ${algorithm} ${blob}`,
          houseConfiguration(1)(sip).replace(/ max-dn 1\n max-pool 1\n/, ' max-dn 20\n max-pool 20\n'),
        ].join('\n'),
    });
    where = system.ssh[0] as typeof where;
  });
  afterAll(() => system.stop());
  afterEach(async () => {
    terminals.splice(0).forEach((terminal) => terminal.close());
    await Promise.all(phones.splice(0).map((one) => one.close()));
  });

  it('an operator logs in, enables, configures a number and a key by abbreviations and `?`, and a lamp changes', async () => {
    const terminal = await open();
    const watcher = await phone(0);
    await watcher.register();
    await terminal.type('en\r', /Password: $/);
    await terminal.type('charles\r', /linewatch#$/);
    await terminal.type('conf t\r', /\(config\)#$/);
    expect(await terminal.type('voice reg ?', /\?\n[^]*#voice reg $/)).toMatch(/\n {2}dn\s+\S/);
    await terminal.type('dn 2\r', /\(config-register-dn\)#$/);
    expect(await terminal.type('num ?', /\?\n[^]*#num $/)).toMatch(/WORD/);
    await terminal.type('3002\r', /\(config-register-dn\)#$/);
    await terminal.type('voice reg pool 2\r', /\(config-register-pool\)#$/);
    await terminal.type('id mac 0200.00a0.0001\r', /pool\)#$/);
    await terminal.type('num 1 dn 2\r', /pool\)#$/);
    await terminal.type('voice reg po\t', /\n[^]*voice reg pool $/);
    await terminal.type('1\r', /pool\)#$/);
    expect(await terminal.type('blf 1 3002 ?', /\?\n[^]*#blf 1 3002 $/)).toMatch(/\n {2}label\s+\S/);
    await terminal.type('lab "Two"\r', /pool\)#$/);
    const watched = await phone(1);
    // Every edge has the change within a second.
    await until(() => watched.register().then(() => true, () => false), 'the new phone registers', 5_000); // prettier-ignore
    const lamp = await watcher.subscribe('3002');
    await lamp.waitFor('unknown');
    await terminal.type('voice reg dn 2\r', /dn\)#$/);
    await terminal.type('all w\r', /dn\)#$/);
    await lamp.waitFor('idle');
    await terminal.type('\x1a', /linewatch#$/);
    const shown = await terminal.type('sh run | sec pool +1\r', /pool +1\n[^]*linewatch#$/);
    expect(shown).toContain(' blf-speed-dial 1 3002 label "Two"\n');
    const archive = await terminal.type('sh arch\r', /arch\n[^]*linewatch#$/);
    expect(archive).toMatch(
      /\d+ +\d{4}-\d\d-\d\d [\d:]+ +ada \(ssh 127\.0\.0\.1\) +2 lines: voice register dn +2; allo…\n/,
    );
    const call = watched.call('3001');
    await lamp.waitFor('in-use');
    await call.cancel();
    await lamp.waitFor('idle');
    await terminal.type('exit\r', /exit\n$/);
    expect(await terminal.closed()).toBe(0);
  });

  it('of two operators the second sees what the first changes, at once with `terminal monitor`', async () => {
    const [one, other] = [
      await open({ username: 'root', password: 'toor' }),
      await open({ username: 'root', password: 'toor' }),
    ];
    await other.type('term mon\r', /#$/);
    await one.type('conf t\r', /\(config\)#$/);
    await one.type('voice reg dn 9\r', /dn\)#$/);
    await one.type('num 3009\r', /dn\)#$/);
    await one.type('name Nine\r', /dn\)#$/);
    await other.shows(/%SYS-5-CONFIG_I: Configured by root \(ssh 127\.0\.0\.1\), revision \d+: voice register dn +9/);
    expect(await other.type('show run | include Nine\r', /Nine\n[^\n]*Nine\n/)).toContain(' name Nine\n');
    await one.type('no voice reg dn 9\r', /\(config[^)]*\)#$/);
  });

  it('takes a public key, and one command as a script whose status tells', async () => {
    const client = await connect(where, { username: 'root', privateKey: key.private });
    expect(await execute(client, 'show privilege')).toEqual({
      stdout: 'Current privilege level is 15\n',
      stderr: '',
      status: 0,
    });
    client.end();
    const again = await connect(where, { username: 'root', privateKey: key.private });
    expect(await execute(again, 'show nonsense')).toMatchObject({
      stdout: '',
      status: 1,
      stderr: expect.stringMatching(/\^/),
    });
    again.end();
  });

  it.each([
    ['a wrong password', { username: 'ada', password: 'wrong' }],
    ['a name that is nobody’s', { username: 'eve', password: 'lovelace' }],
    ['a user without a key of that kind', { username: 'ada', privateKey: key.private }],
    ['a key that is a stranger’s', { username: 'root', privateKey: strangers.private }],
    ['a user without a secret', { username: 'linewatch', password: '' }],
  ])('lets nobody in with %s', async (_title, login) => {
    await expect(connect(where, login)).rejects.toThrow();
  });

  it('keeps its host key for its user alone, counts logins, and drops who is no user any more', async () => {
    const file = join(system.dataFolder, 'ssh-host-key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain('OPENSSH PRIVATE KEY');
    const terminal = await open();
    const metrics = await (await fetch(`http://127.0.0.1:${system.httpPorts['console-1']}/metrics`)).text();
    expect(metrics).toMatch(/linewatch_ssh_logins_total\{[^}]*result="wrong"[^}]*\} [1-9]/);
    expect(metrics).toMatch(/linewatch_ssh_logins_total\{[^}]*result="accepted"[^}]*\} [1-9]/);
    expect(metrics).toMatch(/linewatch_ssh_sessions\{[^}]*\} 1\n/);
    await system.console(['configure', '-'], 'no username ada\n');
    await terminal.shows(/You are no user any more/);
    await terminal.closed();
  });
});

/** Resolves when the other side has ended a connection on which bytes came that are no SSH. */
function endOf({ host, port }: { host: string; port: number }, bytes: string): Promise<void> {
  const socket = connectTcp(port, host, () => socket.end(bytes));
  socket.on('error', () => undefined);
  socket.resume();
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

describe('limits of the shell over SSH', () => {
  it('ends an idle session, and refuses one session more than there may be', async () => {
    const system = await startLinewatch({
      ssh: true,
      config: 'username root privilege 15 secret toor\nend\n',
      env: { LINEWATCH_SSH_SESSIONS: '1', LINEWATCH_SSH_IDLE_SECONDS: '3' },
    });
    try {
      const login = { username: 'root', password: 'toor' };
      const console = system.pidOf('console-1');
      const first = await SshTerminal.open(system.ssh[0]!, login);
      await expect(SshTerminal.open(system.ssh[0]!, login)).rejects.toThrow();
      await first.shows(/Idle for too long/);
      await first.closed();
      // Its place is free again.
      const next = await SshTerminal.open(system.ssh[0]!, login);
      await next.shows(/#$/);
      next.close();
      await next.closed();
      // A connection whose session was refused, or never used, ends like any other; so does one that is no SSH.
      for (const bytes of ['GET / HTTP/1.0\r\n\r\n', `SSH-2.0-x\r\n${'\0\0\x40\0'.repeat(500)}`, 'A'.repeat(100_000)])
        await endOf(system.ssh[0]!, bytes);
      const last = await SshTerminal.open(system.ssh[0]!, login);
      await last.shows(/#$/);
      last.close();
      expect(system.pidOf('console-1')).toBe(console);
    } finally {
      await system.stop();
    }
  });
});

describe('`reload`', () => {
  it('asks, starts every process again one after the other, and lamps stay as they are', async () => {
    const system = await startLinewatch({ config: houseConfiguration(2) });
    try {
      const [watcher, watched] = await Promise.all(
        [0, 1].map((index) =>
          SipPhone.open({ numbers: [numberOf(index)], registrar: system.sip[0]!, mac: `020000a0000${index}` }),
        ),
      );
      await Promise.all([watcher?.register(), watched?.register()]);
      const lamp = await watcher?.subscribe(numberOf(1));
      await lamp?.waitFor('idle');
      const before = system.pids();
      expect(await system.console([], 'enable\nreload\nno\n')).toMatchObject({ code: 0, stdout: '' });
      expect(system.pids()).toEqual(before);
      const { stdout, code } = await system.console([], 'enable\nreload\n\n');
      const names = ['presence-state-1', 'sccp-edge-1', 'sip-edge-1', 'subscription-authorization-1', 'console-1'];
      expect({ stdout, code }).toEqual({ stdout: names.map((name) => `${name} [OK]\n`).join(''), code: 0 });
      expect(
        Object.keys(before)
          .filter((name) => before[name] !== system.pids()[name])
          .sort(),
      ).toEqual(names.sort());
      const call = watched?.call(numberOf(0));
      await lamp?.waitFor('in-use');
      await call?.cancel();
      await lamp?.waitFor('idle');
      expect(lamp?.ended).toBe(false);
      await Promise.all([watcher?.close(), watched?.close()]);
    } finally {
      await system.stop();
    }
  });
});
