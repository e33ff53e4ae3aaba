import { randomBytes } from 'node:crypto';

/** The environment of a service of one test's own on the servers that the integration tests share. */
export function testEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const nats = process.env['LINEWATCH_TEST_NATS_URL'];
  if (!nats) throw new Error('LINEWATCH_TEST_NATS_URL is not set: run the int project, whose set-up starts a server.');
  return {
    LINEWATCH_NATS_URL: nats,
    LINEWATCH_REDIS_URL: process.env['LINEWATCH_TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379',
    LINEWATCH_PREFIX: `t-${randomBytes(6).toString('hex')}`,
    LINEWATCH_HTTP_PORT: '0',
    LINEWATCH_LOG_LEVEL: 'warn',
    LINEWATCH_STREAM_MAX_MIB: '8',
    ...more,
  };
}
