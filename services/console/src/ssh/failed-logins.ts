/** How many failures from one address are too many, and for how long it then has to wait. */
const MOST_FAILURES = 10;
const WITHIN_MS = 60_000;
const MOST_ADDRESSES = 1000;

/** Counts failed logins by address, as `login block-for` of IOS does. */
export class FailedLogins {
  private readonly failures = new Map<string, number[]>();

  /** @param now in milliseconds of any clock that only goes forward */
  note(address: string, now: number): void {
    const recent = this.recentOf(address, now);
    recent.push(now);
    this.failures.delete(address);
    this.failures.set(address, recent.slice(-MOST_FAILURES));
    const [oldest] = this.failures.keys();
    if (this.failures.size > MOST_ADDRESSES && oldest !== undefined) this.failures.delete(oldest);
  }

  /** Whether no login from there is looked at now. */
  isBlocked(address: string, now: number): boolean {
    return this.recentOf(address, now).length >= MOST_FAILURES;
  }

  private recentOf(address: string, now: number): number[] {
    return (this.failures.get(address) ?? []).filter((at) => now - at < WITHIN_MS);
  }
}
