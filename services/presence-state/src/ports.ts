import type { EdgeId, LineFold, LineNumber, PublishedView } from '@linewatch/presence';

/** The row of one line: its fold and what was last published of it, with that message's PRESENCE sequence. */
export interface LineRow {
  readonly fold: LineFold;
  readonly published?: { readonly seq: number; readonly view: PublishedView };
}

/** What presence-state needs of the line tables. A row is a projection: absent means that it must be rebuilt. */
export interface LineRows {
  read(line: LineNumber): Promise<LineRow | undefined>;
  readMany(lines: readonly LineNumber[]): Promise<(LineRow | undefined)[]>;
  /** Writes only over a row that was folded up to `expectedSeq`. */
  put(line: LineNumber, row: LineRow, expectedSeq: number): Promise<'ok' | 'conflict'>;
  /** Writes a rebuilt row and the bindings in it unless a newer row stands there. */
  putRebuilt(line: LineNumber, row: LineRow): Promise<void>;
  /** Brings the indexes of leases and edges up to the row. */
  index(line: LineNumber, row: LineRow): Promise<void>;
  /** Lines with a lease that ends by `now`, at most `limit`. */
  due(now: number, limit: number): Promise<LineNumber[]>;
  /** Lines that depend on an edge, in bounded batches. */
  ofEdge(edge: EdgeId): AsyncIterable<readonly LineNumber[]>;
}

/** A number that only rises, read by the metrics page. */
export interface Counter {
  add(count: number): void;
}
