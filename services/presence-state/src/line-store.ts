import type { Bus, Stored } from '@linewatch/bus';
import {
  emptyLine,
  evolveLine,
  publishedView,
  type LineFact,
  type LineFold,
  type LineNumber,
  type SequencedLineFact,
} from '@linewatch/presence';
import type { LineRow } from '@linewatch/tables';
import type { LineRows } from './ports';

/** What the store reads of the bus. */
export type LineStreams = Pick<Bus, 'subjects' | 'last' | 'next'>;

/** A fact of stream LINES as the fold takes it. The bus checked it against its schema where it came in. */
export function sequencedFact(stored: Stored): SequencedLineFact {
  return { ...(stored.event as LineFact), seq: stored.streamSeq, time: stored.time };
}

/**
 * Reads lines as they are now: from the row, or where the row is lost from the streams, which are the truth: the last
 * snapshot in PRESENCE plus the later facts in LINES [design law 1].
 */
export class LineStore {
  constructor(
    private readonly streams: LineStreams,
    private readonly rows: LineRows,
  ) {}

  /** The row of a line, rebuilt and stored first when Redis has none. */
  async load(line: LineNumber): Promise<LineRow> {
    return (await this.rows.read(line)) ?? this.rebuild(line);
  }

  /** The rows of many lines, in their order. `upTo` as for `rebuild`. */
  async loadMany(lines: readonly LineNumber[], upTo?: number): Promise<LineRow[]> {
    const rows = await this.rows.readMany(lines);
    return Promise.all(lines.map((line, index) => rows[index] ?? this.rebuild(line, upTo)));
  }

  /**
   * The row of a line from the streams alone, written to Redis unless a newer one stands there.
   *
   * @param upTo the sequence of the line's last fact, if known: spares the look for later ones. Facts that are appended
   * after it was read are delivered, and folded onto the row, as all others.
   */
  async rebuild(line: LineNumber, upTo = Number.MAX_SAFE_INTEGER): Promise<LineRow> {
    const snapshot = await this.snapshot(line);
    const start = snapshot?.fold ?? emptyLine(line);
    const tail = await this.tail(line, start.seq, upTo);
    const fold = tail.reduce((before, stored) => evolveLine(before, sequencedFact(stored)), start);
    const row: LineRow = { fold, published: snapshot?.published };
    await this.rows.putRebuilt(line, row);
    await this.rows.index(line, row);
    return row;
  }

  /** The facts of the line after a sequence and up to `upTo`, read one by one from the stream. */
  async tail(line: LineNumber, after: number, upTo = Number.MAX_SAFE_INTEGER): Promise<Stored[]> {
    const tail: Stored[] = [];
    for (let seq = after; seq < upTo;) {
      const stored = await this.streams.next('LINES', this.streams.subjects.lineFacts(line), seq + 1);
      if (!stored || stored.streamSeq > upTo) break;
      tail.push(stored);
      seq = stored.streamSeq;
    }
    return tail;
  }

  /** The line as it was published last, with the version of that. */
  async snapshot(
    line: LineNumber,
  ): Promise<{ fold: LineFold; published: NonNullable<LineRow['published']> } | undefined> {
    const stored = await this.streams.last(this.streams.subjects.presence(line));
    if (stored?.event.type !== 'linewatch.line.state') return undefined;
    const state = stored.event.data;
    return { fold: state.fold, published: { seq: stored.streamSeq, view: publishedView(state) } };
  }
}
