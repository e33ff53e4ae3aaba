/** Waiting for conditions: every wait has a deadline, and its error says what was awaited and what came instead. */

interface Waiter {
  probe(): boolean;
  fail(reason: string): void;
}

/** What a test waited for and did not get. */
export class NotSeenError extends Error {
  override readonly name = 'NotSeenError';
}

/** The conditions one simulated device is watched for. `changed()` is called whenever the device heard something. */
export class Conditions {
  private readonly waiters = new Set<Waiter>();
  private closed = false;

  /**
   * @param owner   who is waiting, for the error text
   * @param account tells, at the deadline, what came instead
   */
  constructor(
    private readonly owner: string,
    private readonly account: () => string,
  ) {}

  /**
   * The first value of `probe` that is not undefined; probed at once and after every change.
   * @throws NotSeenError at the deadline, or when the device is closed
   */
  until<T>(what: string, probe: () => T | undefined, withinMs: number, account = this.account): Promise<T> {
    const now = probe();
    if (now !== undefined) return Promise.resolve(now);
    if (this.closed) return Promise.reject(new NotSeenError(`${this.owner} is closed and cannot see ${what}`));
    return new Promise<T>((resolve, reject) => {
      const fail = (reason: string) => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
        reject(new NotSeenError(`${this.owner} ${reason} ${what}; came instead: ${account() || 'nothing'}`));
      };
      const waiter: Waiter = {
        probe: () => {
          const value = probe();
          if (value === undefined) return false;
          clearTimeout(timer);
          resolve(value);
          return true;
        },
        fail,
      };
      const timer = setTimeout(() => fail(`awaited for ${withinMs} ms:`), withinMs);
      this.waiters.add(waiter);
    });
  }

  /** Something happened: look again at every awaited condition. */
  changed(): void {
    for (const waiter of this.waiters) if (waiter.probe()) this.waiters.delete(waiter);
  }

  /** Fails what is still awaited, so that no test hangs on a closed device. */
  close(): void {
    this.closed = true;
    for (const waiter of [...this.waiters]) waiter.fail('was closed while it awaited:');
  }
}
