import { makeSubjects, type Stored } from '@linewatch/bus';
import { Metrics } from '@linewatch/runtime';
import type { LineView } from '../lines';
import { LineAudit } from './line-audit';

const NOW = 100_000;

/** This edge knows version 5 of each line; the stream has what `newest` says, stored so many milliseconds ago. */
function setUp(newest: Record<string, { streamSeq: number; agoMs: number }>) {
  const learnt: number[] = [];
  const looked: string[] = [];
  const subjects = makeSubjects();
  const audit = new LineAudit({
    bus: {
      subjects,
      last: async (subject) => {
        looked.push(subject);
        const found = Object.entries(newest).find(([line]) => subjects.presence(line) === subject)?.[1];
        return found && ({ streamSeq: found.streamSeq, storedAt: NOW - found.agoMs } as Stored);
      },
    },
    lines: { get: () => ({ version: 5 }) as LineView, learn: ({ streamSeq }) => void learnt.push(streamSeq) },
    watched: () => Object.keys(newest),
    clock: { now: () => NOW },
    repaired: new Metrics().counters('repaired', 'repaired', 'what'),
  });
  return { audit, learnt, looked };
}

describe('the audit of lines [design law 6]', () => {
  it('learns what this edge missed, but not what may still be on its way', async () => {
    const { audit, learnt } = setUp({
      same: { streamSeq: 5, agoMs: 60_000 },
      missed: { streamSeq: 6, agoMs: 60_000 },
      new: { streamSeq: 7, agoMs: 1_000 },
    });
    await audit.round();
    expect(learnt).toEqual([6]);
  });

  it('looks at a few lines a round, and at all of them in turn', async () => {
    const lines = Array.from({ length: 120 }, (_each, at) => [`2${at}`, { streamSeq: 5, agoMs: 0 }] as const);
    const { audit, looked } = setUp(Object.fromEntries(lines));
    const rounds: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const before = looked.length;
      await audit.round();
      rounds.push(looked.length - before);
    }
    expect(rounds).toEqual([50, 50, 20, 50]);
    expect(new Set(looked.slice(0, 120)).size).toBe(120);
  });
});
