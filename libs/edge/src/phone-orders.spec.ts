import { PHONE_ORDER_INTERVAL_MS } from '@linewatch/presence';
import fc from 'fast-check';
import { MOST_TURNS, PhoneOrders } from './phone-orders';
import { ManualClock } from './testing/manual-clock';

function setUp(phones: readonly string[]) {
  const clock = new ManualClock();
  const told: string[] = [];
  const world = { holds: true, revision: 7 };
  const orders = new PhoneOrders<string>({
    edge: { id: 'sip-edge-1', holds: () => world.holds },
    phones: (device) => phones.filter((phone) => device === undefined || phone === device),
    tell: (phone, order) => void told.push(`${order} ${phone}`),
    config: { revision: () => world.revision },
    wheel: clock.wheel,
    told: { of: () => ({ value: 0, add: () => undefined }) },
  });
  const ask = (order: 'restart' | 'reset', device?: string, revision = 7) =>
    orders.answer({ order, revision, ...(device !== undefined && { device }) });
  return { clock, told, world, orders, ask };
}

const named = (count: number) => Array.from({ length: count }, (_, at) => `p${at + 1}`);

describe('orders to phones', () => {
  it('reach the one that is named at once, and nobody when it is not here', async () => {
    const { told, ask } = setUp(named(3));
    expect(await ask('restart', 'p2')).toEqual({ edge: 'sip-edge-1', phones: 1 });
    expect(await ask('reset', 'p9')).toEqual({ edge: 'sip-edge-1', phones: 0 });
    expect(told).toEqual(['restart p2']);
  });

  it('to all reach one every 15 seconds', async () => {
    const { clock, told, ask } = setUp(named(3));
    expect(await ask('reset')).toEqual({ edge: 'sip-edge-1', phones: 3 });
    expect(told).toEqual(['reset p1']);
    await clock.pass(PHONE_ORDER_INTERVAL_MS - 1_000, 1_000);
    expect(told).toHaveLength(1);
    await clock.pass(2_000, 1_000);
    expect(told).toEqual(['reset p1', 'reset p2']);
    await clock.pass(PHONE_ORDER_INTERVAL_MS, 1_000);
    expect(told).toEqual(['reset p1', 'reset p2', 'reset p3']);
    expect(clock.wheel.size).toBe(0);
  });

  it('to all reach every phone once, in at most ten minutes, however many there are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 500 }), async (count) => {
        const { clock, told, ask } = setUp(named(count));
        await ask('restart');
        await clock.pass(MOST_TURNS * PHONE_ORDER_INTERVAL_MS, PHONE_ORDER_INTERVAL_MS);
        expect(told).toEqual(named(count).map((phone) => `restart ${phone}`));
      }),
      { numRuns: 10 },
    );
  });

  it('to all end with the next one, and when the edge stops', async () => {
    const { clock, told, ask, orders } = setUp(named(3));
    await ask('restart');
    await ask('reset');
    await clock.pass(PHONE_ORDER_INTERVAL_MS + 1_000, 1_000);
    expect(told).toEqual(['restart p1', 'reset p1', 'reset p2']);
    orders.stop();
    expect(clock.wheel.size).toBe(0);
  });

  it('wait until the edge has the configuration that the phones are to find', async () => {
    const { clock, told, world, ask } = setUp(named(1));
    const asked = ask('restart', 'p1', 8);
    await clock.pass(200);
    expect(told).toEqual([]);
    world.revision = 8;
    await clock.pass(100);
    await asked;
    expect(told).toEqual(['restart p1']);
  });

  it('are not carried out by who may not speak for the edge, nor when they cannot be read', async () => {
    const { clock, told, world, ask, orders } = setUp(named(2));
    await expect(orders.answer({ order: 'explode', revision: 1 })).rejects.toThrow(/restart/);
    await ask('restart');
    world.holds = false;
    await clock.pass(PHONE_ORDER_INTERVAL_MS + 1_000, 1_000);
    await expect(ask('reset')).rejects.toThrow('not-now');
    expect(told).toEqual(['restart p1']);
  });
});
