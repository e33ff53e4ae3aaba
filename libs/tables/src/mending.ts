/** Makes tables anew where they were lost, and looks at every row of them. Both reject when they are to be tried again. */
export interface Rebuilder {
  whole(): Promise<void>;
  mend(): Promise<void>;
}

/**
 * The rounds in which a service sees to its tables. A reconnect may have lost rows without losing all: in the round after
 * it every row is looked at, else only whether the tables are there.
 */
export class Mending {
  private isDue = false;

  constructor(private readonly rebuilder: Rebuilder) {}

  /** Redis was connected anew. */
  reconnected(): void {
    this.isDue = true;
  }

  async round(): Promise<void> {
    if (!this.isDue) return this.rebuilder.whole();
    this.isDue = false;
    try {
      await this.rebuilder.mend();
    } catch (error) {
      this.isDue = true;
      throw error;
    }
  }
}
