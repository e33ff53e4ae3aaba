import type { SubscriberEffect, SubscriberEnd, SubscriberState, SubscriberStep } from './subscriber-state';

/** What every part of the subscriber's machine does alike. */

/** The latest refresh is so long before the end [cme-presence 4.8]. */
const REFRESH_MARGIN_MS = 5_000;

/** It holds until then: refreshed at 90 % of that, and at least five seconds before [cme-presence 4.8]. */
export function hold(state: SubscriberState, expiresAt: number, now: number): SubscriberStep {
  const left = Math.max(0, expiresAt - now);
  const refresh = Math.max(left / 2, Math.min(left * 0.9, left - REFRESH_MARGIN_MS));
  return {
    state: { ...state, expiresAt },
    effects: [
      { type: 'startTimer', name: 'refresh', ms: Math.floor(refresh) },
      { type: 'startTimer', name: 'expiry', ms: left },
      { type: 'confirmed', until: expiresAt },
    ],
  };
}

/** The subscription is over. */
export function over(state: SubscriberState, end: SubscriberEnd): SubscriberStep {
  const { pending: _pending, ...rest } = state;
  const stops = (['N', 'refresh', 'expiry'] as const).map((name) => ({ type: 'stopTimer', name }) as const);
  return { state: { ...rest, status: 'ended' }, effects: [...stops, { type: 'ended', end }] };
}

export function unchanged(state: SubscriberState): SubscriberStep {
  return { state, effects: [] };
}

export function andThen(
  step: SubscriberStep,
  effects: readonly SubscriberEffect[],
  where: 'before' | 'after' = 'after',
): SubscriberStep {
  return { ...step, effects: where === 'before' ? [...effects, ...step.effects] : [...step.effects, ...effects] };
}
