import type { Bus } from '@linewatch/bus';
import { type Clock, type Logger, untilAvailable } from '@linewatch/runtime';
import { reclaimNotifier } from '@linewatch/sip';
import type { ActiveWatch, SubscriptionTable } from '@linewatch/tables';
import type { Notifications } from './notifications';
import { protocolRecordSchema } from './protocol-record';
import { newWatched, notifierRecord, type Watched, type WatchedTable } from './watched';

/** What taking up subscriptions needs of the world. */
export interface ReclaimPorts {
  readonly bus: Pick<Bus, 'ask' | 'subjects'>;
  readonly subscriptions: Pick<SubscriptionTable, 'ofOwner' | 'get'>;
  readonly table: WatchedTable;
  readonly notifications: Notifications;
  readonly edge: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Logger, 'warn'>;
}

/** Rows that are read at once. */
const BATCH = 500;

/**
 * Takes up the subscriptions that an earlier life of this edge owned [design law 5, B-02]: each watcher gets one full
 * NOTIFY, as nobody knows what it last saw; CSeq and version go on at the ceiling that was durable.
 */
export async function reclaimSubscriptions(ports: ReclaimPorts): Promise<number> {
  let reclaimed = 0;
  // What was taken up before Redis went away is not taken up twice.
  return untilAvailable(async () => {
    await askForTables(ports);
    for await (const watches of ports.subscriptions.ofOwner(ports.edge)) {
      for (const watch of watches) if (reclaim(ports, watch)) reclaimed += 1;
    }
    return reclaimed;
  });
}

/** Reads ownership again after this process was paused: what is another's by now, or over, is forgotten in silence. */
export async function checkOwnership(ports: ReclaimPorts): Promise<void> {
  let doubtful = [...ports.table.all()];
  // Read twice before anything is forgotten: tables that were wiped in between hold nothing for a moment.
  for (let look = 1; look <= 2 && doubtful.length > 0; look += 1) {
    await askForTables(ports);
    doubtful = await notOurs(ports, doubtful);
  }
  for (const watched of doubtful) ports.notifications.drop(watched, undefined);
}

async function notOurs({ subscriptions, edge }: ReclaimPorts, some: readonly Watched[]): Promise<Watched[]> {
  const others: Watched[] = [];
  for (let start = 0; start < some.length; start += BATCH) {
    const batch = some.slice(start, start + BATCH);
    const rows = await Promise.all(batch.map(({ record: { line, id } }) => subscriptions.get(line, id)));
    others.push(
      ...batch.filter((watched, at) => {
        const row = rows[at];
        return row?.subscription.owner !== edge || row.token !== watched.token;
      }),
    );
  }
  return others;
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

/**
 * Rows and indexes are read from Redis: they must not be those of tables that were just wiped [design law 1]. The
 * answer comes when they are whole.
 * @throws UnavailableError
 */
async function askForTables({ bus }: ReclaimPorts): Promise<void> {
  await bus.ask(bus.subjects.ask('subscriptions'), { limit: 0 }, { timeoutMs: 5_000 });
}
