import { makeSubjects } from '@linewatch/bus';
import type { ActiveWatch } from '@linewatch/tables';
import { owned, subscriptionOf } from '../testing/owned';
import { OwnedTable, ownedSubscription, type OwnedSubscription } from './owned-subscription';
import { checkOwnership, reclaimSubscriptions } from './ownership';

function watch(id: string, changes: { owner?: string; token?: number } = {}): ActiveWatch {
  const { owner = 'edge-1', token = 7 } = changes;
  return { status: 'active', subscription: subscriptionOf(id, { owner }), subId: 7, token, seq: 7 };
}

/** Rows in memory, which can be away or wiped; `looks` counts how often the tables were asked for. */
function setUp(watches: readonly ActiveWatch[] = []) {
  const rows = new Map(watches.map((each) => [each.subscription.id, each]));
  const table = new OwnedTable<OwnedSubscription>();
  const dropped: [string, string | undefined][] = [];
  const world = { looks: 0, failures: 0, wiped: 0 };
  const ports = {
    bus: {
      subjects: makeSubjects(),
      ask: async () => {
        world.looks += 1;
        return {};
      },
    },
    subscriptions: {
      get: async (_line: string, id: string) => (world.looks <= world.wiped ? undefined : rows.get(id)),
      ofOwner: async function* (edge: string) {
        for (const each of rows.values()) if (each.subscription.owner === edge) yield [each];
        if (world.failures > 0) {
          world.failures -= 1;
          throw Object.assign(new Error('redis is away'), { name: 'UnavailableError' });
        }
      },
    },
    table,
    edge: 'edge-1',
    drop: ({ record: { id } }: OwnedSubscription, reason: string | undefined) => void dropped.push([id, reason]),
  };
  return { ports, table, dropped, world };
}

describe('ownership, read again after a pause [design law 5]', () => {
  it.each([
    ['it is ours still', watch('a'), []],
    ['another edge took it', watch('a', { owner: 'edge-2' }), [['a', undefined]]],
    ['another edge took it and this one got it back', watch('a', { token: 9 }), [['a', undefined]]],
    ['it is over', undefined, [['a', undefined]]],
  ])('%s', async (_what, row, expected) => {
    const { ports, table, dropped } = setUp(row && [row]);
    table.add(owned('a'));
    await checkOwnership(ports);
    expect(dropped).toEqual(expected);
  });

  it('forgets nothing because the tables were empty for a moment [design law 1]', async () => {
    const { ports, table, dropped, world } = setUp([watch('a')]);
    world.wiped = 1;
    table.add(owned('a'));
    await checkOwnership(ports);
    expect(dropped).toEqual([]);
    expect(world.looks).toBe(2);
  });
});

describe('subscriptions of an earlier life of this edge', () => {
  it('are taken up once each, also when Redis goes away meanwhile; those that cannot be read are not counted', async () => {
    const { ports, table, world } = setUp([watch('a'), watch('b'), watch('c'), watch('d', { owner: 'edge-2' })]);
    world.failures = 1;
    const seen: string[] = [];
    const count = await reclaimSubscriptions(ports, ({ subscription, subId, token }) => {
      seen.push(subscription.id);
      if (subscription.id === 'c') return false;
      table.add(ownedSubscription({ record: subscription, subId, token }));
      return true;
    });
    expect(count).toBe(2);
    expect(seen).toEqual(['a', 'b', 'c', 'c']);
  });
});
