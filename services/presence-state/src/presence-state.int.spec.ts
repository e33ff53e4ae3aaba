import { serviceEnvironment, until } from '@linewatch/kit';
import { linesReplySchema, MAX_LINES_ASKED, stateReplySchema } from '@linewatch/presence';
import { appendConfigChange, EdgeIdentity, startService, systemClock } from '@linewatch/runtime';
import { BindingTable } from '@linewatch/tables';
import { LineFolder } from './line-folder';
import { LineStore } from './line-store';
import { presenceState } from './presence-state.module';
import { appendFact, binding, factsOf, wrongStates } from './testing/facts';
import { appendStory, configure, lines, startSystem, untilRowsAreTrue, untilTrue, type System } from './testing/system';

jest.setTimeout(60_000);

describe('two copies of presence-state', () => {
  const env = serviceEnvironment();
  let system: System;
  beforeAll(async () => {
    system = await startSystem(env);
    await configure(system, lines);
  });
  afterAll(() => system.stop());

  it('[law 3] fold the facts of many lines to what one pure fold makes of them', async () => {
    await appendStory(system.bus, 2_000, 1, async () => undefined);
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
    await appendStory(bus, 600, 2, async () => undefined);
    await untilTrue(system);
    await untilRowsAreTrue(system);
    expect(await wrongStates(bus)).toEqual([]);
    // Else this would be a test of one.
    expect(folded).toBeGreaterThan(50);
    expect(folded).toBeLessThan(550);
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

  it('answers what an operator is shown of several lines, in their order, also where Redis lost one', async () => {
    const { bus, redis } = system;
    await appendFact(bus, '2003', factsOf(3).registered(), 'lines');
    await until(async () => (await lamp('2003')) === 'idle', 'the line is idle');
    await redis.run((commands) => commands.del(redis.keys.line('2003')));
    const question = { lines: ['2099', '2003'] };
    const reply = linesReplySchema.parse(await bus.ask(bus.subjects.ask('lines'), question, { timeoutMs: 5_000 }));
    expect(reply.lines).toMatchObject([
      { line: '2099', lamp: { state: 'unknown' }, bindings: [] },
      { line: '2003', lamp: { state: 'idle' }, bindings: [{ device: 'pool:3', callId: 'r' }] },
    ]);
    const tooMany = { lines: Array.from({ length: MAX_LINES_ASKED + 1 }, () => '2003') };
    await expect(bus.ask(bus.subjects.ask('lines'), tooMany)).rejects.toMatchObject({ word: 'bad-request' });
  });

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
