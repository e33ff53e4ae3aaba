import { ackForFailure } from './hop-by-hop';
import type { SipRequest, SipResponse } from './message';
import type { TimerTable } from './timers';
import {
  type ClientEffect,
  type ClientInput,
  type Step,
  type Terminated,
  TERMINATED,
  finished,
  timedOut,
  transportFailed,
  unchanged,
} from './transaction';

/**
 * The client transaction of INVITE [RFC3261 17.1.1, Figure 5] with the Accepted state of RFC 6026: after a 2xx the
 * transaction stays for timer M, so that repeated and forked 2xx reach the TU, which acknowledges each [RFC6026 7.2].
 */
export type IctState =
  | { readonly name: 'calling'; readonly request: SipRequest; readonly interval: number }
  | { readonly name: 'proceeding'; readonly request: SipRequest }
  | { readonly name: 'completed'; readonly ack: SipRequest }
  | { readonly name: 'accepted' }
  | Terminated;

/** Sends the INVITE and starts timer B, and over UDP timer A [RFC3261 17.1.1.2]. */
export function startIct(request: SipRequest, timers: TimerTable): Step<IctState, ClientEffect> {
  const effects: ClientEffect[] = [
    { type: 'send', message: request },
    { type: 'startTimer', name: 'B', ms: timers.B },
  ];
  if (!timers.reliable) effects.push({ type: 'startTimer', name: 'A', ms: timers.A });
  return { state: { name: 'calling', request, interval: timers.A }, effects };
}

/** One step of the machine. An input the state has no line for changes nothing. */
export function stepIct(state: IctState, input: ClientInput, timers: TimerTable): Step<IctState, ClientEffect> {
  switch (state.name) {
    case 'calling':
      return whileCalling(state, input, timers);
    case 'proceeding':
      return whileProceeding(state, input, timers);
    case 'completed':
      return whenCompleted(state, input);
    case 'accepted':
      return whenAccepted(state, input);
    case 'terminated':
      return unchanged(state);
  }
}

type Calling = Extract<IctState, { name: 'calling' }>;
type Proceeding = Extract<IctState, { name: 'proceeding' }>;
type Completed = Extract<IctState, { name: 'completed' }>;
type Accepted = Extract<IctState, { name: 'accepted' }>;

function whileCalling(state: Calling, input: ClientInput, timers: TimerTable): Step<IctState, ClientEffect> {
  switch (input.type) {
    case 'response': {
      const next = receive(state.request, input.response, timers);
      // What ends the transaction ends its timers too.
      if (next.state.name === 'terminated') return next;
      return { state: next.state, effects: [...STOP_A_AND_B, ...next.effects] };
    }
    case 'timer':
      if (input.name === 'B') return timedOut();
      return input.name === 'A' ? retransmit(state) : unchanged(state);
    case 'transportError':
      return transportFailed();
  }
}

const STOP_A_AND_B: readonly ClientEffect[] = [
  { type: 'stopTimer', name: 'A' },
  { type: 'stopTimer', name: 'B' },
];

/** Timer A doubles without a ceiling: T2 is for responses and other methods [RFC3261 17.1.1.2]. */
function retransmit(state: Calling): Step<IctState, ClientEffect> {
  const interval = 2 * state.interval;
  return {
    state: { ...state, interval },
    effects: [
      { type: 'send', message: state.request },
      { type: 'startTimer', name: 'A', ms: interval },
    ],
  };
}

function whileProceeding(state: Proceeding, input: ClientInput, timers: TimerTable): Step<IctState, ClientEffect> {
  // No timer runs: a phone may ring for as long as the TU lets it.
  return input.type === 'response' ? receive(state.request, input.response, timers) : unchanged(state);
}

function receive(request: SipRequest, response: SipResponse, timers: TimerTable): Step<IctState, ClientEffect> {
  const deliver = { type: 'deliver', message: response } as const;
  if (response.status < 200) return { state: { name: 'proceeding', request }, effects: [deliver] };
  if (response.status < 300)
    return { state: { name: 'accepted' }, effects: [deliver, { type: 'startTimer', name: 'M', ms: timers.M }] };
  const ack = ackForFailure(request, response);
  const send = { type: 'send', message: ack } as const;
  if (timers.D === 0) return { state: TERMINATED, effects: [send, deliver, { type: 'done' }] };
  return {
    state: { name: 'completed', ack },
    effects: [send, deliver, { type: 'startTimer', name: 'D', ms: timers.D }],
  };
}

function whenCompleted(state: Completed, input: ClientInput): Step<IctState, ClientEffect> {
  switch (input.type) {
    case 'response':
      // The far side repeats its refusal until it has the ACK; the TU has heard it already [RFC3261 17.1.1.2].
      if (input.response.status < 300) return unchanged(state);
      return { state, effects: [{ type: 'send', message: state.ack }] };
    case 'timer':
      return input.name === 'D' ? finished() : unchanged(state);
    case 'transportError':
      return transportFailed();
  }
}

function whenAccepted(state: Accepted, input: ClientInput): Step<IctState, ClientEffect> {
  if (input.type === 'timer' && input.name === 'M') return finished();
  if (input.type !== 'response' || input.response.status < 200 || input.response.status > 299) return unchanged(state);
  return { state, effects: [{ type: 'deliver', message: input.response }] };
}
