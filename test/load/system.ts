/** A private linewatch for one load run, and what its processes cost, read from /proc. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Endpoint } from './fleet';

const READY_WITHIN_MS = 180_000;
const STOPPED_WITHIN_MS = 20_000;
/** Ticks per second of /proc/<pid>/stat: USER_HZ, which Linux fixes at 100. */
const USER_HZ = 100;

export interface PrivateSystem {
  readonly target: Endpoint;
  readonly dataFolder: string;
  stop(): Promise<void>;
}

/** CPU seconds used so far and resident octets of one process. */
export interface ProcessSample {
  readonly name: string;
  readonly pid: number;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/**
 * Starts linewatch with that configuration on 127.0.0.1, its data in a folder of its own under the temporary folder.
 * @throws Error with the last lines it said when it is not ready in time
 */
export async function startSystem(configure: (sipPort: number) => string, root: string): Promise<PrivateSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'linewatch-load-'));
  const dataFolder = join(folder, 'data');
  const config = join(folder, 'startup-config');
  const sipPort = await freeUdpPort();
  writeFileSync(config, configure(sipPort));
  const args = [
    resolve(root, 'deploy/setup/start.mjs'),
    '--config',
    config,
    '--bind',
    '127.0.0.1',
    '--data',
    dataFolder,
  ];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= stopChild(child).then(() => rmSync(folder, { recursive: true, force: true })));
  try {
    const said = await untilReady(child);
    return { target: sipIn(said) ?? { host: '127.0.0.1', port: sipPort }, dataFolder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Every process that `<data>/run.json` names, NATS and Redis included. */
export function sampleProcesses(dataFolder: string): ProcessSample[] {
  let run: unknown;
  try {
    run = JSON.parse(readFileSync(join(dataFolder, 'run.json'), 'utf8'));
  } catch {
    return [];
  }
  return processesIn(run).flatMap(({ name, pid }) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The second field is the name in parentheses and may hold blanks: count from its end.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const rss = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / USER_HZ;
      return [{ name, pid, cpuSeconds, rssBytes: Number(rss ?? 0) * 1024 }];
    } catch {
      return [];
    }
  });
}

/** Names and pids in a run file: objects with a `pid`, and maps from a name to a pid under `pids`. */
export function processesIn(run: unknown, key = ''): { readonly name: string; readonly pid: number }[] {
  if (typeof run !== 'object' || run === null) return [];
  const record = run as Record<string, unknown>;
  const own = typeof record['pid'] === 'number' ? [{ name: String(record['name'] ?? key), pid: record['pid'] }] : [];
  const inside = Object.entries(record).flatMap(([name, value]) =>
    key === 'pids' && typeof value === 'number' ? [{ name, pid: value }] : processesIn(value, name),
  );
  return [...own, ...inside];
}

/** The address that the ready line gives for phones. */
export function sipIn(said: string): Endpoint | undefined {
  const line = said.split('\n').find((candidate) => candidate.includes('linewatch ready')) ?? '';
  const found = /(?:sip|phone)\D{0,40}?(127(?:\.\d+){3}):(\d+)/i.exec(said.slice(said.indexOf(line)));
  return found ? { host: found[1] ?? '', port: Number(found[2]) } : undefined;
}

function untilReady(child: ChildProcess): Promise<string> {
  return new Promise((ready, reject) => {
    let said = '';
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`linewatch ${why}; it said:\n${said.trimEnd().split('\n').slice(-15).join('\n')}`));
    };
    const timer = setTimeout(() => fail(`was not ready within ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-16_384);
      if (!/linewatch ready.*\n/.test(said)) return;
      clearTimeout(timer);
      // The addresses may stand on the lines below.
      setTimeout(() => ready(said), 300);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', (error) => fail(`did not start (${error.message})`));
    child.once('exit', (code, signal) => fail(`ended (${signal ?? code}) before it was ready`));
  });
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((stopped) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      stopped();
    });
    child.kill('SIGTERM');
  });
}

function freeUdpPort(): Promise<number> {
  return new Promise((found, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => found(port));
    });
  });
}
