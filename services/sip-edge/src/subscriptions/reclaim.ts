import type { Bus } from '@linewatch/bus';
import type { Logger } from '@linewatch/runtime';
import { reclaimNotifier } from '@linewatch/sip';
import type { ActiveWatch, SubscriptionTable } from '@linewatch/tables';
import type { Clock } from '@linewatch/runtime';
import type { Notifications } from './notifications';
import { protocolRecordSchema } from './protocol-record';
import { newWatched, notifierRecord, type WatchedTable } from './watched';

/** What taking up subscriptions needs of the world. */
export interface ReclaimPorts {
  readonly bus: Pick<Bus, 'ask' | 'subjects'>;
  readonly subscriptions: Pick<SubscriptionTable, 'ofOwner' | 'get'>;
  readonly table: WatchedTable;
  readonly notifications: Notifications;
  readonly edge: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

const RETRY_MS = 250;

/**
 * Takes up the subscriptions that an earlier life of this edge owned [design law 5, B-02]: each watcher gets one full
 * NOTIFY, as nobody knows what it last saw; CSeq and version go on at the ceiling that was durable.
 */
export async function reclaimSubscriptions(ports: ReclaimPorts): Promise<number> {
  await untilTablesAreWhole(ports);
  let reclaimed = 0;
  for await (const watches of ports.subscriptions.ofOwner(ports.edge)) {
    for (const watch of watches) if (reclaim(ports, watch)) reclaimed += 1;
  }
  return reclaimed;
}

/** Reads ownership again after this process was paused: what is another's by now, or over, is forgotten in silence. */
export async function checkOwnership(ports: ReclaimPorts): Promise<void> {
  await untilTablesAreWhole(ports);
  for (const watched of [...ports.table.all()]) {
    const { line, id } = watched.record;
    const row = await ports.subscriptions.get(line, id);
    const isOurs = row !== undefined && row.subscription.owner === ports.edge && row.token === watched.token;
    if (!isOurs) ports.notifications.drop(watched, undefined);
  }
}

function reclaim({ table, notifications, clock, log }: ReclaimPorts, watch: ActiveWatch): boolean {
  const { subscription, subId, token } = watch;
  if (table.get(subscription.id)) return false;
  const protocol = protocolRecordSchema.safeParse(subscription.protocol);
  if (!protocol.success) {
    log.warn({ id: subscription.id, reason: protocol.error.message }, 'a subscription cannot be taken up');
    return false;
  }
  const { dialog, flow, domain } = protocol.data;
  const view = notifications.viewFor({ record: subscription, domain });
  const step = reclaimNotifier(notifierRecord(subscription, dialog), view, clock.now());
  notifications.begin(newWatched({ record: subscription, subId, token, domain, flow, state: step.state }), step);
  return true;
}

/** The index of owners is read from Redis: it must not be one that was just wiped [design law 1]. */
async function untilTablesAreWhole({ bus, log }: ReclaimPorts): Promise<void> {
  for (let first = true; ; first = false) {
    try {
      await bus.ask(bus.subjects.ask('subscriptions'), { limit: 0 }, { timeoutMs: 5_000 });
      return;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'UnavailableError') throw error;
      if (first) log.warn({ reason: error.message }, 'waiting for subscription-authorization');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
