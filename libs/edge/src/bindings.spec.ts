import { ConflictError, makeSubjects, UnavailableError, type BusEvent, type Stored } from '@linewatch/bus';
import type { Binding } from '@linewatch/presence';
import type { BindingTable } from '@linewatch/tables';
import { Bindings, reachableBindings, type LineBindings } from './bindings';

const LINE = '2101';
const SUBJECT = 'lw.line.2101.registration';

function binding(user: string, changes: Partial<Binding> = {}): Binding {
  const address = { host: '127.0.0.3', port: 5060 };
  return {
    contact: `sip:${user}@127.0.0.3`,
    params: '',
    q: 1,
    expiresAt: 10_000,
    callId: 'call',
    cseq: 1,
    flow: { transport: 'udp', local: { host: '127.0.0.2', port: 5060 }, remote: address },
    path: [],
    edge: 'sip-edge-1',
    epoch: 1,
    connectionBound: false,
    ...changes,
  };
}

/** Stream and table in memory. */
function setUp() {
  const stored: Stored[] = [];
  const rows = new Map<string, { seq: number; bindings: readonly Binding[] }>();
  let lost = false;
  const store = (event: BusEvent): number => {
    const streamSeq = stored.length + 1;
    stored.push({
      stream: 'LINES',
      address: SUBJECT,
      streamSeq,
      storedAt: 0,
      id: `${streamSeq}`,
      source: '/test',
      time: 0,
      event,
    });
    return streamSeq;
  };
  const bus = {
    subjects: makeSubjects('lw'),
    append: async (subject: string, event: BusEvent, options?: { expectLast?: number }) => {
      if (options?.expectLast !== stored.length)
        throw new ConflictError(subject, options?.expectLast ?? 0, stored.length);
      return { seq: store(event), duplicate: false };
    },
    next: async (_stream: string, _subject: string, from: number) => stored.find(({ streamSeq }) => streamSeq >= from),
    ask: async () => {
      lost = false;
      return {};
    },
  };
  const table: Pick<BindingTable, 'read' | 'put'> = {
    read: async () => (lost ? 'MISS' : (Object.fromEntries(rows) as LineBindings)),
    put: async (_line, device, seq, bindings) => {
      if ((rows.get(device)?.seq ?? 0) >= seq) return 'stale';
      rows.set(device, { seq, bindings });
      return 'ok';
    },
  };
  const appendElsewhere = (device: string, user: string): number =>
    store({ type: 'linewatch.line.registration', data: { device, cause: 'registered', bindings: [binding(user)] } });
  return { bindings: new Bindings(bus, table), stored, lose: () => (lost = true), appendElsewhere };
}

describe('Bindings', () => {
  it('appends the fact before it writes the row [law 2]', async () => {
    const { bindings, stored } = setUp();
    const after = await bindings.change(LINE, 'pool:1', () => ({ cause: 'registered', bindings: [binding('2101')] }));
    expect(stored.map(({ event }) => event.type)).toEqual(['linewatch.line.registration']);
    expect(after['pool:1']?.seq).toBe(1);
    expect(await bindings.of(LINE)).toEqual(after);
  });

  it('decides again over what another edge appended in between', async () => {
    const { bindings, appendElsewhere } = setUp();
    appendElsewhere('pool:1', 'other');
    const seen: number[] = [];
    const after = await bindings.change(LINE, 'pool:1', (current) => {
      seen.push(current.length);
      return { cause: 'registered', bindings: [...current, binding('2101')] };
    });
    expect(seen).toEqual([0, 1]);
    expect(after['pool:1']?.bindings.map((each) => each.contact)).toEqual([
      'sip:other@127.0.0.3',
      'sip:2101@127.0.0.3',
    ]);
  });

  it('knows every fact that others appended, not only the last one', async () => {
    const { bindings, appendElsewhere } = setUp();
    appendElsewhere('pool:1', 'first');
    appendElsewhere('pool:2', 'second');
    const after = await bindings.change(LINE, 'pool:1', (current) => ({
      cause: 'refreshed',
      bindings: [...current, binding('2101')],
    }));
    expect(after['pool:1']?.bindings.map((each) => each.contact)).toEqual([
      'sip:first@127.0.0.3',
      'sip:2101@127.0.0.3',
    ]);
    expect(after['pool:2']?.seq).toBe(2);
  });

  it('brings the changes of one line in one after the other, so that they never lose against each other', async () => {
    const { bindings, stored } = setUp();
    const devices = Array.from({ length: 20 }, (_each, at) => `pool:${at + 1}`);
    const failing = bindings.change(LINE, 'pool:0', () => {
      throw new Error('a mistake');
    });
    const changes = devices.map((device) =>
      bindings.change(LINE, device, () => ({ cause: 'registered', bindings: [binding(device)] })),
    );
    await expect(failing).rejects.toThrow('a mistake');
    expect(Object.keys((await Promise.all(changes)).at(-1) ?? {})).toEqual(devices);
    expect(stored).toHaveLength(20);
  });

  it('changes nothing when nothing was decided', async () => {
    const { bindings, stored } = setUp();
    await bindings.change(LINE, 'pool:1', () => undefined);
    expect(stored).toEqual([]);
  });

  it('has a lost row rebuilt before it reads [law 1]', async () => {
    const { bindings, lose } = setUp();
    lose();
    expect(await bindings.of(LINE)).toEqual({});
  });

  it('gives up with a clear error when others always come first', async () => {
    const { bindings, appendElsewhere } = setUp();
    const always = bindings.change(LINE, 'pool:1', () => {
      appendElsewhere('pool:2', 'other');
      return { cause: 'registered', bindings: [] };
    });
    await expect(always).rejects.toThrow(UnavailableError);
  });
});

describe('reachableBindings', () => {
  it('gives the live contacts of configured devices, best q first', () => {
    const all: LineBindings = {
      'pool:1': { seq: 1, bindings: [binding('low', { q: 0.1 }), binding('gone', { expiresAt: 4_000 })] },
      'pool:2': { seq: 2, bindings: [binding('high', { q: 0.9 })] },
      'pool:9': { seq: 3, bindings: [binding('removed')] },
    };
    const reachable = reachableBindings(all, 5_000, (device) => (device === 'pool:9' ? undefined : `dn of ${device}`));
    expect(reachable.map(({ device, binding: { contact } }) => [device, contact])).toEqual([
      ['pool:2', 'sip:high@127.0.0.3'],
      ['pool:1', 'sip:low@127.0.0.3'],
    ]);
  });
});
