import fc from 'fast-check';
import type { Subscription, SubscriptionEnding } from './events';
import { evolveWatch, initialWatch, subscriptionIdOf, type SubscriptionEvent, type Watch } from './watch';

function subscription(over: Partial<Subscription> = {}): Subscription {
  return {
    id: 's',
    line: '3001',
    package: 'presence',
    contentType: 'application/pidf+xml',
    watcher: { number: '3002', host: '192.0.2.1', kind: 'local', phoneType: 'SIP Phone', dialPeerTag: 40001 },
    presentity: { number: '3001', host: '192.0.2.1', kind: 'local' },
    deviceBased: false,
    granted: 3600,
    expiresAt: 3_600_000,
    acceptedAt: 0,
    owner: 'sip-edge-1',
    ceiling: 65_536,
    protocol: {},
    ...over,
  };
}

const accepted = (over: Partial<Subscription> = {}): SubscriptionEvent => ({
  type: 'linewatch.subscription.accepted',
  data: { subscription: subscription(over) },
});
const refreshed = (
  change: 'renewed' | 'taken',
  token: number,
  over: Partial<Subscription> = {},
): SubscriptionEvent => ({
  type: 'linewatch.subscription.refreshed',
  data: { change, token, subId: 5, subscription: subscription(over) },
});
const terminated = (token: number, reason: SubscriptionEnding = 'timeout'): SubscriptionEvent => ({
  type: 'linewatch.subscription.terminated',
  data: { id: 's', token, reason },
});

const outgoing = (subId = 5): SubscriptionEvent => ({
  type: 'linewatch.subscription.outgoing',
  data: { id: 's', subId, package: 'presence', watcher: '3002' },
});

/** The watch after events at sequences from 5 on. */
function watchAfter(...events: SubscriptionEvent[]): Watch {
  return events.reduce((watch, event, index) => evolveWatch(watch, event, index + 5), initialWatch);
}

describe('a subscription', () => {
  it('is active from its acceptance, whose sequence is its SubID and its first token', () => {
    expect(watchAfter(accepted())).toEqual({
      status: 'active',
      subscription: subscription(),
      subId: 5,
      token: 5,
      seq: 5,
    });
  });

  it('has the request that goes out for it as its sibling: the first one of this life [cme-presence 4.1]', () => {
    const sibling = (watch: Watch) => (watch.status === 'active' ? watch.subscription.sibling : undefined);
    expect(sibling(watchAfter(accepted(), outgoing()))).toBe(6);
    expect(sibling(watchAfter(accepted(), outgoing(), outgoing()))).toBe(6);
    expect(sibling(watchAfter(accepted(), outgoing(4)))).toBeUndefined();
    expect(watchAfter(outgoing())).toEqual(initialWatch);
    expect(watchAfter(accepted(), terminated(5), outgoing())).toMatchObject({ status: 'terminated', seq: 7 });
    expect(sibling(watchAfter(accepted(), outgoing(), refreshed('renewed', 5, { sibling: 6 })))).toBe(6);
    expect(subscriptionIdOf(outgoing())).toBe('s');
  });

  it('keeps its first acceptance when a repeated request raced past it', () => {
    expect(watchAfter(accepted(), accepted({ owner: 'sip-edge-2' }))).toMatchObject({
      subscription: { owner: 'sip-edge-1' },
      subId: 5,
      token: 5,
      seq: 6,
    });
  });

  it('is renewed by who holds the token', () => {
    expect(watchAfter(accepted(), refreshed('renewed', 5, { expiresAt: 9 }))).toMatchObject({
      subscription: { expiresAt: 9 },
      token: 5,
    });
  });

  it('is taken over with a new token, and then no longer obeys the old owner [design law 5]', () => {
    const taken = [accepted(), refreshed('taken', 5, { owner: 'sip-edge-2' })];
    expect(watchAfter(...taken)).toMatchObject({ subscription: { owner: 'sip-edge-2' }, subId: 5, token: 6 });
    expect(watchAfter(...taken, refreshed('renewed', 5, { expiresAt: 9 }))).toMatchObject({
      subscription: { owner: 'sip-edge-2', expiresAt: 3_600_000 },
      token: 6,
    });
    expect(watchAfter(...taken, terminated(5))).toMatchObject({ status: 'active', token: 6 });
    expect(watchAfter(...taken, terminated(6))).toEqual({ status: 'terminated', reason: 'timeout', seq: 7 });
  });

  it('is taken by one of two adopters only', () => {
    const both = [
      accepted(),
      refreshed('taken', 5, { owner: 'sip-edge-2' }),
      refreshed('taken', 5, { owner: 'sip-edge-3' }),
    ];
    expect(watchAfter(...both)).toMatchObject({ subscription: { owner: 'sip-edge-2' }, token: 6 });
  });

  it('is learned from a renewal by a reader that came later, with its token', () => {
    expect(watchAfter(refreshed('renewed', 3))).toMatchObject({ status: 'active', subId: 5, token: 3 });
    expect(evolveWatch(initialWatch, refreshed('taken', 3), 8)).toMatchObject({ status: 'active', subId: 5, token: 8 });
  });

  it('stays terminated, until the same request is accepted anew', () => {
    const over = [accepted(), terminated(5, 'unsubscribed')];
    expect(watchAfter(...over, refreshed('renewed', 5))).toMatchObject({
      status: 'terminated',
      reason: 'unsubscribed',
    });
    expect(watchAfter(...over, accepted())).toMatchObject({ status: 'active', subId: 7, token: 7 });
    expect(watchAfter(...over, accepted(), terminated(5))).toMatchObject({ status: 'active' });
  });

  it('has the id that its events name', () => {
    for (const event of [accepted(), refreshed('taken', 5), terminated(5)]) expect(subscriptionIdOf(event)).toBe('s');
  });
});

describe('evolveWatch', () => {
  const event = fc.oneof(
    fc.constantFrom('sip-edge-1', 'sip-edge-2').map((owner) => accepted({ owner })),
    fc.tuple(fc.constantFrom('renewed', 'taken'), fc.nat(15)).map(([change, token]) => refreshed(change, token)),
    fc.nat(15).map((token) => terminated(token)),
  );

  it('folds every event once: what was folded already changes nothing', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 10 }), fc.nat(9), (events, at) => {
        const watch = watchAfter(...events);
        const again = events[at];
        if (again) expect(evolveWatch(watch, again, at + 5)).toEqual(watch);
      }),
    );
  });

  it('never lowers a token', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 10 }), (events) => {
        let watch = watchAfter(accepted());
        events.forEach((each, index) => {
          const next = evolveWatch(watch, each, index + 6);
          if (watch.status === 'active' && next.status === 'active')
            expect(next.token).toBeGreaterThanOrEqual(watch.token);
          watch = next;
        });
      }),
    );
  });
});
