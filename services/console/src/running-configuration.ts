import { RunningConfig } from '@linewatch/runtime';
import { ConsoleError, type ConsoleIo, printable } from './console-io';
import type { System } from './system';

/** How long the configuration may take to be read, and a change to come back from its stream. */
const WAIT_MS = 30_000;
const POLL_MS = 10;

/** Does something with the running configuration, which follows CONFIG meanwhile. @throws ConsoleError when it cannot be read */
export async function withRunningConfig<T>(
  io: ConsoleIo,
  system: System,
  work: (running: RunningConfig) => Promise<T> | T,
): Promise<T> {
  const running = new RunningConfig({
    platformMaximum: system.platformMaximum,
    onProblem: ({ revision, reason, lines }) =>
      io.stderr.write(
        `linewatch: revision ${revision}: ${reason}${printable(lines.map((one) => `; ${one}`).join(''))}\n`,
      ),
  });
  try {
    await inTime(running.start(system.bus), 'The configuration was not read in time: NATS is too slow.');
    return await work(running);
  } finally {
    running.stop();
  }
}

/** Waits until a change has come back from the stream and is applied. @throws ConsoleError when it does not in time */
export function untilApplied(running: Pick<RunningConfig, 'revision' | 'onChange'>, revision: number): Promise<void> {
  return untilTrue(
    running,
    () => running.revision() >= revision,
    `Revision ${revision} is stored, but did not come back in time: NATS is too slow.`,
  );
}

/** Waits until everything in CONFIG up to a sequence was heard. @throws ConsoleError when it is not in time */
export function untilHeard(running: Pick<RunningConfig, 'position' | 'onChange'>, sequence: number): Promise<void> {
  return untilTrue(
    running,
    () => running.position() >= sequence,
    'The changes of others did not come in time: NATS is too slow.',
  );
}

async function untilTrue(
  running: Pick<RunningConfig, 'onChange'>,
  isTrue: () => boolean,
  otherwise: string,
): Promise<void> {
  const end = performance.now() + WAIT_MS;
  let wake = (): void => undefined;
  const stop = running.onChange(() => wake());
  try {
    while (!isTrue()) {
      if (performance.now() > end) throw new ConsoleError(otherwise);
      // Also without a change: not every message is one.
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        wake = () => {
          clearTimeout(timer);
          setImmediate(resolve);
        };
      });
    }
  } finally {
    stop();
  }
}

async function inTime(started: Promise<void>, otherwise: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ConsoleError(otherwise)), WAIT_MS);
  });
  try {
    await Promise.race([started, late]);
  } finally {
    clearTimeout(timer);
  }
}
