import { until } from '@linewatch/kit';
import { emptyLine } from '@linewatch/presence';
import { BindingTable } from './bindings';
import { LineTable } from './lines';
import { binding, called, collect, privateTables, registered, rowOf, servers } from './testing/fixtures';

describe.each(servers)('lines and bindings on %s', (_kind, url) => {
  const tables = privateTables(url);
  const redis = tables.open();
  const lines = new LineTable(redis);
  const bindings = new BindingTable(redis);
  let last = 0;
  const newLine = (): string => `30{${(last += 1)}} *`;

  afterAll(() => tables.close());

  it('a row that was never written is undefined, and one that was comes back', async () => {
    const line = newLine();
    const row = rowOf(registered(line, 5, 'pool:1', [binding()]), 3);
    expect(await lines.read(line)).toBeUndefined();
    expect(await lines.put(line, row, 'absent')).toBe('ok');
    expect(await lines.read(line)).toEqual(row);
    expect(await lines.readMany(['nobody', line])).toEqual([undefined, row]);
  });

  it.each([
    ['absent', 'absent', 7, 3, 'conflict'],
    ['the sequence that stands there', 5, 7, 3, 'ok'],
    ['an older sequence', 4, 7, 3, 'conflict'],
    ['a newer sequence', 6, 7, 3, 'conflict'],
    ['the right sequence but an older publication', 5, 7, 2, 'conflict'],
    ['the right sequence and the same facts, published again', 5, 5, 4, 'ok'],
    ['the right sequence to go back', 5, 4, 3, 'conflict'],
  ] as const)('put over (5, 3) that expects %s', async (_what, expected, seq, published, answer) => {
    const line = newLine();
    const before = rowOf(registered(line, 5, 'pool:1', []), 3);
    await lines.put(line, before, 'absent');
    const after = rowOf(registered(line, seq, 'pool:1', []), published);
    expect(await lines.put(line, after, expected)).toBe(answer);
    expect(await lines.read(line)).toEqual(answer === 'ok' ? after : before);
  });

  it('a put over a lost row is a conflict, so that the caller rebuilds', async () => {
    expect(await lines.put(newLine(), rowOf(emptyLine('x')), 0)).toBe('conflict');
  });

  it('of many copies that fold onto the same row exactly one wins', async () => {
    const line = newLine();
    await lines.put(line, rowOf(emptyLine(line)), 'absent');
    const copies = Array.from({ length: 20 }, (_each, at) => registered(line, at + 1, 'pool:1', []));
    const answers = await Promise.all(
      copies.map((fold) => new LineTable(fold.seq % 2 ? redis : tables.open()).put(line, rowOf(fold), 0)),
    );
    expect(answers.filter((answer) => answer === 'ok')).toHaveLength(1);
    expect((await lines.read(line))?.fold.seq).toBe(answers.indexOf('ok') + 1);
  });

  it.each([
    ['an older fold', 4, 3, false],
    ['an older publication', 6, 2, false],
    ['the same', 5, 3, true],
    ['a newer one', 6, 4, true],
  ])('a rebuilt row over (5, 3) with %s', async (_what, seq, published, written) => {
    const line = newLine();
    await lines.put(line, rowOf(registered(line, 5, 'pool:1', []), 3), 'absent');
    const rebuilt = rowOf(registered(line, seq, 'pool:2', []), published);
    await lines.putRebuilt(line, rebuilt);
    expect('pool:2' in ((await lines.read(line))?.fold.registrations ?? {})).toBe(written);
  });

  it('bindings of a line without a row are a MISS, of a line without registrations none', async () => {
    const line = newLine();
    expect(await bindings.read(line)).toBe('MISS');
    expect(await bindings.put(line, 'pool:1', 5, [binding()])).toBe('MISS');
    await lines.put(line, rowOf(emptyLine(line)), 'absent');
    expect(await bindings.read(line)).toEqual({});
  });

  it('a lower sequence never overwrites bindings, an empty list is remembered', async () => {
    const line = newLine();
    await lines.put(line, rowOf(emptyLine(line)), 'absent');
    expect(await bindings.put(line, 'pool:1', 9, [])).toBe('ok');
    expect(await bindings.put(line, 'pool:1', 10, [binding()])).toBe('ok');
    expect(await bindings.put(line, 'pool:1', 9, [])).toBe('stale');
    expect(await bindings.put(line, 'pool:2', 100, [])).toBe('ok');
    expect(await bindings.put(line, 'pool:2', 99, [binding()])).toBe('stale');
    expect(await bindings.read(line)).toEqual({
      'pool:1': { seq: 10, bindings: [binding()] },
      'pool:2': { seq: 100, bindings: [] },
    });
  });

  it('a rebuilt row brings its bindings, but not over newer ones', async () => {
    const line = newLine();
    await lines.put(line, rowOf(emptyLine(line)), 'absent');
    await bindings.put(line, 'pool:1', 20, []);
    const fold = registered(registered(line, 11, 'pool:1', [binding()]), 12, 'pool:2', [binding({ q: 0.5 })]);
    await lines.putRebuilt(line, rowOf(fold));
    expect(await bindings.read(line)).toEqual({
      'pool:1': { seq: 20, bindings: [] },
      'pool:2': { seq: 12, bindings: [binding({ q: 0.5 })] },
    });
  });

  it('folding a registration brings its bindings although the edge died before it wrote them', async () => {
    const line = newLine();
    const before = registered(line, 5, 'pool:1', [binding()]);
    await lines.put(line, rowOf(before), 'absent');
    await lines.put(line, rowOf(registered(before, 6, 'pool:2', [binding({ q: 0.1 })])), 5);
    const seqs = Object.entries((await bindings.read(line)) as Record<string, { seq: number }>).map(
      ([device, { seq }]) => [device, seq],
    );
    expect(Object.fromEntries(seqs)).toEqual({ 'pool:1': 5, 'pool:2': 6 });
  });

  describe('indexes', () => {
    const indexed = privateTables(url);
    const table = new LineTable(indexed.open());
    const write = async (line: string, fold: ReturnType<typeof called>, expected: number | 'absent', index = true) => {
      expect(await table.put(line, rowOf(fold), expected)).toBe('ok');
      if (index) await table.index(line, rowOf(fold));
    };

    afterAll(() => indexed.close());

    it('lines come due in order of their leases, and only then', async () => {
      await write('due-1', called('due-1', 1, { edge: 'e1', leaseUntil: 300 }), 'absent');
      await write('due {2}', called('due {2}', 1, { edge: 'e1', leaseUntil: 100 }), 'absent');
      await write('due-3', called('due-3', 1, { edge: 'e2', leaseUntil: 200 }), 'absent');
      await write('due-4', registered('due-4', 1, 'pool:1', []), 'absent');
      expect(await table.due(99, 10)).toEqual([]);
      expect(await table.due(250, 10)).toEqual(['due {2}', 'due-3']);
      expect(await table.due(1_000, 2)).toEqual(['due {2}', 'due-3']);
    });

    it('a line whose leases are gone leaves the index', async () => {
      const line = 'no-lease';
      await write(line, called(line, 1, { edge: 'e9', leaseUntil: 10 }), 'absent');
      await write(line, called(line, 2, { edge: 'e9', leaseUntil: 10, state: 'terminated' }), 1);
      expect(await table.due(20, 100)).not.toContain(line);
    });

    it('finds the lines of an edge, and takes out those that depend on it no longer', async () => {
      const many = Array.from({ length: 450 }, (_each, at) => `many-${at}`);
      await Promise.all(many.map((line) => write(line, called(line, 1, { edge: 'e5', leaseUntil: 9e12 }), 'absent')));
      expect(new Set(await collect(table.ofEdge('e5')))).toEqual(new Set(many));
      for await (const batch of table.ofEdge('e5')) expect(batch.length).toBeLessThanOrEqual(200);
      await Promise.all(
        many
          .slice(1)
          .map((line) => write(line, called(line, 2, { edge: 'e5', leaseUntil: 1, state: 'terminated' }), 1)),
      );
      expect(await collect(table.ofEdge('e5'))).toEqual(['many-0']);
    });

    it('leaves an edge at once when the row before is known', async () => {
      const line = 'moved';
      const before = called(line, 1, { edge: 'e6', leaseUntil: 9e12 });
      await write(line, before, 'absent');
      const after = called(line, 2, { edge: 'e7', leaseUntil: 9e12 });
      await table.put(line, rowOf(after), 1);
      await table.index(line, rowOf(after), rowOf(before));
      expect(await collect(table.ofEdge('e6'))).toEqual([]);
      expect(await collect(table.ofEdge('e7'))).toEqual([line]);
    });

    it('an index written late follows the row that stands there by then', async () => {
      const line = 'late';
      const old = called(line, 1, { edge: 'e8', leaseUntil: 9e12 });
      await write(line, old, 'absent', false);
      await write(line, called(line, 2, { edge: 'e10', leaseUntil: 50 }), 1);
      await table.index(line, rowOf(old));
      expect(await table.due(60, 100)).toContain(line);
      expect(await collect(table.ofEdge('e10'))).toEqual([line]);
    });

    it('the sweep repairs what a copy left undone that died between row and index', async () => {
      await write('{undone}', called('{undone}', 1, { edge: 'e11', leaseUntil: 5 }), 'absent', false);
      expect(await table.due(5, 100)).not.toContain('{undone}');
      expect(await table.sweepIndexes()).toBeGreaterThan(450);
      expect(await table.due(5, 100)).toContain('{undone}');
      expect(await collect(table.ofEdge('e11'))).toEqual(['{undone}']);
    });
  });

  it('a connection says that it is ready', async () => {
    await redis.ready(5_000);
    await until(() => redis.isReady(), 'the connection ready');
  });
});
