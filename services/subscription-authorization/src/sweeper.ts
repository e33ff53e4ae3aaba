import type { Bus } from '@linewatch/bus';
import type { LineNumber } from '@linewatch/presence';
import type { Clock, PlainCounter } from '@linewatch/runtime';
import type { ActiveWatch, SubscriptionTable } from '@linewatch/tables';
import type { SubscriptionStream } from './subscription-stream';

/** The owner says itself when a subscription expires; it has this long before the sweep does. */
const OWNER_MARGIN_MS = 30_000;
const BATCH = 500;
/** A full batch is followed by the next so soon: the ends of this one must be projected first. */
const PROJECTION_MS = 100;

/** Ends subscriptions whose owner never came back to end them. */
export class SubscriptionSweeper {
  constructor(
    private readonly bus: Pick<Bus, 'subjects' | 'append'>,
    private readonly table: Pick<SubscriptionTable, 'expiredBefore' | 'apply'>,
    private readonly stream: Pick<SubscriptionStream, 'ofLine'>,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly swept: PlainCounter,
  ) {}

  /** One round, in a bounded batch. Answers in how many milliseconds it wants the next. */
  async sweep(): Promise<number | undefined> {
    const limit = this.clock.now() - OWNER_MARGIN_MS;
    const expired = await this.table.expiredBefore(limit, BATCH);
    const byLine = new Map<LineNumber, ActiveWatch[]>();
    for (const watch of expired) {
      const { line } = watch.subscription;
      byLine.set(line, [...(byLine.get(line) ?? []), watch]);
    }
    await Promise.all([...byLine].map(([line, watches]) => this.endOfLine(line, watches, limit)));
    return expired.length === BATCH ? PROJECTION_MS : undefined;
  }

  /** The tables may be behind the stream, which may have a refresh: only what it says too is over is ended. */
  private async endOfLine(line: LineNumber, watches: readonly ActiveWatch[], limit: number): Promise<void> {
    const streamed = await this.stream.ofLine(line, Math.min(...watches.map(({ token }) => token)));
    await Promise.all(
      watches.map(async (row) => {
        const { id } = row.subscription;
        const truth = streamed.get(id)?.watch;
        if (truth?.status === 'terminated') return this.table.apply([], [{ line, id, seq: truth.seq }]);
        const watch = truth?.status === 'active' ? truth : row;
        if (watch.subscription.expiresAt >= limit) return this.table.apply([watch], []);
        const event = { id, token: watch.token, reason: 'timeout' } as const;
        await this.bus.append(
          this.bus.subjects.subscription(line, 'terminated'),
          { type: 'linewatch.subscription.terminated', data: event },
          { about: line, id: `${id}:${watch.token}:${watch.subscription.expiresAt}:swept` },
        );
        this.swept.add(1);
      }),
    );
  }
}
