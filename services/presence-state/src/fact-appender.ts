import { ConflictError, type Bus } from '@linewatch/bus';
import type { LeaseFact, LineConfigFact, LineFold, LineNumber } from '@linewatch/presence';

/** The last configuration fact of a line: what it says, and its LINES sequence (0: there is none). */
export interface LastConfig extends LineConfigFact {
  readonly seq: number;
}

/**
 * Appends the facts that presence-state itself witnesses: the end of a lease, a lost edge, a change of configuration.
 * Each expects the last fact of its kind that was known, so that of many copies one succeeds [design law 4].
 */
export class FactAppender {
  constructor(private readonly bus: Pick<Bus, 'subjects' | 'append' | 'last'>) {}

  /** Appends a lease fact; false when another copy was first or the line moved on. */
  lease(fold: LineFold, data: LeaseFact): Promise<boolean> {
    const subject = this.bus.subjects.lineFact(fold.line, 'lease');
    return this.append(subject, { type: 'linewatch.line.lease', data }, fold.line, fold.last.lease);
  }

  /** Appends what the configuration means for the line; false when another copy was first. */
  config(line: LineNumber, data: LineConfigFact, expectLast: number): Promise<boolean> {
    const subject = this.bus.subjects.lineFact(line, 'config');
    return this.append(subject, { type: 'linewatch.line.config', data }, line, expectLast);
  }

  /** What the stream last said of the line's configuration. */
  async lastConfig(line: LineNumber): Promise<LastConfig> {
    const stored = await this.bus.last(this.bus.subjects.lineFact(line, 'config'));
    if (stored?.event.type !== 'linewatch.line.config') return { seq: 0, instances: [] };
    return { seq: stored.streamSeq, instances: stored.event.data.instances };
  }

  private async append(
    subject: string,
    event: Parameters<Bus['append']>[1],
    about: string,
    expectLast: number,
  ): Promise<boolean> {
    try {
      await this.bus.append(subject, event, { about, expectLast });
      return true;
    } catch (error) {
      if (error instanceof ConflictError) return false;
      throw error;
    }
  }
}
