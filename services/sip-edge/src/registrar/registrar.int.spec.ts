import { createServer, type AddressInfo } from 'node:net';
import { connectBus, type NatsBus, type Stored } from '@linewatch/bus';
import { flushRedis, serviceEnvironment, SipPhone, startBrokers, until, type Brokers } from '@linewatch/kit';
import { emptyLine, evolveLine, type LineFact, type LineFold } from '@linewatch/presence';
import { appendConfigChange, startService } from '@linewatch/runtime';
import { BindingTable, LineTable, RedisConnection } from '@linewatch/tables';
import { sipEdge } from '../sip-edge.module';

jest.setTimeout(60_000);

const HOST = '127.0.0.1';
const SHARED = '2100';
const PHONES = 12;

function macOf(pool: number): string {
  return `02000000${String(pool).padStart(4, '0')}`;
}

/** One line on twelve phones, and a line of its own for each. */
const CONFIGURATION = [
  'voice service voip', ' sip', '  registrar server',
  'voice register global', ' mode cme', ' max-dn 100', ' max-pool 100',
  'voice register dn 1', ` number ${SHARED}`, ' shared-line',
  ...Array.from({ length: PHONES }, (_each, at) => [
    `voice register dn ${at + 2}`, ` number ${2_101 + at}`,
    `voice register pool ${at + 1}`, ` id mac ${macOf(at + 1).replace(/(.{4})(?=.)/g, '$1.')}`,
    ` number 1 dn ${at + 2}`, ' number 2 dn 1',
  ]).flat(),
]; // prettier-ignore

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, () => resolve()));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Two edges, and what other services do for them: presence-state makes lost rows anew from the stream. */
async function startSystem(brokers: Brokers) {
  const env = serviceEnvironment({ LINEWATCH_NATS_URL: brokers.natsUrl, LINEWATCH_REDIS_URL: brokers.redisUrl });
  const prefix = env['LINEWATCH_PREFIX'] ?? '';
  const bus = await connectBus({ servers: brokers.natsUrl, service: 'test', source: '/test/1', prefix });
  const redis = new RedisConnection({ url: brokers.redisUrl, prefix });
  await bus.answer(bus.subjects.ask('state'), 'presence-state', async (body) => {
    const { line } = body as { line: string };
    await new LineTable(redis).putRebuilt(line, { fold: await foldOf(bus, line) });
    return { line, version: 0 };
  });
  const noSubscriptions = { total: 0, records: [], more: false };
  await bus.answer(bus.subjects.ask('subscriptions'), 'subscription-authorization', async () => noSubscriptions);
  const ports = [await freePort(), await freePort()] as const;
  const [first, second] = ports.map((port, at) => {
    const own = { LINEWATCH_INSTANCE: `${at + 1}`, LINEWATCH_SIP_BIND: HOST, LINEWATCH_SIP_PORT: `${port}` };
    return startService(sipEdge, { ...env, ...own });
  });
  const edges = [await first, await second].flatMap((edge) => edge ?? []);
  await appendConfigChange(bus, { author: 'admin', commands: CONFIGURATION });
  await until(
    () => edges.every(({ context }) => context.config.current().pools[PHONES] !== undefined),
    'the edges know their phones',
  );
  return { edges, ports, bus, redis, bindings: new BindingTable(redis) };
}

async function foldOf(bus: NatsBus, line: string): Promise<LineFold> {
  const facts = await factsOf(bus, line);
  return facts.reduce(
    (fold, { event, streamSeq, time }) => evolveLine(fold, { ...(event as LineFact), seq: streamSeq, time }),
    emptyLine(line),
  );
}

/** Every registration fact of a line in the stream. */
async function factsOf(bus: NatsBus, line: string): Promise<Stored[]> {
  const facts: Stored[] = [];
  const subject = bus.subjects.lineFact(line, 'registration');
  for (let from = 1; ; from = (facts.at(-1)?.streamSeq ?? 0) + 1) {
    const next = await bus.next('LINES', subject, from);
    if (!next) return facts;
    facts.push(next);
  }
}

describe('registrar on a real NATS and Redis', () => {
  let brokers: Brokers;
  let system: Awaited<ReturnType<typeof startSystem>>;
  const phones: SipPhone[] = [];

  beforeAll(async () => {
    brokers = await startBrokers();
    system = await startSystem(brokers);
  });

  afterEach(async () => {
    await Promise.all(phones.splice(0).map((phone) => phone.close()));
  });

  afterAll(async () => {
    for (const edge of system.edges) await edge.stop();
    system.redis.close();
    await system.bus.close();
    await brokers.stop();
  });

  /** The phone of a pool, at one of the edges. */
  async function phoneOf(pool: number, edge: 0 | 1, transport: 'udp' | 'tcp' = 'udp'): Promise<SipPhone> {
    const phone = await SipPhone.open({
      numbers: [`${2_100 + pool}`],
      registrar: { host: HOST, port: system.ports[edge] },
      mac: macOf(pool),
      transport,
      withinMs: 30_000,
    });
    phones.push(phone);
    return phone;
  }

  async function devicesOf(line: string): Promise<string[]> {
    const all = await system.bindings.read(line);
    if (all === 'MISS') throw new Error(`line ${line} has no row`);
    return Object.entries(all).flatMap(([device, { bindings }]) => (bindings.length > 0 ? [device] : []));
  }

  it.each(['udp', 'tcp'] as const)('[law 2] has the fact in the stream before the 200 leaves, over %s', async (by) => {
    const phone = await phoneOf(1, 0, by);
    await phone.register();
    const last = await system.bus.last(system.bus.subjects.lineFact('2101', 'registration'));
    expect(last?.event.data).toMatchObject({
      device: 'pool:1',
      bindings: expect.arrayContaining([
        expect.objectContaining({ edge: 'sip-edge-1', connectionBound: by === 'tcp', cseq: expect.any(Number) }),
      ]),
    });
    await phone.unregister();
    expect(phone.violations).toEqual([]);
  });

  it('two edges register the phones of one line at once, and none is lost', async () => {
    const all = await Promise.all(Array.from({ length: PHONES }, (_each, at) => phoneOf(at + 1, at % 2 === 0 ? 0 : 1)));
    await Promise.all(all.map((phone) => phone.registerNumber(SHARED)));
    const wanted = Array.from({ length: PHONES }, (_each, at) => `pool:${at + 1}`).sort();
    expect((await devicesOf(SHARED)).sort()).toEqual(wanted);
    const fold = await foldOf(system.bus, SHARED);
    expect(Object.keys(fold.registrations).sort()).toEqual(wanted);
    // Each edge lists the phones of the other.
    const { contacts } = await (all[0] as SipPhone).registerNumber(SHARED);
    expect(contacts).toHaveLength(PHONES);
    await Promise.all(all.map((phone) => phone.registerNumber(SHARED, { expires: 0 })));
    expect(await devicesOf(SHARED)).toEqual([]);
  });

  it('one phone registers two contacts at two edges at once, and keeps both', async () => {
    const [here, there] = [await phoneOf(2, 0), await phoneOf(2, 1)];
    await Promise.all([here.register(), there.register()]);
    expect((await here.register()).contacts).toHaveLength(2);
    await here.unregister();
    await there.unregister();
    expect(await devicesOf('2102')).toEqual([]);
  });

  it('[law 1] finds every binding again when Redis is emptied', async () => {
    const phone = await phoneOf(3, 0);
    await phone.register();
    await flushRedis(brokers.redisUrl);
    const other = await phoneOf(3, 1);
    expect((await other.register()).contacts).toHaveLength(2);
  });

  it('[law 8] holds a REGISTER while NATS is away, and answers it 200 when it is back', async () => {
    const phone = await phoneOf(4, 1);
    await phone.register();
    const before = (await factsOf(system.bus, '2104')).length;
    await brokers.killNats();
    const registering = phone.register();
    let isAnswered = false;
    void registering.then(() => (isAnswered = true));
    await until(() => !system.bus.status().connected, 'the connection is seen to be gone');
    expect(isAnswered).toBe(false);
    await brokers.restartNats();
    expect((await registering).grantedSeconds).toBe(3_600);
    await until(() => system.bus.status().connected, 'the test is connected again too');
    const facts = await factsOf(system.bus, '2104');
    expect(facts).toHaveLength(before + 1);
  });

  it('[SB-107] ends a registration with its connection', async () => {
    const phone = await phoneOf(5, 0, 'tcp');
    await phone.register();
    expect(await devicesOf('2105')).toEqual(['pool:5']);
    await phone.close();
    await until(async () => (await devicesOf('2105')).length === 0, 'the binding is gone');
    const last = (await factsOf(system.bus, '2105')).at(-1);
    expect(last?.event.data).toMatchObject({ device: 'pool:5', cause: 'connection-lost', bindings: [] });
  });
});
