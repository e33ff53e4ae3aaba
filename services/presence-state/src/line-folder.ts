import { ConflictError, UnavailableError, type Bus, type Stored } from '@linewatch/bus';
import {
  evolveLine,
  lineStateOf,
  mustPublish,
  publishedView,
  type LineFold,
  type LineNumber,
} from '@linewatch/presence';
import type { PlainCounter } from '@linewatch/runtime';
import type { LineRow } from '@linewatch/tables';
import { DeliveryGaps } from './delivery-gaps';
import { sequencedFact, type LineStore } from './line-store';
import type { LineRows } from './ports';
import { RecentRows } from './recent-rows';

/** A snapshot at least this often, well inside the age limit of LINES, so that a rebuild always finds its facts. */
export const SNAPSHOT_EVERY_MS = 18 * 3_600_000;

/** Races with other copies end after a few rounds; more than this says that something is wrong. */
const MAX_ROUNDS = 20;

interface Folded {
  readonly fold: LineFold;
  readonly publish: boolean;
}

/**
 * Facts → line state → event: folds each batch of facts into the rows of its lines and publishes what changed, with the
 * version it replaces, so that any number of copies may work side by side [design 4].
 */
export class LineFolder {
  private readonly gaps = new DeliveryGaps();
  private readonly recent = new RecentRows();
  /** Up to which sequence this copy has folded each line: a row behind it was lost and made anew without those facts. */
  private readonly foldedUpTo = new Map<LineNumber, number>();

  constructor(
    private readonly bus: Pick<Bus, 'subjects' | 'append'>,
    private readonly rows: LineRows,
    private readonly store: LineStore,
    private readonly counters: Record<'folded' | 'published' | 'conflicts', PlainCounter>,
  ) {}

  /** Folds a batch as it was delivered. Rejects when a line could not be folded: the batch is then delivered again. */
  async foldBatch(batch: readonly Stored[]): Promise<void> {
    // What is delivered again stands behind newer facts.
    const inOrder = [...batch].sort((a, b) => a.streamSeq - b.streamSeq);
    this.gaps.delivered(inOrder.map((stored) => stored.streamSeq));
    const byLine = groupByLine(this.bus, inOrder);
    try {
      const lines = [...byLine.keys()];
      const rows = await this.read(lines);
      await Promise.all(lines.map((line) => this.foldLine(line, byLine.get(line) ?? [], rows.get(line))));
    } catch (error) {
      this.gaps.reset();
      throw error;
    }
    this.counters.folded.add(batch.length);
  }

  /** The tables are others than before: what this copy wrote into them may be gone. */
  forgetRows(): void {
    this.recent.clear();
  }

  /** The rows as this copy wrote them, and from Redis those that it did not. */
  private async read(lines: readonly LineNumber[]): Promise<Map<LineNumber, LineRow | undefined>> {
    const rows = new Map(lines.map((line) => [line, this.recent.get(line)]));
    const others = lines.filter((line) => rows.get(line) === undefined);
    const read = others.length === 0 ? [] : await this.rows.readMany(others);
    for (const [at, line] of others.entries()) rows.set(line, read[at]);
    return rows;
  }

  private async foldLine(line: LineNumber, facts: readonly Stored[], known: LineRow | undefined): Promise<void> {
    let row = known;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      row ??= await this.store.rebuild(line);
      const folded = await this.foldOnto(row, facts);
      // A rebuild after a lost race may hold these facts already; what it holds may still have to be published.
      const isNew = folded.fold !== row.fold || folded.publish;
      const lostTo = isNew ? await this.commit(line, row, folded, facts) : await this.overtaken(line, row);
      if (lostTo === undefined) {
        this.foldedUpTo.set(line, folded.fold.seq);
        return;
      }
      row = lostTo;
      this.counters.conflicts.add(1);
    }
    // Not the facts' fault: they are delivered again.
    throw new UnavailableError(`line ${line}: ${MAX_ROUNDS} rounds lost against other copies of presence-state`);
  }

  /**
   * The fold after these facts and after every other fact before them, and whether to publish it. One differing state
   * on the way is reason enough: a copy that died may have published that one, and then the row's word on what was
   * published last is old.
   */
  private async foldOnto(row: LineRow, facts: readonly Stored[]): Promise<Folded> {
    const pending = await this.pendingFacts(row.fold, facts);
    const view = row.published?.view;
    let fold = row.fold;
    let publish = mustPublish(fold, view, SNAPSHOT_EVERY_MS);
    for (const stored of pending) {
      fold = evolveLine(fold, sequencedFact(stored));
      publish ||= mustPublish(fold, view, SNAPSHOT_EVERY_MS);
    }
    return { fold, publish };
  }

  private async pendingFacts(start: LineFold, facts: readonly Stored[]): Promise<readonly Stored[]> {
    const pending = facts.filter((stored) => stored.streamSeq > start.seq);
    const newest = pending[pending.length - 1];
    const wentBack = start.seq < (this.foldedUpTo.get(start.line) ?? 0);
    if (!newest || (!wentBack && this.gaps.sawAll(start.seq, newest.streamSeq))) return pending;
    const tail = await this.store.tail(start.line, start.seq, newest.streamSeq);
    // A server that restarts, or a replica that is behind, may not have found what was delivered already.
    const found = new Set(tail.map(({ streamSeq }) => streamSeq));
    if (pending.every(({ streamSeq }) => found.has(streamSeq))) return tail;
    throw new UnavailableError(`line ${start.line}: stream LINES does not give the facts up to ${newest.streamSeq}`);
  }

  /**
   * Facts that a row holds already were put there by another copy, or by a rebuild that may have read PRESENCE before the
   * last state was published: then the row is made anew.
   */
  private async overtaken(line: LineNumber, row: LineRow): Promise<LineRow | undefined> {
    const last = await this.store.snapshot(line);
    return isBehind(row, last?.published) ? this.store.rebuild(line) : undefined;
  }

  /** Publishes and stores; undefined when done, else the row to start from again after a lost race. */
  private async commit(
    line: LineNumber,
    row: LineRow,
    { fold, publish }: Folded,
    facts: readonly Stored[],
  ): Promise<LineRow | undefined> {
    let published = row.published;
    if (publish) {
      const state = lineStateOf(fold, facts[facts.length - 1]?.id ?? '', published?.view);
      try {
        const { seq } = await this.bus.append(
          this.bus.subjects.presence(line),
          { type: 'linewatch.line.state', data: state },
          { about: line, expectLast: published?.seq ?? 0, id: `${line}:${fold.seq}` },
        );
        published = { seq, view: publishedView(state) };
        this.counters.published.add(1);
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        this.recent.forget(line);
        return this.store.rebuild(line);
      }
    }
    const next: LineRow = { fold, published };
    if ((await this.rows.put(line, next, row.fold.seq)) === 'conflict') {
      this.recent.forget(line);
      const other = await this.store.load(line);
      return isBehind(other, published) ? this.store.rebuild(line) : other;
    }
    const isIndexed = this.recent.isIndexed(line, next);
    if (!isIndexed) await this.rows.index(line, next, row);
    this.recent.wrote(line, next, !isIndexed);
    return undefined;
  }
}

/** Whether a row does not know of what was published. */
function isBehind(row: LineRow, published: LineRow['published']): boolean {
  return (published?.seq ?? 0) > (row.published?.seq ?? 0);
}

function groupByLine(bus: Pick<Bus, 'subjects'>, batch: readonly Stored[]): Map<LineNumber, Stored[]> {
  const byLine = new Map<LineNumber, Stored[]>();
  for (const stored of batch) {
    const subject = bus.subjects.parse(stored.address);
    if (subject?.kind !== 'line') continue;
    const facts = byLine.get(subject.line);
    if (facts) facts.push(stored);
    else byLine.set(subject.line, [stored]);
  }
  return byLine;
}
