import type { EdgeId } from './ids';

/** What is shared by everything in a line's fold that is believed only for a while [design law 4]. */

/** Up to which LINES sequence something is no longer believed. */
export type Lapses = Readonly<Record<string, number>>;

/** Edges that fell silent: what they said in that epoch up to that LINES sequence, and in any before, is not believed. */
export type LostEdges = Readonly<Record<EdgeId, { readonly epoch: number; readonly upTo: number }>>;

/** An entry of a table whose keys come from elsewhere: also a key that every object inherits is only found if it is there. */
export function at<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** The lapses with one that reaches at least that far. */
export function raise(lapses: Lapses, key: string, upTo: number): Lapses {
  return (at(lapses, key) ?? 0) >= upTo ? lapses : { ...lapses, [key]: upTo };
}

/** Whether an edge was lost since it said that fact. */
export function edgeLost(edges: LostEdges, edge: EdgeId, epoch: number, factSeq: number): boolean {
  const lost = at(edges, edge);
  return lost !== undefined && (epoch < lost.epoch || (epoch === lost.epoch && factSeq <= lost.upTo));
}
