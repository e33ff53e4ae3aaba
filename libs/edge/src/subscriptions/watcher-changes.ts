import type { Bus, Follower, Stored } from '@linewatch/bus';
import {
  decideWatch,
  type Binding,
  type EdgeId,
  type PresenceRules,
  type SubscriptionEnding,
  type WatchRequest,
} from '@linewatch/presence';
import type { OwnedSubscription, OwnedTable } from './owned-subscription';

/** What happens to watchers beside their own requests: their phones leave or come back, and the rules change. */
export interface WatcherChangePorts<Watched extends OwnedSubscription> {
  readonly bus: Pick<Bus, 'follow' | 'subjects'>;
  readonly table: Pick<OwnedTable<Watched>, 'all' | 'ofDevice'>;
  readonly edge: EdgeId;
  readonly protocol: WatchRequest['protocol'];
  /** Ends a subscription without another word to its watcher. */
  readonly drop: (watched: Watched, reason: SubscriptionEnding) => void;
  /** Ends a subscription and tells its watcher so. */
  readonly terminate: (watched: Watched, reason: 'rejected') => void;
  /** The watcher's phone has a connection to this edge, by its registration. */
  readonly connected: (watched: Watched, binding: Binding) => void;
}

/**
 * Follows registrations: the subscriptions of a phone that unregistered, or whose registration expired, are deleted
 * without another word [cme-presence 4.4]; those of a phone that came back on a new connection follow it there.
 */
export function followWatchers<Watched extends OwnedSubscription>(
  ports: WatcherChangePorts<Watched>,
): Promise<Follower> {
  const filter = ports.bus.subjects.every.registrations;
  return ports.bus.follow('LINES', { filter, from: 'new' }, (stored) => registrationChanged(ports, stored));
}

function registrationChanged<Watched extends OwnedSubscription>(
  { bus, table, edge, drop, connected }: WatcherChangePorts<Watched>,
  stored: Stored,
): void {
  if (stored.event.type !== 'linewatch.line.registration') return;
  const subject = bus.subjects.parse(stored.address);
  if (subject?.kind !== 'line') return;
  const { device, cause, bindings } = stored.event.data;
  const hasLeft = bindings.length === 0 && (cause === 'unregistered' || cause === 'expired');
  const connection = bindings.find((binding) => binding.connectionBound && binding.edge === edge);
  for (const watched of table.ofDevice(device)) {
    if (watched.record.watcher.number !== subject.line) continue;
    if (hasLeft) drop(watched, 'unregistered');
    else if (connection) connected(watched, connection);
  }
}

/**
 * Decides again about every subscription after the rules changed: who may not watch any more is told so, as rejected
 * [design law 7; cme-presence 4.9].
 */
export function decideAgain<Watched extends OwnedSubscription>(
  { table, protocol, terminate }: Pick<WatcherChangePorts<Watched>, 'table' | 'protocol' | 'terminate'>,
  rules: PresenceRules,
): void {
  for (const watched of [...table.all()]) {
    const { watcher, presentity } = watched.record;
    const verdict = decideWatch(rules, { protocol, watcher: watcher.kind, presentity: presentity.kind });
    if (verdict !== 'allow') terminate(watched, 'rejected');
  }
}
