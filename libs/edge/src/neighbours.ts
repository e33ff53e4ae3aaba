import { Outbox } from '@linewatch/bus';
import { outboxMetrics, type ServiceContext } from '@linewatch/runtime';
import { openRedis, type RedisConnection, type RedisService } from '@linewatch/tables';
import { Hold } from './hold';

/** What an edge speaks to its neighbours through: tables, facts that wait for NATS, requests that wait for a neighbour. */
export interface Neighbours {
  readonly redis: RedisConnection;
  readonly outbox: Outbox;
  readonly hold: Hold;
}

type NeighboursContext = RedisService &
  Pick<ServiceContext, 'bus' | 'clock' | 'drain' | 'floodLog' | 'metrics' | 'wheel'>;

/** Opens them, with their metrics, and closes the requests that wait when the edge drains. */
export function openNeighbours(context: NeighboursContext): Neighbours {
  const { bus, clock, drain, floodLog, metrics, wheel } = context;
  const outbox = new Outbox(bus, {
    onRetry: (err, depth) => floodLog.warn('outbox', 'facts wait for NATS', { err, depth }),
  });
  outboxMetrics(metrics, outbox);
  const hold = new Hold({
    wheel,
    clock,
    bus,
    held: metrics.counter('requests_held_total', 'Requests that waited for a neighbour'),
    gaveUp: metrics.counter('requests_given_up_total', 'Requests whose neighbour did not come back in time'),
  });
  drain.on('finish', 'held requests', () => hold.close());
  return { redis: openRedis(context), outbox, hold };
}
