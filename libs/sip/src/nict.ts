import type { SipRequest, SipResponse } from './message';
import type { TimerTable } from './timers';
import {
  type ClientEffect,
  type ClientInput,
  type Status,
  type Step,
  type Terminated,
  TERMINATED,
  finished,
  timedOut,
  transportFailed,
  unchanged,
} from './transaction';

/**
 * The client transaction of every request but INVITE and ACK [RFC3261 17.1.2, Figure 6].
 *
 * The request may be anything the transport can send again (a NOTIFY is kept as its bytes), and of a response only the
 * status is read: the hot path needs no parsed message.
 */
export type NictState<Request = SipRequest> =
  | { readonly name: 'trying' | 'proceeding'; readonly request: Request; readonly interval: number }
  | { readonly name: 'completed' }
  | Terminated;

const COMPLETED = { name: 'completed' } as const;

/** Sends the request and starts timer F, and over UDP timer E [RFC3261 17.1.2.2]. */
export function startNict<Request = SipRequest>(
  request: Request,
  timers: TimerTable,
): Step<NictState<Request>, ClientEffect<Request, never>> {
  const state: NictState<Request> = { name: 'trying', request, interval: timers.E };
  return {
    state,
    effects: timers.reliable
      ? [
          { type: 'send', message: request },
          { type: 'startTimer', name: 'F', ms: timers.F },
        ]
      : [
          { type: 'send', message: request },
          { type: 'startTimer', name: 'F', ms: timers.F },
          { type: 'startTimer', name: 'E', ms: timers.E },
        ],
  };
}

/** One step of the machine. An input the state has no line for changes nothing. */
export function stepNict<Request = SipRequest, Response extends Status = SipResponse>(
  state: NictState<Request>,
  input: ClientInput<Response>,
  timers: TimerTable,
): Step<NictState<Request>, ClientEffect<Request, Response>> {
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

function whilePending<Request, Response extends Status>(
  state: Extract<NictState<Request>, { name: 'trying' | 'proceeding' }>,
  input: ClientInput<Response>,
  timers: TimerTable,
): Step<NictState<Request>, ClientEffect<Request, Response>> {
  if (input.type === 'transportError') return transportFailed();
  if (input.type === 'response') {
    if (input.response.status >= 200) return complete(input.response, timers);
    return { state: { ...state, name: 'proceeding' }, effects: [{ type: 'deliver', message: input.response }] };
  }
  if (input.name === 'F') return timedOut();
  if (input.name !== 'E') return unchanged(state);
  // In proceeding the interval is T2 at once: the far side is known to be there [RFC3261 17.1.2.2].
  const interval = state.name === 'proceeding' ? timers.T2 : Math.min(2 * state.interval, timers.T2);
  return {
    state: { name: state.name, request: state.request, interval },
    effects: [
      { type: 'send', message: state.request },
      { type: 'startTimer', name: 'E', ms: interval },
    ],
  };
}

function complete<Response>(
  response: Response,
  timers: TimerTable,
): Step<typeof COMPLETED | Terminated, ClientEffect<never, Response>> {
  if (timers.K === 0) return { state: TERMINATED, effects: [{ type: 'deliver', message: response }, { type: 'done' }] };
  return {
    state: COMPLETED,
    effects: [
      { type: 'stopTimer', name: 'E' },
      { type: 'stopTimer', name: 'F' },
      { type: 'deliver', message: response },
      { type: 'startTimer', name: 'K', ms: timers.K },
    ],
  };
}

function whenCompleted<Request, Response>(
  state: Extract<NictState<Request>, { name: 'completed' }>,
  input: ClientInput<Response>,
): Step<NictState<Request>, ClientEffect<Request, Response>> {
  if (input.type === 'timer' && input.name === 'K') return finished();
  return unchanged(state);
}
