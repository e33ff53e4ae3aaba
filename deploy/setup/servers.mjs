/**
 * A NATS and a Redis server for this clone: found on the machine or obtained without root, run as child processes on
 * private ports with private data folders. A server that the machine runs for itself is never used.
 *
 * Run as a program (`node deploy/setup/servers.mjs`) it serves tests: it prints `{natsUrl, redisUrl}` as its first
 * line, obeys lines such as `kill nats` and `restart redis`, and stops both when its standard input ends.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { environmentOf, hasApt, unpackDebian } from './debian.mjs';
import { Child, freePort, startWatchdog } from './processes.mjs';

/**
 * Where a server comes from. `container` names an image; the others name a program on this machine.
 * @typedef {{ source: string, command: string, env: Record<string, string | undefined>, container?: undefined }
 *   | { source: string, container: string, command: 'docker', env: Record<string, string | undefined> }} Server
 */

const known = {
  nats: { program: 'nats-server', variable: 'NATS_SERVER_BIN', image: 'nats:2.10-alpine' },
  redis: { program: 'redis-server', variable: 'REDIS_SERVER_BIN', image: 'redis:7.2-alpine' },
};

/**
 * Finds both servers: environment, PATH and the sbin folders, Docker, the distribution's packages.
 * @param {(line: string) => void} [tell]  receives a line when something is fetched
 * @param {{ nats?: boolean, redis?: boolean }} [wanted]  both when absent
 * @returns {{ nats?: Server, redis?: Server }} those that were wanted
 * @throws {Error} one line that says what to install
 */
export function findServers(env = process.env, tell = () => {}, wanted = { nats: true, redis: true }) {
  const suite = env.LINEWATCH_NATS_SUITE;
  const nats = () => (suite ? fromDebian('nats', env, tell, suite) : find('nats', env, tell));
  return {
    ...(wanted.nats && { nats: nats() }),
    ...(wanted.redis && { redis: find('redis', env, tell) }),
  };
}

function find(kind, env, tell) {
  const { program, variable, image } = known[kind];
  const named = env[variable];
  if (named) {
    if (!isExecutable(named)) throw new Error(`${variable} names ${named}, which is not a program that can be run`);
    return { source: variable, command: named, env };
  }
  for (const folder of [...(env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin']) {
    const file = join(folder, program);
    if (folder && isExecutable(file)) return { source: file, command: file, env };
  }
  if (engineAnswers()) {
    if (hasImage(image, tell)) return { source: `image ${image}`, command: 'docker', container: image, env };
    tell(`the image ${image} could not be pulled; trying the distribution's package`);
  }
  return fromDebian(kind, env, tell);
}

function fromDebian(kind, env, tell, suite) {
  const { program, variable } = known[kind];
  const advice = `install ${program} (on Debian and Ubuntu: apt-get install ${program}), or name one with ${variable}`;
  if (!hasApt()) throw new Error(`no ${program} on this machine: ${advice}`);
  try {
    const unpacked = unpackDebian({ name: program, packages: [program], suite, tell });
    const environment = environmentOf(unpacked, env);
    const command = ['usr/sbin', 'usr/bin'].map((folder) => join(unpacked, folder, program)).find(isExecutable);
    if (!command) throw new Error(`the package ${program} holds no program of that name`);
    return { source: `${suite ?? 'distribution'} package ${program}`, command, env: environment };
  } catch (error) {
    throw new Error(`no ${program} on this machine, and ${error.message.replaceAll('\n', ' ')}: ${advice}`);
  }
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether a container engine answers; known in milliseconds when none is there. */
export function engineAnswers() {
  const asked = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], {
    timeout: 5_000,
    stdio: 'ignore',
  });
  return asked.status === 0;
}

function hasImage(image, tell) {
  if (spawnSync('docker', ['image', 'inspect', image], { stdio: 'ignore' }).status === 0) return true;
  tell(`pulling ${image}`);
  return spawnSync('docker', ['pull', '-q', image], { stdio: 'ignore', timeout: 180_000 }).status === 0;
}

/**
 * Describes a NATS server with JetStream on a file store; `ready` looks for its INFO line.
 * @param {{ server: Server, port: number, data: string, log: string }} where  `data` survives restarts
 * @returns {import('./processes.mjs').ChildSpec}
 */
export function natsSpec({ server, port, data, log }) {
  mkdirSync(data, { recursive: true });
  const file = join(data, 'nats.conf');
  const [host, clientPort, store] = server.container
    ? ['0.0.0.0', 4222, '/data/jetstream']
    : ['127.0.0.1', port, join(data, 'jetstream')];
  writeFileSync(
    file,
    [
      'server_name: linewatch',
      `listen: ${JSON.stringify(`${host}:${clientPort}`)}`,
      'max_payload: 8MB',
      `jetstream { store_dir: ${JSON.stringify(store)} }`,
      '',
    ].join('\n'),
  );
  return {
    name: 'nats-server',
    log,
    ready: () => answers(port, '', /^INFO .*"jetstream":true/),
    ...program(server, { port, inner: 4222, data, args: ['-c', server.container ? '/data/nats.conf' : file] }),
  };
}

/**
 * Describes a Redis server without persistence: all it holds is a projection of the streams.
 * @param {{ server: Server, port: number, data: string, log: string }} where
 * @returns {import('./processes.mjs').ChildSpec}
 */
export function redisSpec({ server, port, data, log }) {
  mkdirSync(data, { recursive: true });
  const where = server.container
    ? ['--port', '6379', '--bind', '0.0.0.0', '--protected-mode', 'no', '--dir', '/data']
    : ['--port', String(port), '--bind', '127.0.0.1', '--dir', data];
  const args = [...where, '--save', '', '--appendonly', 'no', '--daemonize', 'no', '--maxmemory-policy', 'noeviction'];
  return {
    name: 'redis-server',
    log,
    ready: () => answers(port, 'PING\r\n', /^\+PONG/),
    ...program(server, { port, inner: 6379, data, args: server.container ? ['redis-server', ...args] : args }),
  };
}

/** The command line of a server, as a program or in a container of a fixed name. */
function program(server, { port, inner, data, args }) {
  if (!server.container) return { command: server.command, args, env: server.env };
  const name = `linewatch-${port}`;
  const remove = () => void spawnSync('docker', ['rm', '-f', name], { stdio: 'ignore' });
  const publish = ['-p', `127.0.0.1:${port}:${inner}`, '-v', `${data}:/data`];
  const run = ['run', '--rm', '--init', '--name', name, ...publish, server.container, ...args];
  return { command: 'docker', args: run, env: server.env, containerName: name, beforeSpawn: remove };
}

/** Whether what listens on 127.0.0.1:port answers `question` with a text that matches. */
export function answers(port, question, expected) {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    const finish = (result) => {
      socket.destroy();
      done(result);
    };
    socket.setTimeout(500, () => finish(false));
    socket.on('connect', () => question && socket.write(question));
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      if (expected.test(heard)) finish(true);
      else if (heard.length > 65_536) finish(false);
    });
    socket.on('error', () => finish(false));
    socket.on('close', () => done(false));
  });
}

/** Starts a server and remembers its container, when it is one, for the watchdog. */
export function supervised(spec, watchdog) {
  if (spec.containerName) watchdog.container(spec.containerName);
  return new Child(spec, watchdog);
}

/** The program for tests: both servers on fresh ports and a fresh folder, steered over stdin. */
async function serveTests() {
  const data = mkdtempSync(join(tmpdir(), 'linewatch-test-'));
  const watchdog = startWatchdog();
  const servers = findServers(process.env, (line) => console.error(line));
  const start = async (kind, describe) => {
    // A port that was free a moment ago may be taken now: try again on another one.
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const spec = describe({ server: servers[kind], port, data: join(data, kind), log: join(data, `${kind}.log`) });
      const child = supervised(spec, watchdog);
      try {
        await child.start();
        return { child, port };
      } catch (error) {
        if (attempt === 3) throw error;
      }
    }
  };
  const stop = async (running) => {
    await Promise.all(running.map(({ child }) => child.stop()));
    watchdog.close();
    rmSync(data, { recursive: true, force: true });
  };
  const results = await Promise.allSettled([start('nats', natsSpec), start('redis', redisSpec)]);
  const running = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    await stop(running);
    throw failed.reason;
  }
  const [nats, redis] = running;
  const say = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);
  process.stdout.on('error', () => {});
  say({ natsUrl: `nats://127.0.0.1:${nats.port}`, redisUrl: `redis://127.0.0.1:${redis.port}` });

  const lines = createInterface({ input: process.stdin });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => lines.close());
  let queue = Promise.resolve();
  lines.on('line', (line) => {
    const [verb, kind] = line.trim().split(' ');
    const server = { nats, redis }[kind];
    queue = queue.then(async () => {
      try {
        if (!server || (verb !== 'kill' && verb !== 'restart')) throw new Error(`cannot ${line}`);
        await server.child.kill();
        if (verb === 'restart') await server.child.start();
        say({ done: line });
      } catch (error) {
        say({ failed: line, reason: error.message });
      }
    });
  });
  await new Promise((ended) => lines.once('close', ended));
  await queue;
  await stop(running);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  serveTests().then(
    () => process.exit(0),
    (error) => {
      console.error(error.message);
      process.exit(1);
    },
  );
}
