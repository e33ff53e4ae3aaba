import type { Outbox, Subjects } from '@linewatch/bus';
import type { Subscription, SubscriptionEnding } from '@linewatch/presence';
import type { Watched } from './watched';

/**
 * Says in stream SUBSCRIPTIONS what becomes of this edge's subscriptions. Of one subscription the words go one after
 * another, as a renewal behind its end would bring it back.
 */
export class SubscriptionRecords {
  private said = 0;

  constructor(
    private readonly outbox: Pick<Outbox, 'put'>,
    private readonly subjects: Pick<Subjects, 'subscription'>,
    /** Begins the id of everything that is said: unique for this life of the edge. */
    private readonly idPrefix: string,
  ) {}

  /**
   * Makes a changed record durable: a new expiry, dialog or block.
   * @param change from the record as it stands then
   * @returns the record, when JetStream has it
   * @throws RejectedError or OutboxFullError; 'gone' as a value when the end was said meanwhile
   */
  async renew(watched: Watched, change: (record: Subscription) => Subscription): Promise<Subscription | 'gone'> {
    return this.next(watched, async () => {
      if (watched.endSaid) return 'gone';
      const subscription = change(watched.record);
      await this.outbox.put({
        subject: this.subjects.subscription(subscription.line, 'refreshed'),
        event: {
          type: 'linewatch.subscription.refreshed',
          data: { change: 'renewed', token: watched.token, subId: watched.subId, subscription },
        },
        id: this.newId(),
        about: subscription.line,
      });
      watched.record = subscription;
      return subscription;
    });
  }

  /** Makes the end durable; said once, later calls wait for the first. @throws RejectedError or OutboxFullError */
  async end(watched: Watched, reason: SubscriptionEnding): Promise<void> {
    await this.next(watched, async () => {
      if (watched.endSaid) return;
      watched.endSaid = true;
      const { line, id } = watched.record;
      await this.outbox.put({
        subject: this.subjects.subscription(line, 'terminated'),
        event: { type: 'linewatch.subscription.terminated', data: { id, token: watched.token, reason } },
        id: this.newId(),
        about: line,
      });
    });
  }

  private next<T>(watched: Watched, say: () => Promise<T>): Promise<T> {
    const said = watched.saying.then(say);
    watched.saying = said.catch(() => undefined);
    return said;
  }

  private newId(): string {
    this.said += 1;
    return `${this.idPrefix}.${this.said}`;
  }
}
