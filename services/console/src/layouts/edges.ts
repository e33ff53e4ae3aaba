import type { EdgeInfo, KnownEdge, ProcessInfo } from '@linewatch/runtime';
import { printable } from '../console-io';
import { tableLines } from './table';
import { timeText } from './time-text';

/** One edge as `show edges` tells of it; also its JSON form. */
export interface EdgeRow {
  readonly edge: string;
  readonly kind: EdgeInfo['kind'];
  readonly epoch: number;
  /** `lost`: it is not heard of, or has said bye. */
  readonly state: 'alive' | 'draining' | 'lost';
  /** When its epoch began; of a lost edge when it was heard of last. Milliseconds since the epoch. */
  readonly since: number;
  readonly advertised: EdgeInfo['advertised'];
  /** What an edge that answers has: phones registered there, subscriptions it owns, call legs that end there. */
  readonly counts?: Pick<EdgeInfo, 'phones' | 'subscriptions' | 'legs'>;
}

/** Every edge that answers itself or is known of by who watches edges, by id; of one edge the newest epoch. */
export function edgeRows(processes: readonly ProcessInfo[]): EdgeRow[] {
  const rows = new Map<string, EdgeRow>();
  for (const known of processes.flatMap(({ knownEdges }) => knownEdges ?? [])) {
    const before = rows.get(known.edge);
    // Copies may differ for a moment; one that still hears the edge is right.
    if (!before || before.epoch < known.epoch || (before.epoch === known.epoch && known.alive))
      rows.set(known.edge, rowOf(known));
  }
  for (const { id, since, state, edge } of processes) {
    const before = rows.get(id);
    if (!edge || (before && before.epoch > edge.epoch)) continue;
    const { kind, epoch, advertised, ...counts } = edge;
    const began = before?.epoch === epoch && before.state !== 'lost' ? before.since : since;
    const isDraining = state === 'draining';
    rows.set(id, { edge: id, kind, epoch, state: isDraining ? 'draining' : 'alive', since: began, advertised, counts });
  }
  return [...rows.values()].sort((a, b) => (a.edge < b.edge ? -1 : 1));
}

function rowOf({ alive, ...known }: KnownEdge): EdgeRow {
  return { ...known, state: alive ? 'alive' : 'lost' };
}

const COLUMNS = [
  { head: 'Edge' },
  { head: 'Kind' },
  { head: 'Epoch', right: true },
  { head: 'State' },
  { head: 'Since (UTC)' },
  { head: 'Address' },
  { head: 'Phones', right: true },
  { head: 'Subscriptions', right: true },
  { head: 'Legs', right: true },
] as const;

/** `show edges`: one row an edge. */
export function edgesText(edges: readonly EdgeRow[]): string {
  const rows = edges.map(({ edge, kind, epoch, state, since, advertised, counts }) => [
    printable(edge),
    kind.toUpperCase(),
    String(epoch),
    state,
    timeText(since),
    printable(`${advertised.host}:${advertised.port}`),
    ...[counts?.phones, counts?.subscriptions, counts?.legs].map((count) => String(count ?? '-')),
  ]);
  const alive = edges.filter(({ state }) => state !== 'lost').length;
  const lines = ['', `${edges.length} ${edges.length === 1 ? 'edge' : 'edges'}, ${alive} alive`, ''];
  return `${[...lines, ...tableLines(COLUMNS, rows)].join('\n')}\n`;
}
