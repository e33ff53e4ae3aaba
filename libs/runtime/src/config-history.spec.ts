import type { FollowOptions, Follower, Stored } from '@linewatch/bus';
import { renderConfig } from '@linewatch/config';
import { partsOf } from './config-change';
import { configAt, readConfigHistory } from './config-history';

/** CONFIG as a list of events; each is stored at the second of its sequence. */
function streamOf(events: readonly Stored['event'][]) {
  return {
    async follow(_stream: string, _options: FollowOptions, take: (stored: Stored) => void): Promise<Follower> {
      events.forEach((event, at) => take({ event, streamSeq: at + 1, storedAt: (at + 1) * 1000 } as Stored));
      return { caughtUp: Promise.resolve(), position: () => events.length, stop: () => undefined };
    },
  };
}

const applied = (id: string, author: string, commands: string[]): Stored['event'][] =>
  partsOf({ id, author, commands }).map(({ event }) => ({ type: 'linewatch.config.applied', data: event }));

const manyLines = Array.from({ length: 10_000 }, (_, tag) => `no voice register dn ${tag + 1}`);
const bus = streamOf([
  ...applied('1', 'startup', ['hostname a']),
  ...applied('2', 'ada', manyLines),
  { type: 'linewatch.config.saved', data: { author: 'ada', revision: 3 } },
  ...applied('3', 'ben', ['hostname b', 'voice register dn 1', ' number 2101']),
]);

test('the history says who changed what and when, a change in parts once, and what was saved last', async () => {
  const { revisions, saved } = await readConfigHistory(bus);
  expect(revisions.map(({ revision, author, at, commands }) => [revision, author, at, commands.length])).toEqual([
    [1, 'startup', 1000, 1],
    [3, 'ada', 3000, 10_000],
    [5, 'ben', 5000, 3],
  ]);
  expect(saved).toEqual({ author: 'ada', revision: 3, at: 4000 });
});

test('the configuration of a revision is what ran then', async () => {
  expect(renderConfig(await configAt(bus, 4))).toBe('!\nhostname a\n!\nend\n');
  expect(renderConfig(await configAt(bus, 5))).toContain('voice register dn  1\n number 2101\n');
  expect(renderConfig(await configAt(bus, 0))).toBe('!\nend\n');
});
