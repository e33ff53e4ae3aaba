import type { TimerName } from '@linewatch/sip';
import type { Clock, TimerHandle, TimerWheel } from '@linewatch/runtime';
import type { Reading } from './reading';

/** Timers that send something again because no answer was seen. */
const RETRANSMIT: ReadonlySet<TimerName> = new Set<TimerName>(['A', 'E', 'G']);
/** How long a retransmission waits for the answers to be read, and how often. */
const WAIT_MS = 40;
const MOST_WAITS = 25;

/** Transactions that are not over, at once: what memory may be taken by peers that ask faster than we forget. */
export const MOST_TRANSACTIONS = 200_000;

/** What the timers of transactions run on. */
export interface TimerParts {
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly reading: Pick<Reading, 'isBehind'>;
}

/**
 * The running timers of one transaction, by name. A timer started again replaces the one of its name. Retransmissions wait
 * while this process is behind with reading what may be their answer.
 */
export class TransactionTimers {
  private running: { name: TimerName; handle: TimerHandle }[] = [];

  constructor(private readonly parts: TimerParts) {}

  start(name: TimerName, ms: number, fired: (name: TimerName) => void): void {
    this.run(name, ms, fired, RETRANSMIT.has(name) ? MOST_WAITS : 0);
  }

  stop(name: TimerName): void {
    const at = this.running.findIndex((timer) => timer.name === name);
    if (at < 0) return;
    this.parts.wheel.cancel(this.running[at]?.handle);
    this.running.splice(at, 1);
  }

  stopAll(): void {
    for (const { handle } of this.running) this.parts.wheel.cancel(handle);
    this.running = [];
  }

  private run(name: TimerName, ms: number, fired: (name: TimerName) => void, waits: number): void {
    const { wheel, clock, reading } = this.parts;
    this.stop(name);
    const due = clock.monotonic() + ms;
    const handle = wheel.set(ms, () => {
      if (waits > 0 && reading.isBehind(due)) this.run(name, WAIT_MS, fired, waits - 1);
      else fired(name);
    });
    this.running.push({ name, handle });
  }
}
