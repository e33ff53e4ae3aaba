import { makeSubjects, type Stored } from '@linewatch/bus';
import {
  evolveWatch,
  initialWatch,
  subscriptionIdOf,
  type LineNumber,
  type Subscription,
  type SubscriptionEvent,
  type SubscriptionId,
  type Watch,
} from '@linewatch/presence';
import type { ActiveWatch, EndedWatch, KnownWatch } from '@linewatch/tables';
import * as fc from 'fast-check';
import { SubscriptionProjector } from './projector';
import type { StreamedWatch } from './subscription-stream';

const subjects = makeSubjects('lw');
const LINE = '2101';

function subscription(id: string, expiresAt: number): Subscription {
  return {
    id,
    line: LINE,
    package: 'presence',
    contentType: 'application/pidf+xml',
    watcher: { number: '2102', host: '127.0.0.3', kind: 'local', phoneType: 'SIP Phone', dialPeerTag: 40001 },
    presentity: { number: LINE, host: '127.0.0.2', kind: 'local' },
    deviceBased: false,
    granted: 3600,
    expiresAt,
    acceptedAt: 1,
    owner: 'sip-edge-1',
    ceiling: 65_536,
    protocol: {},
  };
}

/** The rows in memory, with the compare-and-set that Redis does. */
class MemoryTable {
  readonly rows = new Map<SubscriptionId, ActiveWatch>();
  readonly ends = new Map<SubscriptionId, number>();
  readonly indexed = new Map<SubscriptionId, number>();
  read = async (_line: LineNumber, id: SubscriptionId): Promise<KnownWatch> => {
    const watch = this.rows.get(id);
    return { ...(watch && { watch }), ended: this.ends.get(id) ?? 0 };
  };
  put = async (watch: ActiveWatch, before: KnownWatch): Promise<'ok' | 'conflict'> => {
    const { id } = watch.subscription;
    if ((this.ends.get(id) ?? 0) !== before.ended || this.rows.get(id) !== before.watch) return 'conflict';
    this.rows.set(id, watch);
    this.indexed.set(id, watch.seq);
    return 'ok';
  };
  end = async ({ id, seq }: EndedWatch, before: ActiveWatch | undefined): Promise<'ok' | 'conflict'> => {
    if (this.rows.get(id) !== before) return 'conflict';
    this.rows.delete(id);
    this.indexed.delete(id);
    this.ends.set(id, Math.max(seq, this.ends.get(id) ?? 0));
    return 'ok';
  };
  /** Follows the row as it is by then. */
  index = async (_line: LineNumber, id: SubscriptionId): Promise<void> => {
    const row = this.rows.get(id);
    if (row) this.indexed.set(id, row.seq);
    else this.indexed.delete(id);
  };
  ensureIndexed = ({ subscription: { id } }: ActiveWatch): Promise<void> => this.index(LINE, id);
}

/** A stream in memory, and copies of the projector over one table. */
function setUp(events: readonly SubscriptionEvent[]) {
  const stored = events.map((event, at) => {
    const kind = event.type.slice('linewatch.subscription.'.length) as
      'accepted' | 'outgoing' | 'refreshed' | 'terminated';
    return { event, streamSeq: at + 1, address: subjects.subscription(LINE, kind) } as Stored;
  });
  let folds = 0;
  const stream = {
    ofLine: async (line: LineNumber, from: number): Promise<Map<SubscriptionId, StreamedWatch>> => {
      folds += 1;
      const watches = new Map<SubscriptionId, StreamedWatch>();
      for (const { event, streamSeq } of stored.filter((each) => each.streamSeq >= from)) {
        const id = subscriptionIdOf(event as SubscriptionEvent);
        const watch = evolveWatch(watches.get(id)?.watch ?? initialWatch, event as SubscriptionEvent, streamSeq);
        watches.set(id, { line, watch, storedAt: 0 });
      }
      return watches;
    },
  };
  const table = new MemoryTable();
  const copy = () => new SubscriptionProjector(subjects, stream, table);
  return { stored, table, copy, folds: () => folds };
}

const accepted = (id = 'a'): SubscriptionEvent => ({
  type: 'linewatch.subscription.accepted',
  data: { subscription: subscription(id, 100) },
});
const refreshed = (
  change: 'renewed' | 'taken',
  token: number,
  subId: number,
  id = 'a',
  sibling?: number,
): SubscriptionEvent => ({
  type: 'linewatch.subscription.refreshed',
  data: { change, token, subId, subscription: { ...subscription(id, 200 + token), ...(sibling && { sibling }) } },
});
const outgoing = (subId: number, id = 'a'): SubscriptionEvent => ({
  type: 'linewatch.subscription.outgoing',
  data: { id, subId, package: 'presence', watcher: '2102' },
});
const terminated = (token: number, id = 'a'): SubscriptionEvent => ({
  type: 'linewatch.subscription.terminated',
  data: { id, token, reason: 'timeout' },
});

describe('SubscriptionProjector', () => {
  it.each<[string, SubscriptionEvent[]]>([
    ['a refresh by an owner that is taken over', [accepted(), refreshed('taken', 1, 1), refreshed('renewed', 1, 1)]],
    [
      'a take-over before the refresh of the new owner',
      [accepted(), refreshed('taken', 1, 1), refreshed('renewed', 2, 1)],
    ],
    ['two take-overs of one owner', [accepted(), refreshed('taken', 1, 1), refreshed('taken', 1, 1)]],
    ['an end by an owner that was taken over', [accepted(), refreshed('taken', 1, 1), terminated(1)]],
    ['a refresh after the end', [accepted(), terminated(1), refreshed('renewed', 1, 1)]],
    ['a request that goes out, and the end', [accepted(), outgoing(1), terminated(1)]],
    ['a request that goes out, and a refresh', [accepted(), outgoing(1), refreshed('renewed', 1, 1, 'a', 2)]],
    ['a second life', [accepted(), terminated(1), accepted()]],
    ['a request that goes out in a second life', [accepted(), terminated(1), accepted(), outgoing(3)]],
  ])('[law 5] makes of %s the same, whichever copy projects which event first', async (_what, events) => {
    for (const order of permutations(events.map((_, at) => at))) {
      const { stored, table, copy } = setUp(events);
      for (const at of order) await copy().project([stored[at] as Stored]);
      expect({ order, row: lifeOf(table, 'a') }).toEqual({ order, row: pureFold(events, 'a') });
    }
  });

  it('reads the stream for none of the events of an owner that stays the owner', async () => {
    const { stored, copy, folds } = setUp([
      accepted(),
      refreshed('renewed', 1, 1),
      refreshed('renewed', 1, 1),
      terminated(1),
    ]);
    for (const each of stored.slice(0, 3)) await copy().project([each]);
    for (const each of stored) await copy().project([each]);
    expect(folds()).toBe(0);
  });

  it('writes the indexes of a row whose writer died before them, when its event comes again', async () => {
    const { stored, table, copy } = setUp([accepted(), refreshed('renewed', 1, 1)]);
    await copy().project(stored);
    table.indexed.clear();
    await copy().project(stored.slice(1));
    expect(table.indexed.get('a')).toBe(2);
  });

  it('gives the place back of one whose end is in the hands of a copy that has only removed the row yet [T-21]', async () => {
    const { stored, table, copy } = setUp([accepted(), terminated(1)]);
    await copy().project(stored);
    table.indexed.set('a', 1);
    await copy().project(stored.slice(1));
    expect(table.indexed.size).toBe(0);
  });

  it('ends as a pure fold over the stream, for any story, split among copies in any way, delivered late or twice', async () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b'),
      kind: fc.constantFrom('accepted', 'outgoing', 'renewed', 'renewed', 'taken', 'terminated'),
      /** Which of the tokens that anybody ever had for the id; the last is mostly the right one. */
      back: fc.constantFrom(0, 0, 0, 1, 2),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 14 }),
        fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
        async (steps, chances) => {
          const events = storyOf(steps);
          const { stored, table, copy } = setUp(events);
          const copies = [copy(), copy()];
          const deliveries = [...stored, ...stored.filter((_each, at) => (chances[at] ?? 0) % 5 === 0)]
            .map((each, at) => ({ each, place: at + ((chances[at + 5] ?? 0) % 4) }))
            .sort((a, b) => a.place - b.place)
            .map(({ each }) => each);
          // Both copies have batches in hand at the same time.
          const work: Promise<void>[] = [];
          for (let start = 0, at = 0; start < deliveries.length; at += 1) {
            const size = 1 + ((chances[at] ?? 0) % 3);
            work.push(copies[at % 2]?.project(deliveries.slice(start, start + size)) ?? Promise.resolve());
            if ((chances[at] ?? 0) % 2 === 0) await Promise.all(work.splice(0));
            start += size;
          }
          await Promise.all(work);
          for (const id of ['a', 'b']) expect(lifeOf(table, id)).toEqual(pureFold(events, id));
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Events that edges could append: with tokens that somebody was given once. */
function storyOf(steps: readonly { id: string; kind: string; back: number }[]): SubscriptionEvent[] {
  const tokens = new Map<string, { token: number; subId: number }[]>();
  const events: SubscriptionEvent[] = [];
  for (const { id, kind, back } of steps) {
    const seq = events.length + 1;
    const given = tokens.get(id) ?? [];
    const held = given.at(-1 - back) ?? given.at(-1);
    if (kind === 'accepted' || !held) {
      // The authorizer appends one only when there is no row: for a live one it would find it.
      if (held && pureFold(events, id) !== undefined) continue;
      events.push(accepted(id));
      tokens.set(id, [...given, { token: seq, subId: seq }]);
    } else if (kind === 'outgoing') {
      // It goes out before the owner is told of its subscription, and once.
      const last = events.filter((event) => subscriptionIdOf(event) === id).at(-1);
      if (last?.type === 'linewatch.subscription.accepted') events.push(outgoing(held.subId, id));
    } else if (kind === 'terminated') {
      events.push(terminated(held.token, id));
    } else {
      // An owner says again what it was told when its subscription was accepted: the sibling too, if there was to be one.
      const sibling = siblingOf(events, id, held.subId);
      events.push(refreshed(kind as 'renewed' | 'taken', held.token, held.subId, id, sibling));
      if (kind === 'taken') tokens.set(id, [...given, { token: seq, subId: held.subId }]);
    }
  }
  return events;
}

function siblingOf(events: readonly SubscriptionEvent[], id: string, subId: number): number | undefined {
  const sent = events.findIndex(
    ({ type, data }) => type === 'linewatch.subscription.outgoing' && data.id === id && data.subId === subId,
  );
  return sent === -1 ? undefined : sent + 1;
}

function pureFold(events: readonly SubscriptionEvent[], id: string): string | undefined {
  let watch: Watch = initialWatch;
  events.forEach((event, at) => {
    if (subscriptionIdOf(event) === id) watch = evolveWatch(watch, event, at + 1);
  });
  return summaryOf(watch);
}

function lifeOf(table: MemoryTable, id: string): string | undefined {
  const row = table.rows.get(id);
  expect(table.indexed.get(id)).toBe(row?.seq);
  return row && summaryOf(row);
}

/** What must be the same of a live subscription. The sequence may differ by events that changed nothing. */
function summaryOf(watch: Watch): string | undefined {
  if (watch.status !== 'active') return undefined;
  const { expiresAt, sibling } = watch.subscription;
  return `SubID ${watch.subId}, token ${watch.token}, expires ${expiresAt}, sibling ${sibling}`;
}

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((first) => permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]));
}
