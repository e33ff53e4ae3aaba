import type { Binding } from '@linewatch/presence';
import { Metrics } from '@linewatch/runtime';
import { Bindings } from './bindings';
import { RegistrationKeeper } from './registration-keeper';
import { ManualClock, settle } from './testing/manual-clock';
import { MemoryLines } from './testing/memory-lines';

/** A phone with a connection to this edge registers line 3001; what follows is in the facts. */
function setUp() {
  const clock = new ManualClock();
  const lines = new MemoryLines();
  const bindings = new Bindings(lines.bus, lines.table);
  const open = new Set<string>();
  const keeper = new RegistrationKeeper({
    bindings,
    wheel: clock.wheel,
    clock,
    edge: { id: 'sccp-edge-1', epoch: 3 },
    isOpen: ({ connection }) => open.has(connection ?? ''),
    ended: new Metrics().counters('ended', 'ended', 'cause'),
    floodLog: { error: (_key, message) => fail(message) },
  });
  const register = async (connection: string, changes: Partial<Binding> = {}) => {
    const binding = bindingOf(connection, clock.now() + 60_000, changes);
    const fact = { cause: 'registered', bindings: [binding] } as const;
    const all = await bindings.change('3001', 'ephone:1', () => ({ ...fact, bindings: [...fact.bindings] }));
    keeper.watch('3001', 'ephone:1', all['ephone:1']?.bindings ?? []);
  };
  const facts = () => lines.facts('3001').map(({ cause, bindings: left }) => `${cause}: ${left.length}`);
  return { clock, lines, open, keeper, register, facts };
}

function fail(message: string): never {
  throw new Error(message);
}

function bindingOf(connection: string, expiresAt: number, changes: Partial<Binding>): Binding {
  const address = { host: '127.0.0.31', port: 50_000 };
  return {
    contact: 'ephone:1',
    params: '',
    q: 1,
    expiresAt,
    callId: '',
    cseq: 0,
    flow: { transport: 'tcp', local: { host: '127.0.0.2', port: 2000 }, remote: address, connection },
    path: [],
    edge: 'sccp-edge-1',
    epoch: 3,
    connectionBound: true,
    ...changes,
  };
}

describe('a registration that its phone does not keep up', () => {
  it('ends with its connection', async () => {
    const { open, keeper, register, facts } = setUp();
    open.add('c1');
    await register('c1');
    open.delete('c1');
    await keeper.connectionClosed('c1');
    expect(facts()).toEqual(['registered: 1', 'connection-lost: 0']);
    expect(keeper.size).toBe(0);
  });

  it('does not end with a connection that the phone has left for another one', async () => {
    const { open, keeper, register, facts } = setUp();
    open.add('c1').add('c2');
    await register('c1');
    await register('c2');
    open.delete('c1');
    await keeper.connectionClosed('c1');
    expect(facts()).toEqual(['registered: 1', 'registered: 1']);
  });

  it('ends although its connection ended before it was stored', async () => {
    const { clock, register, facts } = setUp();
    await register('c1');
    await clock.pass(100);
    expect(facts()).toEqual(['registered: 1', 'connection-lost: 0']);
  });

  it('ends when its time is over, and waits for a stream that is away then [law 8]', async () => {
    const { clock, lines, open, register, facts } = setUp();
    open.add('c1');
    await register('c1');
    lines.isAway = true;
    await clock.pass(61_000);
    expect(facts()).toEqual(['registered: 1']);
    lines.isAway = false;
    await clock.pass(2_000);
    expect(facts()).toEqual(['registered: 1', 'expired: 0']);
  });

  it('is left alone when another edge made it, and by an edge that stops', async () => {
    const { clock, open, keeper, register, facts } = setUp();
    await register('c9', { edge: 'sccp-edge-2' });
    expect(keeper.size).toBe(0);
    open.add('c1');
    await register('c1');
    keeper.stop();
    await clock.pass(61_000);
    await settle();
    expect(facts()).toEqual(['registered: 1', 'registered: 1']);
  });
});
