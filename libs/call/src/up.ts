import type { CallEffect, CallLeg, CallStep, OwnInput, TransferringCall, UpCall } from './call-state';
import { causeOf, command, isFinal, releaseAll } from './effects';
import { modificationTimedOut, stepExchange } from './exchange';
import { askForLeg } from './join';
import type { LegEvent } from './messages';

/** A call of two coupled legs: what one says, the other hears; when one ends, both do [SB-98]. */
export function stepUp(state: UpCall, input: OwnInput): CallStep {
  switch (input.type) {
    case 'leg': {
      const [a, b] = state.legs;
      if (input.leg === a.leg) return stepLeg(state, a, b, input.event);
      if (input.leg === b.leg) return stepLeg(state, b, a, input.event);
      return { state, effects: [] };
    }
    case 'timer':
      return stepTimer(state, input.name);
    case 'routed':
      return { state, effects: [] };
    default:
      return input satisfies never;
  }
}

function stepLeg(state: UpCall, speaker: CallLeg, peer: CallLeg, event: LegEvent): CallStep {
  if (isFinal(event)) return releaseAll(state, [peer], causeOf(event));
  const { leg, heard } = heardFrom(state, speaker);
  if (heard.confirming) return stepConfirming(heard, heard.confirming.late, leg, peer, event);
  if (event.type === 'refer') return startTransfer(heard, leg, peer, event);
  const step = stepExchange(heard.modification, leg, peer, event);
  if (!step) return { state: heard, effects: [] };
  if (step.broken) return releaseAll(heard, heard.legs, 'failed');
  return { state: { ...heard, modification: step.modification }, effects: step.effects };
}

/** A leg that says anything is alive. */
function heardFrom(state: UpCall, leg: CallLeg): { leg: CallLeg; heard: UpCall } {
  if (!leg.probed) return { leg, heard: state };
  const alive = withoutProbe(leg);
  const [a, b] = state.legs;
  return { leg: alive, heard: { ...state, legs: a === leg ? [alive, b] : [a, alive] } };
}

export function withoutProbe({ leg, edge, role, party }: CallLeg): CallLeg {
  return { leg, edge, role, party };
}

/** Between the answer and its acknowledgement [RFC3261 13.3.1.4]: nothing new may be asked. */
function stepConfirming(state: UpCall, late: boolean, leg: CallLeg, peer: CallLeg, event: LegEvent): CallStep {
  if (event.type === 'confirmed' && event.exchange === undefined) {
    if (leg.role !== 'caller') return { state, effects: [] };
    if (late && !event.session) return releaseAll(state, state.legs, 'failed');
    return { state: { ...state, confirming: undefined }, effects: [command(peer, { ...event, type: 'confirm' })] };
  }
  if (event.type === 'modify') {
    return { state, effects: [command(leg, { type: 'modifyRefused', exchange: event.exchange, status: 491 })] };
  }
  if (event.type === 'refer') {
    return { state, effects: [command(leg, { type: 'referRefused', exchange: event.exchange, status: 491 })] };
  }
  const step = stepExchange(state.modification, leg, peer, event);
  if (!step) return { state, effects: [] };
  if (step.broken) return releaseAll(state, state.legs, 'failed');
  return { state: { ...state, modification: step.modification }, effects: step.effects };
}

/** The referrer's peer is to be connected elsewhere [RFC3515 2.4.4, RFC5589 6.1, 7.3]. */
function startTransfer(
  state: UpCall,
  referrer: CallLeg,
  transferee: CallLeg,
  { exchange, target, replaces }: Extract<LegEvent, { type: 'refer' }>,
): CallStep {
  const { call, noAnswerMs, modification } = state;
  const attempt = state.attempt + 1;
  const joining = `${call}.join.${attempt}`;
  const transferring: TransferringCall = {
    status: 'transferring',
    call,
    noAnswerMs,
    attempt,
    referrer,
    transferee,
    refer: { exchange, target, by: referrer.party, notified: 100, redirects: 0 },
    ...(modification && { modification }),
    target: replaces ? { phase: 'joining', exchange: joining } : { phase: 'routing' },
  };
  return {
    state: transferring,
    effects: [
      command(referrer, { type: 'referProgress', exchange, status: 100 }),
      replaces ? askForLeg(joining, replaces, transferee) : { type: 'route', attempt, number: target },
    ],
  };
}

function stepTimer(state: UpCall, name: string): CallStep {
  if (name === 'confirm' && state.confirming) return releaseAll(state, state.legs, 'failed');
  if (name === 'modify' && state.modification) {
    const step = modificationTimedOut(state.modification, state.legs);
    if (step.broken) return releaseAll(state, state.legs, 'failed');
    return { state: { ...state, modification: undefined }, effects: step.effects };
  }
  if (name === 'probe' && !state.confirming) {
    const probed = probe(state.legs);
    if (!probed) return releaseAll(state, state.legs, 'silent');
    const [a, b] = state.legs;
    return {
      state: {
        ...state,
        legs: [
          { ...a, probed: true },
          { ...b, probed: true },
        ],
      },
      effects: probed,
    };
  }
  return { state, effects: [] };
}

/** Asks the legs for a sign of life. Undefined when one of them has not answered the last time. */
export function probe(legs: readonly CallLeg[]): CallEffect[] | undefined {
  if (legs.some((leg) => leg.probed)) return undefined;
  return legs.map((leg) => command(leg, { type: 'probe' }));
}
