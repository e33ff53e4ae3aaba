import { createConnection } from 'node:net';
import { House } from './house';

/** Lamps must be right so long after what was killed serves again. */
const RIGHT_WITHIN_MS = 5_000;
const PHONES = 100;
const EACH = 10;
const PAIRS = 50;

/** One command to Redis, over its own wire. */
function redis(url: string, command: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = createConnection(Number(port), hostname, () => socket.write(`${command}\r\n`));
    socket.once('data', (bytes) => {
      socket.end();
      resolve(bytes.toString().trim());
    });
    socket.once('error', reject);
  });
}

describe(`${PHONES * EACH} subscriptions and ${PAIRS} calls up`, () => {
  let house: House;
  beforeEach(async () => {
    house = await House.open(PHONES);
    await house.watch(EACH);
    await house.talk(PAIRS);
    await house.untilLamps('in-use', 10_000);
  });
  afterEach(() => house.close());

  /** Every lamp is right, every subscription is alive, and hanging up still works: at half of the calls from each side. */
  async function expectAllIsWell(): Promise<void> {
    await house.untilLamps('in-use', RIGHT_WITHIN_MS);
    expect(house.subscriptions.filter(({ ended }) => ended)).toEqual([]);
    await Promise.all(house.calls.map(({ call, incoming }, index) => (index % 2 ? call : incoming).hangup()));
    await Promise.all(house.calls.map(({ call, incoming }, index) => (index % 2 ? incoming : call).ended()));
    await house.untilLamps('idle', RIGHT_WITHIN_MS);
    expect(house.violations()).toEqual([]);
  }

  it.each(['presence-state-1', 'subscription-authorization-1', 'sip-edge-1', 'nats-server', 'redis-server'])(
    'kill -9 of %s: every lamp is right within 5 s of its restart, none was idle meanwhile, and none is gone',
    async (name) => {
      const since = Date.now();
      const pid = house.system.pidOf(name);
      await house.system.kill(name);
      await house.system.untilServing(name, pid);
      await house.untilLamps('in-use', RIGHT_WITHIN_MS);
      expect(house.seenSince('idle', since)).toBe(0);
      await expectAllIsWell();
    },
  );

  it('FLUSHALL: no lamp is wrong, none is gone', async () => {
    const since = Date.now();
    expect(await redis(house.system.redisUrl, 'FLUSHALL')).toBe('+OK');
    const watcher = house.phones[0];
    // A subscription made right after it finds its line as it is.
    const another = await watcher?.subscribe('3050');
    await another?.waitFor('in-use');
    expect(house.seenSince('idle', since) + house.seenSince('unknown', since)).toBe(0);
    await expectAllIsWell();
  });
});
