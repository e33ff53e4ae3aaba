/** A whole linewatch on this machine: servers, configuration, services; started, watched over and stopped in order. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bundle } from './bundle.mjs';
import { importConfiguration } from './configuration.mjs';
import {
  chooseHttpPorts,
  reach,
  refuseTakenCnf,
  refuseTakenSccp,
  refuseTakenSip,
  refuseTakenSipTls,
  refuseTakenSsh,
  refuseTakenTftp,
} from './obstacles.mjs';
import { hostPort, reachable } from './ports.mjs';
import { boundLog, freePort, startWatchdog } from './processes.mjs';
import { RunFolder } from './run-folder.mjs';
import { findServers, natsSpec, redisSpec, supervised } from './servers.mjs';
import { copiesOf, environmentOfCopy, nodeFlagsOf, serviceEntries } from './services.mjs';

const importEntry = { 'import-config': 'deploy/setup/import-config.ts' };
const serviceGraceMs = 12_000;
const boundLogsEveryMs = 60_000;
/** Where the edges listen when neither an option nor the configuration says. */
const sipDefault = { host: '0.0.0.0', port: 5060 };
const sccpDefault = { host: '0.0.0.0', port: 2000 };
const consoleDefault = { host: '0.0.0.0' };

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
      sccp: {},
      ssh: {},
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
    const { bind, sipPort, sccpPort, sshPort, cnfPort, tftpPort, instances } = this.options;
    // What can be known to be in the way is said before anything is started.
    if (bind && sipPort) await refuseTakenSip({ host: bind, port: sipPort }, instances['sip-edge']);
    if (bind && sccpPort) await refuseTakenSccp({ host: bind, port: sccpPort }, instances['sccp-edge']);
    const { host } = bind ? { host: bind } : consoleDefault;
    if (cnfPort) await refuseTakenCnf({ host, port: cnfPort }, instances.console);
    if (tftpPort) await refuseTakenTftp({ host, port: tftpPort }, instances.console);
    if (sshPort) {
      await refuseTakenSsh({ host, port: sshPort }, instances.console);
      for (let copy = 0; copy < instances.console; copy++)
        this.run.ssh[`console-${copy + 1}`] = { host: reachable(host), port: sshPort + copy };
    }
    const entries = serviceEntries();
    const copies = copiesOf(Object.keys(entries), this.options.instances);
    this.run.http = await chooseHttpPorts(copies, this.options.httpPort, this.env.LINEWATCH_HTTP_BIND || '127.0.0.1');
    const building = bundle({ ...entries, ...importEntry });
    building.catch(() => {});
    this.watchdog = startWatchdog();
    await this.startServers();
    const programs = await this.ownCopies(await building);
    this.goOn();
    const listening = await this.takeOverConfiguration(programs['import-config']);
    await this.startServices(copies, programs, listening);
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
    this.cancelImport?.();
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

  /** Where phones find the copies of sccp-edge. */
  get sccpAddresses() {
    return Object.values(this.run.sccp);
  }

  /** Where operators find the shell over SSH; nowhere unless it was asked for. */
  get sshAddresses() {
    return Object.values(this.run.ssh);
  }

  goOn() {
    if (this.stopping) throw new Stopped();
  }

  async startServers() {
    const { LINEWATCH_NATS_URL: natsUrl, LINEWATCH_REDIS_URL: redisUrl } = this.env;
    const found =
      natsUrl && redisUrl ? undefined : findServers(this.env, this.tell, { nats: !natsUrl, redis: !redisUrl });
    const [nats, redis] = await Promise.all([
      natsUrl ? reach('NATS', natsUrl, 4222) : this.startServer('nats', natsSpec, found.nats, 4),
      redisUrl ? reach('Redis', redisUrl, 6379) : this.startServer('redis', redisSpec, found.redis, 3),
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

  /** @returns {Promise<Record<'sip' | 'sccp', { host: string, port: number }>>} where the first of each edge listens */
  async takeOverConfiguration(program) {
    const { config, configIsExplicit, bind, sipPort, sipTls, sccpPort, instances } = this.options;
    const { natsUrl, redisUrl } = this.run;
    const env = { ...this.env, LINEWATCH_NATS_URL: natsUrl, LINEWATCH_REDIS_URL: redisUrl };
    const importing = importConfiguration(program, [config, ...(configIsExplicit ? ['--explicit'] : [])], env);
    this.cancelImport = importing.cancel;
    const report = await importing.report;
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
    const sccp = {
      ...sccpDefault,
      ...report.sccpSourceAddress,
      ...(bind && { host: bind }),
      ...(sccpPort && { port: sccpPort }),
    };
    await refuseTakenSip(sip, instances['sip-edge']);
    if (sipTls) await refuseTakenSipTls({ host: sip.host, port: sipTls.port }, instances['sip-edge']);
    await refuseTakenSccp(sccp, instances['sccp-edge']);
    return { sip, sccp };
  }

  async startServices(copies, programs, { sip, sccp }) {
    const env = { LINEWATCH_NONCE_SECRET: nonceSecret(this.options.data), ...this.env };
    const sipHost = this.env.LINEWATCH_SIP_ADVERTISE || reachable(sip.host);
    const sccpHost = this.env.LINEWATCH_SCCP_ADVERTISE || reachable(sccp.host);
    for (const { id, service, instance } of copies) {
      if (service === 'sip-edge') this.run.sip[id] = { host: sipHost, port: sip.port + instance - 1 };
      if (service === 'sccp-edge') this.run.sccp[id] = { host: sccpHost, port: sccp.port + instance - 1 };
    }
    const { natsUrl, redisUrl } = this.run;
    const start = (copy) => {
      const { host, port } = this.run.http[copy.id];
      const spec = {
        name: copy.id,
        command: process.execPath,
        args: [...nodeFlagsOf(copy.service), programs[copy.service]],
        env: environmentOfCopy(copy, { options: this.options, env, natsUrl, redisUrl, httpPort: port, sip, sccp }),
        log: join(this.options.data, 'log', `${copy.id}.log`),
        ready: () => isReady(host, port),
      };
      return this.startChild(spec, copy.stops);
    };
    await Promise.all(copies.map(start));
    this.ready = true;
    this.writeRun();
  }
}

/** One secret for all copies of sip-edge and for every start: a phone may answer a challenge to another copy. */
function nonceSecret(data) {
  const file = join(data, 'nonce-secret');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
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
