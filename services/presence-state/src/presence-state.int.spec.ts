import { type NatsBus } from '@linewatch/bus';
import { flushRedis, serviceEnvironment, startBrokers, until, type Brokers } from '@linewatch/kit';
import { dialogsOf, lampOf, stateReplySchema, type LineFold, type LineState } from '@linewatch/presence';
import { appendConfigChange, EdgeIdentity, startService, systemClock, type RunningService } from '@linewatch/runtime';
import { BindingTable, Generation, LineTable, RedisConnection } from '@linewatch/tables';
import { LineFolder } from './line-folder';
import { LineStore } from './line-store';
import { presenceState } from './presence-state.module';
import {
  appendFact,
  binding,
  configurationOf,
  factsOf,
  foldedFromStream,
  lastStates,
  numbersFrom,
  randomFact,
  testBus,
  wrongStates,
} from './testing/facts';

jest.setTimeout(60_000);

/** What two folds must have in common to be the same line: all but the moment of the last publication. */
function viewOf(line: LineFold) {
  return { lamp: lampOf(line), dialogs: dialogsOf(line) };
}

/** Two copies of the service on servers of this test's own, with a bus and tables beside them. */
async function startSystem(env: NodeJS.ProcessEnv, copies = 2) {
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

type System = Awaited<ReturnType<typeof startSystem>>;

const lines = Array.from({ length: 50 }, (_each, at) => `${2100 + at}`);

/** Appends facts of 50 lines in chunks, calling `between` after each; resolves when all are in the stream. */
async function appendStory(bus: NatsBus, count: number, seed: number, between: (chunk: number) => Promise<void>) {
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
async function configure({ bus, rows }: System, numbers: readonly string[]) {
  await appendConfigChange(bus, { author: 'admin', commands: configurationOf(numbers) });
  await until(async () => {
    const found = await rows.readMany(numbers);
    return found.every((row) => row?.fold.instances.length === 1);
  }, 'the lines are configured');
}

/** Resolves when every line was published as the pure fold over its facts says. */
async function untilTrue({ bus }: System) {
  let wrong: unknown;
  await until(async () => {
    const [folds, states] = [await foldedFromStream(bus), await lastStates(bus)];
    wrong = [...folds].find(([line, fold]) => !sameView(states.get(line), fold));
    return folds.size === lines.length && wrong === undefined;
  }, 'PRESENCE says what the facts say').catch((error: Error) => {
    throw new Error(`${error.message}; wrong: ${JSON.stringify(wrong)}`);
  });
}

function sameView(state: LineState | undefined, fold: LineFold): boolean {
  if (!state) return false;
  return JSON.stringify(viewOf(fold)) === JSON.stringify({ lamp: state.lamp, dialogs: state.dialogs });
}

/** Resolves when every row is the pure fold over the line's facts. */
async function untilRowsAreTrue({ bus, rows }: System) {
  const folds = await foldedFromStream(bus);
  await until(async () => {
    const found = await rows.readMany([...folds.keys()]);
    return [...folds.values()].every((fold, at) => JSON.stringify(found[at]?.fold) === JSON.stringify(fold));
  }, 'the rows say what the facts say');
}

describe('two copies of presence-state', () => {
  const env = serviceEnvironment();
  let system: System;
  beforeAll(async () => {
    system = await startSystem(env);
    await configure(system, lines);
  });
  afterAll(() => system.stop());

  it('[law 3] fold the facts of many lines to what one pure fold makes of them', async () => {
    await appendStory(system.bus, 1_000, 1, async () => undefined);
    await untilTrue(system);
    await untilRowsAreTrue(system);
  });

  it('fold the same when two lead at once, as they may for a moment', async () => {
    const { bus, rows } = system;
    const counter = () => ({ value: 0, add: (count = 1) => void (folded += count) });
    let folded = 0;
    const idle = { value: 0, add: () => undefined };
    const rival = new LineFolder(bus, rows, new LineStore(bus, rows), {
      folded: counter(),
      published: idle,
      conflicts: idle,
    });
    const consumer = await bus.consume('LINES', 'presence-state', {
      filter: bus.subjects.every.lineFacts,
      onBatch: (batch) => rival.foldBatch(batch),
    });
    await appendStory(bus, 2_000, 2, async () => undefined);
    await untilTrue(system);
    await untilRowsAreTrue(system);
    expect(await wrongStates(bus)).toEqual([]);
    // Else this would be a test of one.
    expect(folded).toBeGreaterThan(100);
    expect(folded).toBeLessThan(1_900);
    await consumer.stop();
  });

  it('go on when the one that leads is stopped', async () => {
    await appendStory(
      system.bus,
      300,
      3,
      async (chunk) => void (chunk === 0 && (await system.services.shift()?.stop())),
    );
    await untilTrue(system);
    await untilRowsAreTrue(system);
  });
});

describe('one copy of presence-state', () => {
  const env = serviceEnvironment();
  let system: System;
  beforeAll(async () => {
    system = await startSystem(env, 1);
    await configure(system, ['2001', '2002', '2003', '2004', '2005']);
  });
  afterAll(() => system.stop());

  const ask = async (line: unknown) =>
    stateReplySchema.parse(await system.bus.ask(system.bus.subjects.ask('state'), { line }, { timeoutMs: 5_000 }));
  const lamp = async (line: string) => (await ask(line)).state?.lamp.state;

  it('answers what a line is, with its version, and has its bindings in Redis again before it does', async () => {
    const { bus, redis, rows } = system;
    await appendFact(bus, '2001', factsOf(1).registered(), 'state');
    await until(async () => (await lamp('2001')) === 'idle', 'the line is idle');
    const { streamSeq } = (await bus.last(bus.subjects.presence('2001'))) ?? { streamSeq: 0 };
    await redis.run((commands) => commands.del(redis.keys.line('2001'), redis.keys.bindings('2001')));
    expect(await new BindingTable(redis).read('2001')).toBe('MISS');
    expect(await ask('2001')).toMatchObject({ line: '2001', version: streamSeq, state: { lamp: { state: 'idle' } } });
    expect(await new BindingTable(redis).read('2001')).toMatchObject({ 'pool:1': { bindings: [{ callId: 'r' }] } });
    expect((await rows.read('2001'))?.published?.seq).toBe(streamSeq);
  });

  it('says version 0 and no state of a line that nobody spoke of', async () => {
    expect(await ask('1999')).toEqual({ line: '1999', version: 0 });
  });

  it.each([[{}], [{ line: '' }], [{ line: 5 }], [null]])(
    'answers the question %j with bad-request',
    async (question) => {
      const { bus } = system;
      await expect(bus.ask(bus.subjects.ask('state'), question)).rejects.toMatchObject({ word: 'bad-request' });
    },
  );

  it('turns unknown the line whose registration ran out without a word, at the end of its lease', async () => {
    const { bus } = system;
    // Believed five seconds past its expiry, which is four and a half seconds ago.
    await appendFact(bus, '2002', factsOf(2).registered([binding({ expiresAt: Date.now() - 4_500 })]), 'lease-2');
    await until(async () => (await lamp('2002')) === 'idle', 'the line is idle');
    await until(async () => (await lamp('2002')) === 'unknown', 'its lease ended');
  });

  it.each(['falls silent', 'says bye'])(
    'turns unknown, never idle, the lines in use of an edge that %s',
    async (how) => {
      const { bus } = system;
      const id = `edge that ${how}`;
      const edge = await EdgeIdentity.claim(bus, systemClock, {
        id,
        hello: { kind: 'sip', advertised: { host: '127.0.0.2', port: 5060 } },
        onPaused: async () => undefined,
        onSuperseded: () => undefined,
      });
      const tag = how === 'says bye' ? 3 : 4;
      const line = `200${tag}`;
      const leg = factsOf(tag).leg(`${id}.1`, 'early', 1, { edge: id, epoch: edge.epoch });
      await appendFact(bus, line, factsOf(tag).registered(), `${line}-1`);
      await appendFact(bus, line, leg, `${line}-2`);
      await until(async () => (await lamp(line)) === 'in-use', 'the line is in use');
      if (how === 'says bye') await edge.bye();
      else edge.end();
      await until(async () => (await lamp(line)) === 'unknown', 'the edge was lost');
      const seen: string[] = [];
      for (let seq = 0; ;) {
        const stored = await bus.next('PRESENCE', bus.subjects.presence(line), seq + 1);
        if (stored?.event.type !== 'linewatch.line.state') break;
        seen.push(stored.event.data.lamp.state);
        seq = stored.streamSeq;
      }
      expect(seen.slice(seen.indexOf('in-use'))).toEqual(['in-use', 'unknown']);
    },
  );

  it('brings a change of the configuration to the lines, and a number that was removed while no copy ran', async () => {
    const { bus } = system;
    const change = (...commands: string[]) => appendConfigChange(bus, { author: 'admin', commands });
    const last = async (line: string) => {
      const stored = await bus.last(bus.subjects.lineFact(line, 'config'));
      return stored?.event.type === 'linewatch.line.config'
        ? stored.event.data.instances.map(({ id }) => id)
        : undefined;
    };
    await change('voice register dn 11', ' number 2050', 'voice register dn 12', ' number 2051');
    await until(async () => (await last('2050')) !== undefined && (await last('2051')) !== undefined, 'both are told');
    expect([await last('2050'), await last('2051')]).toEqual([['voice-register-dn:11'], ['voice-register-dn:12']]);
    await until(async () => (await ask('2051')).version > 0, 'the line was published');

    await system.services.pop()?.stop();
    await change('no voice register dn 12');
    system.services.push(await startService(presenceState, env));
    await until(async () => (await last('2051'))?.length === 0, 'the line is gone');
    expect(await last('2050')).toEqual(['voice-register-dn:11']);
  });
});

describe('presence-state while its neighbours fail', () => {
  let brokers: Brokers;
  let system: System;
  let flushAll: () => Promise<unknown>;
  beforeAll(async () => {
    brokers = await startBrokers();
    const env = serviceEnvironment({ LINEWATCH_NATS_URL: brokers.natsUrl, LINEWATCH_REDIS_URL: brokers.redisUrl });
    system = await startSystem({ ...env, LINEWATCH_LOG_LEVEL: 'silent' });
    await configure(system, lines);
    flushAll = () => flushRedis(brokers.redisUrl);
  });
  afterAll(async () => {
    await system.stop();
    await brokers.stop();
  });

  /** Resolves when the tables are whole, and rows and publications say what the facts say. */
  const untilWhole = async () => {
    await until(() => system.generation.current().then(Boolean, () => false), 'the lines were rebuilt');
    await untilTrue(system);
    await untilRowsAreTrue(system);
    expect(await wrongStates(system.bus)).toEqual([]);
  };

  it.each([
    ['Redis is emptied with FLUSHALL', 2, () => flushAll()],
    ['Redis is killed and comes back empty', 3, () => brokers.killRedis().then(() => brokers.restartRedis())],
    ['NATS is killed and comes back', 4, () => brokers.restartNats()],
  ])('[law 1] every line is right after %s in the middle of its facts', async (_what, seed, harm) => {
    await appendStory(system.bus, 1_500, seed, async (chunk) => void (chunk % 5 === 2 && (await harm())));
    await untilWhole();
    expect(
      system.bus.counters().deadLetters +
        system.services.reduce((sum, { context }) => sum + context.bus.counters().deadLetters, 0),
    ).toBe(0);
  });

  it('no line is published otherwise while Redis is emptied and nothing happens', async () => {
    const before = await lastStates(system.bus);
    const seq = await system.bus.lastSequence('PRESENCE');
    await flushAll();
    await untilWhole();
    expect(await system.bus.lastSequence('PRESENCE')).toBe(seq);
    expect(await lastStates(system.bus)).toEqual(before);
  });

  it('an edge that is lost while the index of its lines is lost too is told to them all the same', async () => {
    const { bus } = system;
    const edge = await EdgeIdentity.claim(bus, systemClock, {
      id: 'sip-edge-9',
      hello: { kind: 'sip', advertised: { host: '127.0.0.2', port: 5060 } },
      onPaused: async () => undefined,
      onSuperseded: () => undefined,
    });
    const mine = lines.slice(0, 20);
    await Promise.all(
      mine.map(async (line, at) => {
        await appendFact(bus, line, factsOf(at + 1).registered(), `${line}-again`);
        const leg = factsOf(at + 1).leg(`${line}.9`, 'confirmed', 1, { edge: edge.id, epoch: edge.epoch });
        await appendFact(bus, line, leg, `${line}-leg`);
      }),
    );
    await until(async () => {
      const states = await lastStates(bus);
      return mine.every((line) => states.get(line)?.dialogs.some(({ id }) => id === `${line}.9`));
    }, 'the legs are seen');
    await flushAll();
    await edge.bye();
    await until(async () => {
      const states = await lastStates(bus);
      return mine.every((line) => !states.get(line)?.dialogs.some(({ id }) => id === `${line}.9`));
    }, 'no leg of the lost edge is believed');
  });
});
