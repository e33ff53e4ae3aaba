import { emptyLine, type LineFold } from '@linewatch/presence';
import { RecentRows } from './recent-rows';

const leg = (edge: string, leaseUntil: number) => ({
  call: 'c', device: 'pool:1', instance: 'voice-register-dn:1', state: 'early' as const, direction: 'recipient' as const,
  held: false, peer: { number: '1' }, edge, epoch: 1, seq: 1, factSeq: 1, leaseUntil,
}); // prettier-ignore

const row = (legs: LineFold['legs'] = {}) => ({ fold: { ...emptyLine('2101'), legs } });

describe('the rows that a copy wrote last', () => {
  it('are given back as they were written, until they are forgotten', () => {
    const rows = new RecentRows();
    const written = row();
    rows.wrote('2101', written, true);
    expect(rows.get('2101')).toBe(written);
    rows.forget('2101');
    expect(rows.get('2101')).toBeUndefined();
  });

  it('make room for others, those used longest ago first', () => {
    const rows = new RecentRows(2);
    rows.wrote('1', row(), true);
    rows.wrote('2', row(), true);
    rows.get('1');
    rows.wrote('3', row(), true);
    expect([rows.get('1'), rows.get('2'), rows.get('3')].map((each) => each !== undefined)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it.each([
    ['a lease that ends later', { a: leg('sip-edge-1', 2_000) }, true],
    ['no lease and no edge any more', {}, true],
    ['a lease that ends earlier', { a: leg('sip-edge-1', 500) }, false],
    ['another edge', { a: leg('sip-edge-2', 2_000) }, false],
  ])('need no new index for %s: %o %s', (_what, legs, isIndexed) => {
    const rows = new RecentRows();
    rows.wrote('2101', row({ a: leg('sip-edge-1', 1_000) }), true);
    expect(rows.isIndexed('2101', row(legs))).toBe(isIndexed);
  });

  it('remember what the index says while it is not written', () => {
    const rows = new RecentRows();
    rows.wrote('2101', row({ a: leg('sip-edge-1', 1_000) }), true);
    rows.wrote('2101', row(), false);
    expect(rows.isIndexed('2101', row({ b: leg('sip-edge-1', 1_500) }))).toBe(true);
    expect(rows.isIndexed('2101', row({ b: leg('sip-edge-1', 900) }))).toBe(false);
  });

  it('are indexed anew when nothing is known of them', () => {
    expect(new RecentRows().isIndexed('2101', row())).toBe(false);
  });
});
