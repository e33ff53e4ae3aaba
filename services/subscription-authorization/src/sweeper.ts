import type { Bus } from '@linewatch/bus';
import type { Clock, PlainCounter } from '@linewatch/runtime';
import type { SubscriptionTable } from '@linewatch/tables';
import type { SubscriptionProjector } from './projector';

/** The owner says itself when a subscription expires; it has this long before the sweep does. */
const OWNER_MARGIN_MS = 30_000;
const BATCH = 500;

/** Ends subscriptions whose owner never came back to end them, and notices that the tables were lost. */
export class SubscriptionSweeper {
  constructor(
    private readonly bus: Pick<Bus, 'subjects' | 'append'>,
    private readonly table: Pick<SubscriptionTable, 'generation' | 'expiredBefore'>,
    private readonly projector: Pick<SubscriptionProjector, 'rebuild'>,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly swept: PlainCounter,
  ) {}

  /** One round, in a bounded batch. */
  async sweep(): Promise<void> {
    if ((await this.table.generation()) === undefined) await this.projector.rebuild();
    for (const watch of await this.table.expiredBefore(this.clock.now() - OWNER_MARGIN_MS, BATCH)) {
      const { id, line } = watch.subscription;
      await this.bus.append(
        this.bus.subjects.subscription(line, 'terminated'),
        {
          type: 'linewatch.subscription.terminated',
          data: { id, token: watch.token, reason: 'timeout' },
        },
        { about: line, id: `${id}:${watch.seq}:swept` },
      );
      this.swept.add(1);
    }
  }
}
