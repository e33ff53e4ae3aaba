import { connectBus, type NatsBus } from '@linewatch/bus';
import {
  authorizeReplySchema,
  subscriptionsReplySchema,
  type AuthorizeReply,
  type AuthorizeRequest,
  type Subscription,
  type SubscriptionEvent,
  type SubscriptionRecord,
  type SubscriptionsReply,
  type SubscriptionsRequest,
} from '@linewatch/presence';

/** Questions to subscription-authorization as edges and consoles ask them, for the integration tests. */

const HOUR = 3_600_000;

export function subscription(id: string, changes: Partial<Subscription> = {}): Subscription {
  const line = changes.line ?? '2101';
  return {
    id,
    line,
    package: 'presence',
    contentType: 'application/pidf+xml',
    watcher: { number: '2102', host: '127.0.0.3', kind: 'local', phoneType: 'SIP Phone', dialPeerTag: 40001 },
    presentity: { number: line, host: '127.0.0.2', kind: 'local' },
    deviceBased: false,
    granted: 3600,
    expiresAt: Date.now() + HOUR,
    acceptedAt: Date.now(),
    owner: 'sip-edge-1',
    ceiling: 65_536,
    protocol: { callId: id },
    ...changes,
  };
}

/** A bus of the test's own, beside the service. */
export function testBus(env: NodeJS.ProcessEnv): Promise<NatsBus> {
  const servers = env['LINEWATCH_NATS_URL'] ?? '';
  return connectBus({ servers, service: 'test', source: '/test/1', prefix: env['LINEWATCH_PREFIX'] ?? 'lw' });
}

/** What an edge asks and says. */
export function edgeOn(bus: NatsBus) {
  const append = (line: string, what: 'refreshed' | 'terminated', event: SubscriptionEvent) =>
    bus.append(bus.subjects.subscription(line, what), event, { about: line });
  return {
    async authorize(asked: Subscription, timeoutMs = 5_000): Promise<AuthorizeReply> {
      const question: AuthorizeRequest = { protocol: 'sip', subscription: asked };
      return authorizeReplySchema.parse(await bus.ask(bus.subjects.ask('authorize'), question, { timeoutMs }));
    },
    refresh: (
      row: { subId: number; token: number; subscription: Subscription },
      change: 'renewed' | 'taken' = 'renewed',
    ) =>
      append(row.subscription.line, 'refreshed', {
        type: 'linewatch.subscription.refreshed',
        data: { change, token: row.token, subId: row.subId, subscription: row.subscription },
      }),
    terminate: (line: string, id: string, token: number) =>
      append(line, 'terminated', {
        type: 'linewatch.subscription.terminated',
        data: { id, token, reason: 'unsubscribed' },
      }),
  };
}

/** One page of the list. */
export async function page(bus: NatsBus, question: SubscriptionsRequest): Promise<SubscriptionsReply> {
  return subscriptionsReplySchema.parse(
    await bus.ask(bus.subjects.ask('subscriptions'), question, { timeoutMs: 10_000 }),
  );
}

/** All pages of the list. */
export async function everyPage(bus: NatsBus, limit = 200): Promise<SubscriptionRecord[]> {
  const records: SubscriptionRecord[] = [];
  for (let more = true; more;) {
    const next = await page(bus, { after: records.at(-1)?.subId ?? 0, limit });
    records.push(...next.records);
    more = next.more;
  }
  return records;
}
