import type { CallEffect, CallLeg, Modification } from './call-state';
import { command } from './effects';
import type { LegEvent } from './messages';

/** What a request inside a call, or its answer, did. `broken`: offer and answer cannot be completed any more. */
export interface ExchangeStep {
  readonly modification?: Modification;
  readonly effects: readonly CallEffect[];
  readonly broken?: true;
}

/**
 * Passes a request inside the call, or its answer, from one leg to the other: modifications of the session (hold, resume,
 * a new address) and INFO. Undefined when the event is none of these.
 *
 * @param peer the leg coupled with the speaker, or undefined when there is none now
 */
export function stepExchange(
  modification: Modification | undefined,
  leg: CallLeg,
  peer: CallLeg | undefined,
  event: LegEvent,
): ExchangeStep | undefined {
  const unchanged = (...effects: CallEffect[]): ExchangeStep => ({ ...(modification && { modification }), effects });
  const answersIt =
    modification !== undefined && 'exchange' in event && event.exchange === modification.exchange && peer !== undefined;
  switch (event.type) {
    case 'modify': {
      const { exchange, session } = event;
      if (modification || !peer) {
        // One at a time: the other side's is a glare, one's own second comes too early [RFC3261 14.2].
        const status = modification?.from === leg.leg ? 500 : 491;
        return unchanged(command(leg, { type: 'modifyRefused', exchange, status }));
      }
      const begun: Modification = { exchange, from: leg.leg, to: peer.leg, late: !session, phase: 'asked' };
      return { modification: begun, effects: [command(peer, event)] };
    }
    case 'modified':
      if (!answersIt || modification.to !== leg.leg || modification.phase !== 'asked') return unchanged();
      if (!modification.late) return { effects: [command(peer, event)] };
      return { modification: { ...modification, phase: 'confirming' }, effects: [command(peer, event)] };
    case 'modifyRefused':
      if (!answersIt || modification.to !== leg.leg || modification.phase !== 'asked') return unchanged();
      return { effects: [command(peer, event)] };
    case 'confirmed':
      if (!answersIt || modification.from !== leg.leg || modification.phase !== 'confirming') return undefined;
      // The acknowledgement of a late offer must bring the answer [RFC3261 13.2.1].
      if (!event.session) return { effects: [], broken: true };
      return { effects: [command(peer, { ...event, type: 'confirm' })] };
    case 'info':
      if (peer) return unchanged(command(peer, event));
      return unchanged(command(leg, { type: 'infoAnswered', exchange: event.exchange, status: 480 }));
    case 'infoAnswered':
      return unchanged(...(peer ? [command(peer, event)] : []));
    default:
      return undefined;
  }
}

/**
 * The modification got no answer in time. Its asker hears 408; when the acknowledgement of a late offer is what is
 * missing, the two descriptions no longer agree and the call is broken.
 */
export function modificationTimedOut(modification: Modification, legs: readonly CallLeg[]): ExchangeStep {
  if (modification.phase === 'confirming') return { effects: [], broken: true };
  const asker = legs.find((leg) => leg.leg === modification.from);
  const { exchange } = modification;
  return { effects: asker ? [command(asker, { type: 'modifyRefused', exchange, status: 408 })] : [] };
}
