import { type Clock, TimerWheel } from '@linewatch/runtime';

/** A clock that a test moves, and a wheel of timers that runs with it. */
export class ManualClock implements Clock {
  private ms = 1_800_000_000_000;
  readonly wheel = new TimerWheel(this, { driven: false });

  now(): number {
    return this.ms;
  }

  monotonic(): number {
    return this.ms;
  }

  /** Lets time pass in steps of a slot, running every timer on the way, and what it started. */
  async pass(ms: number, stepMs = 50): Promise<void> {
    const until = this.ms + ms;
    while (this.ms < until) {
      this.ms = Math.min(until, this.ms + stepMs);
      this.wheel.tick();
      await settle();
    }
  }
}

/** Lets everything that waits for resolved promises and for the next turn of the loop run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
