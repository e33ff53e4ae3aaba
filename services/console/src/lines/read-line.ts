import type { Bus, FollowOptions, Stored, StreamName } from '@linewatch/bus';
import type { LineFact, LineNumber } from '@linewatch/presence';
import { ConsoleError } from '../console-io';
import type { KeptFact, KeptLine, Snapshot } from './line-past';

/** Facts of one line that are held at once: more than any line has in the time that they are kept. */
const MOST_FACTS = 200_000;
/** How long the streams may take to give what they hold. */
const READ_MS = 30_000;

type ReadingBus = Pick<Bus, 'follow' | 'next' | 'subjects'>;

/**
 * All that the streams keep of a line.
 * @throws ConsoleError when it cannot be read in time
 */
export async function readKeptLine(bus: ReadingBus, line: LineNumber, signal: AbortSignal): Promise<KeptLine> {
  const { subjects } = bus;
  const snapshots: Snapshot[] = [];
  await readAll(bus, 'PRESENCE', { filter: subjects.presence(line), from: 'all' }, signal, (stored) => {
    if (stored.event.type !== 'linewatch.line.state') return;
    const { lamp, since, fold } = stored.event.data;
    snapshots.push({ version: stored.streamSeq, at: stored.storedAt, lamp, since, fold });
  });
  // Before the facts: what is dropped meanwhile is then missed at the beginning, where it is known to be missing.
  const first = await bus.next('LINES', subjects.every.lineFacts, 1);
  const facts: KeptFact[] = [];
  await readAll(bus, 'LINES', { filter: subjects.lineFacts(line), from: 'all' }, signal, (stored) => {
    const fact = factOf(stored);
    if (fact && facts.length <= MOST_FACTS) facts.push(fact);
  });
  if (facts.length > MOST_FACTS) throw new ConsoleError(`More than ${MOST_FACTS} facts of ${line} are kept.`);
  return { line, ...(first && { first: { seq: first.streamSeq, at: first.storedAt } }), snapshots, facts };
}

function factOf({ event, streamSeq, storedAt, time }: Stored): KeptFact | undefined {
  return event.type.startsWith('linewatch.line.') && event.type !== 'linewatch.line.state'
    ? { ...(event as LineFact), seq: streamSeq, time, at: storedAt }
    : undefined;
}

/**
 * Gives everything that a stream holds now; `take` may not throw.
 * @throws ConsoleError when it does not come in time, or the operator does not want to wait any more
 */
export async function readAll(
  bus: Pick<Bus, 'follow'>,
  stream: StreamName,
  options: FollowOptions,
  signal: AbortSignal,
  take: (stored: Stored) => void,
): Promise<void> {
  if (signal.aborted) throw new ConsoleError('Stopped.');
  const follower = await bus.follow(stream, options, take);
  let end = (_error: Error): void => undefined;
  const stopped = new Promise<never>((_resolve, reject) => (end = reject));
  const timer = setTimeout(() => end(new ConsoleError(`${stream} was not read in time: NATS is too slow.`)), READ_MS);
  const onAbort = (): void => end(new ConsoleError('Stopped.'));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([follower.caughtUp, stopped]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    follower.stop();
  }
}
