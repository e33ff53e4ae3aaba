import { startBrokers, until, type Brokers } from '@linewatch/kit';
import { Redis } from 'ioredis';
import { createServer, type Server, type Socket } from 'node:net';
import { BindingTable } from './bindings';
import { RedisConnection } from './connection';
import { Generation } from './generation';
import { LineTable } from './lines';
import { SubscriptionTable } from './subscriptions';
import { binding, registered, rowOf, watch } from './testing/fixtures';

jest.setTimeout(60_000);

describe('when Redis loses everything or goes away', () => {
  let brokers: Brokers;
  let redis: RedisConnection;
  let lines: LineTable;
  let bindings: BindingTable;
  let subscriptions: SubscriptionTable;
  let making: Generation;
  const fold = registered('3001', 5, 'pool:1', [binding()]);

  beforeAll(async () => {
    brokers = await startBrokers();
    redis = new RedisConnection({ url: brokers.redisUrl });
    lines = new LineTable(redis);
    bindings = new BindingTable(redis);
    subscriptions = new SubscriptionTable(redis);
    making = new Generation(redis, 'subscriptions');
  });
  afterAll(async () => {
    redis?.close();
    await brokers?.stop();
  });

  const fill = async () => {
    await lines.putRebuilt('3001', rowOf(fold));
    await lines.index('3001', rowOf(fold));
    const turn = await making.beginRebuild();
    if (turn === 'done-by-another') throw new Error('the tables stand already');
    await making.renew();
    await subscriptions.apply([watch({ subId: 1 })], []);
    await making.finishRebuild(turn);
  };
  const misses = async () => [
    await lines.read('3001'),
    await lines.put('3001', rowOf(registered(fold, 6, 'pool:2', [])), 5),
    await bindings.read('3001'),
    await bindings.put('3001', 'pool:1', 6, []),
    await making.current(),
    await subscriptions.reserve('a', 5, 0, 10),
  ];
  const allMissed = [undefined, 'conflict', 'MISS', 'MISS', undefined, 'MISS'];

  it('a wiped server answers MISS until each table is rebuilt', async () => {
    await fill();
    expect(await bindings.read('3001')).toEqual({ 'pool:1': { seq: 5, bindings: [binding()] } });
    const raw = new Redis(brokers.redisUrl);
    await raw.flushall();
    await raw.quit();
    expect(await misses()).toEqual(allMissed);
    await fill();
    expect(await bindings.read('3001')).toEqual({ 'pool:1': { seq: 5, bindings: [binding()] } });
    expect(await subscriptions.reserve('subscription-1', 1, 0, 10)).toBe('ok');
    expect(await subscriptions.reserve('a', 1, 0, 10)).toBe('full');
  });

  it('a wipe in the middle of a rebuild is noticed before the tables are called whole', async () => {
    await making.discard();
    const turn = await making.beginRebuild();
    if (turn === 'done-by-another') throw new Error('nobody else rebuilds here');
    await making.renew();
    await subscriptions.apply([watch({ subId: 1 })], []);
    const raw = new Redis(brokers.redisUrl);
    await raw.flushall();
    await raw.quit();
    await expect(making.renew()).rejects.toMatchObject({ name: 'UnavailableError' });
    await expect(making.finishRebuild(turn)).rejects.toMatchObject({ name: 'UnavailableError' });
    expect(await making.current()).toBeUndefined();
    await fill();
  });

  it('a killed server fails commands soon; its successor is found, announced, and known to be empty', async () => {
    let reconnects = 0;
    const stop = redis.onReconnect(() => (reconnects += 1));
    await brokers.killRedis();
    await until(() => !redis.isReady(), 'the loss of the connection');
    const answers = await Promise.allSettled(Array.from({ length: 300 }, () => lines.read('3001')));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { name: 'UnavailableError' } });
    }
    expect(reconnects).toBe(0);
    await brokers.restartRedis();
    await until(() => reconnects === 1, 'the reconnect');
    expect(await misses()).toEqual(allMissed);
    await fill();
    expect((await lines.read('3001'))?.fold.seq).toBe(5);
    stop();
  });

  it('commands that were under way or come during a short absence are done when it is over', async () => {
    const patient = new RedisConnection({ url: brokers.redisUrl, patienceMs: 20_000 });
    const table = new SubscriptionTable(patient);
    await patient.ready(5_000);
    const before = Array.from({ length: 50 }, (_each, at) => table.put(watch({ subId: at + 1 }), { ended: 0 }));
    await brokers.killRedis();
    const during = Array.from({ length: 50 }, (_each, at) => table.put(watch({ subId: at + 51 }), { ended: 0 }));
    await brokers.restartRedis();
    await Promise.all([...before, ...during]);
    expect((await table.get('3001', 'subscription-100'))?.subId).toBe(100);
    patient.close();
  });

  it('refuses what exceeds its queue while Redis is away, and everything once it is closed', async () => {
    const small = new RedisConnection({ url: 'redis://127.0.0.1:1', maxPending: 10, patienceMs: 200 });
    const table = new LineTable(small);
    const answers = await Promise.allSettled(Array.from({ length: 12 }, () => table.read('3001')));
    const reasons = answers.map((answer) => (answer.status === 'rejected' ? String(answer.reason) : 'answered'));
    expect(reasons.filter((reason) => /10 commands are waiting already/.test(reason))).toHaveLength(2);
    expect(
      reasons.filter((reason) => /UnavailableError: Redis at 127.0.0.1:1 cannot be used/.test(reason)),
    ).toHaveLength(12 - 2);
    small.close();
    await expect(table.read('3001')).rejects.toThrow(/the connection was closed/);
  });

  it('gives up a server that takes commands and never answers, and tries again', async () => {
    const sockets = new Set<Socket>();
    let connections = 0;
    const mute: Server = createServer((socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((done) => mute.listen(0, '127.0.0.1', done));
    const { port } = mute.address() as { port: number };
    const connection = new RedisConnection({ url: `redis://127.0.0.1:${port}`, patienceMs: 100 });
    await expect(new LineTable(connection).read('3001')).rejects.toMatchObject({ name: 'UnavailableError' });
    await until(() => connections >= 2, 'a second connection');
    connection.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => mute.close(done));
  });

  it('leaves a server that became a replica, and repeats the write elsewhere', async () => {
    const raw = new Redis(brokers.redisUrl);
    const patient = new RedisConnection({ url: brokers.redisUrl, patienceMs: 20_000 });
    await patient.ready(5_000);
    let reconnects = 0;
    patient.onReconnect(() => (reconnects += 1));
    await raw.replicaof('127.0.0.1', 1);
    const write = new SubscriptionTable(patient).put(watch({ subId: 500 }), { ended: 0 });
    await until(() => reconnects > 0, 'a new connection');
    await raw.replicaof('NO', 'ONE');
    await write;
    expect((await new SubscriptionTable(patient).get('3001', 'subscription-500'))?.subId).toBe(500);
    await raw.quit();
    patient.close();
  });
});
