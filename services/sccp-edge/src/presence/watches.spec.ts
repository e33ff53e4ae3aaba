import { applyCommands, emptyConfig } from '@linewatch/config';
import { Directory, ManualClock, Refusals, settle, type LineView } from '@linewatch/edge';
import type { AuthorizeReply, Lamp, LineState, RelayFailure, RelayView, Subscription } from '@linewatch/presence';
import { Metrics, presenceRules } from '@linewatch/runtime';
import type { StationInput } from '@linewatch/sccp';
import type { LampPhone } from './watch';
import { Watches } from './watches';

const office = [
  'presence', '!', 'telephony-service', '!',
  'ephone-dn 1', ' number 3001', '!', 'ephone-dn 2', ' number 3002', ' allow watch', '!',
  'ephone-dn 3', ' number 3003', ' allow watch', '!',
  'ephone 1', ' presence call-list', ' button 1:1', '!', 'ephone 2', ' button 1:2 2:3',
]; // prettier-ignore

const FLOW = { transport: 'tcp', remote: { host: '192.0.2.31', port: 2000 } } as const;

const one = {
  tag: 1,
  device: 'ephone:1',
  lines: [{ dns: [{ number: '3001', instance: 'ephone-dn:1' }], channels: 1 }],
  keys: [
    { instance: 1, number: '3002', deviceBased: false },
    { instance: 2, number: '9999', deviceBased: false },
  ],
};

function setUp(answer: (subscription: Subscription) => AuthorizeReply['word'] = () => 'allow') {
  const { config } = applyCommands(emptyConfig(), office);
  const directory = new Directory(config);
  const clock = new ManualClock();
  const metrics = new Metrics();
  const lamps = new Map<string, Lamp>();
  const phones = new Map<string, LineState['phones']>();
  const relays = new Map<string, LineState['relayed']>();
  const asked: Subscription[] = [];
  const said: string[] = [];
  const world = { holds: true, answer };
  const refusals = new Refusals();
  let subId = 0;
  const watches = new Watches({
    edge: { id: 'sccp-edge-1', epoch: 7 },
    host: '192.0.2.1',
    directory,
    authorization: {
      ask: async (subscription) => {
        asked.push(subscription);
        const word = world.answer(subscription);
        return word === 'allow' ? { word, subscription, subId: (subId += 1), token: subId } : { word };
      },
    },
    records: {
      renew: async (watched, _patience, change) => {
        said.push(`renewed ${watched.record.line}`);
        return (watched.record = change(watched.record));
      },
      end: async (watched, _patience, reason) => void said.push(`${reason} ${watched.record.line}`),
    },
    lines: {
      get: (line) => {
        const lamp = lamps.get(line);
        const [told, relayed] = [phones.get(line) ?? {}, relays.get(line) ?? {}];
        return {
          line,
          version: 1,
          state: { lamp: lamp ?? { state: 'unknown', dnd: false }, phones: told, relayed },
        } as LineView;
      },
    },
    clock,
    wheel: clock.wheel,
    holds: () => world.holds,
    told: () => undefined,
    refusals,
    counters: {
      answers: metrics.counters('a', 'a', 'word'),
      ended: metrics.counters('e', 'e', 'reason'),
      repaired: metrics.counters('r', 'r', 'what'),
    },
    floodLog: { info: () => undefined, warn: () => undefined },
  });
  const fails = (line: string, failure?: Partial<RelayFailure>) => {
    const view = failure ? { package: 'presence', stale: false, failure: failure as RelayFailure } : undefined;
    relays.set(line, view ? { server: view as RelayView } : {});
    watches.upstreamChanged(line);
  };
  const heard: StationInput[] = [];
  const phone: LampPhone = { flow: FLOW, input: (input) => void heard.push(input) };
  const show = (line: string, state: Lamp['state'], dnd = false) => {
    lamps.set(line, { state, dnd });
    watches.lineChanged(line);
  };
  const showPhones = (line: string, parts: LineState['phones']) => {
    phones.set(line, parts);
    watches.phonesChanged(line);
  };
  return { watches, directory, config, clock, asked, said, heard, phone, show, showPhones, fails, world };
}

const news = (heard: StationInput[]) =>
  heard.splice(0).map((input) => {
    if (input.type === 'lamp') return `key ${input.instance}: ${input.status}`;
    if (input.type === 'callListStatus') return `entry ${input.transactionID}: ${input.status}`;
    return input.type === 'subscriptionAnswered' ? `entry ${input.transactionID} cause ${input.cause}` : input.type;
  });

describe('the BLF keys of a phone', () => {
  it('are subscriptions of its own number at the address of the edge [cme-presence 4.1, 4.6]', async () => {
    const { watches, asked, heard, phone, show } = setUp(({ line }) =>
      line === '9999' ? 'external-line-refused' : 'allow',
    );
    watches.begin(phone, one);
    await settle();
    expect(asked).toMatchObject([
      {
        line: '3002',
        watcher: {
          number: '3001',
          host: '192.0.2.1',
          kind: 'local',
          device: 'ephone:1',
          phoneType: 'SCCP [BLF Speed Dial]',
          dialPeerTag: 0,
        },
        presentity: { number: '3002', kind: 'local' },
        granted: 3600,
        owner: 'sccp-edge-1',
      },
      { line: '9999', presentity: { kind: 'remote' } },
    ]);
    expect(news(heard).sort()).toEqual(['key 1: 0', 'key 2: 0']);
    show('3002', 'idle');
    show('3002', 'idle');
    show('3002', 'in-use');
    show('3002', 'in-use', true);
    expect(news(heard)).toEqual(['key 1: 1', 'key 1: 2', 'key 1: 3']);
  });

  it('show a phone instead of a line where they are asked to, and other lines of that phone [cme-presence 3.6]', async () => {
    const { watches, directory, config, asked, heard, phone, show, showPhones } = setUp();
    watches.begin(phone, { ...one, keys: [{ instance: 1, number: '3002', deviceBased: true }] });
    await settle();
    expect(asked[0]).toMatchObject({ line: '3002', deviceBased: true });
    expect(news(heard)).toEqual(['key 1: 0']);
    // Busy on another phone: the line is in use, the phone is not [V-3].
    show('3002', 'in-use');
    showPhones('3002', { 'ephone:2': { registered: true, use: 'idle', dnd: false } });
    expect(news(heard)).toEqual(['key 1: 1']);
    show('3003', 'in-use');
    showPhones('3003', { 'ephone:2': { registered: true, use: 'in-use', dnd: false } });
    expect(news(heard)).toEqual(['key 1: 2']);
    const without = applyCommands(config, ['ephone 2', ' no button 1:2 2:3']).config;
    directory.apply(without);
    watches.directoryChanged();
    expect(news(heard)).toEqual(['key 1: 0']);
    watches.end(phone);
    showPhones('3003', {});
    expect(news(heard)).toEqual([]);
  });

  it('end when the phone leaves, also one that was still being asked for', async () => {
    const { watches, said, phone, heard, show } = setUp();
    watches.begin(phone, one);
    watches.end(phone);
    await settle();
    expect(said.sort()).toEqual(['unregistered 3002', 'unregistered 9999']);
    expect(watches.table.size).toBe(0);
    show('3002', 'idle');
    expect(news(heard)).toEqual([]);
  });

  it('ask again later where the limit was reached or nobody answered', async () => {
    const { watches, clock, asked, phone, world, show, heard } = setUp(() => 'limit-reached');
    watches.begin(phone, { ...one, keys: [{ instance: 1, number: '3002', deviceBased: false }] });
    await settle();
    show('3002', 'idle');
    world.answer = () => 'could-not-ask';
    await clock.pass(61_000);
    expect(asked).toHaveLength(2);
    world.answer = () => 'allow';
    await clock.pass(11_000);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(3);
    expect(news(heard).at(-1)).toBe('key 1: 1');
    watches.end(phone);
    await clock.pass(120_000);
    expect(asked).toHaveLength(3);
  });

  it('are renewed within the hour [design law 1]', async () => {
    const { watches, clock, said, phone } = setUp();
    watches.begin(phone, { ...one, keys: [{ instance: 1, number: '3002', deviceBased: false }] });
    await settle();
    await clock.pass(2_800_000, 10_000);
    expect(said).toEqual(['renewed 3002']);
    const [watched] = watches.table.ofLine('3002');
    expect((watched?.record.expiresAt ?? 0) - clock.now()).toBeGreaterThan(3_400_000);
  });

  it('show unknown while presence is off, and are asked for again when it is on [cme-presence 4.9]', async () => {
    const { watches, config, said, heard, phone, show } = setUp();
    watches.begin(phone, { ...one, keys: [{ instance: 1, number: '3002', deviceBased: false }] });
    await settle();
    show('3002', 'idle');
    news(heard);
    watches.rulesChanged({ ...presenceRules(config), presenceEnabled: false });
    expect(news(heard)[0]).toBe('key 1: 0');
    expect(said).toEqual(['rejected 3002']);
    await settle();
    expect(news(heard)).toEqual(['key 1: 1']);
  });

  it('hear nothing while this process may not speak as its edge, and everything after [design law 5]', async () => {
    const { watches, heard, phone, show, world } = setUp();
    watches.begin(phone, { ...one, keys: [{ instance: 1, number: '3002', deviceBased: false }] });
    await settle();
    news(heard);
    world.holds = false;
    show('3002', 'in-use');
    expect(news(heard)).toEqual([]);
    world.holds = true;
    await watches.repair();
    expect(news(heard)).toEqual(['key 1: 2']);
    await watches.repair();
    expect(news(heard)).toEqual([]);
  });
});

describe('the call lists of a phone', () => {
  const entry = { transactionID: 16, number: '3002', seconds: 600 };

  it('are answered with 0 and the state, until the phone ends an entry', async () => {
    const { watches, said, heard, phone, show, asked } = setUp();
    show('3002', 'idle');
    watches.subscribe(phone, one, entry);
    await settle();
    expect(asked[0]).toMatchObject({ granted: 600, watcher: { phoneType: 'SCCP [BLF Call List]' } });
    expect(news(heard)).toEqual(['entry 16 cause 0', 'entry 16: 1']);
    watches.unsubscribe(phone, 16);
    expect(said).toEqual(['unsubscribed 3002']);
    show('3002', 'in-use');
    expect(news(heard)).toEqual([]);
  });

  it('are refused where they are not in force, without asking anybody [T-16, design law 7]', () => {
    const { watches, heard, phone, asked } = setUp();
    watches.subscribe(phone, { ...one, tag: 2, device: 'ephone:2' }, entry);
    expect(news(heard)).toEqual(['entry 16 cause 2']);
    expect(asked).toEqual([]);
  });

  it('hear why an entry shows nothing', async () => {
    const { watches, heard, phone } = setUp(() => 'limit-reached');
    watches.subscribe(phone, one, entry);
    await settle();
    expect(news(heard)).toEqual(['entry 16 cause 6']);
  });

  it('end when they are not in force any more', async () => {
    const { watches, directory, config, heard, phone, said } = setUp();
    watches.subscribe(phone, one, entry);
    await settle();
    news(heard);
    directory.apply(applyCommands(config, ['ephone 1', ' no presence call-list']).config);
    watches.rulesChanged(presenceRules(directory.current().config));
    expect(said).toEqual(['rejected 3002']);
    expect(news(heard)).toEqual(['entry 16: 0']);
  });
});

describe('keys and call lists of lines beyond the trunk [cme-presence 4.9]', () => {
  const failure = (attempts: number, over: Partial<RelayFailure> = {}) => ({
    kind: 'refused' as const,
    status: 404,
    attempts,
    at: attempts,
    ...over,
  });
  const open = async () => {
    const rig = setUp();
    rig.watches.begin(rig.phone, { ...one, keys: [{ instance: 2, number: '4001', deviceBased: true }] });
    await settle();
    expect(news(rig.heard)).toEqual(['key 2: 0']);
    return rig;
  };

  it('a key shows what the server says of the line', async () => {
    const { heard, show, asked } = await open();
    expect(asked[0]).toMatchObject({ line: '4001', presentity: { kind: 'remote' } });
    show('4001', 'in-use');
    show('4001', 'idle', true);
    expect(news(heard)).toEqual(['key 2: 2', 'key 2: 3']);
  });

  it('a key that fails is unknown, and rejected after 1 attempt and 10 retries [T-20]', async () => {
    const { watches, heard, said, fails } = await open();
    for (let attempt = 1; attempt <= 10; attempt += 1) fails('4001', failure(attempt));
    expect(watches.table.size).toBe(1);
    expect(said).toEqual([]);
    fails('4001', failure(11));
    expect(watches.table.size).toBe(0);
    expect(news(heard)).toEqual(['key 2: 0']);
    await settle();
    expect(said).toEqual(['rejected 4001']);
  });

  it('the count begins anew with a success, and goes by the limit as it is then', async () => {
    const { watches, directory, config, fails, show } = await open();
    for (let attempt = 1; attempt <= 10; attempt += 1) fails('4001', failure(attempt));
    fails('4001');
    show('4001', 'idle');
    for (let attempt = 1; attempt <= 11; attempt += 1) {
      expect(watches.table.size).toBe(1);
      if (attempt === 5) {
        const changed = ['presence', ' sccp blf-speed-dial retry-interval 60 limit 20'];
        directory.apply(applyCommands(config, changed).config);
      }
      fails('4001', failure(attempt, { at: 100 + attempt }));
    }
    expect(watches.table.size).toBe(1);
    for (let attempt = 12; attempt <= 21; attempt += 1) fails('4001', failure(attempt, { at: 100 + attempt }));
    expect(watches.table.size).toBe(0);
  });

  it('an attempt out of turn counts only for a key that had none, and no failure counts twice', async () => {
    const { watches, fails } = await open();
    fails('4001', failure(1));
    for (let at = 50; at < 80; at += 1) fails('4001', failure(1, { at }));
    fails('4001', failure(1, { at: 79 }));
    expect([...watches.table.all()][0]?.retries.failed).toBe(1);
  });

  it('how a line failed before a key came is not its failure', async () => {
    const rig = setUp();
    rig.fails('4001', failure(7));
    rig.watches.begin(rig.phone, { ...one, keys: [{ instance: 2, number: '4001', deviceBased: false }] });
    await settle();
    rig.watches.upstreamChanged('4001');
    expect([...rig.watches.table.all()][0]?.retries.failed).toBe(0);
    rig.fails('4001', failure(7, { at: 90 }));
    expect([...rig.watches.table.all()][0]?.retries.failed).toBe(1);
  });

  it.each([
    ['refuses', failure(1), 4],
    ['ends it', { kind: 'terminated', attempts: 1, at: 1 } as const, 4],
    ['does not answer', { kind: 'timeout', attempts: 1, at: 1 } as const, 3],
  ])('an entry of a call list is not tried again when the server %s [cme-presence 4.6]', async (_what, how, cause) => {
    const { watches, heard, phone, said, fails } = setUp();
    watches.subscribe(phone, one, { transactionID: 5, number: '4001', seconds: 60 });
    await settle();
    expect(news(heard)).toEqual(['entry 5 cause 0', 'entry 5: 0']);
    fails('4001', how);
    expect(news(heard)).toEqual(['entry 5: 0', `entry 5 cause ${cause}`]);
    await settle();
    expect(said).toEqual(['rejected 4001']);
  });
});
