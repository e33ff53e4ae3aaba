import { makeSubjects, UnavailableError, type OutboxEntry } from '@linewatch/bus';
import { owned } from '../testing/owned';
import { SubscriptionRecords } from './subscription-records';

/** A stream in memory; `away` says whether it refuses what is appended for a request. */
function setUp() {
  const world = { away: false };
  const said: Pick<OutboxEntry, 'subject' | 'event' | 'id'>[] = [];
  const put = async (entry: Pick<OutboxEntry, 'subject' | 'event' | 'id'>) => {
    await new Promise((resolve) => setImmediate(resolve));
    said.push(entry);
    return { seq: said.length, duplicate: false };
  };
  const append = async (subject: string, event: OutboxEntry['event'], options?: { id?: string }) => {
    if (world.away) throw new UnavailableError('away');
    return put({ subject, event, id: options?.id ?? '' });
  };
  const records = new SubscriptionRecords({ put }, { subjects: makeSubjects(), append }, 'edge-1.3.subscription');
  const types = () => said.map(({ event }) => event.type.split('.').at(-1));
  return { records, said, types, world };
}

describe('what is said of a subscription', () => {
  it('changes the record only when it is durable, each word with an id of its own [design law 2]', async () => {
    const { records, said, world } = setUp();
    const watched = owned('a');
    world.away = true;
    const refused = records.renew(watched, 'request', (record) => ({ ...record, expiresAt: 9 }));
    await expect(refused).rejects.toThrow(UnavailableError);
    expect(watched.record.expiresAt).toBe(3_600_000);
    world.away = false;
    await records.renew(watched, 'request', (record) => ({ ...record, expiresAt: 9 }));
    await records.renew(watched, 'background', (record) => ({ ...record, ceiling: 10 }));
    expect(watched.record).toMatchObject({ expiresAt: 9, ceiling: 10 });
    expect(said.map(({ subject }) => subject)).toEqual(Array(2).fill('lw.subscription.2102.refreshed'));
    expect(new Set(said.map(({ id }) => id)).size).toBe(2);
    expect(said[0]?.event.data).toMatchObject({ change: 'renewed', token: 7, subId: 7 });
  });

  it('goes in order, its end once and last: a renewal behind it would bring the subscription back', async () => {
    const { records, types } = setUp();
    const watched = owned('a');
    const answers = await Promise.all([
      records.renew(watched, 'request', (record) => record),
      records.end(watched, 'background', 'timeout'),
      records.renew(watched, 'request', (record) => record),
      records.end(watched, 'request', 'unsubscribed'),
    ]);
    expect(answers[2]).toBe('gone');
    expect(types()).toEqual(['refreshed', 'terminated']);
  });
});
