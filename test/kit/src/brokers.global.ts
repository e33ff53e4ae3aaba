import { startBrokers, type Brokers } from './brokers';

const shared = globalThis as { linewatchBrokers?: Brokers };

/** Jest's global set-up of the `int` project: one NATS and one Redis for all its specs, told to them by environment. */
export default async function setUp(): Promise<void> {
  const brokers = await startBrokers();
  shared.linewatchBrokers = brokers;
  process.env['LINEWATCH_TEST_NATS_URL'] = brokers.natsUrl;
  process.env['LINEWATCH_TEST_REDIS_URL'] = brokers.redisUrl;
}

/** Jest's global tear-down, named by `brokers.teardown.ts`. */
export async function tearDown(): Promise<void> {
  await shared.linewatchBrokers?.stop();
  delete shared.linewatchBrokers;
}
