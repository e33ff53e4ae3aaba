import type { Bus, BusCounters, OutboxCounters } from '@linewatch/bus';
import type { Metrics } from './metrics';

/** What the bus counts, on the metrics page. */
export function busMetrics(metrics: Metrics, bus: Pick<Bus, 'counters' | 'status'>): void {
  const total = (name: string, help: string, key: keyof BusCounters): void =>
    metrics.read(`bus_${name}_total`, help, () => bus.counters()[key]);
  total('appended', 'Events that JetStream acknowledged', 'appended');
  total('append_conflicts', 'Appends that somebody else preceded', 'conflicts');
  total('append_unavailable', 'Appends without acknowledgement in time', 'unavailable');
  total('follow_restarts', 'Readings that began anew after their last message', 'followRestarts');
  total('dead_letters', 'Messages sent to the dead-letter stream', 'deadLetters');
  total('undecodable', 'Messages that could not be used', 'undecodable');
  metrics.gauge(
    'bus_appends_outstanding',
    'Appends that wait for their acknowledgement',
    () => bus.counters().appendsOutstanding,
  );
  metrics.gauge('bus_appends_waiting', 'Appends that wait for their turn', () => bus.counters().appendsWaiting);
  metrics.gauge('bus_connected', '1 while connected to NATS', () => Number(bus.status().connected));
  metrics.read('bus_reconnects_total', 'Connections made anew', () => bus.status().reconnects);
}

/** What an outbox counts, on the metrics page. */
export function outboxMetrics(metrics: Metrics, outbox: { counters(): OutboxCounters }): void {
  metrics.gauge('outbox_depth', 'Facts that wait for JetStream', () => outbox.counters().depth);
  metrics.read('outbox_stored_total', 'Facts that were stored', () => outbox.counters().stored);
  metrics.read('outbox_coalesced_total', 'Facts that a newer one replaced', () => outbox.counters().coalesced);
  metrics.read('outbox_retries_total', 'Appends that were tried again', () => outbox.counters().retries);
  metrics.read('outbox_refused_total', 'Facts that found the outbox full', () => outbox.counters().refused);
}
