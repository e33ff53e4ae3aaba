import { createServer } from 'node:net';
import { GenericContainer, getContainerRuntimeClient, Wait, type StartedTestContainer } from 'testcontainers';
import { type Brokers } from './brokers';

const natsImage = 'nats:2.10-alpine';
const redisImage = 'redis:7.2-alpine';
const natsConfiguration = 'max_payload: 8MB\njetstream { store_dir: "/data/jetstream" }\n';

/** Both servers in containers. Host ports are fixed for the container's life, so that a restart keeps the address. */
export async function startContainers(): Promise<Brokers> {
  const [natsPort, redisPort] = await Promise.all([freePort(), freePort()]);
  const nats = await new GenericContainer(natsImage)
    .withExposedPorts({ container: 4222, host: natsPort })
    .withCopyContentToContainer([{ content: natsConfiguration, target: '/etc/linewatch-nats.conf' }])
    .withCommand(['-c', '/etc/linewatch-nats.conf'])
    .withWaitStrategy(Wait.forLogMessage(/Server is ready/))
    .start();
  let redis: StartedTestContainer;
  try {
    redis = await new GenericContainer(redisImage)
      .withExposedPorts({ container: 6379, host: redisPort })
      .withCommand(['redis-server', '--save', '', '--appendonly', 'no'])
      .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
      .start();
  } catch (error) {
    await nats.stop();
    throw error;
  }
  return {
    natsUrl: `nats://${nats.getHost()}:${natsPort}`,
    redisUrl: `redis://${redis.getHost()}:${redisPort}`,
    killNats: () => kill(nats),
    restartNats: () => restart(nats),
    killRedis: () => kill(redis),
    restartRedis: () => restart(redis),
    stop: async () => {
      await Promise.all([nats.stop(), redis.stop()]);
    },
  };
}

async function kill(started: StartedTestContainer): Promise<void> {
  const client = await getContainerRuntimeClient();
  const container = client.container.getById(started.getId());
  if ((await container.inspect()).State.Running) await container.kill({ signal: 'SIGKILL' });
}

/** `restart` waits by the container's own wait strategy. */
async function restart(started: StartedTestContainer): Promise<void> {
  await kill(started);
  await started.restart({ timeout: 0 });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
