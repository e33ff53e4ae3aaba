import type { NatsBus } from '@linewatch/bus';
import { until } from '@linewatch/kit';
import { dialogsOf, lampOf, type LineFold, type LineState } from '@linewatch/presence';
import { appendConfigChange, startService, type RunningService } from '@linewatch/runtime';
import { Generation, LineTable, RedisConnection } from '@linewatch/tables';
import { presenceState } from '../presence-state.module';
import { appendFact, configurationOf, foldedFromStream, lastStates, numbersFrom, randomFact, testBus } from './facts';

/** What two folds must have in common to be the same line: all but the moment of the last publication. */
export function viewOf(line: LineFold) {
  return { lamp: lampOf(line), dialogs: dialogsOf(line) };
}

/** Two copies of the service on servers of this test's own, with a bus and tables beside them. */
export async function startSystem(env: NodeJS.ProcessEnv, copies = 2) {
  const services: RunningService[] = [];
  for (let copy = 1; copy <= copies; copy += 1)
    services.push(await startService(presenceState, { ...env, LINEWATCH_INSTANCE: `${copy}` }));
  const bus = await testBus(env);
  const redis = new RedisConnection({
    url: env['LINEWATCH_REDIS_URL'] ?? '',
    prefix: env['LINEWATCH_PREFIX'] ?? 'lw',
  });
  return {
    services,
    bus,
    redis,
    rows: new LineTable(redis),
    generation: new Generation(redis, 'lines'),
    stop: async () => {
      redis.close();
      await bus.close();
      for (const service of services) await service.stop();
    },
  };
}

export type System = Awaited<ReturnType<typeof startSystem>>;

export const lines = Array.from({ length: 50 }, (_each, at) => `${2100 + at}`);

/** Appends facts of 50 lines in chunks, calling `between` after each; resolves when all are in the stream. */
export async function appendStory(
  bus: NatsBus,
  count: number,
  seed: number,
  between: (chunk: number) => Promise<void>,
) {
  const random = numbersFrom(seed);
  const before = new Map<string, number>();
  const chunk = 100;
  for (let start = 0; start < count; start += chunk) {
    const appends = Array.from({ length: chunk }, (_each, at) => {
      const index = (start + at) % lines.length;
      const line = lines[index] ?? '';
      const seen = before.get(line) ?? 0;
      before.set(line, seen + 1);
      return appendFact(bus, line, randomFact(random, index + 1, seen), `fact-${seed}-${start + at}`);
    });
    await Promise.all(appends);
    await between(start / chunk);
  }
}

/** Makes lines by configuration; resolves when each was told. */
export async function configure({ bus, rows }: System, numbers: readonly string[]) {
  await appendConfigChange(bus, { author: 'admin', commands: configurationOf(numbers) });
  await until(async () => {
    const found = await rows.readMany(numbers);
    return found.every((row) => row?.fold.instances.length === 1);
  }, 'the lines are configured');
}

/** Resolves when every line was published as the pure fold over its facts says. */
export async function untilTrue({ bus }: System) {
  let wrong: unknown;
  await until(
    async () => {
      const [folds, states] = [await foldedFromStream(bus), await lastStates(bus)];
      wrong = [...folds].find(([line, fold]) => !sameView(states.get(line), fold));
      return folds.size === lines.length && wrong === undefined;
    },
    'PRESENCE says what the facts say',
    30_000,
  ).catch((error: Error) => {
    throw new Error(`${error.message}; wrong: ${JSON.stringify(wrong)}`);
  });
}

export function sameView(state: LineState | undefined, fold: LineFold): boolean {
  if (!state) return false;
  return JSON.stringify(viewOf(fold)) === JSON.stringify({ lamp: state.lamp, dialogs: state.dialogs });
}

/** Resolves when every row is the pure fold over the line's facts. */
export async function untilRowsAreTrue({ bus, rows }: System) {
  const folds = await foldedFromStream(bus);
  await until(async () => {
    const found = await rows.readMany([...folds.keys()]);
    return [...folds.values()].every((fold, at) => JSON.stringify(found[at]?.fold) === JSON.stringify(fold));
  }, 'the rows say what the facts say');
}
