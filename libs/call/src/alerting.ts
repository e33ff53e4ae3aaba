import type {
  AlertingCall,
  CallEffect,
  CallLeg,
  CallStep,
  Fork,
  Forwarding,
  OwnInput,
  RoutedTarget,
  RouteRefusal,
  RoutingCall,
} from './call-state';
import { calledLeg, causeOf, command, isFinal, offerTo, release, releaseAll, releasing } from './effects';
import { modificationTimedOut, stepExchange } from './exchange';
import { outwardStatus, stepFork } from './fork';
import type { LegEvent, ReleaseCause } from './messages';
import type { SessionDescription } from './session';

/** A call before its answer: looking for the number, then ringing. */

/** How often a call may be sent on by those it rings. */
export const MAX_REDIRECTS = 5;

/** What the caller hears of a number that leads nowhere [SB-88]. */
export const routeRefusalStatus: Readonly<Record<RouteRefusal, number>> = {
  'unknown-number': 404,
  'nobody-registered': 480,
  loop: 482,
  'could-not-ask': 500,
};

/** Targets without those whose leg the call already has. */
export function newLegs(targets: readonly RoutedTarget[], known: readonly Pick<CallLeg, 'leg'>[]): RoutedTarget[] {
  const seen = new Set(known.map((leg) => leg.leg));
  return targets.filter(({ leg }) => !seen.has(leg) && seen.add(leg));
}

export function stepRouting(state: RoutingCall, input: OwnInput): CallStep {
  const { caller } = state;
  switch (input.type) {
    case 'routed': {
      if (input.attempt !== state.attempt) return { state, effects: [] };
      if ('forward' in input) return sendOn(state, input.forward, 'refused', []);
      if ('refusal' in input) return refuse(state, routeRefusalStatus[input.refusal], 'refused', []);
      const targets = newLegs(input.targets, [caller]);
      if (targets.length === 0) return refuse(state, 480, 'refused', []);
      return alert(state, targets, newLegs(input.next ?? [], [caller, ...targets]), input.forwarding);
    }
    case 'leg':
      if (input.leg !== caller.leg) return { state, effects: [] };
      if (isFinal(input.event)) return releaseAll(state, [], causeOf(input.event));
      return { state, effects: tooEarly(caller, input.event) };
    case 'timer':
      return input.name === 'route' ? refuse(state, 500, 'failed', []) : { state, effects: [] };
    default:
      return input satisfies never;
  }
}

function alert(
  state: RoutingCall,
  targets: readonly RoutedTarget[],
  next: readonly RoutedTarget[],
  forwarding: Forwarding | undefined,
): CallStep {
  const ringing = targets.map(calledLeg);
  const fork: Fork = { ringing, refusals: [], offered: ringing.length, next, ...(forwarding && { forwarding }) };
  return {
    state: { ...state, status: 'alerting', ...fork },
    effects: targets.map((target) => offerOf(state, target)),
  };
}

/** What a target of the call is told. */
export function offerOf({ caller, called, offer }: RoutingCall | AlertingCall, target: RoutedTarget): CallEffect {
  return offerTo(target, { caller: caller.party, called, ...(offer && { session: offer }) });
}

/** Nobody is there yet who could take a request inside the call. */
function tooEarly(caller: CallLeg, event: LegEvent): readonly CallEffect[] {
  if (event.type === 'refer') return [command(caller, { type: 'referRefused', exchange: event.exchange, status: 491 })];
  return stepExchange(undefined, caller, undefined, event)?.effects ?? [];
}

export function stepAlerting(state: AlertingCall, input: OwnInput): CallStep {
  switch (input.type) {
    case 'leg': {
      if (input.leg === state.caller.leg) return stepCaller(state, input.event);
      const leg = state.ringing.find((each) => each.leg === input.leg);
      return leg ? stepRinging(state, leg, input.event) : { state, effects: [] };
    }
    case 'timer':
      // Timer C ran out: the caller hears 408, as if the phones had never answered [RFC3261 16.8].
      if (input.name === 'no-answer') {
        const sentTo = state.forwarding?.noAnswer?.number;
        if (sentTo !== undefined) return sendOn(state, sentTo, 'no-answer', state.ringing);
        return refuse(state, 408, 'no-answer', state.ringing);
      }
      if (input.name === 'modify' && state.modification) {
        const step = modificationTimedOut(state.modification, [state.caller, ...state.ringing]);
        if (step.broken) return refuse(state, 500, 'failed', state.ringing);
        return { state: { ...state, modification: undefined }, effects: step.effects };
      }
      return { state, effects: [] };
    case 'routed':
      return { state, effects: [] };
    default:
      return input satisfies never;
  }
}

function stepCaller(state: AlertingCall, event: LegEvent): CallStep {
  if (isFinal(event)) {
    // The caller's edge has answered its CANCEL with 487 itself [SB-94].
    const cause = event.type === 'released' && event.cause === 'normal' ? 'cancelled' : causeOf(event);
    return releaseAll(state, state.ringing, cause);
  }
  return stepEarly(state, state.caller, earlyLeg(state), event);
}

/** The leg that may exchange requests with the caller before the answer: in a fork there is none [RFC3261 13.2.1]. */
function earlyLeg(state: AlertingCall): CallLeg | undefined {
  return state.offered === 1 ? state.ringing[0] : undefined;
}

function stepEarly(state: AlertingCall, leg: CallLeg, peer: CallLeg | undefined, event: LegEvent): CallStep {
  if (event.type === 'refer') {
    return { state, effects: [command(leg, { type: 'referRefused', exchange: event.exchange, status: 491 })] };
  }
  const step = stepExchange(state.modification, leg, peer, event);
  if (!step) return { state, effects: [] };
  if (step.broken) return refuse(state, 500, 'failed', state.ringing);
  return { state: { ...state, modification: step.modification }, effects: step.effects };
}

function stepRinging(state: AlertingCall, leg: CallLeg, event: LegEvent): CallStep {
  if (event.type === 'progress') return relayProgress(state, event.status, event.session);
  const outcome = stepFork(state, leg, event);
  switch (outcome.type) {
    case 'nothing':
      return stepEarly(state, leg, earlyLeg(state) === leg ? state.caller : undefined, event);
    case 'fewer':
      return { state: { ...state, ...outcome.fork }, effects: [] };
    case 'hunt':
      return { state: { ...state, ...outcome.fork }, effects: [offerOf(state, outcome.target)] };
    case 'won':
      return answer(state, outcome.leg, outcome.session, outcome.others);
    case 'failed':
      if (outcome.sentTo !== undefined) return sendOn(state, outcome.sentTo, 'refused', outcome.others);
      return refuse(state, outwardStatus(outcome.refusal.status), 'refused', outcome.others);
    default:
      return outcome satisfies never;
  }
}

/**
 * The caller hears each provisional status once, whoever says it first. Early media passes from a leg that rings alone;
 * in a fork it could not be told apart from another's, so there it is ringing and no more [RFC3261 13.2.1].
 */
function relayProgress(state: AlertingCall, said: number, session?: SessionDescription): CallStep {
  const early = session && state.offered === 1 ? session : undefined;
  const status = session && !early ? 180 : said;
  const isNewMedia = early !== undefined && !state.earlyMedia;
  if (state.relayed.includes(status) && !isNewMedia) return { state, effects: [] };
  const relayed = [...new Set([...state.relayed, status])];
  return {
    state: { ...state, relayed, ...(early && { earlyMedia: true as const }) },
    effects: [command(state.caller, { type: 'progress', status, ...(early && { session: early }) })],
  };
}

function answer(state: AlertingCall, leg: CallLeg, session: SessionDescription, others: readonly CallLeg[]): CallStep {
  const { call, noAnswerMs, attempt, caller, offer, modification } = state;
  return {
    state: {
      status: 'up',
      call,
      noAnswerMs,
      attempt,
      legs: [caller, leg],
      confirming: { late: offer === undefined },
      ...(modification && { modification }),
    },
    effects: [command(caller, { type: 'accept', session }), ...release(others, 'answered-elsewhere')],
  };
}

/** The call goes to another number: a 3xx says so [RFC3261 8.1.3.4], or the number that was called is forwarded. */
function sendOn(
  state: RoutingCall | AlertingCall,
  number: string,
  cause: ReleaseCause,
  ringing: readonly CallLeg[],
): CallStep {
  if (state.redirects >= MAX_REDIRECTS) return refuse(state, 482, cause, ringing);
  const { call, noAnswerMs, caller, offer } = state;
  const attempt = state.attempt + 1;
  const isFirst = !state.relayed.includes(181);
  const relayed = isFirst ? [...state.relayed, 181] : state.relayed;
  const modification = state.status === 'alerting' ? state.modification : undefined;
  // Who would have answered it has gone.
  const unanswered =
    modification?.from === caller.leg
      ? [command(caller, { type: 'modifyRefused', exchange: modification.exchange, status: 480 })]
      : [];
  return {
    state: {
      status: 'routing',
      call,
      noAnswerMs,
      attempt,
      caller,
      called: number,
      ...(offer && { offer }),
      relayed,
      redirects: state.redirects + 1,
    },
    effects: [
      ...release(ringing, cause),
      ...unanswered,
      ...(isFirst ? [command(caller, { type: 'progress', status: 181 })] : []),
      { type: 'route', attempt, number },
    ],
  };
}

function refuse(
  state: RoutingCall | AlertingCall,
  status: number,
  cause: ReleaseCause,
  ringing: readonly CallLeg[],
): CallStep {
  const effects = [...release(ringing, cause), command(state.caller, { type: 'refuse', status })];
  return releasing(state, cause, [...ringing, state.caller], effects);
}
