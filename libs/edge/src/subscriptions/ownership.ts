import type { Bus } from '@linewatch/bus';
import type { EdgeId, SubscriptionEnding } from '@linewatch/presence';
import { untilAvailable } from '@linewatch/runtime';
import type { ActiveWatch, SubscriptionTable } from '@linewatch/tables';
import type { OwnedSubscription, OwnedTable } from './owned-subscription';

/** What knowing one's own subscriptions needs of the world. */
export interface OwnershipPorts<Watched extends OwnedSubscription> {
  readonly bus: Pick<Bus, 'ask' | 'subjects'>;
  readonly subscriptions: Pick<SubscriptionTable, 'ofOwner' | 'get'>;
  readonly table: Pick<OwnedTable<Watched>, 'all' | 'get'>;
  readonly edge: EdgeId;
  /** Ends a subscription here without a word to its watcher; `undefined`: says nothing in the stream either. */
  readonly drop: (watched: Watched, reason: SubscriptionEnding | undefined) => void;
}

/** Rows that are read at once. */
const BATCH = 500;

/**
 * Takes up the subscriptions that an earlier life of this edge owned [design law 5, B-02]. What was taken up before Redis
 * went away is not taken up twice.
 *
 * @param takeUp tells the watcher its line again; false: the record cannot be gone on with
 * @returns how many were taken up, when Redis has told all
 */
export async function reclaimSubscriptions<Watched extends OwnedSubscription>(
  ports: OwnershipPorts<Watched>,
  takeUp: (watch: ActiveWatch) => boolean,
): Promise<number> {
  const { bus, subscriptions, table, edge } = ports;
  let reclaimed = 0;
  return untilAvailable(async () => {
    await askForTables(bus);
    for await (const watches of subscriptions.ofOwner(edge)) {
      for (const watch of watches) if (!table.get(watch.subscription.id) && takeUp(watch)) reclaimed += 1;
    }
    return reclaimed;
  });
}

/** Reads ownership again after this process was paused: what is another's by now, or over, is forgotten in silence. */
export async function checkOwnership<Watched extends OwnedSubscription>(ports: OwnershipPorts<Watched>): Promise<void> {
  let doubtful = [...ports.table.all()];
  // Read twice before anything is forgotten: tables that were wiped in between hold nothing for a moment.
  for (let look = 1; look <= 2 && doubtful.length > 0; look += 1) {
    await askForTables(ports.bus);
    doubtful = await notOurs(ports, doubtful);
  }
  for (const watched of doubtful) ports.drop(watched, undefined);
}

async function notOurs<Watched extends OwnedSubscription>(
  { subscriptions, edge }: OwnershipPorts<Watched>,
  some: readonly Watched[],
): Promise<Watched[]> {
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

/**
 * Rows and indexes are read from Redis: they must not be those of tables that were just wiped [design law 1]. The
 * answer comes when they are whole.
 * @throws UnavailableError
 */
async function askForTables(bus: OwnershipPorts<OwnedSubscription>['bus']): Promise<void> {
  await bus.ask(bus.subjects.ask('subscriptions'), { limit: 0 }, { timeoutMs: 5_000 });
}
