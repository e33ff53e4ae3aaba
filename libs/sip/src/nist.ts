import type { SipRequest, SipResponse } from './message';
import type { TimerTable } from './timers';
import {
  type ServerEffect,
  type ServerInput,
  type Status,
  type Step,
  type Terminated,
  TERMINATED,
  finished,
  transportFailed,
  unchanged,
} from './transaction';

/**
 * The server transaction of every request but INVITE and ACK [RFC3261 17.2.2, Figure 8]. A response may be anything the
 * transport can send again and that says its status.
 */
export type NistState<Response = SipResponse> =
  | { readonly name: 'trying' }
  | { readonly name: 'proceeding'; readonly response: Response }
  | { readonly name: 'completed'; readonly response: Response }
  | Terminated;

const TRYING: NistState<never> = { name: 'trying' };

/** Hands the request to the TU. */
export function startNist(request: SipRequest): Step<NistState<never>, ServerEffect<never>> {
  return { state: TRYING, effects: [{ type: 'deliver', message: request }] };
}

/** One step of the machine. An input the state has no line for changes nothing. */
export function stepNist<R extends Status>(
  state: NistState<R>,
  input: ServerInput<R>,
  timers: TimerTable,
): Step<NistState<R>, ServerEffect<R>> {
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

function whilePending<R extends Status>(
  state: Extract<NistState<R>, { name: 'trying' | 'proceeding' }>,
  input: ServerInput<R>,
  timers: TimerTable,
): Step<NistState<R>, ServerEffect<R>> {
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

function proceed<R extends Status>(response: R): Step<NistState<R>, ServerEffect<R>> {
  return { state: { name: 'proceeding', response }, effects: [{ type: 'send', message: response }] };
}

function complete<R extends Status>(response: R, timers: TimerTable): Step<NistState<R>, ServerEffect<R>> {
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

function whenCompleted<R extends Status>(
  state: Extract<NistState<R>, { name: 'completed' }>,
  input: ServerInput<R>,
): Step<NistState<R>, ServerEffect<R>> {
  if (input.type === 'request') return again(state);
  if (input.type === 'timer' && input.name === 'J') return finished();
  if (input.type === 'transportError') return transportFailed();
  // A second final response of the TU is discarded [RFC3261 17.2.2].
  return unchanged(state);
}

function again<R extends Status>(state: Extract<NistState<R>, { response: R }>): Step<NistState<R>, ServerEffect<R>> {
  return { state, effects: [{ type: 'send', message: state.response }] };
}
