import type { LegFact } from '@linewatch/presence';
import type { LegCommand, LegEvent } from './messages';
import { isHeld } from './session';

/**
 * What a leg means for its line, so that every kind of edge publishes the same facts [SB-98]: a calling leg is in use
 * from its INVITE, a called one from its ringing, both to their end.
 */
export interface LegStanding {
  readonly direction: LegFact['direction'];
  /** `offered`: called, and not known to ring; the line is not in use by it yet. */
  readonly state: 'offered' | LegFact['state'];
  readonly held: boolean;
  /** A modification on its way: whether the description that came first says hold. */
  readonly modification?: { readonly exchange: string; readonly late: boolean; readonly held: boolean };
}

/** A new leg: `initiator` when its phone calls, `recipient` when it is called. */
export function initialStanding(direction: LegFact['direction']): LegStanding {
  return { direction, state: direction === 'initiator' ? 'trying' : 'offered', held: false };
}

/** The standing after the leg was told a command, or said an event. */
export function evolveStanding(before: LegStanding, message: LegCommand | LegEvent): LegStanding {
  if (before.state === 'terminated') return before;
  const { direction, held, modification } = before;
  switch (message.type) {
    case 'progress':
      return raised(before, 'early');
    case 'accept':
    case 'answered':
      return raised(before, 'confirmed');
    case 'refuse':
    case 'refused':
    case 'release':
    case 'released':
      // The phone is told to stop: also a BYE that fails ends the leg.
      return { direction, state: 'terminated', held: false };
    case 'modify': {
      const { exchange, session } = message;
      return { ...before, modification: { exchange, late: !session, held: session !== undefined && isHeld(session) } };
    }
    case 'modified': {
      if (message.exchange !== modification?.exchange) return before;
      const isNowHeld = modification.held || isHeld(message.session);
      if (modification.late) return { ...before, held: isNowHeld, modification: { ...modification, held: isNowHeld } };
      return { direction, state: before.state, held: isNowHeld };
    }
    case 'modifyRefused':
      if (message.exchange !== modification?.exchange) return before;
      return { direction, state: before.state, held };
    case 'confirm':
    case 'confirmed':
      if (message.exchange === undefined || message.exchange !== modification?.exchange) return before;
      return {
        direction,
        state: before.state,
        held: modification.held || (message.session !== undefined && isHeld(message.session)),
      };
    default:
      return before;
  }
}

const rank = { offered: 0, trying: 0, early: 1, confirmed: 2, terminated: 3 } as const;

function raised(before: LegStanding, state: 'early' | 'confirmed'): LegStanding {
  return rank[state] > rank[before.state] ? { ...before, state } : before;
}

/** What to publish of a change: the new state and hold, or undefined when watchers see no difference. */
export function factOfChange(
  before: LegStanding | undefined,
  after: LegStanding,
): Pick<LegFact, 'state' | 'held' | 'direction'> | undefined {
  const { state, held, direction } = after;
  if (state === 'offered') return undefined;
  const wasSeen = before !== undefined && before.state !== 'offered';
  if (!wasSeen && state === 'terminated') return undefined;
  if (wasSeen && before.state === state && before.held === held) return undefined;
  return { state, held, direction };
}
