import { flushRedis, serviceEnvironment, startBrokers, until, type Brokers } from '@linewatch/kit';
import { EdgeIdentity, systemClock } from '@linewatch/runtime';
import { appendFact, factsOf, lastStates, wrongStates } from './testing/facts';
import { appendStory, configure, lines, startSystem, untilRowsAreTrue, untilTrue, type System } from './testing/system';

jest.setTimeout(60_000);

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
