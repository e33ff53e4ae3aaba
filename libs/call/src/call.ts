import { stepAlerting, stepRouting } from './alerting';
import type { CallInput, CallStart, CallState, CallStep, OwnInput, ReleasingCall, RoutingCall } from './call-state';
import { isFinal, NO_ANSWER_MS, timerEffects } from './effects';
import { giveLeg, strayLeg } from './join';
import { pickUp } from './pick-up';
import { joinRefused, stepTransfer } from './transfer';
import { stepUp } from './up';

/**
 * A call of two legs, as a back-to-back user agent's controller sees it [RFC3261 6, 16.7]. It neither speaks a protocol
 * nor touches media: it couples what the legs' edges tell it. Inputs that do not fit the state change nothing.
 */

/** Takes a call from its calling leg and asks who has the number. */
export function startCall(start: CallStart): CallStep {
  const { call, leg, edge, called, session } = start;
  const state: RoutingCall = {
    status: 'routing',
    call,
    noAnswerMs: start.noAnswerMs ?? NO_ANSWER_MS,
    attempt: 1,
    caller: { leg, edge, role: 'caller', party: start.caller },
    called,
    ...(session && { offer: session }),
    relayed: [],
    redirects: 0,
  };
  const effects = timerEffects(undefined, state);
  return { state, effects: [{ type: 'route', attempt: 1, number: called }, ...effects] };
}

/** The call after one input, and what to do. Total: every input is allowed in every state. */
export function stepCall(state: CallState, input: CallInput): CallStep {
  const stray = strayLeg(state, input);
  if (stray) return { state, effects: stray };
  const { state: next, effects } = stepInput(state, input);
  if (next === state) return { state, effects };
  const timers = timerEffects(state, next, input.type === 'timer' ? input.name : undefined);
  const ended = next.status === 'ended' ? [{ type: 'ended' as const, cause: next.cause }] : [];
  return { state: next, effects: [...effects, ...timers, ...ended] };
}

/** What others want of the call is told apart from what its own legs say. */
function stepInput(state: CallState, input: CallInput): CallStep {
  if (input.type === 'join') return giveLeg(state, input);
  if (input.type === 'pickUp') return pickUp(state, input);
  if (input.type !== 'joinRefused') return stepStatus(state, input);
  return state.status === 'transferring' ? joinRefused(state, input) : { state, effects: [] };
}

function stepStatus(state: CallState, input: OwnInput): CallStep {
  switch (state.status) {
    case 'routing':
      return stepRouting(state, input);
    case 'alerting':
      return stepAlerting(state, input);
    case 'up':
      return stepUp(state, input);
    case 'transferring':
      return stepTransfer(state, input);
    case 'releasing':
      return stepReleasing(state, input);
    case 'ended':
      return { state, effects: [] };
    default:
      return state satisfies never;
  }
}

function stepReleasing(state: ReleasingCall, input: OwnInput): CallStep {
  const { call, cause } = state;
  if (input.type === 'timer' && input.name === 'release')
    return { state: { status: 'ended', call, cause }, effects: [] };
  if (input.type !== 'leg' || !isFinal(input.event)) return { state, effects: [] };
  const waiting = state.waiting.filter((leg) => leg !== input.leg);
  if (waiting.length > 0) return { state: { ...state, waiting }, effects: [] };
  return { state: { status: 'ended', call, cause }, effects: [] };
}
