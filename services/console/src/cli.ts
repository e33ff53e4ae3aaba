import type { ConsoleIo } from './console-io';
import { runConsole } from './program';

/** `linewatch`: one command line, then the end. The environment says where the system is. */

const stop = new AbortController();
let stoppable = false;

const io: ConsoleIo = {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  now: () => Date.now(),
  stopSignal: () => {
    stoppable = true;
    // Once: a second Ctrl-C ends the process whatever it does.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
    return stop.signal;
  },
};

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Nobody reads any more, as with `linewatch watch | head`: no failure.
  if (error.code !== 'EPIPE') process.exit(1);
  if (stoppable) stop.abort();
  else process.exit(0);
});

runConsole(process.argv.slice(2), io).then(leave, (error: unknown) => {
  process.stderr.write(`linewatch: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  leave(1);
});

/** Ends when what was printed has left, also while a connection attempt is still pending. */
function leave(code: number): void {
  process.exitCode = code;
  process.stdout.write('', () => process.exit(code));
}
