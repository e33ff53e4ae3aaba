import { lineDirectory, type Config } from '@linewatch/config';
import type { LineInstance, LineNumber } from '@linewatch/presence';
import type { LineRow } from '@linewatch/tables';
import type { FactAppender } from './fact-appender';
import { instancesOf, sameInstances } from './line-config';
import type { LineRebuilder } from './line-rebuilder';
import type { LineStore } from './line-store';
import type { LineRows } from './ports';

const BATCH = 1_000;
/** Rounds against other copies that bring the same change; one that knows an older configuration gives way. */
const MAX_ROUNDS = 5;

/**
 * Brings the running configuration to the lines as facts, and only where it means something new for a line. Looks at
 * every line that has a row, so that a number that was removed while no copy ran is noticed as well.
 */
export class LineConfigurator {
  constructor(
    private readonly rows: Pick<LineRows, 'all'>,
    private readonly store: LineStore,
    private readonly facts: FactAppender,
    private readonly rebuilder: Pick<LineRebuilder, 'whole'>,
  ) {}

  /** Makes every line's last configuration fact say what this configuration says. Rejects when it could not. */
  async bring(config: Config): Promise<void> {
    const directory = lineDirectory(config);
    const wanted = new Set<LineNumber>(directory.numbers());
    // Without whole tables a line that is configured no more might have no row, and would be missed.
    await this.rebuilder.whole();
    for (const batch of batchesOf([...wanted])) {
      // In whole tables a line without a row has no facts: none are looked for.
      const rows = await this.store.loadMany(batch, 0);
      await Promise.all(rows.map((row) => this.settle(row, instancesOf(directory.resolve(row.fold.line)))));
    }
    for await (const lines of this.rows.all()) {
      const rows = await this.store.loadMany(lines.filter((line) => !wanted.has(line)));
      await Promise.all(rows.map((row) => this.settle(row, [])));
    }
  }

  private async settle({ fold }: LineRow, instances: LineInstance[]): Promise<void> {
    let last = { seq: fold.last.config, instances: fold.instances };
    for (let round = 0; round < MAX_ROUNDS && !sameInstances(last.instances, instances); round += 1) {
      if (await this.facts.config(fold.line, { instances }, last.seq)) return;
      // Another copy was first; what it said may be enough.
      last = await this.facts.lastConfig(fold.line);
    }
  }
}

function* batchesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}
