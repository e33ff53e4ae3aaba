import { edgesOf, nextLeaseEnd, type EdgeId, type LineNumber } from '@linewatch/presence';
import type { LineRow } from '@linewatch/tables';

/** Lines whose rows are kept; the one used longest ago makes room. */
const MOST = 50_000;

interface Recent {
  readonly row: LineRow;
  /** When the index of leases says that the line's next lease ends: never later than it does. */
  readonly leaseEnd: number | undefined;
  /** The edges under which the line is indexed: at least those that it depends on. */
  readonly edges: readonly EdgeId[];
}

/**
 * The rows that this copy wrote last, and what the indexes say of them. A copy that folds alone need not read back what it
 * wrote: should the row be another one by now, or be lost, the compare-and-set tells.
 */
export class RecentRows {
  private readonly rows = new Map<LineNumber, Recent>();

  constructor(private readonly most = MOST) {}

  /** The row of a line as this copy wrote it; undefined when it has to be read. */
  get(line: LineNumber): LineRow | undefined {
    const recent = this.rows.get(line);
    if (!recent) return undefined;
    this.rows.delete(line);
    this.rows.set(line, recent);
    return recent.row;
  }

  /**
   * Whether the indexes may stay as they are under a new row. An index may name a lease that ends too early, or an edge
   * too many: whoever comes by mends that. It may not miss any.
   */
  isIndexed(line: LineNumber, { fold }: LineRow): boolean {
    const recent = this.rows.get(line);
    if (!recent) return false;
    const end = nextLeaseEnd(fold);
    const isEarly = end === undefined || (recent.leaseEnd !== undefined && recent.leaseEnd <= end);
    return isEarly && edgesOf(fold).every((edge) => recent.edges.includes(edge));
  }

  /** Remembers a row that was written; `indexed` when its indexes were written too. */
  wrote(line: LineNumber, row: LineRow, indexed: boolean): void {
    const before = this.rows.get(line);
    this.rows.delete(line);
    const index =
      indexed || !before
        ? { leaseEnd: nextLeaseEnd(row.fold), edges: edgesOf(row.fold) }
        : { leaseEnd: before.leaseEnd, edges: before.edges };
    this.rows.set(line, { row, ...index });
    if (this.rows.size <= this.most) return;
    const [oldest] = this.rows.keys();
    if (oldest !== undefined) this.rows.delete(oldest);
  }

  /** Forgets everything. */
  clear(): void {
    this.rows.clear();
  }

  /** Forgets a line whose row turned out to be another one. */
  forget(line: LineNumber): void {
    this.rows.delete(line);
  }
}
