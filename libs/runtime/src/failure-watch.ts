import type { Clock } from './clock';
import type { Check } from './health';

/** A neighbour that restarts makes work fail for a moment; that is no reason to call the process unready. */
const PATIENCE_MS = 10_000;

/** Watches work that is tried again when it fails: for how long has nothing of it succeeded? */
export class FailureWatch {
  private since: number | undefined;
  private reason = '';

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  /** Does the work and notes how it ended. */
  async watch<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.since = undefined;
      return result;
    } catch (error) {
      this.since ??= this.clock.monotonic();
      this.reason = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  /** For `/health/ready`: not well when everything failed for ten seconds. */
  check(): Check {
    if (this.since === undefined || this.clock.monotonic() - this.since < PATIENCE_MS) return { ok: true };
    return { ok: false, detail: this.reason };
  }
}
