import { Bindings, ManualClock, MemoryLines } from '@linewatch/edge';
import { type LabelledCounter } from '@linewatch/runtime';
import type { Phone } from './phone';
import { Registrations } from './registrations';

const phone: Phone = {
  tag: 1,
  device: 'ephone:1',
  profile: { lines: [], buttons: [] },
  lines: [],
  keys: [],
  numbers: ['3001', '3002'],
  keepAliveSeconds: 30,
};

function setUp() {
  const memory = new MemoryLines();
  const clock = new ManualClock();
  const watched: string[] = [];
  const counter: LabelledCounter = { of: () => ({ add: () => undefined }) } as unknown as LabelledCounter;
  const registrations = new Registrations({
    bindings: new Bindings(memory.bus as never, memory.table),
    keeper: { watch: (line, device, bindings) => void watched.push(`${line} ${device} ${bindings.length}`) },
    hold: {
      run: async (step) => {
        try {
          return await step();
        } catch {
          return 'gave-up';
        }
      },
    },
    clock,
    edge: { id: 'sccp-edge-1', epoch: 7 },
    answers: counter,
    floodLog: { error: () => undefined },
  });
  const on = (connection: string) => ({
    phone,
    deviceName: 'SEP020000000001',
    flow: {
      transport: 'tcp' as const,
      local: { host: '192.0.2.1', port: 2000 },
      remote: { host: '192.0.2.10', port: 50_000 },
      connection,
    },
  });
  return { memory, registrations, watched, on };
}

describe('the registration of a phone', () => {
  it('is a fact of each of its lines, bound to its connection [design law 2]', async () => {
    const { memory, registrations, watched, on } = setUp();
    const recorded = await registrations.record(on('a'));
    expect([...(recorded?.keys() ?? [])].sort()).toEqual(['3001', '3002']);
    for (const line of phone.numbers) {
      expect(memory.facts(line)).toMatchObject([
        {
          device: 'ephone:1',
          cause: 'registered',
          bindings: [
            { edge: 'sccp-edge-1', epoch: 7, connectionBound: true, flow: { transport: 'tcp', connection: 'a' } },
          ],
        },
      ]);
    }
    expect(watched.sort()).toEqual(['3001 ephone:1 1', '3002 ephone:1 1']);
  });

  it('said again on its connection is refreshed; on another one it takes the place of the first', async () => {
    const { memory, registrations, on } = setUp();
    await registrations.record(on('a'));
    await registrations.record(on('a'));
    await registrations.record(on('b'));
    const facts = memory.facts('3001');
    expect(facts.map(({ cause }) => cause)).toEqual(['registered', 'refreshed', 'registered']);
    expect(facts.at(-1)?.bindings.map(({ flow }) => flow.connection)).toEqual(['b']);
  });

  it('is not there when the stream is away', async () => {
    const { memory, registrations, on } = setUp();
    memory.isAway = true;
    expect(await registrations.record(on('a'))).toBeUndefined();
    expect(await registrations.remove(on('a'))).toBe(false);
  });

  it('ends when the phone leaves, but not for a phone that has moved meanwhile', async () => {
    const { memory, registrations, on } = setUp();
    await registrations.record(on('a'));
    expect(await registrations.remove(on('a'))).toBe(true);
    expect(memory.facts('3001').at(-1)).toEqual({ device: 'ephone:1', cause: 'unregistered', bindings: [] });
    await registrations.record(on('b'));
    await registrations.remove(on('a'));
    expect(
      memory
        .facts('3001')
        .at(-1)
        ?.bindings.map(({ flow }) => flow.connection),
    ).toEqual(['b']);
  });
});
