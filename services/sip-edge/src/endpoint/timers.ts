import type { TimerName } from '@linewatch/sip';
import type { TimerHandle, TimerWheel } from '@linewatch/runtime';

/** The running timers of one transaction, by name. A timer started again replaces the one of its name. */
export class TransactionTimers {
  private running: { name: TimerName; handle: TimerHandle }[] = [];

  constructor(private readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>) {}

  start(name: TimerName, ms: number, fired: (name: TimerName) => void): void {
    this.stop(name);
    this.running.push({ name, handle: this.wheel.set(ms, () => fired(name)) });
  }

  stop(name: TimerName): void {
    const at = this.running.findIndex((timer) => timer.name === name);
    if (at < 0) return;
    this.wheel.cancel(this.running[at]?.handle);
    this.running.splice(at, 1);
  }

  stopAll(): void {
    for (const { handle } of this.running) this.wheel.cancel(handle);
    this.running = [];
  }
}
