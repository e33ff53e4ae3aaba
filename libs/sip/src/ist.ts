import type { SipRequest, SipResponse } from './message';
import type { TimerTable } from './timers';
import {
  type ServerEffect,
  type ServerInput,
  type Status,
  type Step,
  type Terminated,
  finished,
  timedOut,
  unchanged,
} from './transaction';

/**
 * The server transaction of INVITE [RFC3261 17.2.1, Figure 7] with the Accepted state of RFC 6026: a transaction that
 * was answered 2xx stays to absorb retransmitted INVITEs, while the TU repeats its 2xx [RFC6026 7.1].
 *
 * A response may be anything the transport can send again and that says its status: what is kept is kept for long.
 */
export type IstState<Response = SipResponse> =
  | { readonly name: 'proceeding'; readonly trying: Response; readonly response?: Response }
  | { readonly name: 'completed'; readonly response: Response; readonly interval: number }
  | { readonly name: 'confirmed' }
  | { readonly name: 'accepted' }
  | Terminated;

/**
 * Hands the INVITE to the TU and gives it 200 ms to answer; then the transaction says 100 itself [SB-89].
 * @param trying the 100 (Trying) to this INVITE.
 */
export function startIst<Response>(
  request: SipRequest,
  trying: Response,
  timers: TimerTable,
): Step<IstState<Response>, ServerEffect<Response>> {
  return {
    state: { name: 'proceeding', trying },
    effects: [
      { type: 'startTimer', name: '100', ms: timers['100'] },
      { type: 'deliver', message: request },
    ],
  };
}

/** One step of the machine. An input the state has no line for changes nothing. */
export function stepIst<R extends Status>(
  state: IstState<R>,
  input: ServerInput<R>,
  timers: TimerTable,
): Step<IstState<R>, ServerEffect<R>> {
  switch (state.name) {
    case 'proceeding':
      return whileProceeding(state, input, timers);
    case 'completed':
      return whenCompleted(state, input, timers);
    case 'confirmed':
      return whenConfirmed(state, input);
    case 'accepted':
      return whenAccepted(state, input);
    case 'terminated':
      return unchanged(state);
  }
}

type Proceeding<R> = Extract<IstState<R>, { name: 'proceeding' }>;
type Completed<R> = Extract<IstState<R>, { name: 'completed' }>;

function whileProceeding<R extends Status>(
  state: Proceeding<R>,
  input: ServerInput<R>,
  timers: TimerTable,
): Step<IstState<R>, ServerEffect<R>> {
  switch (input.type) {
    case 'request':
      // The 200 ms are not over before the first retransmission can come, but for a TU that never answers [SB-93].
      return isRetransmission(input.request) && state.response ? send(state, state.response) : unchanged(state);
    case 'timer':
      if (input.name !== '100' || state.response !== undefined) return unchanged(state);
      return send({ ...state, response: state.trying }, state.trying);
    case 'transportError':
      return { state, effects: [{ type: 'transportError' }] };
    case 'response':
      return answer(state, input.response, timers);
  }
}

function answer<R extends Status>(
  state: Proceeding<R>,
  response: R,
  timers: TimerTable,
): Step<IstState<R>, ServerEffect<R>> {
  const effects: ServerEffect<R>[] = [{ type: 'send', message: response }];
  if (state.response === undefined) effects.push({ type: 'stopTimer', name: '100' });
  if (response.status < 200) return { state: { ...state, response }, effects };
  if (response.status < 300) {
    effects.push({ type: 'startTimer', name: 'L', ms: timers.L });
    return { state: { name: 'accepted' }, effects };
  }
  effects.push({ type: 'startTimer', name: 'H', ms: timers.H });
  if (!timers.reliable) effects.push({ type: 'startTimer', name: 'G', ms: timers.G });
  return { state: { name: 'completed', response, interval: timers.G }, effects };
}

function whenCompleted<R extends Status>(
  state: Completed<R>,
  input: ServerInput<R>,
  timers: TimerTable,
): Step<IstState<R>, ServerEffect<R>> {
  switch (input.type) {
    case 'request':
      if (isRetransmission(input.request)) return send(state, state.response);
      return input.request.method === 'ACK' ? confirm(timers) : unchanged(state);
    case 'timer':
      if (input.name === 'H') return timedOut();
      return input.name === 'G' ? retransmit(state, timers) : unchanged(state);
    case 'transportError':
      return { state, effects: [{ type: 'transportError' }] };
    case 'response':
      return unchanged(state);
  }
}

function retransmit<R extends Status>(state: Completed<R>, timers: TimerTable): Step<IstState<R>, ServerEffect<R>> {
  const interval = Math.min(2 * state.interval, timers.T2);
  return {
    state: { ...state, interval },
    effects: [
      { type: 'send', message: state.response },
      { type: 'startTimer', name: 'G', ms: interval },
    ],
  };
}

function confirm<R>(timers: TimerTable): Step<IstState<R>, ServerEffect<R>> {
  if (timers.I === 0) return finished();
  return {
    state: { name: 'confirmed' },
    effects: [
      { type: 'stopTimer', name: 'G' },
      { type: 'stopTimer', name: 'H' },
      { type: 'startTimer', name: 'I', ms: timers.I },
    ],
  };
}

function whenConfirmed<R extends Status>(
  state: IstState<R>,
  input: ServerInput<R>,
): Step<IstState<R>, ServerEffect<R>> {
  // Further ACKs are absorbed until timer I.
  return input.type === 'timer' && input.name === 'I' ? finished() : unchanged(state);
}

function whenAccepted<R extends Status>(state: IstState<R>, input: ServerInput<R>): Step<IstState<R>, ServerEffect<R>> {
  switch (input.type) {
    case 'request':
      if (input.request.method !== 'ACK') return unchanged(state);
      return { state, effects: [{ type: 'deliver', message: input.request }] };
    case 'response':
      // Only a 2xx (again, or of another fork) may follow a 2xx.
      return isSuccess(input.response) ? send(state, input.response) : unchanged(state);
    case 'timer':
      return input.name === 'L' ? finished() : unchanged(state);
    case 'transportError':
      return { state, effects: [{ type: 'transportError' }] };
  }
}

function send<R extends Status>(state: IstState<R>, message: R): Step<IstState<R>, ServerEffect<R>> {
  return { state, effects: [{ type: 'send', message }] };
}

function isRetransmission(request: SipRequest): boolean {
  return request.method === 'INVITE';
}

function isSuccess(response: Status): boolean {
  return response.status >= 200 && response.status < 300;
}
