import { connect } from 'node:net';
import { startBrokers, type Brokers } from './brokers';

/** The first bytes a server says after `question`; rejects when nobody listens. */
function ask(url: string, question: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => question && socket.write(question));
    socket.once('error', reject);
    socket.once('data', (bytes) => {
      socket.destroy();
      resolve(bytes.toString('latin1'));
    });
  });
}

describe('the servers that tests get', () => {
  let brokers: Brokers;
  beforeAll(async () => {
    brokers = await startBrokers();
  }, 180_000);
  afterAll(async () => {
    await brokers.stop();
  }, 30_000);

  it('are told to every int spec by environment, and are not those of a test that starts its own', () => {
    expect(process.env['LINEWATCH_TEST_NATS_URL']).toMatch(/^nats:\/\/[^:]+:\d+$/);
    expect(process.env['LINEWATCH_TEST_REDIS_URL']).toMatch(/^redis:\/\/[^:]+:\d+$/);
    expect(brokers.natsUrl).not.toBe(process.env['LINEWATCH_TEST_NATS_URL']);
  });

  it('are a NATS server with JetStream and room for 8 MB payloads', async () => {
    const info = await ask(brokers.natsUrl, '');
    expect(JSON.parse(info.slice('INFO '.length))).toMatchObject({ jetstream: true, max_payload: 8 * 1024 * 1024 });
  });

  it('come back on the same port after a kill: NATS', async () => {
    await brokers.killNats();
    await expect(ask(brokers.natsUrl, '')).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
    await brokers.restartNats();
    expect(await ask(brokers.natsUrl, '')).toMatch(/^INFO /);
  });

  it('come back on the same port after a kill, empty: Redis', async () => {
    expect(await ask(brokers.redisUrl, 'SET kept no\r\n')).toBe('+OK\r\n');
    await brokers.killRedis();
    await expect(ask(brokers.redisUrl, 'PING\r\n')).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
    await brokers.restartRedis();
    expect(await ask(brokers.redisUrl, 'GET kept\r\n')).toBe('$-1\r\n');
  });
});
