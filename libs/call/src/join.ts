import type { CallEffect, CallInput, CallLeg, CallState, CallStep, JoinInput, TransferringCall } from './call-state';
import { command, releasing } from './effects';
import type { LegEvent } from './messages';

/**
 * Two calls of one phone become one [RFC5589 7]: the call in which it asks takes over the far leg of the other. The leg
 * is handed over with the last command of its old controller, so that it never has two, and says `joined` to the new one.
 */

/** A phone asks that its peer be connected with the peer of another of its legs: whom to ask for that one. */
export function askForLeg(
  exchange: string,
  { controller, call, leg }: NonNullable<Extract<LegEvent, { type: 'refer' }>['replaces']>,
  { leg: transferee, edge, party }: CallLeg,
): CallEffect {
  return { type: 'join', edge: controller, call, leg, exchange, peer: { leg: transferee, edge, party } };
}

/** What a call that is asked for a leg does: it gives it up and ends, or says why not. */
export function giveLeg(state: CallState, { leg, taker, peer }: JoinInput): CallStep {
  const refuse = (status: number): CallStep => ({ state, effects: [{ type: 'refuseJoin', taker, leg, status }] });
  if (state.status === 'releasing' || state.status === 'ended') return refuse(481);
  // A transfer is under way here as well, or nobody has answered yet.
  if (state.status !== 'up' || state.confirming || state.modification) return refuse(491);
  const staying = state.legs.find((each) => each.leg !== leg);
  const leaving = state.legs.find((each) => each.leg === leg);
  if (!staying || !leaving) return refuse(481);
  return releasing(
    state,
    'transferred',
    [leaving],
    [command(staying, { type: 'handOver', taker, peer }), command(leaving, { type: 'release', cause: 'transferred' })],
  );
}

/** The leg that was asked for came over: it is asked for an offer, which will go to the transferee. */
export function takeLeg(
  state: TransferringCall,
  leg: string,
  { exchange, edge, role, party }: Extract<LegEvent, { type: 'joined' }>,
): CallStep {
  const taken: CallLeg = { leg, edge, role, party };
  return {
    state: { ...state, target: { phase: 'joined', leg: taken, exchange } },
    effects: [command(taken, { type: 'modify', exchange })],
  };
}

/** A leg that came over when nobody waits for it any more has no call: it ends. Undefined for every other input. */
export function strayLeg(state: CallState, input: CallInput): readonly CallEffect[] | undefined {
  if (input.type !== 'leg' || input.event.type !== 'joined') return undefined;
  const { leg, event } = input;
  const isAwaited =
    state.status === 'transferring' && state.target.phase === 'joining' && state.target.exchange === event.exchange;
  const isHere =
    (state.status === 'up' && state.legs.some((each) => each.leg === leg)) ||
    (state.status === 'transferring' && 'leg' in state.target && state.target.leg.leg === leg);
  if (isAwaited || isHere) return undefined;
  return [command({ leg, edge: event.edge }, { type: 'release', cause: 'failed' })];
}
