import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Linewatch,
  type LinewatchOptions,
  freeSipPorts,
  isAlive,
  startLinewatch,
  tcpIsFree,
  udpIsFree,
} from '@linewatch/kit';

const startProgram = join(__dirname, '..', '..', 'deploy', 'setup', 'start.mjs');
const running: Linewatch[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((system) => system.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function start(options: LinewatchOptions = {}): Promise<Linewatch> {
  const system = await startLinewatch(options);
  running.push(system);
  return system;
}

function privateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'linewatch-start-'));
  folders.push(folder);
  return folder;
}

/** A start that is expected to end by itself. */
function refusedStart(...args: string[]): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [startProgram, ...args], { encoding: 'utf8' });
  return { code: status, said: `${stdout}${stderr}`.trim() };
}

async function portsAreFree({ sip, httpPorts }: Linewatch): Promise<boolean> {
  const checks = [
    ...sip.flatMap(({ host, port }) => [udpIsFree(host, port), tcpIsFree(host, port)]),
    ...Object.values(httpPorts).map((port) => tcpIsFree('127.0.0.1', port)),
  ];
  return !(await Promise.all(checks)).includes(false);
}

describe('npm start', () => {
  it('says in one line where to point a phone, and Ctrl-C leaves no process and no port behind', async () => {
    const system = await start({ instances: { 'sip-edge': 2 } });
    const ready = system.said().split('\n').filter((line) => line.startsWith('linewatch ready')); // prettier-ignore
    expect(ready).toHaveLength(1);
    expect(system.sip).toHaveLength(2);
    const [first, second] = system.sip;
    expect(second?.port).toBe((first?.port ?? 0) + 1);
    expect(ready[0]).toContain(`sip 127.0.0.1:${first?.port} and 127.0.0.1:${second?.port} (UDP, TCP)`);
    const pids = Object.values(system.pids());
    expect(Object.keys(system.pids()).sort()).toEqual([
      'console-1',
      'nats-server',
      'presence-state-1',
      'redis-server',
      'sccp-edge-1',
      'sip-edge-1',
      'sip-edge-2',
      'subscription-authorization-1',
    ]);
    expect(pids.filter(isAlive)).toEqual(pids);
    expect(await portsAreFree(system)).toBe(false);

    // The terminal sends it to every process in front of it, and npm passes it on once more.
    process.kill(system.launcherPid, 'SIGINT');
    expect(await system.end('SIGINT')).toBe(0);
    expect(system.said()).toMatch(/linewatch: stopping \(SIGINT\)\nlinewatch: stopped\n$/);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(await portsAreFree(system)).toBe(true);
  });

  it('leaves nothing behind when the launcher itself is killed, and starts again on the same folder', async () => {
    const dataFolder = join(privateFolder(), 'data');
    const system = await start({ dataFolder });
    const pids = Object.values(system.pids());
    await system.end('SIGKILL');
    // At once: the new start waits for what the old one left.
    const next = await start({ dataFolder });
    expect(pids.filter(isAlive)).toEqual([]);
    expect(next.said()).toContain('configuration as it was left');
  });

  it('starts a service and a server again that died, and says so in one line each', async () => {
    const system = await start();
    for (const name of ['presence-state-1', 'redis-server']) {
      const pid = system.pidOf(name);
      await system.kill(name);
      await system.untilServing(name, pid);
      expect(system.said()).toContain(`${name} died: SIGKILL; starting it again in 200 ms`);
      expect(isAlive(system.pidOf(name))).toBe(true);
    }
  });

  it('uses the servers that the environment names, under a prefix of its own, and leaves them running', async () => {
    const first = await start();
    const { natsUrl, redisUrl } = first;
    const env = { LINEWATCH_NATS_URL: natsUrl, LINEWATCH_REDIS_URL: redisUrl, LINEWATCH_PREFIX: 'second' };
    const second = await start({ env });
    expect(second).toMatchObject({ natsUrl, redisUrl, prefix: 'second' });
    expect(Object.keys(second.pids()).sort()).toEqual([
      'console-1',
      'presence-state-1',
      'sccp-edge-1',
      'sip-edge-1',
      'subscription-authorization-1',
    ]);
    // The streams are its own: it found no configuration there.
    expect(second.said()).toContain('configuration taken over from');
    expect(await second.end('SIGTERM')).toBe(0);
    expect(isAlive(first.pidOf('nats-server')) && isAlive(first.pidOf('redis-server'))).toBe(true);
  });

  it('gives the console what runs on its data folder', async () => {
    const system = await start();
    const { stdout, stderr, code } = await system.console(['show', 'running-config']);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toMatch(/^voice register dn  1\n number 2101$/m);
  });

  it('takes a configuration over that was given, and reports lines that have no effect by number', async () => {
    const system = await start({ config: 'hostname lab\nfrobnicate all\npresence\n max-subscription none\n!\nend\n' });
    expect(system.said()).toMatch(/startup-config:2 is kept without effect: frobnicate all/);
    expect(system.said()).toMatch(/startup-config:4 has no effect:\n max-subscription none\n {18}\^/);
  });
});

describe('npm start beside something that is in the way', () => {
  it('refuses a data folder on which another one runs, naming process and folder', async () => {
    const system = await start();
    expect(refusedStart('--data', system.dataFolder)).toEqual({
      code: 2,
      said: `linewatch: another linewatch (process ${system.launcherPid}) runs on ${system.dataFolder}: stop it, or give this one a folder of its own with --data`,
    });
    expect(isAlive(system.pidOf('nats-server'))).toBe(true);
  });

  it.each([
    ['SIP', '--sip-port', ['--bind', '127.0.0.1', '--http-port', '0'], 'SIP cannot be served: UDP 127.0.0.1'],
    ['SCCP', '--sccp-port', ['--bind', '127.0.0.1', '--http-port', '0'], 'SCCP cannot be served: TCP 127.0.0.1'],
    ['HTTP', '--http-port', [], 'health of sip-edge-1 cannot be served: TCP 127.0.0.1'],
    ['CNF', '--cnf-port', ['--bind', '127.0.0.1', '--http-port', '0'], 'CNF cannot be served: TCP 127.0.0.1'],
    ['TFTP', '--tftp-port', ['--bind', '127.0.0.1', '--http-port', '0'], 'TFTP cannot be served: UDP 127.0.0.1'],
  ])('refuses a %s port that is taken', async (_kind, flag, others, expected) => {
    const port = await freeSipPorts('127.0.0.1', 1);
    const stranger = createServer().listen(port, '127.0.0.1');
    const datagrams = createSocket('udp4').bind(port, '127.0.0.1');
    await Promise.all([once(stranger, 'listening'), once(datagrams, 'listening')]);
    try {
      const { code, said } = refusedStart('--data', join(privateFolder(), 'data'), flag, String(port), ...others);
      expect({ code, lines: said.split('\n') }).toEqual({
        code: 2,
        lines: [expect.stringContaining(`${expected}:${port} is taken by another program`)],
      });
    } finally {
      stranger.close();
      datagrams.close();
    }
  });

  it('refuses to go on without a server that the environment names and that does not answer', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [startProgram, '--data', join(privateFolder(), 'd')],
      {
        encoding: 'utf8',
        env: { ...process.env, LINEWATCH_NATS_URL: 'nats://127.0.0.1:9', LINEWATCH_REDIS_URL: 'redis://127.0.0.1:9' },
      },
    );
    expect({ status, said: `${stdout}${stderr}`.trim() }).toEqual({
      status: 2,
      said: 'linewatch: no NATS answers at 127.0.0.1:9, which LINEWATCH_NATS_URL names',
    });
  });

  it.each([
    [['--sip-port', 'many'], '--sip-port takes a port from 1 to 65535, not "many"'],
    [['--bind', 'here'], '--bind takes an IP address'],
    [['--instances', 'sip-edge=0'], '--instances takes services with 1 to 32 copies'],
    [['--instances', 'toaster=2'], 'services are sip-edge'],
    [['--frob'], "Unknown option '--frob'; --help lists the options"],
    [['--config', '/nonexistent/file'], 'the configuration file /nonexistent/file cannot be read'],
  ])('refuses %j in one line', (args, expected) => {
    const { code, said } = refusedStart('--data', join(privateFolder(), 'data'), ...args);
    expect({ code, lines: said.split('\n') }).toEqual({ code: 2, lines: [expect.stringContaining(expected)] });
  });
});
