import { offerOf } from './alerting';
import type { CallEffect, CallState, CallStep, PickUpInput } from './call-state';
import { calledLeg } from './effects';

/**
 * Call pickup: a phone takes a call that rings at another. It is one more place where the call is offered, and answers at once;
 * the others stop ringing as they do whenever somebody answers. Too late, or at a leg that rings no more, nothing happens.
 */
export function pickUp(state: CallState, { leg, by }: PickUpInput): CallStep {
  if (state.status !== 'alerting' || !state.ringing.some((each) => each.leg === leg)) return { state, effects: [] };
  if ([state.caller, ...state.ringing].some((each) => each.leg === by.leg)) return { state, effects: [] };
  const offer = offerOf(state, by);
  const asked: CallEffect =
    offer.type === 'command' && offer.command.type === 'offer'
      ? { ...offer, command: { ...offer.command, pickUp: true } }
      : offer;
  return {
    state: { ...state, ringing: [...state.ringing, calledLeg(by)], offered: state.offered + 1 },
    effects: [asked],
  };
}
