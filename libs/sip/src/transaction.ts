import type { SipRequest, SipResponse } from './message';
import type { TimerName } from './timers';

/**
 * What the four transaction machines have in common [RFC3261 17]: inputs and effects as plain data. A machine never
 * sends, never waits and knows no transport; whoever runs it carries its effects out in order.
 */

/**
 * What is to be done after a step, in order.
 *
 * - `send`: give the message to the transport; a retransmission names the same message again, so its bytes can be kept.
 * - `startTimer`: a later start of the same name replaces the earlier one.
 * - `deliver`: give the message to the transaction user (TU).
 * - `timeout`, `transportError`: tell the TU that the transaction failed [RFC3261 8.1.3.1].
 * - `done`: the transaction is over; forget it and all its timers. Always the last effect.
 */
export type Effect<Sent, Delivered> =
  | { readonly type: 'send'; readonly message: Sent }
  | { readonly type: 'startTimer'; readonly name: TimerName; readonly ms: number }
  | { readonly type: 'stopTimer'; readonly name: TimerName }
  | { readonly type: 'deliver'; readonly message: Delivered }
  | Failure
  | Done;

type Failure = { readonly type: 'timeout' } | { readonly type: 'transportError' };
type Done = { readonly type: 'done' };

/** What the machines read of a response. */
export interface Status {
  readonly status: number;
}

/** A client transaction sends requests and delivers responses; a server transaction the other way round. */
export type ClientEffect<Request = SipRequest, Response = SipResponse> = Effect<Request, Response>;
export type ServerEffect<Response = SipResponse, Request = SipRequest> = Effect<Response, Request>;

/** The inputs that every machine knows. `transportError`: the message sent last could not be delivered. */
export type CommonInput = { readonly type: 'timer'; readonly name: TimerName } | { readonly type: 'transportError' };

/** A client transaction hears responses from the wire. */
export type ClientInput<Response = SipResponse> =
  CommonInput | { readonly type: 'response'; readonly response: Response };

/** A server transaction hears requests from the wire (retransmissions, ACK) and responses from the TU. */
export type ServerInput<Response = SipResponse> =
  | CommonInput
  | { readonly type: 'request'; readonly request: SipRequest }
  | { readonly type: 'response'; readonly response: Response };

/** A state and what follows from getting there. */
export interface Step<State, E> {
  readonly state: State;
  readonly effects: readonly E[];
}

/** The end of every machine. */
export interface Terminated {
  readonly name: 'terminated';
}
export const TERMINATED: Terminated = { name: 'terminated' };

const NOTHING: readonly never[] = [];
const DONE: readonly Done[] = [{ type: 'done' }];
const TIMED_OUT: readonly (Failure | Done)[] = [{ type: 'timeout' }, { type: 'done' }];
const TRANSPORT_FAILED: readonly (Failure | Done)[] = [{ type: 'transportError' }, { type: 'done' }];

/** The state stays and nothing happens. */
export function unchanged<State>(state: State): Step<State, never> {
  return { state, effects: NOTHING };
}

/** The last timer fired: the transaction is over. */
export function finished(): Step<Terminated, Done> {
  return { state: TERMINATED, effects: DONE };
}

/** No answer came in time. */
export function timedOut(): Step<Terminated, Failure | Done> {
  return { state: TERMINATED, effects: TIMED_OUT };
}

/** The transport failed and nothing can be repeated. */
export function transportFailed(): Step<Terminated, Failure | Done> {
  return { state: TERMINATED, effects: TRANSPORT_FAILED };
}
