import { ConflictError, makeSubjects, type BusEvent, type Stored, type StreamName } from '@linewatch/bus';
import { lampOf, type LineFactType, type LineFold, type LineState } from '@linewatch/presence';
import type { LineRow } from '@linewatch/tables';
import { LineFolder } from './line-folder';
import { LineStore } from './line-store';
import type { LineRows } from './ports';

const LINE = '2101';
const subjects = makeSubjects('lw');

/** Streams LINES and PRESENCE in memory, with the one rule that matters here: the expected last sequence. */
class MemoryStreams {
  readonly subjects = subjects;
  readonly stored: Stored[] = [];

  fact(type: LineFactType, data: unknown, time: number): Stored {
    const kind = type.slice('linewatch.line.'.length) as 'call' | 'config' | 'registration';
    return this.store('LINES', subjects.lineFact(LINE, kind), { type, data } as BusEvent, time);
  }

  append = async (address: string, event: BusEvent, options?: { expectLast?: number }) => {
    const actual = (await this.last(address))?.streamSeq ?? 0;
    if (options?.expectLast !== undefined && options.expectLast !== actual) {
      throw new ConflictError(address, options.expectLast, actual);
    }
    return { seq: this.store('PRESENCE', address, event, 0).streamSeq, duplicate: false };
  };

  last = async (address: string): Promise<Stored | undefined> =>
    this.stored.filter((stored) => stored.address === address).at(-1);

  next = async (stream: StreamName, filter: string, from: number): Promise<Stored | undefined> => {
    const prefix = filter.slice(0, filter.lastIndexOf('.') + 1);
    return this.stored.find(
      (stored) => stored.stream === stream && stored.streamSeq >= from && stored.address.startsWith(prefix),
    );
  };

  private store(stream: StreamName, address: string, event: BusEvent, time: number): Stored {
    const streamSeq = this.stored.filter((each) => each.stream === stream).length + 1;
    const stored: Stored = {
      stream,
      address,
      streamSeq,
      storedAt: time,
      id: `${stream}-${streamSeq}`,
      source: '/test',
      time,
      event,
    };
    this.stored.push(stored);
    return stored;
  }

  states(): LineState[] {
    return this.stored.flatMap(({ event }) => (event.type === 'linewatch.line.state' ? [event.data] : []));
  }
}

/** Rows in memory, with the compare-and-set that Redis does. */
class MemoryRows implements LineRows {
  readonly rows = new Map<string, LineRow>();
  read = async (line: string): Promise<LineRow | undefined> => this.rows.get(line);
  readMany = async (lines: readonly string[]): Promise<(LineRow | undefined)[]> =>
    lines.map((line) => this.rows.get(line));
  put = async (line: string, row: LineRow, expectedSeq: number | 'absent'): Promise<'ok' | 'conflict'> => {
    if (this.rows.get(line)?.fold.seq !== expectedSeq) return 'conflict';
    this.rows.set(line, row);
    return 'ok';
  };
  putRebuilt = async (line: string, row: LineRow): Promise<void> => {
    if ((this.rows.get(line)?.fold.seq ?? -1) < row.fold.seq || !this.rows.has(line)) this.rows.set(line, row);
  };
  index = async (): Promise<void> => undefined;
  due = async (): Promise<string[]> => [];
  nextDue = async (): Promise<number | undefined> => undefined;
  async *all(): AsyncGenerator<string[]> {}
  async *ofEdge(): AsyncGenerator<string[]> {}
}

function setUp() {
  const streams = new MemoryStreams();
  const rows = new MemoryRows();
  const counter = { value: 0, add: () => undefined };
  const counters = { folded: counter, published: counter, conflicts: counter };
  const copy = () => new LineFolder(streams, rows, new LineStore(streams, rows), counters);
  return { streams, rows, copy };
}

const phone = { name: 'pool:1', kind: 'sip', primary: false };
const instance = { id: 'voice-register-dn:1', kind: 'phone', watchable: true, devices: [phone] };
const flow = { transport: 'udp', local: { host: '127.0.0.2', port: 5060 }, remote: { host: '127.0.0.3', port: 5060 } };
const binding = {
  contact: 'sip:2101@127.0.0.3',
  params: '',
  q: 1,
  expiresAt: 3_600_000,
  callId: 'r',
  cseq: 1,
  flow,
  path: [],
  edge: 'sip-edge-1',
  epoch: 1,
  connectionBound: false,
};

function story(streams: MemoryStreams) {
  const leg = (state: string, seq: number, time: number) =>
    streams.fact(
      'linewatch.line.call',
      {
        leg: 'sip-edge-1.1.1',
        call: 'c',
        device: 'pool:1',
        instance: 'voice-register-dn:1',
        state,
        direction: 'recipient',
        held: false,
        peer: { number: '2102' },
        edge: 'sip-edge-1',
        epoch: 1,
        seq,
        leaseUntil: 9_000_000,
      },
      time,
    );
  return {
    configured: () => streams.fact('linewatch.line.config', { instances: [instance] }, 1),
    registered: () =>
      streams.fact('linewatch.line.registration', { device: 'pool:1', cause: 'registered', bindings: [binding] }, 2),
    ringing: () => leg('early', 1, 3),
    answered: () => leg('confirmed', 2, 4),
    ended: () => leg('terminated', 3, 5),
  };
}

function lampsOf(streams: MemoryStreams): string[] {
  return streams.states().map((state) => state.lamp.state);
}

describe('LineFolder', () => {
  it('[T-4] turns the facts of a call into idle, in-use at ringing and idle, and says each once per view', async () => {
    const { streams, copy } = setUp();
    const folder = copy();
    const facts = story(streams);
    for (const fact of [facts.configured, facts.registered, facts.ringing, facts.answered, facts.ended]) {
      await folder.foldBatch([fact()]);
    }
    // Answering changes the list of dialogs, which package `dialog` shows; the lamp stays as it was.
    expect(lampsOf(streams)).toEqual(['unknown', 'idle', 'in-use', 'in-use', 'idle']);
    expect(streams.states().map((state) => state.dialogs.length)).toEqual([0, 0, 1, 1, 0]);
  });

  it('publishes nothing for a batch that was folded before', async () => {
    const { streams, copy } = setUp();
    const folder = copy();
    const batch = [story(streams).configured(), story(streams).registered()];
    await folder.foldBatch(batch);
    const before = streams.states().length;
    await folder.foldBatch(batch);
    expect(streams.states()).toHaveLength(before);
  });

  it('folds an earlier fact that is in the hands of another copy before the one it was given', async () => {
    const { streams, rows, copy } = setUp();
    const [one, other] = [copy(), copy()];
    const facts = story(streams);
    await one.foldBatch([facts.configured()]);
    const registered = facts.registered();
    await other.foldBatch([facts.ringing()]);
    expect(lampOf(rows.rows.get(LINE)?.fold as LineFold).state).toBe('in-use');
    await one.foldBatch([registered]);
    expect(lampsOf(streams).at(-1)).toBe('in-use');
  });

  it('folds a fact that comes again behind newer ones in its place, and loses none of them', async () => {
    const { streams, rows, copy } = setUp();
    const facts = story(streams);
    const [configured, registered, ringing, answered] = [
      facts.configured(),
      facts.registered(),
      facts.ringing(),
      facts.answered(),
    ];
    await copy().foldBatch([ringing, answered, configured, registered]);
    expect(rows.rows.get(LINE)?.fold.seq).toBe(4);
    expect(lampsOf(streams).at(-1)).toBe('in-use');
  });

  it('does not take a fact for folded that the stream does not give yet', async () => {
    const { streams, copy } = setUp();
    const facts = story(streams);
    const configured = facts.configured();
    facts.registered();
    const ringing = facts.ringing();
    streams.next = async () => undefined;
    const folder = copy();
    await folder.foldBatch([configured]);
    await expect(folder.foldBatch([ringing])).rejects.toMatchObject({ name: 'UnavailableError' });
  });

  it('reads the stream for a row that went back behind what this copy folded', async () => {
    const { streams, rows, copy } = setUp();
    const folder = copy();
    const facts = story(streams);
    await folder.foldBatch([facts.configured()]);
    const stale = rows.rows.get(LINE) as LineRow;
    await folder.foldBatch([facts.registered()]);
    // A rebuild that began before the fact wrote its row after Redis was emptied; what is published stays.
    rows.rows.set(LINE, { ...stale, published: rows.rows.get(LINE)?.published });
    await folder.foldBatch([facts.ringing()]);
    expect(lampsOf(streams)).toEqual(['unknown', 'idle', 'in-use']);
  });

  it('takes the version that another copy published first and publishes only what is newer', async () => {
    const { streams, rows, copy } = setUp();
    const [one, other] = [copy(), copy()];
    const facts = story(streams);
    await one.foldBatch([facts.configured(), facts.registered()]);
    const stale = rows.rows.get(LINE) as LineRow;
    await one.foldBatch([facts.ringing()]);
    rows.rows.set(LINE, stale);
    await other.foldBatch([facts.ended()]);
    expect(lampsOf(streams)).toEqual(['idle', 'in-use', 'idle']);
    expect(rows.rows.get(LINE)?.fold.seq).toBe(4);
  });

  describe('when another copy made the row anew while this one was about to publish', () => {
    /** Idle is published; a call rings, which `slow` is about to say, and has ended; the row knows both and says idle. */
    async function rebuiltMeanwhile() {
      const { streams, rows, copy } = setUp();
      const facts = story(streams);
      await copy().foldBatch([facts.configured(), facts.registered()]);
      const [ringing, ended] = [facts.ringing(), facts.ended()];
      const other = copy();
      const { append } = streams;
      const appendOfSlow: typeof append = async (...args) => {
        streams.append = append;
        await new LineStore(streams, rows).rebuild(LINE);
        await other.foldBatch([ended]);
        return streams.append(...args);
      };
      streams.append = appendOfSlow;
      return { streams, rows, slow: copy(), other, ringing };
    }

    it('publishes what stands, as its own word is old by then', async () => {
      const { streams, rows, slow, ringing } = await rebuiltMeanwhile();
      await slow.foldBatch([ringing]);
      expect(lampsOf(streams)).toEqual(['idle', 'in-use', 'idle']);
      expect(rows.rows.get(LINE)?.published?.seq).toBe(3);
    });

    it('leaves it to the copy that is given the fact again, should it die after it published', async () => {
      const { streams, rows, slow, other, ringing } = await rebuiltMeanwhile();
      const { put } = rows;
      rows.put = async () => {
        rows.put = put;
        throw new Error('killed');
      };
      await expect(slow.foldBatch([ringing])).rejects.toThrow('killed');
      expect(lampsOf(streams)).toEqual(['idle', 'in-use']);
      await other.foldBatch([ringing]);
      expect(lampsOf(streams)).toEqual(['idle', 'in-use', 'idle']);
    });
  });

  it('[law 1] rebuilds a lost row from the last snapshot and the later facts', async () => {
    const { streams, rows, copy } = setUp();
    const folder = copy();
    const facts = story(streams);
    await folder.foldBatch([facts.configured(), facts.registered(), facts.ringing()]);
    rows.rows.clear();
    await folder.foldBatch([facts.answered()]);
    expect(rows.rows.get(LINE)?.fold.legs['sip-edge-1.1.1']?.state).toBe('confirmed');
    expect(lampsOf(streams).at(-1)).toBe('in-use');
  });
});
