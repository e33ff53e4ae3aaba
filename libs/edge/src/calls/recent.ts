import type { Clock } from '@linewatch/runtime';

/** Remembers ids for a time between once and twice the span; two sets and no timer. */
export class Recent {
  private newer = new Set<string>();
  private older = new Set<string>();
  private turnedAt: number;

  constructor(
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly spanMs: number,
  ) {
    this.turnedAt = clock.monotonic();
  }

  add(id: string): void {
    this.turn();
    this.newer.add(id);
  }

  has(id: string): boolean {
    this.turn();
    return this.newer.has(id) || this.older.has(id);
  }

  private turn(): void {
    const now = this.clock.monotonic();
    if (now - this.turnedAt < this.spanMs) return;
    this.older = now - this.turnedAt < 2 * this.spanMs ? this.newer : new Set();
    this.newer = new Set();
    this.turnedAt = now;
  }
}
