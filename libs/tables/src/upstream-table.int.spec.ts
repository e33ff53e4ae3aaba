import { Generation } from './generation';
import { SubscriptionTable } from './subscriptions';
import { collect, privateTables, servers, watch } from './testing/fixtures';
import { UpstreamTable } from './upstream-table';

const nothing = { ended: 0 };

describe.each(servers)('lines beyond the trunk on %s', (_kind, url) => {
  let tables = privateTables(url);
  let upstream: UpstreamTable;
  let subscriptions: SubscriptionTable;

  beforeEach(async () => {
    tables = privateTables(url);
    const redis = tables.open();
    upstream = new UpstreamTable(redis);
    subscriptions = new SubscriptionTable(redis);
  });
  afterEach(() => tables.close());

  const make = async () => {
    const generation = new Generation(tables.open(), 'subscriptions');
    const turn = await generation.beginRebuild();
    if (turn !== 'done-by-another') await generation.finishRebuild(turn);
  };
  const watchBeyond = (
    subId: number,
    line: string,
    name: 'presence' | 'dialog' = 'presence',
    sibling = 1_000 + subId,
  ) => watch({ subId, line, package: name, sibling, presentity: { number: line, host: 'h', kind: 'remote' } });

  it('are a MISS until the tables are made', async () => {
    expect(await upstream.wanted()).toBe('MISS');
    await make();
    expect(await upstream.wanted()).toEqual([]);
  });

  it('are wanted once a line and package as long as anybody watches them, and local lines never', async () => {
    await make();
    const all = [
      ...Array.from({ length: 300 }, (_each, at) => watchBeyond(at + 1, '4001')),
      watchBeyond(301, '4001', 'dialog'),
      watchBeyond(302, '+49 30'),
      watch({ subId: 303, line: '3001' }),
    ];
    await subscriptions.apply(all, []);
    const lines = async () => {
      const wanted = await upstream.wanted();
      return wanted === 'MISS' ? wanted : wanted.map(({ line, package: name }) => `${line} ${name}`);
    };
    expect(await lines()).toEqual(['+49 30 presence', '4001 dialog', '4001 presence']);
    for (const each of all.slice(0, 299))
      await subscriptions.end({ line: '4001', id: each.subscription.id, seq: 900 }, each);
    expect(await lines()).toEqual(['+49 30 presence', '4001 dialog', '4001 presence']);
    expect(await upstream.wanted()).toContainEqual({ line: '4001', package: 'presence', id: 'subscription-300' });
    for (const each of all.slice(299, 302)) {
      const { line, id } = each.subscription;
      await subscriptions.end({ line, id, seq: 900 }, each);
    }
    expect(await lines()).toEqual([]);
  });

  it('are told also when there are more than fit into one step', async () => {
    await make();
    const many = Array.from({ length: 1_203 }, (_each, at) => watchBeyond(at + 1, String(5_000 + at)));
    await subscriptions.apply(many, []);
    expect(await upstream.wanted()).toHaveLength(1_203);
  });

  it('have siblings that are found by their own SubIDs, and do not count', async () => {
    await make();
    const one = watchBeyond(7, '4001', 'presence', 8);
    expect(await subscriptions.put(one, nothing)).toBe('ok');
    expect(await subscriptions.bySibling(8)).toEqual(one);
    expect(await subscriptions.bySubId(8)).toBeUndefined();
    expect(await subscriptions.count()).toBe(1);
    await subscriptions.end({ line: '4001', id: one.subscription.id, seq: 9 }, one);
    expect(await subscriptions.bySibling(8)).toBeUndefined();
  });

  it('are held by one edge: whoever comes first, until it gives them up or is known to be dead', async () => {
    const [one, two, later] = [
      { edge: 'sip-edge-1', epoch: 4 },
      { edge: 'sip-edge-2', epoch: 5 },
      { edge: 'sip-edge-1', epoch: 9 },
    ];
    const [a, b] = [{ line: '4001', package: 'presence' } as const, { line: '4001', package: 'dialog' } as const];
    expect(await upstream.claim(one, [a])).toEqual([one]);
    expect(await upstream.claim(one, [a])).toEqual([one]);
    expect(await upstream.claim(two, [a, b])).toEqual([one, two]);
    expect(
      await upstream.claim(later, [
        { ...a, over: one },
        { ...b, over: one },
      ]),
    ).toEqual([later, two]);
    expect(await upstream.claim(one, [a])).toEqual([later]);
    await upstream.release(one, [a, b]);
    expect((await collect(upstream.held())).sort((x, y) => x.holder.epoch - y.holder.epoch)).toEqual([
      { ...b, holder: two },
      { ...a, holder: later },
    ]);
    await upstream.release(later, [a, b]);
    expect(await upstream.claim(two, [a])).toEqual([two]);
  });
});
