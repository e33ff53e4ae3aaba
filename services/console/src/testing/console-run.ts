import { PassThrough, Readable } from 'node:stream';
import type { ConsoleIo } from '../console-io';
import { runConsole } from '../program';

/** A command line that runs in this process, and what it has printed so far. */
export interface ConsoleRun {
  readonly printed: { stdout: string; stderr: string };
  /** The exit code. */
  readonly exit: Promise<number>;
  /** As Ctrl-C does. */
  stop(): void;
}

export function startConsole(args: readonly string[], env: NodeJS.ProcessEnv, stdin = ''): ConsoleRun {
  const printed = { stdout: '', stderr: '' };
  const stop = new AbortController();
  const collect = (name: 'stdout' | 'stderr'): PassThrough => {
    const stream = new PassThrough();
    stream.on('data', (chunk: Buffer) => (printed[name] += chunk.toString()));
    return stream;
  };
  const io: ConsoleIo = {
    env,
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: collect('stdout'),
    stderr: collect('stderr'),
    now: () => Date.now(),
    stopSignal: () => stop.signal,
  };
  // What was written is collected a turn later.
  const exit = runConsole(args, io).then((code) => new Promise<number>((done) => setImmediate(() => done(code))));
  return { printed, exit, stop: () => stop.abort() };
}

export async function runToEnd(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  stdin = '',
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { printed, exit } = startConsole(args, env, stdin);
  const code = await exit;
  return { code, ...printed };
}
