import { lineDirectory, type Config } from '@linewatch/config';
import type { LineNumber } from '@linewatch/presence';
import type { FactAppender } from './fact-appender';
import { instancesOf, sameInstances } from './line-config';
import type { LineStore } from './line-store';

const BATCH = 1_000;

/** Brings the running configuration to the lines as facts, and only where it means something new for a line. */
export class LineConfigurator {
  private latest: Config | undefined;
  private working: Promise<void> = Promise.resolve();
  private configured = new Set<LineNumber>();

  constructor(
    private readonly store: LineStore,
    private readonly facts: FactAppender,
  ) {}

  /** Takes a configuration over; of several that come while one is being applied only the newest counts. */
  apply(config: Config): Promise<void> {
    this.latest = config;
    this.working = this.working.then(async () => {
      const next = this.latest;
      if (!next) return;
      this.latest = undefined;
      await this.bring(next);
    });
    return this.working;
  }

  private async bring(config: Config): Promise<void> {
    const directory = lineDirectory(config);
    const wanted = new Set<LineNumber>(directory.numbers());
    const lines = [...wanted, ...[...this.configured].filter((line) => !wanted.has(line))];
    for (let start = 0; start < lines.length; start += BATCH) {
      const batch = lines.slice(start, start + BATCH);
      const rows = await this.store.loadMany(batch);
      await Promise.all(
        rows.map((row) => {
          const instances = wanted.has(row.fold.line) ? instancesOf(directory.resolve(row.fold.line)) : [];
          if (sameInstances(row.fold.instances, instances)) return undefined;
          return this.facts.config(row.fold, { instances });
        }),
      );
    }
    this.configured = wanted;
  }
}
