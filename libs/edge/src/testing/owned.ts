import type { Subscription } from '@linewatch/presence';
import { ownedSubscription, type OwnedSubscription } from '../subscriptions/owned-subscription';

/** A subscription of phone `ephone:1`, number 2101, to line 2102, owned by `edge-1`. */
export function subscriptionOf(id: string, changes: Partial<Subscription> = {}): Subscription {
  return {
    id,
    line: '2102',
    package: 'presence',
    contentType: 'application/pidf+xml',
    watcher: {
      number: '2101',
      host: '127.0.0.21',
      kind: 'local',
      device: 'ephone:1',
      phoneType: 'SCCP [BLF Speed Dial]',
      dialPeerTag: 20_001,
    },
    presentity: { number: '2102', host: '127.0.0.2', kind: 'local' },
    deviceBased: false,
    granted: 3_600,
    expiresAt: 3_600_000,
    acceptedAt: 0,
    owner: 'edge-1',
    ceiling: 65_536,
    protocol: {},
    ...changes,
  };
}

/** The same as its edge holds it, with token 7. */
export function owned(id: string, changes: Partial<Subscription> = {}): OwnedSubscription {
  return ownedSubscription({ record: subscriptionOf(id, changes), subId: 7, token: 7 });
}
