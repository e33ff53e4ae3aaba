import { Generation } from './generation';
import { SubscriptionTable } from './subscriptions';
import { collect, privateTables, servers, watch } from './testing/fixtures';

const ids = (watches: readonly { subscription: { id: string } }[]) => watches.map(({ subscription: { id } }) => id);

describe.each(servers)('subscriptions on %s', (_kind, url) => {
  let tables = privateTables(url);
  let table: SubscriptionTable;
  let other: SubscriptionTable;
  let making: Generation;

  beforeEach(async () => {
    tables = privateTables(url);
    table = new SubscriptionTable(tables.open());
    other = new SubscriptionTable(tables.open());
    making = new Generation(tables.open(), 'subscriptions');
  });
  afterEach(() => tables.close());

  const make = async () => {
    const turn = await making.beginRebuild();
    if (turn === 'done-by-another') throw new Error('somebody else made these tables');
    await making.finishRebuild(turn);
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

    it('gives a place back that was released', async () => {
      await make();
      await table.reserve('a', 1, 0, 10);
      await table.release('a');
      expect(await table.reserve('b', 1, 1, 10)).toBe('ok');
    });

    it('has a place for a written subscription until it ends, and none when the most is none', async () => {
      await make();
      const written = watch({ subId: 1 });
      await table.put(written, { ended: 0 });
      expect(await table.reserve('b', 1, 0, 10)).toBe('full');
      await table.end({ line: '3001', id: 'subscription-1', seq: 2 }, written);
      expect(await table.reserve('b', 1, 0, 10)).toBe('ok');
      expect(await table.reserve('c', 0, 0, 10)).toBe('full');
    });
  });

  describe('a row', () => {
    it('comes back as it was written', async () => {
      const written = watch({ subId: 5, line: '{30} 01', token: 6, seq: 7 });
      await table.put(written, { ended: 0 });
      expect(await table.get('{30} 01', 'subscription-5')).toEqual(written);
      expect(await table.get('{30} 01', 'another')).toBeUndefined();
    });

    it.each([
      ['the one that was read', 10, 'ok'],
      ['an older one than stands there', 9, 'conflict'],
      ['a newer one than stands there', 11, 'conflict'],
      ['none', undefined, 'conflict'],
    ] as const)('put over %s', async (_what, seq, word) => {
      const before = watch({ subId: 1, seq: 10, owner: 'e1', expiresAt: 100 });
      const after = watch({ subId: 1, seq: 12, owner: 'e2', expiresAt: 200 });
      await table.put(before, { ended: 0 });
      const read = seq ? { watch: { ...before, seq }, ended: 0 } : { ended: 0 };
      expect(await other.put(after, read)).toBe(word);
      const isWritten = word === 'ok';
      expect(await table.read('3001', 'subscription-1')).toEqual({ watch: isWritten ? after : before, ended: 0 });
      expect(ids(await collect(table.ofOwner('e1')))).toEqual(isWritten ? [] : ['subscription-1']);
      expect(ids(await collect(table.ofOwner('e2')))).toEqual(isWritten ? ['subscription-1'] : []);
      expect(ids(await table.expiredBefore(150, 10))).toEqual(isWritten ? [] : ['subscription-1']);
    });

    it('put over a row of another owner is a conflict although the sequence is the one that was read', async () => {
      const before = watch({ subId: 1, token: 1, seq: 10 });
      await table.put(watch({ subId: 1, token: 5, seq: 10 }), { ended: 0 });
      expect(await table.put(watch({ subId: 1, token: 1, seq: 12 }), { watch: before, ended: 0 })).toBe('conflict');
    });

    it('that was put or ended by a try whose answer was lost is put or ended again', async () => {
      const before = watch({ subId: 1 });
      const after = watch({ subId: 1, seq: 2 });
      const read = { watch: before, ended: 0 };
      await table.put(before, { ended: 0 });
      expect([await table.put(after, read), await table.put(after, read)]).toEqual(['ok', 'ok']);
      const end = { line: '3001', id: 'subscription-1', seq: 3 };
      expect([await table.end(end, after), await table.end(end, after)]).toEqual(['ok', 'ok']);
    });

    it('of many copies that fold onto the same row exactly one wins, and has the last word in the indexes', async () => {
      const before = watch({ subId: 1, owner: 'e0' });
      await table.put(before, { ended: 0 });
      const words = await Promise.all(
        Array.from({ length: 20 }, (_each, at) =>
          (at % 2 ? table : other).put(watch({ subId: 1, seq: at + 2, owner: `e${at + 1}` }), {
            watch: before,
            ended: 0,
          }),
        ),
      );
      expect(words.filter((word) => word === 'ok')).toHaveLength(1);
      const winner = words.indexOf('ok') + 1;
      expect((await table.get('3001', 'subscription-1'))?.subscription.owner).toBe(`e${winner}`);
      for (let at = 0; at <= 20; at += 1)
        expect(await collect(table.ofOwner(`e${at}`))).toHaveLength(at === winner ? 1 : 0);
    });

    it.each([
      ['one that does not know of the end', 0, 'conflict'],
      ['one that knows of another end', 4, 'conflict'],
      ['one that knows of the end, and of what came after', 5, 'ok'],
    ] as const)('that ended at 5 is revived by %s: %s', async (_what, ended, word) => {
      const written = watch({ subId: 1 });
      await table.put(written, { ended: 0 });
      await table.end({ line: '3001', id: 'subscription-1', seq: 5 }, written);
      expect(await table.read('3001', 'subscription-1')).toEqual({ ended: 5 });
      expect(await table.put(watch({ subId: 6, id: 'subscription-1' }), { ended })).toBe(word);
      expect(await table.count()).toBe(word === 'ok' ? 1 : 0);
    });

    it('ends only if it is the one that was read', async () => {
      const read = watch({ subId: 6, id: 'a' });
      await table.put(watch({ subId: 6, seq: 7, id: 'a' }), { ended: 0 });
      expect(await table.end({ line: '3001', id: 'a', seq: 8 }, read)).toBe('conflict');
      expect(await table.end({ line: '3001', id: 'a', seq: 8 }, undefined)).toBe('conflict');
      expect((await table.get('3001', 'a'))?.seq).toBe(7);
      expect(await table.count()).toBe(1);
    });

    it('that never was can end, and then an older event does not make it', async () => {
      expect(await table.end({ line: '3001', id: 'subscription-1', seq: 5 }, undefined)).toBe('ok');
      expect(await table.put(watch({ subId: 1 }), { ended: 0 })).toBe('conflict');
      expect(await table.get('3001', 'subscription-1')).toBeUndefined();
    });

    it('an end that races with its acceptance wins, and leaves nothing behind', async () => {
      await make();
      for (let round = 0; round < 30; round += 1) {
        const id = `race-${round}`;
        const accepted = watch({ subId: 10 * round + 1, id, expiresAt: 1e9 });
        const end = { line: '3001', id, seq: accepted.seq + 1 };
        const endUntilDone = async (): Promise<void> => {
          const { watch: known } = await other.read('3001', id);
          if ((await other.end(end, known)) === 'conflict') await endUntilDone();
        };
        await Promise.all([table.put(accepted, { ended: 0 }), endUntilDone(), other.put(accepted, { ended: 0 })]);
      }
      expect(await table.count()).toBe(0);
      expect(await table.expiredBefore(2e9, 100)).toEqual([]);
      expect(await collect(table.ofOwner('sip-edge-1'))).toEqual([]);
      expect(await table.reserve('b', 1, 0, 10)).toBe('ok');
    });

    it('forgets its ended subscriptions in bounded numbers', async () => {
      // More than one pruning; none is due yet, so all still hold.
      await Promise.all(
        Array.from({ length: 600 }, (_each, at) =>
          table.end({ line: '3001', id: `subscription-${at}`, seq: 1_000 }, undefined),
        ),
      );
      await table.put(watch({ subId: 3 }), { ended: 0 });
      expect(await table.count()).toBe(0);
    });
  });

  describe('views', () => {
    beforeEach(async () => {
      await Promise.all(
        Array.from({ length: 25 }, (_each, at) =>
          table.put(
            watch({ subId: 100 - at, line: at % 2 ? '3001' : '3002', owner: at % 3 ? 'e1' : 'e2', expiresAt: at }),
            { ended: 0 },
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
      const turn = await making.beginRebuild();
      if (turn === 'done-by-another') throw new Error('somebody else made these tables');
      await making.renew();
      await table.apply(many, []);
      expect(await making.current()).toBeUndefined();
      await making.finishRebuild(turn);
      expect(await making.current()).toBe(turn.turn);
      expect(await table.count()).toBe(3_000);
      expect(await collect(table.ofLine('line 7'))).toHaveLength(10);
      expect(await collect(table.ofOwner('e1'))).toHaveLength(1_000);
      expect(await collect(table.list())).toEqual(many);
      expect(await table.reserve('one more', 3_000, 0, 10)).toBe('full');
      expect(await table.reserve('one more', 3_001, 0, 10)).toBe('ok');
    });

    it('does not overwrite newer rows, nor revive what ended meanwhile, nor spoil their indexes', async () => {
      const turn = await making.beginRebuild();
      if (turn === 'done-by-another') throw new Error('somebody else made these tables');
      await other.put(watch({ subId: 1, seq: 9_000, line: 'line 0', owner: 'e9', expiresAt: 5 }), { ended: 0 });
      await other.end({ line: 'line 1', id: 'subscription-2', seq: 9_001 }, undefined);
      await making.renew();
      await table.apply(many, []);
      await making.finishRebuild(turn);
      expect((await table.get('line 0', 'subscription-1'))?.seq).toBe(9_000);
      expect(await table.get('line 1', 'subscription-2')).toBeUndefined();
      expect(await table.count()).toBe(2_999);
      expect(ids(await table.expiredBefore(6, 10))).toEqual(['subscription-1']);
      expect(ids(await collect(table.ofOwner('e9')))).toEqual(['subscription-1']);
      expect(await collect(table.ofOwner('e0'))).toHaveLength(999);
    });

    it.each([
      ['a later event of the same owner', { token: 1, seq: 9 }, 'kept'],
      ['an earlier event of the same owner', { token: 1, seq: 4 }, 'overwritten'],
      ['a later owner, though of an earlier event', { token: 2, seq: 2 }, 'kept'],
      ['an earlier owner, though of a later event', { token: 0, seq: 9 }, 'overwritten'],
    ])('meets a row of %s', async (_what, row, outcome) => {
      await table.put(watch({ subId: 1, ...row, owner: 'e9' }), { ended: 0 });
      await table.apply([watch({ subId: 1, token: 1, seq: 5 })], []);
      const owner = outcome === 'kept' ? 'e9' : 'sip-edge-1';
      expect((await table.get('3001', 'subscription-1'))?.subscription.owner).toBe(owner);
      expect(await collect(table.ofOwner(owner))).toHaveLength(1);
      expect(await collect(table.ofOwner(outcome === 'kept' ? 'sip-edge-1' : 'e9'))).toEqual([]);
    });

    it('ends what ended, whatever row is there, but not a later life', async () => {
      await table.put(watch({ subId: 1, seq: 3, id: 'a' }), { ended: 0 });
      await table.put(watch({ subId: 7, id: 'b' }), { ended: 0 });
      await table.apply(
        [],
        [
          { line: '3001', id: 'a', seq: 5 },
          { line: '3001', id: 'b', seq: 5 },
        ],
      );
      expect(await table.read('3001', 'a')).toEqual({ ended: 5 });
      expect((await table.read('3001', 'b')).watch?.subId).toBe(7);
      expect(await table.count()).toBe(1);
    });

    it('is done by one copy while the others wait for it', async () => {
      const copies = Array.from({ length: 5 }, () => new Generation(tables.open(), 'subscriptions'));
      let rebuilders = 0;
      const words = await Promise.all(
        copies.map(async (copy) => {
          const turn = await copy.beginRebuild();
          if (turn === 'done-by-another') return (await table.bySubId(1)) ? 'saw it whole' : 'saw a part';
          rebuilders += 1;
          await table.apply(many.slice(0, 100), []);
          await copy.finishRebuild(turn);
          return 'rebuilt';
        }),
      );
      expect(rebuilders).toBe(1);
      expect(words.sort()).toEqual(['rebuilt', ...Array<string>(4).fill('saw it whole')]);
      expect(await copies[0]?.beginRebuild()).toBe('done-by-another');
    });

    it('passes to another copy when the first falls silent, and the first notices', async () => {
      const slow = new Generation(tables.open(), 'subscriptions', { turnMs: 50 });
      const lost = await slow.beginRebuild();
      const turn = await making.beginRebuild();
      if (turn === 'done-by-another' || lost === 'done-by-another') throw new Error('nobody finished a rebuild');
      await expect(slow.renew()).rejects.toThrow(/turn to rebuild the tables was lost/);
      await expect(slow.finishRebuild(lost)).rejects.toThrow(/turn to rebuild the tables was lost/);
      expect(await making.current()).toBeUndefined();
      await making.finishRebuild(turn);
      expect(await making.current()).toBe(turn.turn);
    });

    it('is not waited for without bound', async () => {
      await making.beginRebuild();
      const impatient = new Generation(tables.open(), 'subscriptions', { waitMs: 100 });
      await expect(impatient.beginRebuild()).rejects.toMatchObject({ name: 'UnavailableError' });
    });

    it('is due again when a check declared the tables lost', async () => {
      await make();
      await making.discard();
      expect(await making.current()).toBeUndefined();
      expect(await table.reserve('a', 5, 0, 10)).toBe('MISS');
      await make();
    });

    it('the sweep indexes rows whose writer died before their indexes', async () => {
      const connection = tables.open();
      const { keys } = connection;
      const packed = '5 5 5 ' + JSON.stringify(watch({ subId: 5 }).subscription);
      await connection.run((redis) =>
        redis.lwPutSubscription(keys.subscriptions('3001'), keys.ended('3001'), 'subscription-5', '', '0', packed),
      );
      expect(await table.count()).toBe(0);
      expect(await table.sweepIndexes()).toBe(1);
      expect((await table.bySubId(5))?.subscription.id).toBe('subscription-5');
    });
  });
});
