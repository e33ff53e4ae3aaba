import type { SipRequest, SipResponse } from './message';
import type { TimerTable } from './timers';
import {
  type ServerEffect,
  type ServerInput,
  type Step,
  type Terminated,
  TERMINATED,
  finished,
  transportFailed,
  unchanged,
} from './transaction';

/** The server transaction of every request but INVITE and ACK [RFC3261 17.2.2, Figure 8]. */
export type NistState =
  | { readonly name: 'trying' }
  | { readonly name: 'proceeding'; readonly response: SipResponse }
  | { readonly name: 'completed'; readonly response: SipResponse }
  | Terminated;

const TRYING: NistState = { name: 'trying' };

/** Hands the request to the TU. */
export function startNist(request: SipRequest): Step<NistState, ServerEffect> {
  return { state: TRYING, effects: [{ type: 'deliver', message: request }] };
}

/** One step of the machine. An input the state has no line for changes nothing. */
export function stepNist(state: NistState, input: ServerInput, timers: TimerTable): Step<NistState, ServerEffect> {
  switch (state.name) {
    case 'trying':
    case 'proceeding':
      return whilePending(state, input, timers);
    case 'completed':
      return whenCompleted(state, input);
    case 'terminated':
      return unchanged(state);
  }
}

function whilePending(
  state: Extract<NistState, { name: 'trying' | 'proceeding' }>,
  input: ServerInput,
  timers: TimerTable,
): Step<NistState, ServerEffect> {
  switch (input.type) {
    case 'request':
      // A retransmission before any answer is absorbed [SB-26].
      return state.name === 'proceeding' ? again(state) : unchanged(state);
    case 'response':
      return input.response.status < 200 ? proceed(input.response) : complete(input.response, timers);
    case 'transportError':
      return state.name === 'proceeding' ? transportFailed() : unchanged(state);
    case 'timer':
      return unchanged(state);
  }
}

function proceed(response: SipResponse): Step<NistState, ServerEffect> {
  return { state: { name: 'proceeding', response }, effects: [{ type: 'send', message: response }] };
}

function complete(response: SipResponse, timers: TimerTable): Step<NistState, ServerEffect> {
  // A stream loses nothing: there is no retransmission to wait for.
  if (timers.J === 0) return { state: TERMINATED, effects: [{ type: 'send', message: response }, { type: 'done' }] };
  return {
    state: { name: 'completed', response },
    effects: [
      { type: 'send', message: response },
      { type: 'startTimer', name: 'J', ms: timers.J },
    ],
  };
}

function whenCompleted(
  state: Extract<NistState, { name: 'completed' }>,
  input: ServerInput,
): Step<NistState, ServerEffect> {
  if (input.type === 'request') return again(state);
  if (input.type === 'timer' && input.name === 'J') return finished();
  if (input.type === 'transportError') return transportFailed();
  // A second final response of the TU is discarded [RFC3261 17.2.2].
  return unchanged(state);
}

function again(state: Extract<NistState, { response: SipResponse }>): Step<NistState, ServerEffect> {
  return { state, effects: [{ type: 'send', message: state.response }] };
}
