import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from './repository';
import { freeSipPorts, freeTcpPorts } from './system-ports';
import { until } from './until';

/** Where phones send SIP, by UDP and TCP. */
export interface SipEndpoint {
  readonly host: string;
  readonly port: number;
}

export interface LinewatchOptions {
  /**
   * The text that is taken over at the start, or how to make it from where the first sip-edge listens; the sample
   * configuration when absent.
   */
  readonly config?: string | ((sip: SipEndpoint) => string);
  /** Copies by service: `{ 'sip-edge': 2 }`. */
  readonly instances?: Readonly<Record<string, number>>;
  /** Address for SIP; 127.0.0.1 when absent. */
  readonly host?: string;
  /** Port of the first sip-edge; free ones when absent. */
  readonly sipPort?: number;
  /** Port of the first sccp-edge; free ones when absent. */
  readonly sccpPort?: number;
  /** Serves the shell over SSH, on a free port. */
  readonly ssh?: boolean;
  /** Serves phones' configuration files over HTTP and TFTP, both on one free port. */
  readonly files?: boolean;
  /** Further options of `npm start`. */
  readonly flags?: readonly string[];
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** A folder to keep: a later start on it finds the streams as they were. A new one, removed by `stop`, when absent. */
  readonly dataFolder?: string;
  /** 180 s when absent: the first start on a machine may have to fetch servers. */
  readonly readyWithinMs?: number;
}

/** What a program printed, and its exit code. */
export interface ProgramEnd {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** A whole linewatch of this test alone, as `npm start` runs it. */
export interface Linewatch {
  /** Where the copies of sip-edge listen, the first one first. */
  readonly sip: readonly SipEndpoint[];
  /** Where the copies of sccp-edge listen by TCP, the first one first. */
  readonly sccp: readonly SipEndpoint[];
  /** Where the shell is over SSH; nowhere without `--ssh-port`. */
  readonly ssh: readonly SipEndpoint[];
  /** Where phones load their files, by TCP and UDP; nowhere without `files`. */
  readonly files: readonly SipEndpoint[];
  readonly natsUrl: string;
  readonly redisUrl: string;
  readonly prefix: string;
  /** Ports of /health and /metrics on 127.0.0.1, by name: `sip-edge-1`. */
  readonly httpPorts: Readonly<Record<string, number>>;
  readonly dataFolder: string;
  readonly launcherPid: number;
  /** Process ids of what runs now, by name: `nats-server`, `redis-server`, `sip-edge-1`, … */
  pids(): Readonly<Record<string, number>>;
  /** @throws Error when no process of that name runs now */
  pidOf(name: string): number;
  /** SIGKILL; resolves when the process is gone. The launcher starts it again. */
  kill(name: string): Promise<void>;
  /** Resolves when a process of that name serves that is not `previousPid`. */
  untilServing(name: string, previousPid: number): Promise<void>;
  /** Runs `linewatch` with these arguments against this system. */
  console(args: readonly string[], input?: string): Promise<ProgramEnd>;
  /** What the launcher has printed so far. */
  said(): string;
  /** Sends the launcher a signal; resolves with its exit code when it has ended (null after SIGKILL). */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Stops everything and removes what was written. */
  stop(): Promise<void>;
}

/** `npm start` ended, or said that something is in its way, before it was ready. */
export class NotStartedError extends Error {
  override readonly name = 'NotStartedError';
  constructor(
    message: string,
    /** Its exit code, when it ended. */
    readonly code: number | null,
  ) {
    super(message);
  }
}

const READY_WITHIN_MS = 180_000;
const STOPPED_WITHIN_MS = 40_000;
const GONE_WITHIN_MS = 10_000;
const SERVING_WITHIN_MS = 30_000;
/** Another test may take a port between the look and the start. */
const ATTEMPTS = 3;

interface RunFile {
  readonly natsUrl: string;
  readonly redisUrl: string;
  readonly prefix: string;
  readonly pids: Readonly<Record<string, number>>;
  readonly http: Readonly<Record<string, { readonly port: number }>>;
  readonly sip: Readonly<Record<string, SipEndpoint>>;
  readonly sccp: Readonly<Record<string, SipEndpoint>>;
  readonly ssh: Readonly<Record<string, SipEndpoint>>;
}

/**
 * Starts linewatch on a private data folder and free ports, and waits for its `linewatch ready` line. The system ends
 * with this process, however that ends. With LINEWATCH_TEST_KEEP=1 folders with their logs stay.
 * @throws NotStartedError with the last lines it printed
 */
export async function startLinewatch(options: LinewatchOptions = {}): Promise<Linewatch> {
  const host = options.host ?? '127.0.0.1';
  for (let attempt = 1; ; attempt++) {
    const port = options.sipPort ?? (await freeSipPorts(host, options.instances?.['sip-edge'] ?? 1));
    const sccpPort = options.sccpPort ?? (await freeTcpPorts(host, options.instances?.['sccp-edge'] ?? 1));
    const [sshPort] = options.ssh ? [await freeTcpPorts(host, 1)] : [];
    const [filesPort] = options.files ? [await freeSipPorts(host, 1)] : [];
    const flags = [
      ...(options.flags ?? []),
      ...(sshPort === undefined ? [] : ['--ssh-port', String(sshPort)]),
      ...(filesPort === undefined ? [] : ['--cnf-port', String(filesPort), '--tftp-port', String(filesPort)]),
    ];
    const files = filesPort === undefined ? [] : [{ host, port: filesPort }];
    try {
      return { ...(await startOnce({ ...options, sccpPort, flags }, { host, port })), files };
    } catch (error) {
      const isTaken = error instanceof NotStartedError && /is taken by another|EADDRINUSE/.test(error.message);
      if (!isTaken || options.sipPort !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
}

async function startOnce(options: LinewatchOptions, sip: SipEndpoint): Promise<Omit<Linewatch, 'files'>> {
  const folder = mkdtempSync(join(tmpdir(), 'linewatch-system-'));
  const dataFolder = options.dataFolder ?? join(folder, 'data');
  const launcher = new Launcher(argumentsOf(options, sip, { folder, dataFolder }), options.env ?? {});
  const stop = async () => {
    try {
      await launcher.end('SIGTERM');
    } finally {
      if (process.env['LINEWATCH_TEST_KEEP'] !== '1') rmSync(folder, { recursive: true, force: true });
    }
  };
  try {
    await launcher.untilReady(options.readyWithinMs ?? READY_WITHIN_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  const run = () => JSON.parse(readFileSync(join(dataFolder, 'run.json'), 'utf8')) as RunFile;
  const { natsUrl, redisUrl, prefix, http, sip: endpoints, sccp, ssh } = run();
  const pidOf = (name: string): number => {
    const { pids } = run();
    const pid = pids[name];
    if (pid === undefined) throw new Error(`no ${name} runs; there are ${Object.keys(pids).join(', ')}`);
    return pid;
  };
  return {
    sip: Object.values(endpoints),
    sccp: Object.values(sccp),
    ssh: Object.values(ssh),
    natsUrl,
    redisUrl,
    prefix,
    httpPorts: Object.fromEntries(Object.entries(http).map(([name, { port }]) => [name, port])),
    dataFolder,
    launcherPid: launcher.pid,
    pids: () => run().pids,
    pidOf,
    kill: async (name) => {
      const pid = pidOf(name);
      process.kill(pid, 'SIGKILL');
      await until(() => !isAlive(pid), `the end of ${name} (process ${pid})`, GONE_WITHIN_MS);
    },
    untilServing: (name, previousPid) =>
      until(
        () => {
          const pid = run().pids[name];
          const serves = pid !== undefined && launcher.said().includes(`${name} serves again (process ${pid})`);
          return serves && pid !== previousPid;
        },
        `${name} serving again after process ${previousPid}`,
        SERVING_WITHIN_MS,
      ),
    console: (args, input) =>
      runProgram([join(repositoryRoot, 'bin', 'linewatch.mjs'), ...args], { LINEWATCH_DATA: dataFolder }, input),
    said: () => launcher.said(),
    end: (signal) => launcher.end(signal),
    stop,
  };
}

function argumentsOf(
  { config, instances, sccpPort, flags = [] }: LinewatchOptions,
  { host, port }: SipEndpoint,
  { folder, dataFolder }: { folder: string; dataFolder: string },
): string[] {
  const args = ['--bind', host, '--sip-port', String(port), '--http-port', '0', '--data', dataFolder];
  if (sccpPort !== undefined) args.push('--sccp-port', String(sccpPort));
  if (config !== undefined) {
    const file = join(folder, 'startup-config');
    writeFileSync(file, typeof config === 'string' ? config : config({ host, port }));
    args.push('--config', file);
  }
  const copies = Object.entries(instances ?? {}).map(([service, count]) => `${service}=${count}`);
  if (copies.length > 0) args.push('--instances', copies.join(','));
  return [...args, ...flags];
}

/** The process of `npm start`. */
class Launcher {
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;
  private text = '';
  private heard: () => void = () => undefined;

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    const program = join(repositoryRoot, 'deploy', 'setup', 'start.mjs');
    this.child = spawn(process.execPath, [program, '--stop-with-input', ...args], {
      cwd: repositoryRoot,
      env: { ...withoutOwnVariables(process.env), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (bytes: Buffer) => {
        this.text = (this.text + bytes.toString()).slice(-1_000_000);
        this.heard();
      });
    this.child.stdin?.on('error', () => undefined);
    this.ended = new Promise((done) => {
      this.child.once('error', () => done(null));
      this.child.once('close', (code) => done(code));
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  said(): string {
    return this.text;
  }

  async untilReady(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((done) => {
      timer = setTimeout(() => done(`was not ready within ${withinMs / 1000} s`), withinMs);
    });
    const ready = new Promise<undefined>((done) => {
      this.heard = () => /^linewatch ready.*\n/m.test(this.text) && done(undefined);
    });
    const over = this.ended.then((code) => `ended (${code ?? 'without an exit code'}) before it was ready`);
    const failure = await Promise.race([ready, late, over]);
    clearTimeout(timer);
    this.heard = () => undefined;
    if (failure === undefined) return;
    const lines = this.text.trimEnd().split('\n').slice(-20).join('\n');
    throw new NotStartedError(`linewatch ${failure}; it said:\n${lines}`, this.child.exitCode);
  }

  /** Its exit code, when it has ended; it is killed when it takes too long, and its watchdog stops the rest. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOPPED_WITHIN_MS);
    const code = await this.ended;
    clearTimeout(timer);
    return code;
  }
}

/** The developer's own settings must not reach a private system; what chooses the servers may. */
function withoutOwnVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('LINEWATCH_') || name === 'LINEWATCH_NATS_SUITE'),
  );
}

function runProgram(args: readonly string[], env: Record<string, string>, input = ''): Promise<ProgramEnd> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: repositoryRoot,
      env: { ...withoutOwnVariables(process.env), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (code) => done({ stdout, stderr, code: code ?? -1 }));
  });
}

/** Whether a process exists; one that has ended but was not yet collected by its parent counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}
