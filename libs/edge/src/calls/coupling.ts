import type { CallLeg, CallState, CoupledPeer } from '@linewatch/call';
import type { LegId } from '@linewatch/presence';

/** The leg that one of a call's legs talks with, or will if it answers. Its facts name it, so that a restart finds the pair. */
export function peerOf(state: CallState, leg: LegId): CoupledPeer | undefined {
  switch (state.status) {
    case 'alerting':
      return leg === state.caller.leg ? undefined : peer(state.caller);
    case 'up': {
      const [a, b] = state.legs;
      return peer(leg === a.leg ? b : a);
    }
    case 'transferring':
      if (leg === state.transferee.leg) return state.referrer && peer(state.referrer);
      return peer(state.transferee);
    case 'routing':
    case 'releasing':
    case 'ended':
      return undefined;
    default:
      return state satisfies never;
  }
}

function peer({ leg, edge, party }: CallLeg): CoupledPeer {
  return { leg, edge, party };
}

/** Every leg that a call still counts on. */
export function legsOf(state: CallState): readonly CallLeg[] {
  switch (state.status) {
    case 'routing':
      return [state.caller];
    case 'alerting':
      return [state.caller, ...state.ringing];
    case 'up':
      return state.legs;
    case 'transferring': {
      const { referrer, transferee, target } = state;
      const called = target.phase === 'ringing' ? target.ringing : 'leg' in target ? [target.leg] : [];
      return [...(referrer ? [referrer] : []), transferee, ...called];
    }
    case 'releasing':
    case 'ended':
      return [];
    default:
      return state satisfies never;
  }
}

/** The legs that have an answered call: they may live through a restart of their edge. */
export function answeredLegsOf(state: CallState): readonly CallLeg[] {
  if (state.status === 'up') return state.legs;
  if (state.status !== 'transferring') return [];
  const { referrer, transferee, target } = state;
  return [...(referrer ? [referrer] : []), transferee, ...('leg' in target ? [target.leg] : [])];
}
