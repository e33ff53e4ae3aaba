/** A line that was read while the streams catch up. */
interface Waiting {
  readonly at: number;
  readonly line: string;
}

/**
 * What several streams held since some time, one after another, brought into the order of time. Keeps at most twice
 * `most` lines, and in the end the newest `most`.
 */
export class Backlog {
  private waiting: Waiting[] = [];
  private dropped = 0;

  constructor(private readonly most: number) {}

  /** @param at milliseconds since the epoch; lines of the same time stay as they came */
  add(at: number, line: string): void {
    this.waiting.push({ at, line });
    if (this.waiting.length >= 2 * this.most) this.shorten();
  }

  /** The lines in order, and how many older ones were left out. */
  drain(): { lines: readonly string[]; leftOut: number } {
    this.shorten();
    const drained = { lines: this.waiting.map(({ line }) => line), leftOut: this.dropped };
    this.waiting = [];
    this.dropped = 0;
    return drained;
  }

  private shorten(): void {
    this.waiting.sort((a, b) => a.at - b.at);
    const surplus = Math.max(0, this.waiting.length - this.most);
    this.waiting.splice(0, surplus);
    this.dropped += surplus;
  }
}
