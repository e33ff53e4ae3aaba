import type { LegId } from '@linewatch/presence';
import type { LegCommand, LegEvent, ReleaseCause } from './messages';
import { holdAnswer, holdOffer } from './hold-session';
import type { SessionDescription } from './session';

/**
 * A call parked at a slot [AG-park; cme-presence 3.4]. One leg at the slot keeps the parked party company without sound;
 * whoever calls the slot brings a second leg, and from then on both pass on what the other's call wants: two calls,
 * joined where they end. Neither call's controller knows. Plain data, and total: what does not fit changes nothing.
 */

/** What becomes of a call that nobody fetches. */
export interface ParkPlan {
  /** When it goes back, in milliseconds; absent: never. */
  readonly returnAfterMs?: number;
  /** The numbers it goes to, the next one when one does not take it. None: it ends. */
  readonly returnTo: readonly string[];
  /** How soon all of them are tried again, and how often; absent: after `returnAfterMs`, as long as the party waits. */
  readonly retry?: { readonly ms: number; readonly times: number };
}

interface Occupied {
  /** The leg that the parked party talks with. */
  readonly leg: LegId;
  readonly plan: ParkPlan;
  /** Numbers exchanges and descriptions of this slot's leg. */
  readonly made: number;
  /** How often it went round the numbers of the plan. */
  readonly rounds: number;
}

/** Nobody fetches it. */
export type WaitingCall = Occupied & {
  readonly status: 'waiting';
  /** A modification of the party's session whose asker is gone, or that stops its sound again. */
  readonly settling?: { readonly exchange: string; readonly late: boolean; readonly abandoned: boolean };
};
/** It is being connected with a number of its plan. */
export type ReturningCall = Occupied & {
  readonly status: 'returning';
  readonly exchange: string;
  readonly target: number;
};
/** The parked party is asked for a session with who fetches it. */
export type FetchingCall = Occupied & {
  readonly status: 'fetching';
  readonly taker: LegId;
  readonly exchange: string;
  readonly late: boolean;
};
/** Both talk. `unconfirmed`: the exchange whose answer comes with the taker's acknowledgement. */
export type JoinedCalls = Occupied & {
  readonly status: 'joined';
  readonly taker: LegId;
  readonly unconfirmed?: string;
};
export type ParkedCall = WaitingCall | ReturningCall | FetchingCall | JoinedCalls | { readonly status: 'over' };

export type ParkInput =
  | { readonly type: 'command'; readonly leg: LegId; readonly command: LegCommand }
  /** Somebody called the slot; the leg is new. */
  | { readonly type: 'fetch'; readonly leg: LegId; readonly session?: SessionDescription }
  | { readonly type: 'timer' };

export type ParkEffect =
  /** A leg says something; `released` and `refused` are its last word. */
  | { readonly type: 'say'; readonly leg: LegId; readonly event: LegEvent }
  /** The slot is free: its line shows neither leg any more. */
  | { readonly type: 'fetched' }
  | { readonly type: 'startTimer'; readonly ms: number }
  | { readonly type: 'stopTimer' };

export interface ParkStep {
  readonly state: ParkedCall;
  readonly effects: readonly ParkEffect[];
}

/** A call comes to a free slot: its leg answers at once, without sound. */
export function parkCall(leg: LegId, plan: ParkPlan): ParkStep {
  const state: WaitingCall = { status: 'waiting', leg, plan, made: 1, rounds: 0 };
  return { state, effects: [say(leg, { type: 'answered', session: holdOffer(1) }), ...waitFor(plan.returnAfterMs)] };
}

/** A call that was parked before a restart: its time begins anew. */
export function restoreParked(leg: LegId, plan: ParkPlan, made: number): ParkStep {
  return { state: { status: 'waiting', leg, plan, made, rounds: 0 }, effects: waitFor(plan.returnAfterMs) };
}

/** The slot after one input, and what to do. */
export function stepParked(state: ParkedCall, input: ParkInput): ParkStep {
  if (input.type === 'fetch') return fetchCall(state, input.leg, input.session);
  if (input.type === 'timer') return state.status === 'waiting' ? giveBack(state) : idle(state);
  const { leg, command } = input;
  switch (state.status) {
    case 'waiting':
      return leg === state.leg ? stepWaiting(state, command) : idle(state);
    case 'returning':
      return leg === state.leg ? stepReturning(state, command) : idle(state);
    case 'fetching':
      if (leg === state.leg) return stepFetching(state, command);
      return leg === state.taker ? stepTaker(state, command) : idle(state);
    case 'joined':
      if (leg === state.leg) return relay(state, leg, state.taker, command);
      return leg === state.taker ? relay(state, leg, state.leg, command) : idle(state);
    case 'over':
      return idle(state);
    default:
      return state satisfies never;
  }
}

function fetchCall(state: ParkedCall, taker: LegId, session: SessionDescription | undefined): ParkStep {
  if (state.status !== 'waiting' || state.settling) {
    return { state, effects: [say(taker, { type: 'refused', status: 480 })] };
  }
  const { leg, plan, made, rounds } = state;
  const exchange = exchangeOf(state);
  return {
    state: { status: 'fetching', leg, plan, made: made + 1, rounds, taker, exchange, late: !session },
    effects: [{ type: 'stopTimer' }, say(leg, { type: 'modify', exchange, ...(session && { session }) })],
  };
}

function stepWaiting(state: WaitingCall, command: LegCommand): ParkStep {
  const { leg, settling, made } = state;
  if (!settling || !('exchange' in command) || command.exchange !== settling.exchange) return beAlone(state, command);
  const { settling: _settled, ...settled } = state;
  if (command.type === 'modifyRefused') return idle(settled);
  if (command.type !== 'modified') return idle(state);
  if (!settling.abandoned) return idle(settled);
  if (settling.late) {
    const session = holdAnswer(command.session, made + 1);
    const event: LegEvent = { type: 'confirmed', exchange: settling.exchange, ...(session && { session }) };
    return { state: { ...settled, made: made + 1 }, effects: [say(leg, event)] };
  }
  // The party speaks to somebody who is gone.
  const exchange = exchangeOf(state);
  return {
    state: { ...state, made: made + 1, settling: { exchange, late: false, abandoned: false } },
    effects: [say(leg, { type: 'modify', exchange, session: holdOffer(made + 1) })],
  };
}

function stepReturning(state: ReturningCall, command: LegCommand): ParkStep {
  if (command.type !== 'referProgress' && command.type !== 'referRefused') return beAlone(state, command);
  if (command.exchange !== state.exchange || command.status < 300) return idle(state);
  const next = state.target + 1;
  return next < state.plan.returnTo.length ? referTo(state, next) : roundOver(state);
}

/** What a call's controller wants of a leg that is alone at its slot. */
function beAlone(state: WaitingCall | ReturningCall | FetchingCall, command: LegCommand): ParkStep {
  const { leg, made } = state;
  switch (command.type) {
    case 'release':
      return over([say(leg, { type: 'released', cause: command.cause })]);
    case 'modify': {
      const { exchange } = command;
      const session = command.session ? holdAnswer(command.session, made + 1) : holdOffer(made + 1);
      if (!session) return { state, effects: [say(leg, { type: 'modifyRefused', exchange, status: 488 })] };
      return { state: { ...state, made: made + 1 }, effects: [say(leg, { type: 'modified', exchange, session })] };
    }
    case 'info':
      return { state, effects: [say(leg, { type: 'infoAnswered', exchange: command.exchange, status: 415 })] };
    case 'probe':
      return { state, effects: [say(leg, { type: 'alive' })] };
    default:
      return idle(state);
  }
}

function stepFetching(state: FetchingCall, command: LegCommand): ParkStep {
  const { leg, taker, exchange, late, plan, made, rounds } = state;
  if (command.type === 'modify') {
    return { state, effects: [say(leg, { type: 'modifyRefused', exchange: command.exchange, status: 491 })] };
  }
  if (command.type === 'release') {
    return over([say(leg, { type: 'released', cause: command.cause }), say(taker, { type: 'refused', status: 480 })]);
  }
  if (!('exchange' in command) || command.exchange !== exchange) return beAlone(state, command);
  if (command.type === 'modified') {
    return {
      state: { status: 'joined', leg, taker, plan, made, rounds, ...(late && { unconfirmed: exchange }) },
      effects: [{ type: 'fetched' }, say(taker, { type: 'answered', session: command.session })],
    };
  }
  if (command.type !== 'modifyRefused') return idle(state);
  return {
    state: { status: 'waiting', leg, plan, made, rounds },
    effects: [say(taker, { type: 'refused', status: 480 }), ...waitFor(plan.returnAfterMs)],
  };
}

function stepTaker(state: FetchingCall, command: LegCommand): ParkStep {
  const { leg, taker, exchange, late, plan, made, rounds } = state;
  if (command.type === 'probe') return { state, effects: [say(taker, { type: 'alive' })] };
  if (command.type !== 'release') return idle(state);
  return {
    state: { status: 'waiting', leg, plan, made, rounds, settling: { exchange, late, abandoned: true } },
    effects: [say(taker, { type: 'released', cause: command.cause }), ...waitFor(plan.returnAfterMs)],
  };
}

/** What is told to one leg is what the other leg's phone would say. */
function relay(state: JoinedCalls, told: LegId, other: LegId, command: LegCommand): ParkStep {
  const passOn = (event: LegEvent): ParkStep => ({ state, effects: [say(other, event)] });
  switch (command.type) {
    case 'modify':
    case 'modified':
    case 'modifyRefused':
    case 'info':
    case 'infoAnswered':
      return passOn(command);
    case 'confirm':
      if (command.exchange !== undefined) return passOn({ ...command, type: 'confirmed' });
      return told === state.taker ? takerConfirmed(state, command.session) : idle(state);
    case 'probe':
      return { state, effects: [say(told, { type: 'alive' })] };
    case 'release':
      return endBoth(state, command.cause);
    case 'offer':
    case 'progress':
    case 'accept':
    case 'refuse':
    case 'referProgress':
    case 'referRefused':
    case 'handOver':
      return idle(state);
    default:
      return command satisfies never;
  }
}

function takerConfirmed(state: JoinedCalls, session: SessionDescription | undefined): ParkStep {
  const { unconfirmed: exchange, ...joined } = state;
  if (exchange === undefined) return idle(state);
  if (!session) return endBoth(state, 'failed');
  return { state: joined, effects: [say(state.leg, { type: 'confirmed', exchange, session })] };
}

function endBoth({ leg, taker }: JoinedCalls, cause: ReleaseCause): ParkStep {
  return over([say(leg, { type: 'released', cause }), say(taker, { type: 'released', cause })]);
}

/** The time is over: the call goes to whom it is to go, or ends. */
function giveBack(state: WaitingCall): ParkStep {
  const { settling: _settling, ...rest } = state;
  if (state.plan.returnTo.length > 0) return referTo(rest, 0);
  return over([say(state.leg, { type: 'released', cause: 'no-answer' })]);
}

function referTo(state: Occupied, target: number): ParkStep {
  const { leg, plan, made, rounds } = state;
  const number = plan.returnTo[target];
  if (number === undefined) return over([say(leg, { type: 'released', cause: 'no-answer' })]);
  const exchange = exchangeOf(state);
  return {
    state: { status: 'returning', leg, plan, made: made + 1, rounds, exchange, target },
    effects: [say(leg, { type: 'refer', exchange, target: number })],
  };
}

/** Nobody of the plan took it. */
function roundOver({ leg, plan, made, rounds }: ReturningCall): ParkStep {
  const { retry, returnAfterMs } = plan;
  if (retry && rounds >= retry.times) return over([say(leg, { type: 'released', cause: 'no-answer' })]);
  return {
    state: { status: 'waiting', leg, plan, made, rounds: rounds + 1 },
    effects: waitFor(retry?.ms ?? returnAfterMs),
  };
}

function exchangeOf({ leg, made }: Occupied): string {
  return `${leg}.slot.${made}`;
}

function waitFor(ms: number | undefined): ParkEffect[] {
  return ms === undefined ? [] : [{ type: 'startTimer', ms }];
}

function say(leg: LegId, event: LegEvent): ParkEffect {
  return { type: 'say', leg, event };
}

function over(effects: readonly ParkEffect[]): ParkStep {
  return { state: { status: 'over' }, effects: [...effects, { type: 'stopTimer' }] };
}

function idle(state: ParkedCall): ParkStep {
  return { state, effects: [] };
}
