import type { Bus } from '@linewatch/bus';
import type { LineNumber } from '@linewatch/presence';
import type { Clock, LabelledCounter } from '@linewatch/runtime';
import type { Lines } from '../lines';

/** What comparing lines with the stream needs of the world. */
export interface LineAuditPorts {
  readonly bus: Pick<Bus, 'last' | 'subjects'>;
  readonly lines: Pick<Lines, 'get' | 'learn'>;
  /** Lines that somebody watches here. */
  readonly watched: () => Iterable<LineNumber>;
  readonly clock: Pick<Clock, 'now'>;
  /** Counts under `line` how often this edge was behind the stream. */
  readonly repaired: LabelledCounter;
}

/** What was published a shorter while ago may still be on its way here. */
const SETTLED_MS = 2_000;
/** Lines that are compared with the stream in one round. */
const LINES_A_ROUND = 50;

/**
 * Compares what this edge knows of the watched lines with the stream, which is the truth, a few lines a round, and learns
 * what it missed [design law 6].
 */
export class LineAudit {
  private rest: LineNumber[] = [];

  constructor(private readonly ports: LineAuditPorts) {}

  /** One round. Rejects when the stream cannot be read. */
  async round(): Promise<void> {
    const { bus, lines, watched, clock, repaired } = this.ports;
    if (this.rest.length === 0) this.rest = [...watched()];
    for (const line of this.rest.splice(-LINES_A_ROUND)) {
      const stored = await bus.last(bus.subjects.presence(line));
      if (!stored || stored.streamSeq <= (lines.get(line)?.version ?? 0)) continue;
      if (clock.now() - stored.storedAt < SETTLED_MS) continue;
      repaired.of('line').add();
      lines.learn(stored);
    }
  }
}
