import { until } from '@linewatch/kit';
import { Lead } from './lead';
import { privateTables, servers } from './testing/fixtures';

describe.each(servers)('the lead on %s', (_kind, url) => {
  const tables = privateTables(url);
  afterAll(() => tables.close());

  it('is one copy’s until it gives it up or falls silent, and of many who ask at once exactly one gets it', async () => {
    const copies = Array.from({ length: 10 }, () => new Lead(tables.open(), 'lines', 300));
    const holding = await Promise.all(copies.map((copy) => copy.hold()));
    expect(holding.filter(Boolean)).toHaveLength(1);
    const leader = copies[holding.indexOf(true)] as Lead;
    const other = copies[(holding.indexOf(true) + 1) % copies.length] as Lead;
    expect([await leader.hold(), await other.hold()]).toEqual([true, false]);
    await other.release();
    expect(await other.hold()).toBe(false);
    await leader.release();
    expect([await other.hold(), await leader.hold()]).toEqual([true, false]);
    await until(() => leader.hold(), 'the silent one lost it');
    expect(await new Lead(tables.open(), 'subscriptions').hold()).toBe(true);
  });
});
