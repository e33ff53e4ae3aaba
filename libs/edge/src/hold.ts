import type { Bus } from '@linewatch/bus';
import type { Clock, PlainCounter, TimerHandle, TimerWheel } from '@linewatch/runtime';

/** What holding needs. */
export interface HoldPorts {
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly bus: Pick<Bus, 'onStatus'>;
  /** Steps that failed at first and were held. */
  readonly held: PlainCounter;
  /** Steps that were given up: the time was over, or too many were held already. */
  readonly gaveUp: PlainCounter;
  /** How long a step is tried, in milliseconds; 20,000 when absent. */
  readonly longestMs?: number;
  /** Steps held at once; 20,000 when absent. */
  readonly most?: number;
}

const LONGEST_MS = 20_000;
const MOST = 20_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 1_000;
/** How many are tried again at once when the bus is back, and then every few milliseconds: not all in one turn. */
const WAKE_AT_ONCE = 256;
const WAKE_EVERY_MS = 20;

interface Waiter {
  readonly wake: () => void;
  readonly timer: TimerHandle;
}

/**
 * Holds requests that cannot be carried out because a neighbour does not answer, rather than refuse them: a Cisco key
 * never tries again after a 5xx [design law 8]. Retransmissions meanwhile are absorbed by the transaction.
 */
export class Hold {
  /** In the order in which they began to wait. */
  private readonly waiting = new Set<Waiter>();
  private holding = 0;
  private isClosed = false;
  private wakeTimer: TimerHandle | undefined;
  private readonly unlisten: () => void;

  constructor(private readonly ports: HoldPorts) {
    this.unlisten = ports.bus.onStatus(({ connected }) => {
      if (connected) this.wakeSome(this.waiting.size);
    });
  }

  /** Steps that are held now. */
  get size(): number {
    return this.holding;
  }

  /**
   * Carries a step out; repeats it while it fails with an error named UnavailableError, at most for the time of holding.
   * The step must bear being repeated. Any other error is the caller's.
   */
  async run<T>(step: () => Promise<T>): Promise<T | 'gave-up'> {
    const since = this.ports.clock.monotonic();
    try {
      return await step();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
    const { held, gaveUp, most = MOST } = this.ports;
    if (this.isClosed || this.holding >= most) {
      gaveUp.add();
      return 'gave-up';
    }
    held.add();
    this.holding += 1;
    try {
      return await this.repeat(step, since);
    } finally {
      this.holding -= 1;
    }
  }

  /** Gives up all that is held after one more try: the process is about to end. */
  close(): void {
    this.isClosed = true;
    this.unlisten();
    this.ports.wheel.cancel(this.wakeTimer);
    for (const waiter of [...this.waiting]) waiter.wake();
  }

  private async repeat<T>(step: () => Promise<T>, since: number): Promise<T | 'gave-up'> {
    const { clock, gaveUp, longestMs = LONGEST_MS } = this.ports;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      const left = since + longestMs - clock.monotonic();
      if (left <= 0 || this.isClosed) break;
      await this.pause(Math.min(wait, left));
      try {
        return await step();
      } catch (error) {
        if (!isUnavailable(error)) throw error;
      }
    }
    gaveUp.add();
    return 'gave-up';
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.ports.wheel.cancel(waiter.timer);
        this.waiting.delete(waiter);
        resolve();
      };
      const waiter: Waiter = { wake, timer: this.ports.wheel.set(ms, wake) };
      this.waiting.add(waiter);
    });
  }

  /** Wakes those that wait now, the longest waiting first, in slices; `left` is how many of them are still to be woken. */
  private wakeSome(left: number): void {
    this.ports.wheel.cancel(this.wakeTimer);
    const slice = [...take(this.waiting, Math.min(left, WAKE_AT_ONCE))];
    for (const waiter of slice) waiter.wake();
    if (left > slice.length && slice.length > 0) {
      this.wakeTimer = this.ports.wheel.set(WAKE_EVERY_MS, () => this.wakeSome(left - slice.length));
    }
  }
}

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let taken = 0;
  for (const item of items) {
    if (taken >= count) return;
    taken += 1;
    yield item;
  }
}

/** The libraries have an error of this name each, and name it alike on purpose. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Error && error.name === 'UnavailableError';
}
