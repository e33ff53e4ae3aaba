import fc from 'fast-check';
import type { Appended, AppendOptions, BusStatus } from './bus';
import type { BusEvent } from './envelope';
import { OutboxFullError, RejectedError, UnavailableError } from './errors';
import { Outbox, type OutboxEntry } from './outbox';

/** A stream that takes, loses, or loses only the acknowledgement of each append, as the script says. */
class ScriptedBus {
  readonly stored: { subject: string; id: string }[] = [];
  readonly known = new Map<string, number>();
  inFlight = 0;
  mostInFlight = 0;
  private readonly listeners = new Set<(status: BusStatus) => void>();
  constructor(private readonly script: () => 'store' | 'lose' | 'lose-ack' | 'too-big' | 'hold') {}

  async append(subject: string, _event: BusEvent, options: AppendOptions = {}): Promise<Appended> {
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    this.inFlight--;
    const word = this.script();
    if (word === 'too-big') throw new RejectedError('too big', 10054, true);
    if (word === 'lose' || word === 'hold') throw new UnavailableError('away');
    const id = options.id ?? '';
    const known = this.known.get(id);
    if (known === undefined) {
      this.stored.push({ subject, id });
      this.known.set(id, this.stored.length);
    }
    if (word === 'lose-ack') throw new UnavailableError('the acknowledgement was lost');
    return { seq: this.known.get(id) ?? 0, duplicate: known !== undefined };
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  comeBack(): void {
    for (const listener of this.listeners) listener({ connected: true, server: '', reconnects: 1 });
  }
}

const event: BusEvent = { type: 'linewatch.line.feature', data: { device: 'pool:1', dnd: true } };
const fact = (subject: string, id: string, more: Partial<OutboxEntry> = {}): OutboxEntry => ({
  subject,
  event,
  id,
  ...more,
});
const fast = { shortestRetryMs: 1, longestRetryMs: 2 };

describe('the outbox', () => {
  it('keeps the order per subject and stores each fact once, whatever is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 20 }),
        fc.infiniteStream(fc.constantFrom<'store' | 'lose' | 'lose-ack'>('store', 'lose', 'lose-ack')),
        async (subjects, words) => {
          const bus = new ScriptedBus(() => words.next().value as 'store');
          const outbox = new Outbox(bus, fast);
          const puts = subjects.map((subject, at) => outbox.put(fact(subject, `${at}`)));
          for (const { seq } of await Promise.all(puts)) expect(seq).toBeGreaterThan(0);
          for (const subject of ['a', 'b', 'c'])
            expect(bus.stored.filter((one) => one.subject === subject).map((one) => one.id)).toEqual(
              subjects.flatMap((one, at) => (one === subject ? [`${at}`] : [])),
            );
          expect(outbox.counters().depth).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('appends to different subjects at the same time, and to one subject one after another', async () => {
    const together = new ScriptedBus(() => 'store');
    const outbox = new Outbox(together, { parallel: 3 });
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((subject) => outbox.put(fact(subject, subject))));
    expect(together.mostInFlight).toBe(3);
    const single = new ScriptedBus(() => 'store');
    const other = new Outbox(single);
    await Promise.all(['1', '2', '3'].map((id) => other.put(fact('a', id))));
    expect(single.mostInFlight).toBe(1);
  });

  it('lets a newer fact of the same key replace the waiting ones, and tells their callers of it', async () => {
    let word: 'hold' | 'store' = 'hold';
    const bus = new ScriptedBus(() => word);
    const outbox = new Outbox(bus, { shortestRetryMs: 10_000, longestRetryMs: 10_000 });
    const puts = [
      outbox.put(fact('a', 'sending', { key: 'leg' })),
      outbox.put(fact('a', 'early', { key: 'leg' })),
      outbox.put(fact('a', 'other', { key: 'other' })),
      outbox.put(fact('a', 'kept', { key: 'leg', replaces: false })),
      outbox.put(fact('a', 'final', { key: 'leg' })),
    ];
    expect(outbox.counters()).toMatchObject({ depth: 3, coalesced: 2 });
    while (outbox.counters().retries === 0) await new Promise((resolve) => setImmediate(resolve));
    word = 'store';
    bus.comeBack();
    const seqs = (await Promise.all(puts)).map(({ seq }) => seq);
    expect(bus.stored.map((one) => one.id)).toEqual(['sending', 'other', 'final']);
    expect(seqs).toEqual([1, 3, 2, 3, 3]);
  });

  it('refuses and counts what is over its bound, but takes a fact that replaces one', async () => {
    const bus = new ScriptedBus(() => 'hold');
    const outbox = new Outbox(bus, { capacity: 2, ...fast });
    const first = outbox.put(fact('a', '1'));
    const second = outbox.put(fact('a', '2', { key: 'leg' }));
    await expect(outbox.put(fact('b', '3'))).rejects.toThrow(OutboxFullError);
    const newer = outbox.put(fact('a', '4', { key: 'leg' }));
    expect(outbox.counters()).toMatchObject({ depth: 2, refused: 1 });
    const ends = Promise.allSettled([first, second, newer]);
    outbox.close();
    expect((await ends).map((end) => end.status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('gives a fact that can never be stored back to its caller and goes on', async () => {
    const words: ('too-big' | 'store')[] = ['too-big', 'store'];
    const outbox = new Outbox(new ScriptedBus(() => words.shift() ?? 'store'), fast);
    const refused = outbox.put(fact('a', '1'));
    const next = outbox.put(fact('a', '2'));
    await expect(refused).rejects.toThrow(RejectedError);
    await expect(next).resolves.toMatchObject({ seq: 1 });
  });
});
