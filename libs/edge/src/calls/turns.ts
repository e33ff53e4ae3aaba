/**
 * Runs what belongs to calls one after another: what a step causes waits until the step is done, so that each leg and
 * each call sees its inputs in order and whole, however its neighbours answer.
 */
export class Turns {
  private readonly waiting: (() => void)[] = [];
  private running = false;

  constructor(private readonly onError: (error: unknown) => void) {}

  /** Runs it now, or, within another turn, right after what waits already. */
  take(turn: () => void): void {
    this.waiting.push(turn);
    if (this.running) return;
    this.running = true;
    try {
      for (let next = this.waiting.shift(); next; next = this.waiting.shift()) this.run(next);
    } finally {
      this.running = false;
    }
  }

  /** A mistake of ours in one call must not stop the others. */
  private run(turn: () => void): void {
    try {
      turn();
    } catch (error) {
      this.onError(error);
    }
  }
}
