import { spawnSync } from 'node:child_process';

/** A NATS server with JetStream and a Redis server of this test alone, on private ports with private data. */
export interface Brokers {
  readonly natsUrl: string;
  readonly redisUrl: string;
  /** SIGKILL; resolves when the server is gone. Its data stays. */
  killNats(): Promise<void>;
  /** SIGKILL when it still runs, then a start on the same port with the same data; resolves when it serves. */
  restartNats(): Promise<void>;
  /** SIGKILL; resolves when the server is gone. It has no persistence: all it held is lost. */
  killRedis(): Promise<void>;
  /** A start on the same port, empty; resolves when it serves. */
  restartRedis(): Promise<void>;
  /** Stops both and removes their data. */
  stop(): Promise<void>;
}

/** How tests get their servers. */
export type BrokerChoice = 'containers' | 'processes';

/**
 * Chooses: containers where an engine answers, child processes elsewhere. An explicit wish wins, and so does a named
 * server program or suite, since a container would not be the server that was named.
 *
 * @param env the environment: LINEWATCH_TEST_BROKERS, NATS_SERVER_BIN, REDIS_SERVER_BIN, LINEWATCH_NATS_SUITE
 * @param engineAnswers asked only when the environment leaves the choice open
 * @throws Error for a LINEWATCH_TEST_BROKERS that is neither `containers` nor `processes`
 */
export function chooseBrokers(env: Record<string, string | undefined>, engineAnswers: () => boolean): BrokerChoice {
  const wish = env['LINEWATCH_TEST_BROKERS'];
  if (wish === 'containers' || wish === 'processes') return wish;
  if (wish) throw new Error(`LINEWATCH_TEST_BROKERS is "${wish}"; it must be "containers" or "processes"`);
  if (env['NATS_SERVER_BIN'] || env['REDIS_SERVER_BIN'] || env['LINEWATCH_NATS_SUITE']) return 'processes';
  return engineAnswers() ? 'containers' : 'processes';
}

/** Starts both servers; rejects with the reason when one cannot be had. The caller stops them in `finally`. */
export async function startBrokers(): Promise<Brokers> {
  const choice = chooseBrokers(process.env, engineAnswers);
  if (choice === 'containers') return (await import('./brokers-containers')).startContainers();
  return (await import('./brokers-processes')).startProcesses();
}

function engineAnswers(): boolean {
  return spawnSync('docker', ['version'], { timeout: 5_000, stdio: 'ignore' }).status === 0;
}
