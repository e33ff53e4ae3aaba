/**
 * Knows from which LINES sequence on this copy has been handed every single fact. Copies share one consumer, so a line's
 * earlier fact may be in another copy's hands: folding the later one first would lose it. Where this copy saw everything,
 * no look into the stream is needed.
 */
export class DeliveryGaps {
  private from = Number.POSITIVE_INFINITY;
  private last = Number.NaN;

  /** Notes facts as they were delivered, those of one batch in the order of their sequences. */
  delivered(sequences: readonly number[]): void {
    for (const seq of sequences) {
      if (seq !== this.last + 1) this.from = seq;
      this.last = seq;
    }
  }

  /** Something that was delivered could not be folded: nothing before is certain any more. */
  reset(): void {
    this.from = Number.POSITIVE_INFINITY;
    this.last = Number.NaN;
  }

  /** Whether every fact after `seq` up to `upTo` went through this copy. */
  sawAll(seq: number, upTo: number): boolean {
    return seq + 1 >= this.from && upTo <= this.last;
  }
}
