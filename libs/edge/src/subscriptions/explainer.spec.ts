import type { LineView } from '../lines';
import { owned } from '../testing/owned';
import { Explainer } from './explainer';
import { OwnedTable, type OwnedSubscription } from './owned-subscription';
import { Refusals } from './refusals';

const ACCOUNT = { reachedAt: 'udp 127.0.0.21:5060', inFlight: false, due: 'idle' } as const;

function setUp() {
  const table = new OwnedTable<OwnedSubscription>();
  const refusals = new Refusals();
  const explainer = new Explainer({
    edge: { id: 'edge-1', epoch: 7, holds: () => true },
    table,
    lines: { get: () => ({ version: 5 }) as LineView },
    lineOf: (number) => (number.startsWith('21') ? '21..' : number),
    accountOf: () => ACCOUNT,
    refusals,
  });
  return { table, refusals, explainer };
}

describe('what an edge holds of who watches a line', () => {
  it.each([
    ['its number', { number: '2101' }, ['a']],
    ['its number and address', { number: '2101', host: '127.0.0.21' }, ['a']],
    ['its number at another address', { number: '2101', host: '127.0.0.99' }, []],
    ['its phone', { devices: ['ephone:1'] }, ['a']],
    ['another phone', { devices: ['ephone:2'] }, ['b']],
    ['somebody else', { number: '2109' }, []],
  ])('a watcher is found by %s', (_what, watcher, expected) => {
    const { table, explainer } = setUp();
    const { watcher: someone, presentity } = owned('x').record;
    table.add(owned('a', { line: '21..' }));
    table.add(owned('b', { line: '21..', watcher: { ...someone, number: '2105', device: 'ephone:2' } }));
    table.add(owned('another line', { line: '2201', presentity: { ...presentity, number: '2201' } }));
    table.add(owned('another number of the line', { line: '21..', presentity: { ...presentity, number: '2155' } }));
    const reply = explainer.answer({ line: '2102', watcher });
    expect(reply.subscriptions.map(({ record }) => record.id)).toEqual(expected);
    expect(reply).toMatchObject({ edge: 'edge-1', epoch: 7, speaks: true, version: 5 });
  });

  it('tells of a subscription what is durable, what its protocol adds, and nothing that only the edge reads', () => {
    const { table, explainer } = setUp();
    table.add(owned('a', { line: '21..', protocol: { dialog: 'secret' } }));
    const [held] = explainer.answer({ line: '2102', watcher: { number: '2101' } }).subscriptions;
    expect(held).toMatchObject({ subId: 7, token: 7, record: { id: 'a', granted: 3600 }, ...ACCOUNT });
    expect(JSON.stringify(held)).not.toContain('secret');
  });

  it('a question that is none is answered so', () => {
    const { explainer } = setUp();
    expect(() => explainer.answer({ line: '' })).toThrow(expect.objectContaining({ word: 'bad-request' }));
  });
});

describe('refusals that are remembered', () => {
  const watcher = { number: '2101', host: '127.0.0.21' };

  it('are those of a watcher and a line, of each address the last one, the newest first', () => {
    const { refusals, explainer } = setUp();
    refusals.remember(watcher, '2102', { at: 1, why: 'Bad Event', status: 489 });
    refusals.remember({ ...watcher, host: '127.0.0.22' }, '2102', { at: 2, why: 'limit-reached', status: 503 });
    refusals.remember(watcher, '2102', { at: 3, why: 'Not Acceptable', status: 406 });
    refusals.remember(watcher, '2103', { at: 4, why: 'Bad Event', status: 489 });
    const { refusals: told } = explainer.answer({ line: '2102', watcher: { number: '2101' } });
    expect(told).toEqual([
      { at: 3, why: 'Not Acceptable', status: 406 },
      { at: 2, why: 'limit-reached', status: 503 },
    ]);
  });

  it('are forgotten, the oldest first, when there are more than a thousand', () => {
    const refusals = new Refusals();
    for (let at = 0; at < 1_001; at += 1)
      refusals.remember({ ...watcher, number: String(at) }, '2102', { at, why: 'x' });
    const known = (number: number) => refusals.of({ number: String(number), devices: [] }, '2102').length;
    expect([known(0), known(1), known(1_000)]).toEqual([0, 1, 1]);
  });
});
