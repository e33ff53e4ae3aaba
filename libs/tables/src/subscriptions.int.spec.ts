import { SubscriptionTable } from './subscriptions';
import { collect, privateTables, servers, watch } from './testing/fixtures';

const ids = (watches: readonly { subscription: { id: string } }[]) => watches.map(({ subscription: { id } }) => id);

describe.each(servers)('subscriptions on %s', (_kind, url) => {
  let tables = privateTables(url);
  let table: SubscriptionTable;
  let other: SubscriptionTable;

  beforeEach(async () => {
    tables = privateTables(url);
    table = new SubscriptionTable(tables.open());
    other = new SubscriptionTable(tables.open());
  });
  afterEach(() => tables.close());

  const make = async () => {
    const turn = await table.beginRebuild();
    if (turn === 'done-by-another') throw new Error('somebody else made these tables');
    await table.finishRebuild(turn);
  };

  describe('the quota', () => {
    it('is a MISS until the tables are made', async () => {
      expect(await table.reserve('a', 5, 0, 10)).toBe('MISS');
      await make();
      expect(await table.reserve('a', 5, 0, 10)).toBe('ok');
    });

    it('gives exactly as many places as there are, to however many ask at once', async () => {
      await make();
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_each, at) => (at % 2 ? table : other).reserve(`id-${at}`, 50, 0, 1_000)),
      );
      expect(answers.filter((answer) => answer === 'ok')).toHaveLength(50);
      expect(answers.filter((answer) => answer === 'full')).toHaveLength(50);
    });

    it('lets a member in again, and others when its lease ran out', async () => {
      await make();
      expect(await table.reserve('a', 1, 0, 10)).toBe('ok');
      expect(await table.reserve('a', 1, 5, 10)).toBe('ok');
      expect(await table.reserve('b', 1, 14, 10)).toBe('full');
      expect(await table.reserve('b', 1, 15, 10)).toBe('ok');
      expect(await table.reserve('a', 1, 16, 10)).toBe('full');
    });

    it('keeps a confirmed place until the subscription expires', async () => {
      await make();
      await table.reserve('a', 1, 0, 10);
      await table.confirm('a', 1_000);
      expect(await table.reserve('b', 1, 999, 10)).toBe('full');
      expect(await table.reserve('b', 1, 1_000, 10)).toBe('ok');
    });

    it('does not give a place back to one that left before it was confirmed', async () => {
      await make();
      await table.reserve('a', 1, 0, 10);
      await table.release('a');
      await table.confirm('a', 1_000);
      expect(await table.reserve('b', 1, 1, 10)).toBe('ok');
    });

    it('has a place for a written subscription until it ends, and none when the most is none', async () => {
      await make();
      await table.put(watch({ subId: 1 }));
      expect(await table.reserve('b', 1, 0, 10)).toBe('full');
      await table.remove('3001', 'subscription-1', 2);
      expect(await table.reserve('b', 1, 0, 10)).toBe('ok');
      expect(await table.reserve('c', 0, 0, 10)).toBe('full');
    });
  });

  describe('a row', () => {
    it('comes back as it was written', async () => {
      const written = watch({ subId: 5, line: '{30} 01', token: 6, seq: 7 });
      await table.put(written);
      expect(await table.get('{30} 01', 'subscription-5')).toEqual(written);
      expect(await table.get('{30} 01', 'another')).toBeUndefined();
    });

    it.each([
      ['an older event', 9, false],
      ['the same event again', 10, false],
      ['a newer event', 11, true],
    ])('written over by %s', async (_what, seq, written) => {
      await table.put(watch({ subId: 1, seq: 10, owner: 'e1', expiresAt: 100 }));
      await table.put(watch({ subId: 1, seq, owner: 'e2', expiresAt: 200 }));
      const owner = written ? 'e2' : 'e1';
      expect((await table.get('3001', 'subscription-1'))?.subscription.owner).toBe(owner);
      expect(ids(await collect(table.ofOwner('e1')))).toEqual(written ? [] : ['subscription-1']);
      expect(ids(await collect(table.ofOwner('e2')))).toEqual(written ? ['subscription-1'] : []);
      expect(ids(await table.expiredBefore(150, 10))).toEqual(written ? [] : ['subscription-1']);
    });

    it.each([
      ['the refresh before the end', { subId: 1, seq: 4 }, false],
      ['a refresh after the end, of an owner that had lost it', { subId: 1, seq: 6 }, false],
      ['a new acceptance of the same id', { subId: 6, seq: 6, id: 'subscription-1' }, true],
    ])('that ended at 5 is revived by %s', async (_what, late, revived) => {
      await table.put(watch({ subId: 1 }));
      await table.remove('3001', 'subscription-1', 5);
      await table.put(watch(late));
      expect((await table.get('3001', 'subscription-1')) !== undefined).toBe(revived);
      expect(await table.count()).toBe(revived ? 1 : 0);
    });

    it('stays when its end is older than the row', async () => {
      await table.put(watch({ subId: 6, id: 'a' }));
      await table.remove('3001', 'a', 5);
      expect((await table.get('3001', 'a'))?.subId).toBe(6);
      expect(await table.count()).toBe(1);
    });

    it('that never was can end, and then an older event does not make it', async () => {
      await table.remove('3001', 'subscription-1', 5);
      await table.put(watch({ subId: 1 }));
      expect(await table.get('3001', 'subscription-1')).toBeUndefined();
    });

    it('ends in the state of the last event, in rows and in indexes, whatever the order and however often', async () => {
      const events = [
        () => table.put(watch({ subId: 1, seq: 1, owner: 'e1', expiresAt: 10 })),
        () => other.put(watch({ subId: 1, seq: 2, owner: 'e2', expiresAt: 20 })),
        () => table.put(watch({ subId: 1, seq: 3, owner: 'e1', expiresAt: 30 })),
        () => other.put(watch({ subId: 1, seq: 4, owner: 'e3', expiresAt: 40 })),
        () => table.put(watch({ subId: 1, seq: 5, owner: 'e2', expiresAt: 50 })),
      ];
      for (let round = 0; round < events.length; round += 1) {
        const order = [...events.slice(round), ...events.slice(0, round), ...events.slice(0, 3)];
        await Promise.all(order.map((event) => event()));
        expect((await table.get('3001', 'subscription-1'))?.seq).toBe(5);
        expect(await collect(table.ofOwner('e1'))).toEqual([]);
        expect(await collect(table.ofOwner('e3'))).toEqual([]);
        expect(ids(await collect(table.ofOwner('e2')))).toEqual(['subscription-1']);
        expect([await table.expiredBefore(50, 10), ids(await table.expiredBefore(51, 10))]).toEqual([
          [],
          ['subscription-1'],
        ]);
      }
    });

    it('an end that races with its acceptance wins, and leaves nothing behind', async () => {
      await make();
      for (let round = 0; round < 30; round += 1) {
        const id = `race-${round}`;
        const accepted = 10 * round + 1;
        await Promise.all([
          table.put(watch({ subId: accepted, id, expiresAt: 1e9 })),
          other.remove('3001', id, accepted + 1),
          other.put(watch({ subId: accepted, id, expiresAt: 1e9 })),
        ]);
      }
      expect(await table.count()).toBe(0);
      expect(await table.expiredBefore(2e9, 100)).toEqual([]);
      expect(await collect(table.ofOwner('sip-edge-1'))).toEqual([]);
      expect(await table.reserve('b', 1, 0, 10)).toBe('ok');
    });

    it('forgets its ended subscriptions in bounded numbers', async () => {
      // More than one pruning; none is due yet, so all still hold.
      await Promise.all(Array.from({ length: 600 }, (_each, at) => table.remove('3001', `subscription-${at}`, 1_000)));
      await table.put(watch({ subId: 3 }));
      expect(await table.count()).toBe(0);
    });
  });

  describe('views', () => {
    beforeEach(async () => {
      await Promise.all(
        Array.from({ length: 25 }, (_each, at) =>
          table.put(
            watch({ subId: 100 - at, line: at % 2 ? '3001' : '3002', owner: at % 3 ? 'e1' : 'e2', expiresAt: at }),
          ),
        ),
      );
    });

    it('counts, and lists by SubID in bounded batches from any point', async () => {
      expect(await table.count()).toBe(25);
      const batches: number[][] = [];
      for await (const batch of table.list(80, 10)) batches.push(batch.map(({ subId }) => subId));
      expect(batches).toEqual([
        [81, 82, 83, 84, 85, 86, 87, 88, 89, 90],
        [91, 92, 93, 94, 95, 96, 97, 98, 99, 100],
      ]);
    });

    it('finds one by its SubID', async () => {
      expect((await table.bySubId(88))?.subscription.id).toBe('subscription-88');
      expect(await table.bySubId(5)).toBeUndefined();
    });

    it('finds those of a line and of an owner', async () => {
      expect(await collect(table.ofLine('3001'))).toHaveLength(12);
      expect(await collect(table.ofLine('3009'))).toEqual([]);
      expect(await collect(table.ofOwner('e2'))).toHaveLength(9);
      expect(await collect(table.ofOwner('e9'))).toEqual([]);
    });

    it('finds the expired, the longest ago first, at most as many as asked for', async () => {
      expect(ids(await table.expiredBefore(5, 3))).toEqual(['subscription-100', 'subscription-99', 'subscription-98']);
      expect(await table.expiredBefore(5, 100)).toHaveLength(5);
    });
  });

  describe('a rebuild', () => {
    const many = Array.from({ length: 3_000 }, (_each, at) =>
      watch({ subId: at + 1, line: `line ${at % 300}`, owner: `e${at % 3}` }),
    );

    it('brings rows, indexes and places', async () => {
      const turn = await table.beginRebuild();
      if (turn === 'done-by-another') throw new Error('somebody else made these tables');
      await table.applyRebuilt(many);
      expect(await table.generation()).toBeUndefined();
      await table.finishRebuild(turn);
      expect(await table.generation()).toBe(turn.turn);
      expect(await table.count()).toBe(3_000);
      expect(await collect(table.ofLine('line 7'))).toHaveLength(10);
      expect(await collect(table.ofOwner('e1'))).toHaveLength(1_000);
      expect(await collect(table.list())).toEqual(many);
      expect(await table.reserve('one more', 3_000, 0, 10)).toBe('full');
      expect(await table.reserve('one more', 3_001, 0, 10)).toBe('ok');
    });

    it('does not overwrite newer rows, nor revive what ended meanwhile, nor spoil their indexes', async () => {
      const turn = await table.beginRebuild();
      if (turn === 'done-by-another') throw new Error('somebody else made these tables');
      await other.put(watch({ subId: 1, seq: 9_000, line: 'line 0', owner: 'e9', expiresAt: 5 }));
      await other.remove('line 1', 'subscription-2', 9_001);
      await table.applyRebuilt(many);
      await table.finishRebuild(turn);
      expect((await table.get('line 0', 'subscription-1'))?.seq).toBe(9_000);
      expect(await table.get('line 1', 'subscription-2')).toBeUndefined();
      expect(await table.count()).toBe(2_999);
      expect(ids(await table.expiredBefore(6, 10))).toEqual(['subscription-1']);
      expect(ids(await collect(table.ofOwner('e9')))).toEqual(['subscription-1']);
      expect(await collect(table.ofOwner('e0'))).toHaveLength(999);
    });

    it('is done by one copy while the others wait for it', async () => {
      const copies = Array.from({ length: 5 }, () => new SubscriptionTable(tables.open()));
      let rebuilders = 0;
      const words = await Promise.all(
        copies.map(async (copy) => {
          const turn = await copy.beginRebuild();
          if (turn === 'done-by-another') return (await copy.bySubId(1)) ? 'saw it whole' : 'saw a part';
          rebuilders += 1;
          await copy.applyRebuilt(many.slice(0, 100));
          await copy.finishRebuild(turn);
          return 'rebuilt';
        }),
      );
      expect(rebuilders).toBe(1);
      expect(words.sort()).toEqual(['rebuilt', ...Array<string>(4).fill('saw it whole')]);
      expect(await copies[0]?.beginRebuild()).toBe('done-by-another');
    });

    it('passes to another copy when the first falls silent, and the first notices', async () => {
      const slow = new SubscriptionTable(tables.open(), { turnMs: 50 });
      const lost = await slow.beginRebuild();
      const turn = await table.beginRebuild();
      if (turn === 'done-by-another' || lost === 'done-by-another') throw new Error('nobody finished a rebuild');
      await expect(slow.applyRebuilt(many.slice(0, 1))).rejects.toThrow(/turn to rebuild the tables was lost/);
      await expect(slow.finishRebuild(lost)).rejects.toThrow(/turn to rebuild the tables was lost/);
      expect(await table.generation()).toBeUndefined();
      await table.finishRebuild(turn);
      expect(await table.generation()).toBe(turn.turn);
    });

    it('is not waited for without bound', async () => {
      await table.beginRebuild();
      const impatient = new SubscriptionTable(tables.open(), { waitMs: 100 });
      await expect(impatient.beginRebuild()).rejects.toMatchObject({ name: 'UnavailableError' });
    });

    it('is due again when a check declared the tables lost', async () => {
      await make();
      await table.discard();
      expect(await table.generation()).toBeUndefined();
      expect(await table.reserve('a', 5, 0, 10)).toBe('MISS');
      await make();
    });

    it('the sweep indexes rows whose writer died before their indexes', async () => {
      const connection = tables.open();
      const { keys } = connection;
      const packed = '5 5 5 ' + JSON.stringify(watch({ subId: 5 }).subscription);
      await connection.run((redis) =>
        redis.lwPutSubscription(keys.subscriptions('3001'), keys.ended('3001'), 'subscription-5', '5', '5', packed),
      );
      expect(await table.count()).toBe(0);
      expect(await table.sweepIndexes()).toBe(1);
      expect((await table.bySubId(5))?.subscription.id).toBe('subscription-5');
    });
  });
});
