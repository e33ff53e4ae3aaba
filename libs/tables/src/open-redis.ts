import { RedisConnection } from './connection';

/** What a service that keeps tables is given. */
export interface RedisService {
  readonly settings: { readonly LINEWATCH_REDIS_URL: string; readonly LINEWATCH_PREFIX: string };
  readonly floodLog: { warn(key: string, message: string, fields: object): void };
  readonly health: { check(name: string, look: () => { ok: boolean }): void };
  readonly drain: { on(phase: 'close', name: string, step: () => unknown): void };
}

/** The connection of a service: its errors are logged, its health is the service's, and it closes last. */
export function openRedis({ settings, floodLog, health, drain }: RedisService): RedisConnection {
  const redis = new RedisConnection({
    url: settings.LINEWATCH_REDIS_URL,
    prefix: settings.LINEWATCH_PREFIX,
    onError: (err) => floodLog.warn('redis', 'redis: connection error', { err }),
  });
  health.check('redis', () => ({ ok: redis.isReady() }));
  drain.on('close', 'redis', () => redis.close());
  return redis;
}
