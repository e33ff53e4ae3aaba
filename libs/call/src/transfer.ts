import { MAX_REDIRECTS, newLegs, routeRefusalStatus } from './alerting';
import type {
  CallEffect,
  CallInput,
  CallLeg,
  CallStep,
  Fork,
  Forwarding,
  OwnInput,
  RoutedTarget,
  TransferringCall,
} from './call-state';
import { calledLeg, causeOf, command, isFinal, offerTo, release, releaseAll } from './effects';
import { modificationTimedOut, stepExchange, type ExchangeStep } from './exchange';
import { outwardStatus, stepFork } from './fork';
import { takeLeg } from './join';
import type { LegEvent } from './messages';
import type { SessionDescription } from './session';
import { probe, withoutProbe } from './up';

/**
 * A transfer. A blind one [RFC5589 6] calls its target; a consultative one [RFC5589 7] takes the target over from another
 * call (`join.ts`), and asks it for an offer. The target is called without an offer; its own, which comes with its answer, goes to the
 * transferee by a modification, and the transferee's answer to the target as acknowledgement [RFC3725 4.3]. In this order
 * nobody waits for a human with an exchange open, and until the target has answered the old call is untouched.
 */
export function stepTransfer(state: TransferringCall, input: OwnInput): CallStep {
  switch (input.type) {
    case 'routed':
      if (state.target.phase !== 'routing' || input.attempt !== state.attempt) return { state, effects: [] };
      if ('forward' in input) return sendOn(state, input.forward, []);
      if ('refusal' in input) return fail(state, routeRefusalStatus[input.refusal], []);
      return callTarget(state, input.targets, input.next ?? [], input.forwarding);
    case 'leg': {
      const { referrer, transferee, target } = state;
      if (input.leg === referrer?.leg) return stepReferrer(state, referrer, input.event);
      if (input.leg === transferee.leg) return stepTransferee(state, input.event);
      if (target.phase === 'joining' && input.event.type === 'joined') return takeLeg(state, input.leg, input.event);
      if (target.phase === 'joined' && input.leg === target.leg.leg) return stepJoined(state, target, input.event);
      if (target.phase === 'answered' && input.leg === target.leg.leg)
        return stepAnswered(state, target.leg, input.event);
      const ringing = target.phase === 'ringing' ? target.ringing.find((leg) => leg.leg === input.leg) : undefined;
      return ringing && target.phase === 'ringing'
        ? stepRinging(state, target, ringing, input.event)
        : { state, effects: [] };
    }
    case 'timer':
      return stepTimer(state, input.name);
    default:
      return input satisfies never;
  }
}

/** The other call does not give its leg: see `JoinInput`. */
export function joinRefused(
  state: TransferringCall,
  { exchange, status }: Extract<CallInput, { type: 'joinRefused' }>,
): CallStep {
  const { target } = state;
  if (target.phase !== 'joining' || target.exchange !== exchange) return { state, effects: [] };
  return fail(state, outwardStatus(status), []);
}

function callTarget(
  state: TransferringCall,
  routed: readonly RoutedTarget[],
  routedNext: readonly RoutedTarget[],
  forwarding: Forwarding | undefined,
): CallStep {
  const targets = newLegs(routed, talking(state));
  if (targets.length === 0) return fail(state, 480, []);
  const next = newLegs(routedNext, [...talking(state), ...targets]);
  const ringing = targets.map(calledLeg);
  const fork: Fork = { ringing, refusals: [], offered: ringing.length, next, ...(forwarding && { forwarding }) };
  return {
    state: { ...state, target: { phase: 'ringing', ...fork } },
    effects: targets.map((target) => offerOf(state, target)),
  };
}

/** The new call goes to another number, as a call that nobody transfers would. */
function sendOn(state: TransferringCall, number: string, ended: readonly CallLeg[]): CallStep {
  const { refer } = state;
  if (refer.redirects >= MAX_REDIRECTS) return fail(state, 482, ended);
  const attempt = state.attempt + 1;
  return {
    state: {
      ...state,
      attempt,
      refer: { ...refer, target: number, redirects: refer.redirects + 1 },
      target: { phase: 'routing' },
    },
    effects: [...release(ended, 'no-answer'), { type: 'route', attempt, number }],
  };
}

/** Without a session: the answer brings the target's offer. */
function offerOf({ transferee, refer }: TransferringCall, target: RoutedTarget): CallEffect {
  return offerTo(target, { caller: transferee.party, called: refer.target, referredBy: refer.by });
}

function stepRinging(state: TransferringCall, fork: Fork, leg: CallLeg, event: LegEvent): CallStep {
  if (event.type === 'progress') {
    const effects = notify(state, event.status);
    return { state: { ...state, refer: { ...state.refer, notified: event.status } }, effects };
  }
  const outcome = stepFork(fork, leg, event);
  switch (outcome.type) {
    case 'nothing':
      return { state, effects: stepExchange(undefined, leg, undefined, event)?.effects ?? [] };
    case 'fewer':
      return { state: { ...state, target: { phase: 'ringing', ...outcome.fork } }, effects: [] };
    case 'hunt':
      return {
        state: { ...state, target: { phase: 'ringing', ...outcome.fork } },
        effects: [offerOf(state, outcome.target)],
      };
    case 'won': {
      const answered = { phase: 'answered' as const, leg: outcome.leg, offer: outcome.session };
      return reoffer({ ...state, target: answered }, release(outcome.others, 'answered-elsewhere'));
    }
    case 'failed':
      if (outcome.sentTo !== undefined) return sendOn(state, outcome.sentTo, outcome.others);
      return fail(state, outwardStatus(outcome.refusal.status), outcome.others);
    default:
      return outcome satisfies never;
  }
}

/** Brings the target's offer to the transferee, once no other modification is in the way. */
function reoffer(state: TransferringCall, effects: readonly CallEffect[]): CallStep {
  const { target, transferee, modification } = state;
  if (target.phase !== 'answered' || modification) return { state, effects };
  const exchange = `${state.call}.transfer.${state.attempt}`;
  return {
    state: { ...state, modification: { exchange, to: transferee.leg, late: false, phase: 'asked' } },
    effects: [...effects, command(transferee, { type: 'modify', exchange, session: target.offer })],
  };
}

/** The target came over from another call and is asked for an offer. */
function stepJoined(
  state: TransferringCall,
  { leg, exchange }: Extract<TransferringCall['target'], { phase: 'joined' }>,
  event: LegEvent,
): CallStep {
  if (isFinal(event)) return fail(state, 480, []);
  if (event.type === 'refer') {
    return { state, effects: [command(leg, { type: 'referRefused', exchange: event.exchange, status: 491 })] };
  }
  if (event.type === 'modified' && event.exchange === exchange) {
    return reoffer({ ...state, target: { phase: 'answered', leg, offer: event.session, exchange } }, []);
  }
  // Its own call is gone: it cannot go back.
  if (event.type === 'modifyRefused' && event.exchange === exchange) {
    return fail(state, outwardStatus(event.status), [leg]);
  }
  return { state, effects: stepExchange(undefined, leg, undefined, event)?.effects ?? [] };
}

function stepReferrer(state: TransferringCall, referrer: CallLeg, event: LegEvent): CallStep {
  if (isFinal(event)) return referrerLeft(state, referrer);
  if (event.type === 'refer') {
    return { state, effects: [command(referrer, { type: 'referRefused', exchange: event.exchange, status: 491 })] };
  }
  const heard = referrer.probed ? { ...state, referrer: withoutProbe(referrer) } : state;
  return afterExchange(heard, stepExchange(state.modification, referrer, state.transferee, event));
}

/** Many phones hang up as soon as the transfer is accepted: it goes on [RFC5589 6.1]. */
function referrerLeft(state: TransferringCall, referrer: CallLeg): CallStep {
  const { modification, transferee } = state;
  const left = { ...state, referrer: undefined };
  if (!modification || ![modification.from, modification.to].includes(referrer.leg))
    return { state: left, effects: [] };
  if (modification.to === referrer.leg) {
    const { exchange, phase } = modification;
    const refused = phase === 'asked' ? [command(transferee, { type: 'modifyRefused', exchange, status: 480 })] : [];
    return reoffer({ ...left, modification: undefined }, refused);
  }
  // A late offer of the transferee that nobody will answer leaves it without an agreed session.
  return modification.late ? endAll(left, 'failed') : { state: left, effects: [] };
}

function stepTransferee(state: TransferringCall, event: LegEvent): CallStep {
  const { transferee, referrer, modification } = state;
  if (isFinal(event)) return releaseAll(state, [...others(state), ...(referrer ? [referrer] : [])], causeOf(event));
  if (event.type === 'refer') {
    return { state, effects: [command(transferee, { type: 'referRefused', exchange: event.exchange, status: 491 })] };
  }
  const heard = transferee.probed ? { ...state, transferee: withoutProbe(transferee) } : state;
  const isAnswer =
    modification !== undefined &&
    'exchange' in event &&
    event.exchange === modification.exchange &&
    modification.to === transferee.leg;
  if (isAnswer && event.type === 'modified') {
    if (modification.from === undefined) return connect(heard, event.session);
    // Its asker hung up meanwhile.
    if (!referrer) return reoffer({ ...heard, modification: undefined }, []);
  }
  if (isAnswer && event.type === 'modifyRefused') {
    // A refused offer leaves the old session as it was [RFC3261 14.1].
    if (modification.from === undefined)
      return fail({ ...heard, modification: undefined }, event.status, others(state));
    if (!referrer) return reoffer({ ...heard, modification: undefined }, []);
  }
  return afterExchange(heard, stepExchange(modification, transferee, referrer, event));
}

/** The transferee has agreed with the target: they are the call now. */
function connect(state: TransferringCall, session: SessionDescription): CallStep {
  const { call, noAnswerMs, attempt, referrer, transferee, target, refer } = state;
  if (target.phase !== 'answered') return { state, effects: [] };
  return {
    state: { status: 'up', call, noAnswerMs, attempt, legs: [transferee, target.leg] },
    effects: [
      command(target.leg, {
        type: 'confirm',
        ...(target.exchange !== undefined && { exchange: target.exchange }),
        session,
      }),
      ...(referrer
        ? [
            command(referrer, { type: 'referProgress', exchange: refer.exchange, status: 200 }),
            ...release([referrer], 'transferred'),
          ]
        : []),
    ],
  };
}

/** The target answered and waits to be acknowledged. */
function stepAnswered(state: TransferringCall, leg: CallLeg, event: LegEvent): CallStep {
  if (event.type === 'refer') {
    return { state, effects: [command(leg, { type: 'referRefused', exchange: event.exchange, status: 491 })] };
  }
  if (!isFinal(event)) return { state, effects: stepExchange(undefined, leg, undefined, event)?.effects ?? [] };
  // The transferee may already send its sound to the target that is gone: there is no old session to go back to.
  if (state.modification && state.modification.from === undefined) {
    return releaseAll(state, talking(state), causeOf(event));
  }
  return fail(state, 480, []);
}

function afterExchange(state: TransferringCall, step: ExchangeStep | undefined): CallStep {
  if (!step) return { state, effects: [] };
  if (step.broken) return endAll(state, 'failed');
  return reoffer({ ...state, modification: step.modification }, step.effects);
}

function stepTimer(state: TransferringCall, name: string): CallStep {
  const { target, modification, referrer, transferee } = state;
  if (name === 'route' && (target.phase === 'routing' || target.phase === 'joining')) return fail(state, 500, []);
  if (name === 'route' && target.phase === 'joined') return fail(state, 480, [target.leg]);
  if (name === 'no-answer' && target.phase === 'ringing') {
    const sentTo = target.forwarding?.noAnswer?.number;
    return sentTo === undefined ? fail(state, 408, target.ringing) : sendOn(state, sentTo, target.ringing);
  }
  if (name === 'modify' && modification) {
    if (modification.from === undefined) return endAll(state, 'failed');
    return afterExchange(state, modificationTimedOut(modification, talking(state)));
  }
  if (name === 'probe') {
    const effects = probe(talking(state));
    if (!effects) return endAll(state, 'silent');
    const probed = { probed: true } as const;
    return {
      state: {
        ...state,
        transferee: { ...transferee, ...probed },
        referrer: referrer && { ...referrer, ...probed },
      },
      effects,
    };
  }
  return { state, effects: [] };
}

/** The transfer came to nothing: the referrer hears why, and its call goes on; if it has hung up there is none. */
function fail(state: TransferringCall, status: number, ended: readonly CallLeg[]): CallStep {
  const { call, noAnswerMs, attempt, referrer, transferee, refer, modification } = state;
  if (!referrer) return releaseAll(state, [...ended, transferee], 'refused');
  return {
    state: {
      status: 'up',
      call,
      noAnswerMs,
      attempt,
      legs: [referrer, transferee],
      ...(modification && { modification }),
    },
    effects: [
      ...release(ended, status === 408 ? 'no-answer' : 'refused'),
      command(referrer, { type: 'referProgress', exchange: refer.exchange, status }),
    ],
  };
}

function endAll(state: TransferringCall, cause: 'failed' | 'silent'): CallStep {
  return releaseAll(state, [...others(state), ...talking(state)], cause);
}

function notify({ referrer, refer }: TransferringCall, status: number): CallEffect[] {
  if (!referrer || status === refer.notified) return [];
  return [command(referrer, { type: 'referProgress', exchange: refer.exchange, status })];
}

/** The legs of the old call that are still there. */
function talking({ referrer, transferee }: TransferringCall): CallLeg[] {
  return referrer ? [referrer, transferee] : [transferee];
}

/** The legs of the new call. */
function others({ target }: TransferringCall): readonly CallLeg[] {
  if (target.phase === 'ringing') return target.ringing;
  return target.phase === 'joined' || target.phase === 'answered' ? [target.leg] : [];
}
