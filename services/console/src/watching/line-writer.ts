import type { Writable } from 'node:stream';

/** What may wait for a reader that is slower than the system. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

/** Prints lines for as long as somebody takes them; those that nobody takes in time are left out, and that is said. */
export class LineWriter {
  private leftOut = 0;

  /** @param note what to print for lines that were left out */
  constructor(
    private readonly out: Pick<Writable, 'write' | 'writableLength'>,
    private readonly note: (leftOut: number) => string,
    private readonly most = MOST_WAITING_BYTES,
  ) {}

  write(line: string): void {
    if (this.out.writableLength > this.most) {
      this.leftOut++;
      return;
    }
    this.sayLeftOut();
    this.out.write(`${line}\n`);
  }

  /** Says what was left out last. */
  end(): void {
    this.sayLeftOut();
  }

  private sayLeftOut(): void {
    if (this.leftOut === 0) return;
    this.out.write(`${this.note(this.leftOut)}\n`);
    this.leftOut = 0;
  }
}
