import { dueLeases, edgeLostFact, type EdgeId } from '@linewatch/presence';
import type { PlainCounter } from '@linewatch/runtime';
import type { FactAppender } from './fact-appender';
import type { LineStore } from './line-store';
import type { LineRows } from './ports';

const BATCH = 500;

/** Ends leases that ran out and those of edges that fell silent, as facts in the stream [design law 4]. */
export class LeaseKeeper {
  constructor(
    private readonly rows: LineRows,
    private readonly store: LineStore,
    private readonly facts: FactAppender,
    private readonly ended: PlainCounter,
  ) {}

  /** Appends the lease facts due at `now`, one a line: the next sweep sees what that one changed. */
  async sweep(now: number): Promise<void> {
    for (const line of await this.rows.due(now, BATCH)) {
      const row = await this.store.load(line);
      const [due] = dueLeases(row.fold, now);
      if (!due) {
        // The index is behind its row: mend it, or this line would come up at every sweep.
        await this.rows.index(line, row);
      } else if (await this.facts.lease(row.fold, due)) {
        this.ended.add(1);
      }
    }
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
}
