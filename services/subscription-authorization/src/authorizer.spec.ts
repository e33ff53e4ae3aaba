import { makeSubjects, UnavailableError } from '@linewatch/bus';
import type { AuthorizeRequest, PresenceRules } from '@linewatch/presence';
import { Authorizer } from './authorizer';
import type { ActiveWatch, SubscriptionTable } from '@linewatch/tables';

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
class MemoryTable implements Pick<SubscriptionTable, 'get' | 'reserve' | 'put'> {
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
  get = async (_line: string, id: string): Promise<ActiveWatch | undefined> => this.rows.get(id);
  put = async (watch: ActiveWatch): Promise<void> => void this.rows.set(watch.subscription.id, watch);
}

function setUp(options: { rules?: Partial<PresenceRules>; catchUp?: (table: MemoryTable) => void } = {}) {
  const table = new MemoryTable();
  const appended: string[] = [];
  const bus = {
    subjects: makeSubjects('lw'),
    append: async (subject: string) => {
      appended.push(subject);
      return { seq: appended.length, duplicate: false };
    },
  };
  const projector = {
    catchUp: async () => options.catchUp?.(table),
    rebuild: async () => void (table.lost = false),
  };
  const authorizer = new Authorizer(
    bus,
    table,
    projector,
    () => ({ ...rules, ...options.rules }),
    { now: () => NOW },
    { of: () => ({ value: 0, add: () => undefined }) },
  );
  return { authorizer, table, appended, bus };
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
    const { authorizer, appended } = setUp({ rules: changed });
    expect((await authorizer.authorize(request('a', watcher))).word).toBe(word);
    expect(appended).toHaveLength(word === 'allow' ? 1 : 0);
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
    const { authorizer, appended } = setUp();
    const first = await authorizer.authorize(request('a'));
    expect(await authorizer.authorize(request('a'))).toEqual(first);
    expect(appended).toEqual(['lw.subscription.2101.accepted']);
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
    const { authorizer, table, appended } = setUp();
    table.reserve = async () => {
      throw Object.assign(new Error('Redis does not answer'), { name: 'UnavailableError' });
    };
    expect((await authorizer.authorize(request('a'))).word).toBe('could-not-ask');
    expect(appended).toEqual([]);
  });
});
