import type { Bus, BusEvent, Outbox, OutboxEntry } from '@linewatch/bus';
import type { Subscription, SubscriptionEnding } from '@linewatch/presence';
import type { OwnedSubscription } from './owned-subscription';

/**
 * Who waits for a word to be stored: a request, which is told that NATS is away and asks again, or nobody, and the word is
 * kept until it is stored.
 */
export type Patience = 'request' | 'background';

/**
 * Says in stream SUBSCRIPTIONS what becomes of this edge's subscriptions. Of one subscription the words go one after
 * another, as a renewal behind its end would bring it back.
 */
export class SubscriptionRecords {
  private said = 0;

  constructor(
    private readonly outbox: Pick<Outbox, 'put'>,
    private readonly bus: Pick<Bus, 'append' | 'subjects'>,
    /** Begins the id of everything that is said: unique for this life of the edge. */
    private readonly idPrefix: string,
  ) {}

  /**
   * Makes a changed record durable: a new expiry, dialog or block.
   * @param change from the record as it stands then
   * @returns the record, when JetStream has it; `gone` when its end was said meanwhile
   * @throws UnavailableError for the sake of a request; RejectedError, OutboxFullError
   */
  renew(
    watched: OwnedSubscription,
    patience: Patience,
    change: (record: Subscription) => Subscription,
  ): Promise<Subscription | 'gone'> {
    return this.next(watched, async () => {
      if (watched.endSaid) return 'gone';
      const subscription = change(watched.record);
      const { token, subId } = watched;
      await this.say(patience, this.bus.subjects.subscription(subscription.line, 'refreshed'), subscription.line, {
        type: 'linewatch.subscription.refreshed',
        data: { change: 'renewed', token, subId, subscription },
      });
      watched.record = subscription;
      return subscription;
    });
  }

  /**
   * Makes the end durable, once.
   * @throws UnavailableError for the sake of a request; RejectedError, OutboxFullError
   */
  end(watched: OwnedSubscription, patience: Patience, reason: SubscriptionEnding): Promise<void> {
    return this.next(watched, async () => {
      if (watched.endSaid) return;
      const { line, id } = watched.record;
      await this.say(patience, this.bus.subjects.subscription(line, 'terminated'), line, {
        type: 'linewatch.subscription.terminated',
        data: { id, token: watched.token, reason },
      });
      watched.endSaid = true;
    });
  }

  private async say(patience: Patience, subject: string, about: string, event: BusEvent): Promise<void> {
    const entry: OutboxEntry = { subject, event, id: this.newId(), about };
    if (patience === 'background') await this.outbox.put(entry);
    else await this.bus.append(subject, event, entry);
  }

  private next<T>(watched: OwnedSubscription, say: () => Promise<T>): Promise<T> {
    const said = watched.saying.then(say);
    watched.saying = said.catch(() => undefined);
    return said;
  }

  private newId(): string {
    this.said += 1;
    return `${this.idPrefix}.${this.said}`;
  }
}
