/**
 * Child processes that never outlive their launcher: readiness by condition, early exit as an error, restart with a
 * bounded back-off, and a watchdog that stops them when the launcher dies without a word.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, openSync, closeSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';

const firstBackOffMs = 200;
const lastBackOffMs = 5_000;
/** A child that stayed up this long is forgiven its earlier deaths. */
const forgivenAfterMs = 10_000;
const [lowestPort, highestPort] = [10_000, 20_000];
const largestLogBytes = 32 * 1024 * 1024;

/**
 * A TCP port on 127.0.0.1 that was free a moment ago. It lies below the ports of outgoing connections: one of those could
 * take it while its server is being started again.
 */
export async function freePort() {
  for (;;) {
    const port = lowestPort + Math.floor(Math.random() * (highestPort - lowestPort));
    if (await isFree(port)) return port;
  }
}

function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}

/** Waits `ms`; does not keep the process alive. */
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** The last `lines` lines of a log, for an error message; empty when there is no log. */
export function tail(file, lines = 15) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

/** Whether a process exists (a process of another user counts). */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * The watchdog's whole program. It reads `add <pid>`, `drop <pid>` and `container <name>`; when its input ends (the
 * launcher is gone, however it went) it stops what is still on its list.
 */
const watchdogProgram = `
trap '' INT TERM HUP
pids=' '; containers=
while read -r verb what; do
  case $verb in
    add) pids="$pids$what " ;;
    drop) case $pids in *" $what "*) pids="\${pids%% $what *} \${pids#* $what }" ;; esac ;;
    container) containers="$containers $what" ;;
  esac
done
[ -n "$containers" ] && docker rm -f $containers >/dev/null 2>&1
for pid in $pids; do kill -TERM $pid 2>/dev/null; done
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  left=
  for pid in $pids; do kill -0 $pid 2>/dev/null && left=1; done
  [ -z "$left" ] && exit 0
  sleep 0.1
done
for pid in $pids; do kill -KILL $pid 2>/dev/null; done
`;

/**
 * Starts the watchdog: in a session of its own, so that Ctrl-C does not reach it.
 * @returns {{ add(pid: number): void, drop(pid: number): void, container(name: string): void, close(): void }}
 */
export function startWatchdog() {
  const dog = spawn('/bin/sh', ['-c', watchdogProgram], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  dog.unref();
  dog.on('error', () => {});
  dog.stdin.on('error', () => {});
  const say = (line) => dog.stdin.writable && dog.stdin.write(`${line}\n`);
  return {
    add: (pid) => say(`add ${pid}`),
    drop: (pid) => say(`drop ${pid}`),
    container: (name) => say(`container ${name}`),
    close: () => dog.stdin.end(),
  };
}

/**
 * @typedef {object} ChildSpec
 * @property {string} name              how people and run.json call it
 * @property {string} command           the program
 * @property {string[]} args
 * @property {Record<string, string | undefined>} [env]   the whole environment; the launcher's when absent
 * @property {string} [cwd]
 * @property {string} log               file that receives stdout and stderr
 * @property {() => Promise<boolean>} ready   true once the child serves
 * @property {number} [readyWithinMs]   30 s when absent
 * @property {boolean} [restart]        start it again when it dies after it was ready
 * @property {() => void} [beforeSpawn]
 * @property {(event: 'spawned' | 'up' | 'died', child: Child, detail?: string) => void} [tell]   `died`: and starts again
 */

/** One supervised child process. */
export class Child {
  /** @param {ChildSpec} spec @param {ReturnType<typeof startWatchdog>} watchdog */
  constructor(spec, watchdog) {
    this.spec = spec;
    this.watchdog = watchdog;
    /** @type {import('node:child_process').ChildProcess | undefined} */
    this.process = undefined;
    this.stopping = false;
    this.backOffMs = firstBackOffMs;
    /** When the present process became ready, ms since the epoch; undefined before. @type {number | undefined} */
    this.upSince = undefined;
    this.served = false;
    /** @type {Promise<void>} settles when the present process is gone */
    this.gone = Promise.resolve();
  }

  get name() {
    return this.spec.name;
  }

  /** The process id, or undefined while it is down. */
  get pid() {
    return this.process?.pid;
  }

  /** Starts the process; settles when it serves. Rejects when it exits first or is not ready in time. */
  async start() {
    this.stopping = false;
    this.spawn();
    try {
      await this.becomeReady();
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** Stops it: SIGTERM, and SIGKILL when `graceMs` is over. Never restarts. */
  async stop(graceMs = 8_000) {
    this.stopping = true;
    const running = this.process;
    if (!running) return this.gone;
    running.kill('SIGTERM');
    const timer = setTimeout(() => running.kill('SIGKILL'), graceMs);
    await this.gone;
    clearTimeout(timer);
  }

  /** Kills it at once and waits until it is gone; no restart follows. */
  async kill() {
    this.stopping = true;
    this.process?.kill('SIGKILL');
    await this.gone;
  }

  spawn() {
    const { command, args, env, cwd, log } = this.spec;
    this.spec.beforeSpawn?.();
    mkdirSync(dirname(log), { recursive: true });
    boundLog(log);
    const output = openSync(log, 'a');
    // A session of its own: Ctrl-C reaches the launcher alone, which stops everything in order.
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', output, output], detached: true });
    closeSync(output);
    if (child.pid) this.watchdog.add(child.pid);
    this.process = child;
    this.upSince = undefined;
    this.lastEnd = undefined;
    this.gone = new Promise((done) => {
      const ended = (how) => {
        if (this.process !== child) return;
        if (child.pid) this.watchdog.drop(child.pid);
        this.process = undefined;
        this.lastEnd = how;
        done();
        this.ended();
      };
      child.once('error', (error) => ended(error.message));
      child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    });
    this.spec.tell?.('spawned', this);
  }

  async becomeReady() {
    const started = this.process;
    const deadline = Date.now() + (this.spec.readyWithinMs ?? 30_000);
    // What answers may be a stranger on the same port; then the child has ended.
    while (!(await this.spec.ready()) || this.process !== started) {
      if (this.process !== started) throw this.failure(`ended before it was ready (${this.lastEnd})`);
      if (Date.now() > deadline) throw this.failure('was not ready in time');
      await pause(20);
    }
    this.served = true;
    this.upSince = Date.now();
    this.spec.tell?.('up', this);
  }

  /** What follows the end of the process: nothing, or another start after the back-off. */
  ended() {
    if (this.stopping || !this.spec.restart || !this.served) return;
    if (this.upSince && Date.now() - this.upSince > forgivenAfterMs) this.backOffMs = firstBackOffMs;
    const wait = this.backOffMs;
    this.backOffMs = Math.min(this.backOffMs * 2, lastBackOffMs);
    this.spec.tell?.('died', this, `${this.lastEnd}; starting it again in ${wait} ms`);
    setTimeout(() => void this.again(), wait);
  }

  async again() {
    if (this.stopping) return;
    this.spawn();
    try {
      await this.becomeReady();
    } catch {
      // Still there but deaf: its end leads to `ended` and the next try. When it is gone, `ended` has run already.
      this.process?.kill('SIGKILL');
    }
  }

  failure(what) {
    const lines = tail(this.spec.log);
    return new Error(`${this.name} ${what}${lines ? `; the end of ${this.spec.log}:\n${lines}` : ''}`);
  }
}

/** Keeps a log below a bound, with one older part beside it. Works on an open log, as it is written by appending. */
export function boundLog(log) {
  try {
    if (statSync(log).size < largestLogBytes) return;
    copyFileSync(log, `${log}.1`);
    truncateSync(log, 0);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}
