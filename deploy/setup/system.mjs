/** A whole linewatch on this machine: servers, configuration, services; started, watched over and stopped in order. */
import { spawn } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { bundle } from './bundle.mjs';
import { RefusedError } from './options.mjs';
import { hostPort, obstacle } from './ports.mjs';
import { boundLog, freePort, startWatchdog } from './processes.mjs';
import { RunFolder } from './run-folder.mjs';
import { findServers, natsSpec, redisSpec, supervised } from './servers.mjs';
import { copiesOf, environmentOfCopy, serviceEntries } from './services.mjs';

const importEntry = { 'import-config': 'deploy/setup/import-config.ts' };
const firstHttpPort = 8080;
const serviceGraceMs = 12_000;
const boundLogsEveryMs = 60_000;
/** Where sip-edge listens when neither an option nor the configuration says. */
const sipDefault = { host: '127.0.0.1', port: 5060 };

/** Thrown out of a start that was told to stop. */
class Stopped extends Error {}

export class System {
  /**
   * @param {import('./options.mjs').StartOptions} options
   * @param {{ env: Record<string, string | undefined>, tell(line: string): void }} surroundings
   */
  constructor(options, { env, tell }) {
    this.options = options;
    this.env = env;
    this.tell = tell;
    this.folder = new RunFolder(options.data);
    /** In groups that stop one after the other: the lowest first. @type {{ child: import('./processes.mjs').Child, stops: number }[]} */
    this.children = [];
    this.stopping = undefined;
    this.run = {
      launcher: process.pid,
      natsUrl: '',
      redisUrl: '',
      prefix: env.LINEWATCH_PREFIX || 'lw',
      pids: {},
      http: {},
      sip: {},
    };
  }

  /**
   * Settles when every service is ready.
   * @returns {Promise<'ready' | 'stopped'>} `stopped` when `stop` was called meanwhile
   * @throws {RefusedError} when something is in the way @throws {Error} when something failed
   */
  async start() {
    try {
      await this.folder.take();
      this.holds = true;
      await this.startAll();
      return 'ready';
    } catch (error) {
      if (error instanceof Stopped || this.stopping) return 'stopped';
      throw error;
    }
  }

  async startAll() {
    const { bind, sipPort } = this.options;
    // What can be known to be in the way is said before anything is started.
    if (sipPort !== undefined) await this.refuseTakenSip({ host: bind ?? sipDefault.host, port: sipPort });
    const entries = serviceEntries();
    const copies = copiesOf(Object.keys(entries), this.options.instances);
    await this.chooseHttpPorts(copies);
    const building = bundle({ ...entries, ...importEntry });
    building.catch(() => {});
    this.watchdog = startWatchdog();
    await this.startServers();
    const programs = await this.ownCopies(await building);
    this.goOn();
    const sip = await this.takeOverConfiguration(programs['import-config']);
    await this.startServices(copies, programs, sip);
    this.bounding = setInterval(() => this.children.forEach(({ child }) => boundLog(child.spec.log)), boundLogsEveryMs);
  }

  /** Stops everything in order: services, Redis, NATS. A second call waits for the first. */
  stop() {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  /** Ends everything at once. */
  async kill() {
    await Promise.all(this.children.map(({ child }) => child.kill()));
    if (this.holds) this.folder.release();
  }

  async stopAll() {
    clearInterval(this.bounding);
    this.importing?.kill('SIGKILL');
    for (const group of [...new Set(this.children.map(({ stops }) => stops))].sort((a, b) => a - b)) {
      const members = this.children.filter(({ stops }) => stops === group);
      await Promise.all(members.map(({ child }) => child.stop(serviceGraceMs)));
    }
    this.watchdog?.close();
    if (this.holds) this.folder.release();
  }

  /** Where phones find the copies of sip-edge. */
  get sipAddresses() {
    return Object.values(this.run.sip);
  }

  goOn() {
    if (this.stopping) throw new Stopped();
  }

  async startServers() {
    const { LINEWATCH_NATS_URL: natsUrl, LINEWATCH_REDIS_URL: redisUrl } = this.env;
    const found =
      natsUrl && redisUrl ? undefined : findServers(this.env, this.tell, { nats: !natsUrl, redis: !redisUrl });
    const [nats, redis] = await Promise.all([
      natsUrl ? this.reach('NATS', natsUrl, 4222) : this.startServer('nats', natsSpec, found.nats, 4),
      redisUrl ? this.reach('Redis', redisUrl, 6379) : this.startServer('redis', redisSpec, found.redis, 3),
    ]);
    this.run.natsUrl = nats;
    this.run.redisUrl = redis;
    this.goOn();
  }

  /** @returns {Promise<string>} its URL */
  async startServer(kind, describe, server, stops) {
    for (let attempt = 1; ; attempt++) {
      // A port that was free a moment ago may be taken now: try again on another one.
      const port = await freePort();
      const { data } = this.options;
      const spec = describe({ server, port, data: join(data, kind), log: join(data, 'log', `${kind}.log`) });
      try {
        await this.startChild(spec, stops);
        this.tell(`${spec.name} from ${server.source}`);
        return `${kind}://127.0.0.1:${port}`;
      } catch (error) {
        if (attempt === 3 || this.stopping) throw error;
      }
    }
  }

  async startChild(spec, stops) {
    this.goOn();
    const child = supervised({ ...spec, restart: true, tell: (...event) => this.hear(...event) }, this.watchdog);
    const member = { child, stops };
    this.children.push(member);
    try {
      await child.start();
    } catch (error) {
      this.children.splice(this.children.indexOf(member), 1);
      throw error;
    }
    this.goOn();
  }

  /** A child was spawned, serves, or died. */
  hear(event, child, detail) {
    if (event === 'died') this.tell(`${child.name} died: ${detail}`);
    if (event === 'up' && this.ready) this.tell(`${child.name} serves again (process ${child.pid})`);
    this.writeRun();
  }

  writeRun() {
    const running = this.children.filter(({ child }) => child.pid !== undefined);
    this.run.pids = Object.fromEntries(running.map(({ child }) => [child.name, child.pid]));
    if (!this.stopping) this.folder.write(this.run);
  }

  /** A server that the environment names is to be there already. */
  async reach(name, url, defaultPort) {
    const { hostname, port } = new URL(url.split(',')[0]);
    const answered = await new Promise((done) => {
      const socket = connect({
        host: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port) || defaultPort,
        timeout: 5_000,
      });
      for (const [event, result] of [
        ['connect', true],
        ['error', false],
        ['timeout', false],
      ])
        socket.once(event, () => {
          socket.destroy();
          done(result);
        });
    });
    if (!answered)
      throw new RefusedError(
        `no ${name} answers at ${hostname}:${port || defaultPort}, which LINEWATCH_${name.toUpperCase()}_URL names`,
      );
    return url;
  }

  /** The programs as they are now, in the data folder: a build beside a running system changes nothing in it. */
  async ownCopies(files) {
    const folder = join(this.options.data, 'programs');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    return Object.fromEntries(
      Object.entries(files).map(([name, file]) => {
        for (const one of [file, `${file}.map`]) linkOrCopy(one, join(folder, basename(one)));
        return [name, join(folder, basename(file))];
      }),
    );
  }

  /** @returns {Promise<{ host: string, port: number }>} where the first sip-edge listens */
  async takeOverConfiguration(program) {
    const { config, configIsExplicit, bind, sipPort } = this.options;
    const report = await this.importConfiguration(program, [config, ...(configIsExplicit ? ['--explicit'] : [])]);
    this.goOn();
    for (const complaint of report.complaints) this.tell(complaint);
    if (report.revision !== undefined) this.tell(`configuration taken over from ${config}`);
    else if (!configIsExplicit) this.tell(`configuration as it was left in ${this.options.data}`);
    const sip = {
      ...sipDefault,
      ...report.sourceAddress,
      ...(bind && { host: bind }),
      ...(sipPort && { port: sipPort }),
    };
    await this.refuseTakenSip(sip);
    return sip;
  }

  /** @returns {Promise<import('./import-config').ImportReport>} */
  async importConfiguration(program, args) {
    const { natsUrl, redisUrl } = this.run;
    const env = {
      ...this.env,
      LINEWATCH_NATS_URL: natsUrl,
      LINEWATCH_REDIS_URL: redisUrl,
      LINEWATCH_INSTANCE: '',
      LINEWATCH_HTTP_PORT: '',
    };
    const child = spawn(process.execPath, ['--enable-source-maps', program, ...args, '--json'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.importing = child;
    let said = '';
    let complaint = '';
    child.stdout.on('data', (bytes) => (said += bytes));
    child.stderr.on('data', (bytes) => (complaint = (complaint + bytes).slice(-10_000)));
    const code = await new Promise((done) => child.once('error', done).once('close', done));
    if (code !== 0) throw new RefusedError(`the configuration could not be taken over: ${complaint.trim() || code}`);
    return JSON.parse(said);
  }

  async refuseTakenSip({ host, port }) {
    for (let copy = 0; copy < this.options.instances['sip-edge']; copy++)
      for (const transport of ['UDP', 'TCP']) {
        const found = await obstacle(transport, host, port + copy);
        if (found)
          throw new RefusedError(
            `SIP cannot be served: ${found}; choose another port with --sip-port or address with --bind`,
          );
      }
  }

  /** Gives each copy its port: consecutive ones, and only those when they were chosen. */
  async chooseHttpPorts(copies) {
    const { httpPort } = this.options;
    const host = this.env.LINEWATCH_HTTP_BIND || '127.0.0.1';
    let next = httpPort ?? firstHttpPort;
    for (const { id } of copies) {
      if (httpPort === 0) {
        this.run.http[id] = { host, port: await freePort() };
        continue;
      }
      for (; ; next++) {
        const found = next > 65_535 ? 'there is no port above 65535' : await obstacle('TCP', host, next);
        if (!found) break;
        if (httpPort !== undefined || next > 65_535)
          throw new RefusedError(`health of ${id} cannot be served: ${found}; choose other ports with --http-port`);
      }
      this.run.http[id] = { host, port: next++ };
    }
  }

  async startServices(copies, programs, sip) {
    for (const { id, service, instance } of copies)
      if (service === 'sip-edge') this.run.sip[id] = { host: sip.host, port: sip.port + instance - 1 };
    const { natsUrl, redisUrl } = this.run;
    const starting = copies.map((copy) => {
      const { host, port } = this.run.http[copy.id];
      const spec = {
        name: copy.id,
        command: process.execPath,
        args: ['--enable-source-maps', programs[copy.service]],
        env: environmentOfCopy(copy, { options: this.options, env: this.env, natsUrl, redisUrl, httpPort: port, sip }),
        log: join(this.options.data, 'log', `${copy.id}.log`),
        ready: () => isReady(host, port),
      };
      return this.startChild(spec, copy.stops);
    });
    // The first failure is told, but only when no start is under way any more.
    const results = await Promise.allSettled(starting);
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
    this.ready = true;
    this.writeRun();
  }
}

function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

async function isReady(host, port) {
  const there = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  try {
    const answer = await fetch(`http://${hostPort(there, port)}/health/ready`, { signal: AbortSignal.timeout(2_500) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
