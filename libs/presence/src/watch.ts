import type { EventData, Subscription, SubscriptionEnding } from './events';
import type { SubscriptionId } from './ids';

/**
 * One subscription as a fold over its life in stream SUBSCRIPTIONS. The fencing token is the sequence of the event that
 * made its owner the owner: an event of an owner that lost it changes nothing [design law 5].
 */
export type Watch =
  | { readonly status: 'init' }
  | {
      readonly status: 'active';
      readonly subscription: Subscription;
      /** The number `show presence subscription` prints: the sequence of the first `accepted`. */
      readonly subId: number;
      readonly token: number;
      /** The sequence folded up to. */
      readonly seq: number;
    }
  | { readonly status: 'terminated'; readonly reason: SubscriptionEnding; readonly seq: number };

export type SubscriptionEvent =
  | { readonly type: 'linewatch.subscription.accepted'; readonly data: EventData<'linewatch.subscription.accepted'> }
  | { readonly type: 'linewatch.subscription.outgoing'; readonly data: EventData<'linewatch.subscription.outgoing'> }
  | { readonly type: 'linewatch.subscription.refreshed'; readonly data: EventData<'linewatch.subscription.refreshed'> }
  | {
      readonly type: 'linewatch.subscription.terminated';
      readonly data: EventData<'linewatch.subscription.terminated'>;
    };

export const initialWatch: Watch = { status: 'init' };

/** The subscription that an event speaks of. */
export function subscriptionIdOf(event: SubscriptionEvent): SubscriptionId {
  return 'subscription' in event.data ? event.data.subscription.id : event.data.id;
}

/** The watch after the event with that sequence. Events come in stream order; one already folded changes nothing. */
export function evolveWatch(watch: Watch, event: SubscriptionEvent, seq: number): Watch {
  if (watch.status !== 'init' && seq <= watch.seq) return watch;
  switch (event.type) {
    case 'linewatch.subscription.accepted':
      // A repeated request that raced past the first record: the first acceptance stands.
      if (watch.status === 'active') return { ...watch, seq };
      return { status: 'active', subscription: event.data.subscription, subId: seq, token: seq, seq };
    case 'linewatch.subscription.outgoing':
      if (watch.status !== 'active') return watch.status === 'init' ? watch : { ...watch, seq };
      return { ...withSibling(watch, event.data.subId, seq), seq };
    case 'linewatch.subscription.refreshed': {
      const { change, subscription, subId, token } = event.data;
      // The event carries the whole record, so a reader that starts after the `accepted` still learns it.
      if (watch.status === 'init')
        return { status: 'active', subscription, subId, token: change === 'taken' ? seq : token, seq };
      if (watch.status === 'terminated' || watch.token !== token) return { ...watch, seq };
      return { ...watch, subscription, token: change === 'taken' ? seq : token, seq };
    }
    case 'linewatch.subscription.terminated':
      if (watch.status === 'active' && watch.token !== event.data.token) return { ...watch, seq };
      return { status: 'terminated', reason: event.data.reason, seq };
    default:
      return event satisfies never;
  }
}

/** A subscription whose request to the server has that SubID. The first one stands; another life's means nothing here. */
export function withSibling(watch: ActiveWatchFold, ofSubId: number, sibling: number): ActiveWatchFold {
  const { subscription, subId } = watch;
  if (subId !== ofSubId || subscription.sibling !== undefined) return watch;
  return { ...watch, subscription: { ...subscription, sibling } };
}

type ActiveWatchFold = Extract<Watch, { status: 'active' }>;
