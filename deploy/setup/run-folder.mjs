/** The data folder of one running system: who holds it, and `run.json`, which tells other programs where it is. */
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { RefusedError } from './options.mjs';
import { isAlive, pause } from './processes.mjs';

/** A launcher that was killed takes its watchdog's three seconds until all it started is gone. */
const leftoversGoneWithinMs = 8_000;

/**
 * What `run.json` holds.
 * @typedef {object} RunFile
 * @property {number} launcher   its process
 * @property {string} natsUrl @property {string} redisUrl @property {string} prefix
 * @property {Record<string, number>} pids   what runs now, by name: `nats-server`, `sip-edge-1`
 * @property {Record<string, { host: string, port: number }>} http   health and metrics, by name
 * @property {Record<string, { host: string, port: number }>} sip    UDP and TCP, by name
 * @property {Record<string, { host: string, port: number }>} sccp   TCP, by name
 * @property {Record<string, { host: string, port: number }>} ssh    the shell, by name; none unless asked for
 */

/** Holds a data folder for this process. */
export class RunFolder {
  constructor(data) {
    this.data = data;
    this.lock = join(data, 'launcher.pid');
    this.file = join(data, 'run.json');
  }

  /**
   * Takes the folder, and waits for what a launcher that was killed left behind.
   * @throws {RefusedError} when another launcher holds it
   */
  async take() {
    mkdirSync(this.data, { recursive: true });
    for (let attempt = 1; ; attempt++) {
      try {
        const lock = openSync(this.lock, 'wx');
        writeSync(lock, `${process.pid}\n`);
        closeSync(lock);
        break;
      } catch (error) {
        if (error.code !== 'EEXIST') throw new RefusedError(`${this.data} cannot be used (${error.message})`);
        this.giveUpToLiving(attempt);
      }
    }
    await this.leftoversGone();
    rmSync(this.file, { force: true });
  }

  /** @param {RunFile} run */
  write(run) {
    const written = `${this.file}.${process.pid}`;
    // The addresses may hold passwords.
    writeFileSync(written, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
    renameSync(written, this.file);
  }

  release() {
    rmSync(this.file, { force: true });
    rmSync(this.lock, { force: true });
  }

  giveUpToLiving(attempt) {
    const holder = Number(read(this.lock));
    if (holder > 0 && holder !== process.pid && isAlive(holder) && commandOf(holder, 'start.mjs') !== false)
      throw new RefusedError(
        `another linewatch (process ${holder}) runs on ${this.data}: stop it, or give this one a folder of its own with --data`,
      );
    if (attempt > 3) throw new RefusedError(`${this.lock} cannot be taken over; remove it`);
    rmSync(this.lock, { force: true });
  }

  async leftoversGone() {
    const { pids = {} } = readRunFile(this.data) ?? {};
    const deadline = Date.now() + leftoversGoneWithinMs;
    for (const [name, pid] of Object.entries(pids)) {
      while (isAlive(pid) && commandOf(pid, this.data)) {
        if (Date.now() > deadline)
          throw new RefusedError(`${name} (process ${pid}) of an earlier start still runs on ${this.data}: stop it`);
        await pause(50);
      }
    }
  }
}

/**
 * What runs on a data folder, by its `run.json`.
 * @returns {RunFile | undefined} undefined when there is none or it cannot be read
 */
export function readRunFile(data) {
  try {
    return JSON.parse(readFileSync(join(data, 'run.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether a process's command line holds `part`; undefined where that cannot be known. Process ids are used again. */
function commandOf(pid, part) {
  if (!existsSync('/proc/self/cmdline')) return undefined;
  return read(`/proc/${pid}/cmdline`).includes(part);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
