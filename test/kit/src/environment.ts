import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

/** The environment of a service of one test's own, on the servers that the integration tests share unless told others. */
export function serviceEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
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

/** Empties a Redis while it runs. Only for servers of a test's own: others share the common one. */
export function flushRedis(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write('FLUSHALL\r\n'));
    socket.once('error', reject);
    socket.once('data', (bytes) => {
      socket.destroy();
      if (bytes.toString('latin1') === '+OK\r\n') resolve();
      else reject(new Error(`FLUSHALL was answered ${bytes.toString('latin1')}`));
    });
  });
}
