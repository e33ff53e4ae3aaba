import type { SubscriptionId } from '@linewatch/presence';
import type { Clock } from '@linewatch/runtime';
import type { ActiveWatch, EndedWatch, Generation, SubscriptionTable } from '@linewatch/tables';
import type { StreamedWatch, SubscriptionStream } from './subscription-stream';

const BATCH = 2_000;
/** An end is told to new tables as long as an event from before it may still come. */
const RECENT_MS = 300_000;

/**
 * Makes the subscription tables anew from the stream when Redis lost them, and mends them after a failover
 * [design law 1].
 */
export class SubscriptionRebuilder {
  private working: Promise<void> | undefined;

  constructor(
    private readonly stream: Pick<SubscriptionStream, 'all'>,
    private readonly table: Pick<SubscriptionTable, 'apply'>,
    private readonly generation: Pick<Generation, 'current' | 'beginRebuild' | 'renew' | 'finishRebuild'>,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /**
   * Resolves when the tables are whole; makes them anew when they are not and no other copy does. Concurrent calls share
   * one rebuild.
   * @throws UnavailableError when they were lost again meanwhile, or a neighbour cannot be reached; call again
   */
  async whole(): Promise<void> {
    if ((await this.generation.current()) !== undefined) return;
    this.working ??= this.rebuild().finally(() => (this.working = undefined));
    await this.working;
  }

  /** After a reconnect the tables may stand and yet lack what was written last: everything is applied once more. */
  async mend(): Promise<void> {
    await this.whole();
    await this.apply(Number.NEGATIVE_INFINITY, async () => undefined);
  }

  private async rebuild(): Promise<void> {
    const turn = await this.generation.beginRebuild();
    if (turn === 'done-by-another') return;
    await this.apply(this.clock.now() - RECENT_MS, () => this.generation.renew());
    await this.generation.finishRebuild(turn);
  }

  private async apply(endedSince: number, beforeBatch: () => Promise<void>): Promise<void> {
    const streamed = [...(await this.stream.all(this.clock.now()))];
    for (let start = 0; start === 0 || start < streamed.length; start += BATCH) {
      await beforeBatch();
      const batch = streamed.slice(start, start + BATCH);
      await this.table.apply(activeOf(batch), endedOf(batch, endedSince));
    }
  }
}

type Entries = readonly (readonly [SubscriptionId, StreamedWatch])[];

function activeOf(entries: Entries): ActiveWatch[] {
  return entries.map(([, { watch }]) => watch).filter((watch): watch is ActiveWatch => watch.status === 'active');
}

function endedOf(entries: Entries, since: number): EndedWatch[] {
  return entries.flatMap(([id, { line, watch, storedAt }]) =>
    watch.status === 'terminated' && storedAt >= since ? [{ line, id, seq: watch.seq }] : [],
  );
}
