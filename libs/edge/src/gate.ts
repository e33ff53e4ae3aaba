/**
 * Lets so many steps run at once; the others wait in line. What is asked of a neighbour at once is bounded, so that its
 * time for an answer is not spent in its queue.
 */
export class Gate {
  private readonly waiting: (() => void)[] = [];
  private start = 0;
  private inside = 0;

  constructor(private readonly most: number) {}

  /** Steps that wait. */
  get size(): number {
    return this.waiting.length - this.start;
  }

  /** Runs a step when there is room. */
  async run<T>(step: () => Promise<T>): Promise<T> {
    if (this.inside >= this.most) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.inside += 1;
    try {
      return await step();
    } finally {
      this.next();
    }
  }

  /** The one that leaves hands its place to the one that waited longest. */
  private next(): void {
    const next = this.waiting[this.start];
    if (next === undefined) {
      this.inside -= 1;
      return;
    }
    this.start += 1;
    // Taken out in bulk: shifting one by one costs the length of the line each time.
    if (this.start > 1024) {
      this.waiting.splice(0, this.start);
      this.start = 0;
    }
    next();
  }
}
