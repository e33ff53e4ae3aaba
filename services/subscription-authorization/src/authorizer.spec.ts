import {
  makeSubjects,
  RejectedError,
  UnavailableError,
  type BusEvent,
  type Stored,
  type StreamName,
} from '@linewatch/bus';
import type { AuthorizeRequest, PresenceRules } from '@linewatch/presence';
import { Authorizer } from './authorizer';
import type { ActiveWatch, KnownWatch, SubscriptionTable } from '@linewatch/tables';

const NOW = 1_000_000;

const rules: PresenceRules = {
  presenceEnabled: true,
  sipPresenceEnabled: true,
  watcherAll: false,
  allowSubscribe: false,
  maxSubscription: 2,
};

function request(id: string, watcher: 'local' | 'remote' = 'local'): AuthorizeRequest {
  return {
    protocol: 'sip',
    subscription: {
      id,
      line: '2101',
      package: 'presence',
      contentType: 'application/pidf+xml',
      watcher: { number: '2102', host: '127.0.0.3', kind: watcher, phoneType: 'SIP Phone', dialPeerTag: 40001 },
      presentity: { number: '2101', host: '127.0.0.2', kind: 'local' },
      deviceBased: false,
      granted: 3600,
      expiresAt: NOW + 3_600_000,
      acceptedAt: NOW,
      owner: 'sip-edge-1',
      ceiling: 65_536,
      protocol: {},
    },
  };
}

/** The quota and the rows in memory; `lost` plays a Redis that came back empty. */
class MemoryTable implements Pick<SubscriptionTable, 'read' | 'reserve' | 'release' | 'put'> {
  lost = false;
  readonly places = new Set<string>();
  readonly rows = new Map<string, ActiveWatch>();
  reserve = async (id: string, max: number): Promise<'ok' | 'full' | 'MISS'> => {
    if (this.lost) return 'MISS';
    if (this.places.has(id)) return 'ok';
    if (this.places.size >= max) return 'full';
    this.places.add(id);
    return 'ok';
  };
  rebuilt: () => void = () => undefined;
  rebuild(): void {
    this.lost = false;
    this.rebuilt();
  }
  readonly ends = new Map<string, number>();
  release = async (id: string): Promise<void> => void this.places.delete(id);
  read = async (_line: string, id: string): Promise<KnownWatch> => {
    const watch = this.rows.get(id);
    return { ...(watch && { watch }), ended: this.ends.get(id) ?? 0 };
  };
  put = async (watch: ActiveWatch, before: KnownWatch): Promise<'ok' | 'conflict'> => {
    const { id } = watch.subscription;
    if ((this.ends.get(id) ?? 0) !== before.ended || this.rows.get(id) !== before.watch) return 'conflict';
    this.rows.set(id, watch);
    return 'ok';
  };
}

/** Stream SUBSCRIPTIONS in memory: the same id is stored once. */
class MemoryStream {
  readonly subjects = makeSubjects('lw');
  readonly stored: Stored[] = [];
  append = async (address: string, event: BusEvent, options: { id?: string } = {}) => {
    const first = this.stored.find(({ id }) => id === options.id);
    if (first) return { seq: first.streamSeq, duplicate: true };
    const streamSeq = this.stored.length + 1;
    this.stored.push({ address, event, streamSeq, id: options.id } as Stored);
    return { seq: streamSeq, duplicate: false };
  };
  next = async (_stream: StreamName, filter: string, from: number): Promise<Stored | undefined> =>
    this.stored.find(({ address, streamSeq }) => address === filter && streamSeq >= from);
}

function setUp(options: { rules?: Partial<PresenceRules>; catchUp?: (table: MemoryTable) => void } = {}) {
  const table = new MemoryTable();
  const bus = new MemoryStream();
  const authorizer = new Authorizer(
    bus,
    table,
    { whole: async () => table.rebuild() },
    { now: async () => options.catchUp?.(table) },
    { rules: () => ({ ...rules, ...options.rules }), revision: () => 3 },
    { now: () => NOW },
    { of: () => ({ value: 0, add: () => undefined }) },
  );
  return { authorizer, table, bus };
}

describe('Authorizer', () => {
  it.each([
    { given: 'presence is off', rules: { presenceEnabled: false }, watcher: 'local', word: 'presence-disabled' },
    {
      given: 'sip-ua lacks presence enable [T-25]',
      rules: { sipPresenceEnabled: false },
      watcher: 'local',
      word: 'presence-disabled',
    },
    {
      given: 'a trunk watches without watcher all [T-17]',
      rules: {},
      watcher: 'remote',
      word: 'external-watcher-refused',
    },
    { given: 'a trunk watches with watcher all [T-17]', rules: { watcherAll: true }, watcher: 'remote', word: 'allow' },
    { given: 'a phone watches a line', rules: {}, watcher: 'local', word: 'allow' },
  ] as const)('answers $word when $given', async ({ rules: changed, watcher, word }) => {
    const { authorizer, bus } = setUp({ rules: changed });
    expect((await authorizer.authorize(request('a', watcher))).word).toBe(word);
    expect(bus.stored).toHaveLength(word === 'allow' ? 1 : 0);
  });

  describe('for a line beyond the trunk [T-19]', () => {
    const beyond = (id: string, watcher: 'local' | 'remote' = 'local'): AuthorizeRequest => {
      const { subscription } = request(id, watcher);
      return {
        protocol: 'sip',
        subscription: { ...subscription, line: '4001', presentity: { number: '4001', host: 'h', kind: 'remote' } },
      };
    };
    const allowed = { allowSubscribe: true, server: '192.0.2.7', watcherAll: true };

    it.each([
      ['external-line-refused', { ...allowed, allowSubscribe: false }, 'local'],
      ['no-server', { ...allowed, server: undefined }, 'local'],
      ['never-chained', allowed, 'remote'],
    ] as const)('answers %s', async (word, changed, watcher) => {
      const { authorizer, bus } = setUp({ rules: changed });
      expect(await authorizer.authorize(beyond('a', watcher))).toEqual({ word });
      expect(bus.stored).toEqual([]);
    });

    it('makes a record of its own of the request that goes out; only what came in takes a place', async () => {
      const { authorizer, bus, table } = setUp({ rules: allowed });
      const reply = await authorizer.authorize(beyond('a'));
      expect(reply).toMatchObject({ word: 'allow', subId: 1, token: 1, subscription: { sibling: 2 } });
      expect(bus.stored.map(({ address }) => address)).toEqual([
        'lw.subscription.4001.accepted',
        'lw.subscription.4001.outgoing',
      ]);
      expect(bus.stored[1]?.event.data).toEqual({ id: 'a', subId: 1, package: 'presence', watcher: '2102' });
      expect(table.rows.get('a')).toMatchObject({ seq: 1, subId: 1, subscription: { sibling: 2 } });
      expect([...table.places]).toEqual(['a']);
    });

    it('finds both again when it is asked again, whatever got lost in between', async () => {
      const { authorizer, bus, table } = setUp({ rules: allowed });
      const first = await authorizer.authorize(beyond('a'));
      expect(await authorizer.authorize(beyond('a'))).toEqual(first);
      table.rows.clear();
      expect(await authorizer.authorize(beyond('a'))).toEqual(first);
      const { subscription } = beyond('a');
      table.rows.set('a', { status: 'active', subscription, subId: 1, token: 1, seq: 1 });
      expect(await authorizer.authorize(beyond('a'))).toEqual(first);
      expect(table.rows.get('a')).toMatchObject({ subscription: { sibling: 2 } });
      expect(bus.stored).toHaveLength(2);
    });
  });

  it('does not decide by an older configuration than that of the edge which asks', async () => {
    const { authorizer, bus } = setUp();
    expect(await authorizer.authorize({ ...request('a'), revision: 4 })).toEqual({ word: 'could-not-ask' });
    expect(bus.stored).toHaveLength(0);
    expect(await authorizer.authorize({ ...request('a'), revision: 3 })).toMatchObject({ word: 'allow' });
  });

  it('[T-21] refuses the one above the limit and accepts the next when one has ended', async () => {
    const { authorizer, table } = setUp();
    expect((await authorizer.authorize(request('a'))).word).toBe('allow');
    expect((await authorizer.authorize(request('b'))).word).toBe('allow');
    expect((await authorizer.authorize(request('c'))).word).toBe('limit-reached');
    table.places.delete('a');
    expect((await authorizer.authorize(request('d'))).word).toBe('allow');
  });

  it('lets the table catch up with the stream before it refuses anybody [T-21]', async () => {
    const { authorizer } = setUp({ catchUp: (table) => void table.places.delete('a') });
    for (const id of ['a', 'b', 'c']) expect((await authorizer.authorize(request(id))).word).toBe('allow');
  });

  it('answers a repeated request with its own record and appends nothing again', async () => {
    const { authorizer, bus } = setUp();
    const first = await authorizer.authorize(request('a'));
    expect(await authorizer.authorize(request('a'))).toEqual(first);
    expect(bus.stored.map(({ address }) => address)).toEqual(['lw.subscription.2101.accepted']);
  });

  it('answers the same question, asked of two copies at once, with the record that became durable first', async () => {
    const { authorizer, table, bus } = setUp();
    const later = request('a');
    later.subscription.acceptedAt += 5;
    const answers = await Promise.all([authorizer.authorize(request('a')), authorizer.authorize(later)]);
    expect(answers[0]).toMatchObject({ word: 'allow', subId: 1, token: 1, subscription: { acceptedAt: NOW } });
    expect(answers[1]).toEqual(answers[0]);
    expect(bus.stored).toHaveLength(1);
    expect(table.rows.size).toBe(1);
  });

  it('takes up what a copy left that died between the event and the row', async () => {
    const { authorizer, table } = setUp();
    const first = await authorizer.authorize(request('a'));
    table.rows.clear();
    expect(await authorizer.authorize(request('a'))).toEqual(first);
    expect(table.rows.get('a')).toMatchObject({ subId: 1, seq: 1 });
  });

  it('begins a new life for a subscription that ended, with an event of its own', async () => {
    const { authorizer, table, bus } = setUp();
    await authorizer.authorize(request('a'));
    table.rows.clear();
    table.ends.set('a', 1);
    expect(await authorizer.authorize(request('a'))).toMatchObject({ word: 'allow', subId: 2 });
    expect(bus.stored).toHaveLength(2);
  });

  it('finds the record of a repeated request in tables that were lost when it was asked', async () => {
    const { authorizer, table, bus } = setUp();
    const first = await authorizer.authorize(request('a'));
    const rows = new Map(table.rows);
    table.rows.clear();
    table.lost = true;
    table.rebuilt = () => rows.forEach((row, id) => table.rows.set(id, row));
    expect(await authorizer.authorize(request('a'))).toEqual(first);
    expect(bus.stored).toHaveLength(1);
  });

  it('gives the place back when the event can never be stored', async () => {
    const { authorizer, table, bus } = setUp();
    bus.append = () => Promise.reject(new RejectedError('too big', 10054, true));
    await expect(authorizer.authorize(request('a'))).rejects.toThrow('too big');
    expect(table.places.size).toBe(0);
  });

  it('[law 1] rebuilds tables that were lost, then decides', async () => {
    const { authorizer, table } = setUp();
    table.lost = true;
    expect((await authorizer.authorize(request('a'))).word).toBe('allow');
  });

  it('[law 2] says could-not-ask, not allow, when the event was not acknowledged', async () => {
    const { authorizer, table, bus } = setUp();
    bus.append = async () => {
      throw new UnavailableError('no acknowledgement');
    };
    expect((await authorizer.authorize(request('a'))).word).toBe('could-not-ask');
    expect(table.rows.size).toBe(0);
  });

  it('says could-not-ask when the tables cannot be reached', async () => {
    const { authorizer, table, bus } = setUp();
    table.reserve = async () => {
      throw Object.assign(new Error('Redis does not answer'), { name: 'UnavailableError' });
    };
    expect((await authorizer.authorize(request('a'))).word).toBe('could-not-ask');
    expect(bus.stored).toEqual([]);
  });
});
