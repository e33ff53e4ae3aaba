import type { Bus, Follower, Stored } from '@linewatch/bus';
import { decideWatch, type PresenceRules } from '@linewatch/presence';
import type { Endpoint } from '../endpoint/endpoint';
import type { Notifications } from './notifications';
import type { WatchedTable } from './watched';

/** What happens to watchers beside their own requests: their phones leave or come back, and the rules change. */
export interface WatcherChangePorts {
  readonly bus: Pick<Bus, 'follow' | 'subjects'>;
  readonly table: WatchedTable;
  readonly notifications: Notifications;
  readonly endpoint: Pick<Endpoint, 'isOpen'>;
  readonly edge: string;
}

/**
 * Follows registrations: the subscriptions of a phone that unregistered, or whose registration expired, are deleted
 * without another NOTIFY [cme-presence 4.4]; those of a phone that came back on a new connection follow it there.
 */
export function followWatchers(ports: WatcherChangePorts): Promise<Follower> {
  const filter = ports.bus.subjects.every.registrations;
  return ports.bus.follow('LINES', { filter, from: 'new' }, (stored) => registrationChanged(ports, stored));
}

function registrationChanged({ bus, table, notifications, endpoint, edge }: WatcherChangePorts, stored: Stored): void {
  if (stored.event.type !== 'linewatch.line.registration') return;
  const subject = bus.subjects.parse(stored.address);
  if (subject?.kind !== 'line') return;
  const { device, cause, bindings } = stored.event.data;
  const hasLeft = bindings.length === 0 && (cause === 'unregistered' || cause === 'expired');
  const connected = bindings.find((binding) => binding.connectionBound && binding.edge === edge);
  for (const watched of table.ofDevice(device)) {
    if (watched.record.watcher.number !== subject.line) continue;
    if (hasLeft) notifications.drop(watched, 'unregistered');
    else if (connected && watched.flow.connection !== undefined && !endpoint.isOpen(watched.flow)) {
      watched.flow = connected.flow;
      watched.head = undefined;
    }
  }
}

/**
 * Decides again about every subscription after the rules changed: who may not watch any more is told so, as rejected
 * [design law 7; cme-presence 4.9].
 */
export function decideAgain({ table, notifications }: WatcherChangePorts, rules: PresenceRules): void {
  for (const watched of [...table.all()]) {
    const { watcher, presentity } = watched.record;
    const verdict = decideWatch(rules, { protocol: 'sip', watcher: watcher.kind, presentity: presentity.kind });
    if (verdict !== 'allow') notifications.terminate(watched, 'rejected');
  }
}
