import type { SubscriptionRecord } from '@linewatch/presence';

/** Accepted in the future, so that each has lasted 0 seconds. */
export function records(count: number): SubscriptionRecord[] {
  return Array.from({ length: count }, (_, n) => ({
    subId: 3 * n + 1,
    status: n % 2 ? 'busy' : 'idle',
    subscription: {
      id: `s${n}`,
      line: `${3000 + (n % 10)}`,
      package: 'presence',
      contentType: 'application/pidf+xml',
      watcher: { number: `${2000 + n}`, host: '127.0.0.1', kind: 'local', phoneType: 'SIP Phone', dialPeerTag: 40001 },
      presentity: { number: `${3000 + (n % 10)}`, host: '127.0.0.2', kind: 'local' },
      deviceBased: n % 3 === 0,
      granted: 3600,
      expiresAt: 8e12,
      acceptedAt: 8e12,
      owner: 'sip-edge-1',
      ceiling: 65536,
      protocol: {},
    },
  }));
}
