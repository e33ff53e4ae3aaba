import { evolveWatch, initialWatch, type SubscriptionEvent, withSibling } from '@linewatch/presence';
import type { ActiveWatch, KnownWatch } from '@linewatch/tables';

/**
 * What is known of a subscription after one more event, if the event certainly follows what is known. Copies project one
 * stream side by side, so an event between the two may be in another copy's hands. Mostly that does not matter: accepted
 * and refreshed carry the whole record. `unsure`: an owner changed or the subscription ended, and only the stream can say
 * in which order [DECISIONS: the token orders events].
 */
export function followKnown(known: KnownWatch, event: SubscriptionEvent, seq: number): KnownWatch | 'unsure' {
  switch (event.type) {
    case 'linewatch.subscription.accepted':
      if (known.watch && seq <= known.watch.subId) return known;
      // A new life whose old one has not ended here yet; or one that ended here by the late word of an old one's owner.
      if (known.watch || seq < known.ended) return 'unsure';
      return { ...known, watch: activated(event, seq) };
    case 'linewatch.subscription.outgoing': {
      const { watch } = known;
      // Its acceptance may be in another copy's hands.
      if (!watch) return seq < known.ended ? known : 'unsure';
      // So may the end of this life and the beginning of the next.
      if (event.data.subId > watch.subId) return 'unsure';
      const told = withSibling(watch, event.data.subId, seq);
      // The row stays at its sequence: a refresh from between the two may still be on its way.
      return told === watch ? known : { ...known, watch: told };
    }
    case 'linewatch.subscription.refreshed':
      if (!known.watch) return refreshedFromNothing(known, event, seq);
      return refreshed(known, known.watch, event, seq);
    case 'linewatch.subscription.terminated':
      if (!known.watch) return { ended: Math.max(known.ended, seq) };
      // Of an owner in an earlier life under the same id.
      if (event.data.token < known.watch.subId) return known;
      if (known.watch.token !== event.data.token || seq < known.watch.seq) return 'unsure';
      return { ended: seq };
    default:
      return event satisfies never;
  }
}

type Refreshed = Extract<SubscriptionEvent, { type: 'linewatch.subscription.refreshed' }>;

function refreshedFromNothing(known: KnownWatch, event: Refreshed, seq: number): KnownWatch | 'unsure' {
  if (event.data.subId > known.ended) return { ...known, watch: activated(event, seq) };
  // What ended it may have been the word of the owner before this one.
  return event.data.change === 'taken' && seq < known.ended ? 'unsure' : known;
}

function refreshed(known: KnownWatch, watch: ActiveWatch, event: Refreshed, seq: number): KnownWatch | 'unsure' {
  const { change, token, subId } = event.data;
  if (subId < watch.subId) return known;
  // It made this owner, or was this row's last event: it came again.
  if (seq === watch.token || seq === watch.seq) return known;
  if (token !== watch.token) return 'unsure';
  if (seq > watch.seq) return { ...known, watch: evolved(watch, event, seq) };
  return change === 'taken' ? 'unsure' : known;
}

function activated(event: SubscriptionEvent, seq: number): ActiveWatch {
  return evolved(initialWatch, event, seq);
}

function evolved(watch: Parameters<typeof evolveWatch>[0], event: SubscriptionEvent, seq: number): ActiveWatch {
  // Accepted from nothing, and refreshed by the right token: the fold has no other outcome.
  return evolveWatch(watch, event, seq) as ActiveWatch;
}

/**
 * Where the reading of the stream must begin to know a subscription of these events for certain: where its life began,
 * as far as is known. Where an owner began is not enough, as it may have been none.
 */
export function certainFrom(
  { watch }: KnownWatch,
  events: readonly { readonly event: SubscriptionEvent; readonly seq: number }[],
): number {
  const begins = events.map(({ event, seq }) => {
    if (event.type === 'linewatch.subscription.accepted') return seq;
    return 'subId' in event.data ? event.data.subId : seq;
  });
  return Math.min(...begins, watch?.subId ?? Number.MAX_SAFE_INTEGER);
}
