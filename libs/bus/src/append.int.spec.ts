import { ConflictError, RejectedError, UnavailableError } from './errors';
import { type NatsBus, connectBus } from './nats-bus';
import { freshBus, numberOf, numbered, sharedServer, smallStreams } from './testing/fixtures';

describe('append on JetStream', () => {
  let bus: NatsBus;
  beforeAll(async () => {
    bus = await freshBus(sharedServer());
  });
  afterAll(() => bus.close());

  it('gives each event the next sequence, in the order of the calls, with thousands outstanding', async () => {
    const subject = bus.subjects.lineFact('many', 'feature');
    const before = await bus.lastSequence('LINES');
    const appended = await Promise.all(Array.from({ length: 3000 }, (_, n) => bus.append(subject, numbered(n))));
    expect(appended.map(({ seq }) => seq)).toEqual(Array.from({ length: 3000 }, (_, n) => before + 1 + n));
    expect(bus.counters()).toMatchObject({ appendsOutstanding: 0, appendsWaiting: 0 });
  });

  it('stores an id once and answers its retry with the first sequence, also when it says what was last', async () => {
    const subject = bus.subjects.lineFact('once', 'feature');
    const first = await bus.append(subject, numbered(1), { id: 'fact-1', expectLast: 0 });
    const second = await bus.append(subject, numbered(1), { id: 'fact-1', expectLast: 0 });
    expect(second).toEqual({ seq: first.seq, duplicate: true });
    await bus.append(subject, numbered(2));
    expect(await bus.append(subject, numbered(1), { id: 'fact-1', expectLast: 0 })).toEqual(second);
  });

  it('lets one of two writers win and tells the other the sequence that was first [design 4]', async () => {
    const subject = bus.subjects.presence('race');
    const state = bus.subjects.lineFact('race', 'feature');
    const { seq } = await bus.append(state, numbered(1), { expectLast: 0 });
    expect(subject).not.toBe(state);
    const outcomes = await Promise.allSettled([
      bus.append(state, numbered(2), { expectLast: seq }),
      bus.append(state, numbered(3), { expectLast: seq }),
    ]);
    const [won, lost] = outcomes[0].status === 'fulfilled' ? outcomes : [outcomes[1], outcomes[0]];
    expect(won).toMatchObject({ status: 'fulfilled' });
    expect(lost).toMatchObject({ status: 'rejected', reason: expect.any(ConflictError) });
    if (won?.status === 'fulfilled' && lost?.status === 'rejected')
      expect(lost.reason).toMatchObject({ subject: state, expected: seq, actual: won.value.seq });
  });

  it('expects the last of its own subject only, and 0 for a new one', async () => {
    await expect(
      bus.append(bus.subjects.lineFact('other', 'feature'), numbered(1), { expectLast: 0 }),
    ).resolves.toMatchObject({ duplicate: false });
  });

  it('says that an event is larger than NATS takes, and that trying again is no use', async () => {
    const event = {
      type: 'linewatch.config.applied',
      data: {
        author: 'x',
        commands: Array.from({ length: 20_000 }, () => 'x'.repeat(1000)),
        change: { id: '1', part: 0, parts: 1 },
      },
    } as const;
    await expect(bus.append(bus.subjects.config('presence'), event)).rejects.toMatchObject({
      name: 'RejectedError',
      permanent: true,
    });
    await expect(bus.append(bus.subjects.config('presence'), event)).rejects.toThrow(RejectedError);
  });

  it('refuses a write when anybody wrote to the stream since, whatever the subject, and takes a repeated one once', async () => {
    const event = (author: string) => ({ type: 'linewatch.config.saved', data: { author, revision: 1 } }) as const;
    const [one, other] = [bus.subjects.config('one'), bus.subjects.config('other')];
    const { seq } = await bus.append(one, event('ada'));
    const options = { id: 'stream.retry', expectLastOfStream: seq };
    const second = await bus.append(other, event('ben'), options);
    expect(second).toEqual({ seq: seq + 1, duplicate: false });
    await expect(bus.append(one, event('cleo'), { expectLastOfStream: seq })).rejects.toMatchObject({
      name: 'ConflictError',
      expected: seq,
      actual: seq + 1,
    });
    expect(await bus.append(other, event('ben'), options)).toEqual({ seq: seq + 1, duplicate: true });
  });

  it('says that no stream takes a subject', async () => {
    await expect(bus.append(bus.subjects.edge('e1', 'beat'), numbered(1))).rejects.toThrow(UnavailableError);
  });

  it('carries the trace and the context of the event', async () => {
    const subject = bus.subjects.lineFact('traced', 'feature');
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { seq } = await bus.append(subject, numbered(7), {
      id: 'e.1.7',
      about: 'traced',
      epoch: 1,
      seq: 7,
      traceparent,
    });
    expect(await bus.last(subject)).toMatchObject({
      id: 'e.1.7',
      source: '/test/1',
      subject: 'traced',
      epoch: 1,
      seq: 7,
      traceparent,
      stream: 'LINES',
      address: subject,
      streamSeq: seq,
      event: numbered(7),
    });
  });
});

describe('single reads', () => {
  let bus: NatsBus;
  beforeAll(async () => {
    bus = await freshBus(sharedServer());
    for (let n = 1; n <= 6; n++)
      await bus.append(bus.subjects.lineFact(n % 2 ? 'odd' : 'even', 'feature'), numbered(n));
  });
  afterAll(() => bus.close());

  it('give the last of a subject, of a pattern, and nothing for a subject never used', async () => {
    const { subjects } = bus;
    expect(numberOf((await bus.last(subjects.lineFact('odd', 'feature')))!)).toBe(5);
    expect(numberOf((await bus.last(subjects.every.lineFacts))!)).toBe(6);
    expect(await bus.last(subjects.lineFact('none', 'feature'))).toBeUndefined();
  });

  it('give the next of a subject at or after a sequence', async () => {
    const even = bus.subjects.lineFacts('even');
    expect((await bus.next('LINES', even, 0))?.streamSeq).toBe(2);
    expect((await bus.next('LINES', even, 2))?.streamSeq).toBe(2);
    expect((await bus.next('LINES', even, 3))?.streamSeq).toBe(4);
    expect(await bus.next('LINES', even, 7)).toBeUndefined();
    expect(await bus.lastSequence('LINES')).toBe(6);
    expect(await bus.lastSequence('PRESENCE')).toBe(0);
  });
});

describe('streams on a real server', () => {
  const buses: NatsBus[] = [];
  afterEach(() => Promise.all(buses.splice(0).map((bus) => bus.close())));

  it('are kept as asked for, and may be ensured by many processes at once', async () => {
    const bus = await freshBus(sharedServer());
    buses.push(bus);
    const other = await connectBus({
      servers: sharedServer(),
      service: 'test',
      source: '/test/2',
      prefix: bus.subjects.prefix,
    });
    buses.push(other);
    await Promise.all([bus.ensureStreams(smallStreams), other.ensureStreams(smallStreams)]);
    expect(await other.lastSequence('EDGES')).toBe(0);
  });

  it('are changed when the settings change, and the start is refused in words when they cannot be', async () => {
    const bus = await freshBus(sharedServer());
    buses.push(bus);
    await bus.ensureStreams({ ...smallStreams, maxBytes: { ...smallStreams.maxBytes, LINES: 8 * 1024 * 1024 } });
    await expect(bus.ensureStreams({ ...smallStreams, replicas: 3 })).rejects.toThrow(
      /Stream .*_LINES cannot be used: .*num_replicas is 1, asked for 3/,
    );
  });
});
