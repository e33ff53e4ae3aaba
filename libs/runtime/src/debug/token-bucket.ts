/** So much at once, and so much a second after that. */
export class TokenBucket {
  private left: number;

  /** @param now milliseconds of a clock that only runs forward */
  constructor(
    private readonly size: number,
    private readonly aSecond: number,
    private filledAt: number,
  ) {
    this.left = size;
  }

  /** Takes that many, all or none. False: there are not so many left. */
  take(count: number, now: number): boolean {
    this.fill(now);
    if (this.left < count) return false;
    this.left -= count;
    return true;
  }

  /** Nothing can be taken. */
  isEmpty(now: number): boolean {
    this.fill(now);
    return this.left < 1;
  }

  private fill(now: number): void {
    this.left = Math.min(this.size, this.left + ((now - this.filledAt) * this.aSecond) / 1000);
    this.filledAt = now;
  }
}
