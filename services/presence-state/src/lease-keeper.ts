import { dueLeases, edgeLostFact, type EdgeId, type LineNumber } from '@linewatch/presence';
import type { PlainCounter } from '@linewatch/runtime';
import type { FactAppender } from './fact-appender';
import type { LineStore } from './line-store';
import type { LineRows } from './ports';

/** Lines in one sweep; more are due at once only when a whole office fell silent. */
const BATCH = 500;
/** A fact that was appended must be folded before its line leaves the index of leases: this long is it left alone. */
const FOLD_MS = 100;

/** Ends leases that ran out and those of edges that fell silent, as facts in the stream [design law 4]. */
export class LeaseKeeper {
  constructor(
    private readonly rows: LineRows,
    private readonly store: LineStore,
    private readonly facts: FactAppender,
    private readonly ended: PlainCounter,
  ) {}

  /**
   * Appends the lease facts due at `now`, one a line: the next sweep sees what that one changed. Answers in how many
   * milliseconds the next lease ends; undefined when there is none. One line that fails does not keep the others.
   */
  async sweep(now: number): Promise<number | undefined> {
    const lines = await this.rows.due(now, BATCH);
    const ends = await Promise.allSettled(lines.map((line) => this.endLease(line, now)));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
    if (lines.length > 0) return FOLD_MS;
    const next = await this.rows.nextDue();
    return next === undefined ? undefined : Math.max(0, next - now);
  }

  /** Turns unknown what depended on an edge that fell silent. */
  async edgeLost(edge: EdgeId, epoch: number): Promise<void> {
    for await (const lines of this.rows.ofEdge(edge)) {
      const rows = await this.store.loadMany(lines);
      await Promise.all(
        rows.map(async (row) => {
          const fact = edgeLostFact(row.fold, edge, epoch);
          if (fact && (await this.facts.lease(row.fold, fact))) this.ended.add(1);
        }),
      );
    }
  }

  private async endLease(line: LineNumber, now: number): Promise<void> {
    const row = await this.store.load(line);
    const [due] = dueLeases(row.fold, now);
    // The index is behind its row: mend it, or this line would come up at every sweep.
    if (!due) await this.rows.index(line, row);
    else if (await this.facts.lease(row.fold, due)) this.ended.add(1);
  }
}
