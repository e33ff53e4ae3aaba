import { ConflictError, type Bus } from '@linewatch/bus';
import type { LeaseFact, LineConfigFact, LineFold } from '@linewatch/presence';

/**
 * Appends the facts that presence-state itself witnesses: the end of a lease, a lost edge, a change of configuration.
 * Each expects the last fact of its kind that the fold knew, so that of many copies one succeeds [design law 4].
 */
export class FactAppender {
  constructor(private readonly bus: Pick<Bus, 'subjects' | 'append'>) {}

  /** Appends a lease fact; false when another copy was first or the line moved on. */
  lease(fold: LineFold, data: LeaseFact): Promise<boolean> {
    const subject = this.bus.subjects.lineFact(fold.line, 'lease');
    return this.append(subject, { type: 'linewatch.line.lease', data }, fold.line, fold.last.lease);
  }

  /** Appends what the configuration means for the line; false when another copy was first. */
  config(fold: LineFold, data: LineConfigFact): Promise<boolean> {
    const subject = this.bus.subjects.lineFact(fold.line, 'config');
    return this.append(subject, { type: 'linewatch.line.config', data }, fold.line, fold.last.config);
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
