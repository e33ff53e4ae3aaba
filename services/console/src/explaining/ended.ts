import type { Bus } from '@linewatch/bus';
import {
  evolveWatch,
  initialWatch,
  type LineNumber,
  type Subscription,
  type SubscriptionEvent,
  subscriptionIdOf,
  type Watch,
} from '@linewatch/presence';
import { readAll } from '../lines/read-line';
import type { EndedSubscription } from './facts';

interface Life {
  readonly watch: Watch;
  /** As it was said last, with the number that it is listed under. */
  readonly record: Subscription;
  readonly subId: number;
  readonly at: number;
}

/**
 * The subscription of a watcher to a line that ended last, by stream SUBSCRIPTIONS, with the NOTIFY that it failed with,
 * where that is still kept.
 */
export async function lastEnded(
  bus: Pick<Bus, 'follow' | 'subjects'>,
  line: LineNumber,
  isMeant: (record: Subscription) => boolean,
  signal: AbortSignal,
): Promise<EndedSubscription | undefined> {
  const lives = new Map<string, Life>();
  const { subjects } = bus;
  await readAll(bus, 'SUBSCRIPTIONS', { filter: subjects.subscriptionsOf(line), from: 'all' }, signal, (stored) => {
    const event = stored.event as SubscriptionEvent;
    const id = subscriptionIdOf(event);
    const known = lives.get(id);
    const watch = evolveWatch(known?.watch ?? initialWatch, event, stored.streamSeq);
    const said = watch.status === 'active' ? { record: watch.subscription, subId: watch.subId } : known;
    if (said && isMeant(said.record))
      lives.set(id, { watch, record: said.record, subId: said.subId, at: stored.storedAt });
  });
  let last: Life | undefined;
  for (const life of lives.values()) if (life.watch.status === 'terminated' && life.at >= (last?.at ?? 0)) last = life;
  if (last?.watch.status !== 'terminated') return undefined;
  const { record, subId, at, watch } = last;
  const failure = watch.reason.startsWith('notify-') ? await lastFailure(bus, line, record.id, signal) : undefined;
  return { subId, record, at, reason: watch.reason, ...(failure && { failure }) };
}

async function lastFailure(
  bus: Pick<Bus, 'follow' | 'subjects'>,
  line: LineNumber,
  id: string,
  signal: AbortSignal,
): Promise<EndedSubscription['failure']> {
  let failure: EndedSubscription['failure'];
  await readAll(bus, 'NOTIFY', { filter: bus.subjects.notify(line), from: 'all' }, signal, ({ event, storedAt }) => {
    if (event.type !== 'linewatch.notify.sent' || event.data.id !== id || event.data.status < 300) return;
    const { cseq, status } = event.data;
    failure = { cseq, status, at: storedAt };
  });
  return failure;
}
