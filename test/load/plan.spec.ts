import { parseConfig } from '@linewatch/config';
import fc from 'fast-check';
import { configurationOf, lineOf, macOf, makePlan, numberOf, seeded, watchedLine, watcherLine } from './plan';

it('gives every line its watchers once, none of them itself, and every phone as many keys', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 60 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer(),
      (lines, watchers, seed) => {
        const count = Math.min(watchers, lines - 1);
        const plan = makePlan(lines, lines * count, seeded(seed));
        const pairs = new Set<string>();
        const keys = new Map<number, number>();
        for (let subscription = 0; subscription < plan.subscriptions; subscription += 1) {
          const [watched, watcher] = [watchedLine(plan, subscription), watcherLine(plan, subscription)];
          expect(watcher).not.toBe(watched);
          pairs.add(`${watched} ${watcher}`);
          keys.set(watcher, (keys.get(watcher) ?? 0) + 1);
        }
        expect(pairs.size).toBe(plan.subscriptions);
        expect([...keys.values()].every((value) => value === count)).toBe(true);
      },
    ),
  );
});

it('is the same for the same seed', () => {
  expect(makePlan(1000, 10_000, seeded(7))).toEqual(makePlan(1000, 10_000, seeded(7)));
  expect(makePlan(1000, 10_000, seeded(7))).not.toEqual(makePlan(1000, 10_000, seeded(8)));
});

it('names a line by number and MAC address', () => {
  expect([numberOf(0), lineOf('200012'), macOf(300)]).toEqual(['200001', 11, '02000000012c']);
});

it('prints a configuration that linewatch understands to the last line', () => {
  const { config, unknown, errors } = parseConfig(configurationOf(makePlan(300, 600, seeded(1)), 5070));
  expect({ unknown, errors }).toEqual({ unknown: [], errors: [] });
  expect(config.presence).toMatchObject({ enabled: true, maxSubscription: 600 });
  expect(Object.keys(config.pools)).toHaveLength(300);
});
