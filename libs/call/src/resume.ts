import type { CallId, EdgeId, LegId, LegStateName } from '@linewatch/presence';
import { z } from 'zod';
import type { CallEffect, CallLeg, CallState, UpCall } from './call-state';
import { command, NO_ANSWER_MS, release, timerEffects } from './effects';
import { keptLegSchema, partySchema } from './messages';

const name = z.string().min(1).max(256);

/**
 * What a leg's fact keeps (in `restore`) beside its edge's own protocol state, so that a restarted edge finds its calls
 * again. `peer` is the leg it is coupled with, from the answer on.
 */
export const legRestoreSchema = z.object({
  role: z.enum(['caller', 'callee']),
  party: partySchema,
  /** The edge that controls the call. */
  controller: name,
  peer: z.object({ leg: name, edge: name, kept: keptLegSchema.optional() }).optional(),
  /** The dialog of a SIP leg; only that kind of edge reads it. A station's leg has none, and the rest of it still counts. */
  protocol: z.unknown().optional(),
});
export type LegRestore = z.infer<typeof legRestoreSchema>;

/** A leg as the last fact about it says. */
export interface RestoredLeg extends Omit<LegRestore, 'protocol' | 'controller'> {
  readonly leg: LegId;
  readonly edge: EdgeId;
  readonly state: LegStateName;
}

/** What becomes of a call after a restart. `state` is undefined when nothing of it can go on. */
export interface ResumedCall {
  readonly state?: CallState;
  readonly effects: readonly CallEffect[];
}

/**
 * Takes up one call from the records of its legs [design 5, "A call"]. Two answered legs that name each other as peer
 * talk on, and are probed at once, as one may have hung up unheard; every other leg is released, for a call that was
 * still ringing has lost what it waited for.
 */
export function resumeCall(call: CallId, legs: readonly RestoredLeg[], noAnswerMs: number = NO_ANSWER_MS): ResumedCall {
  const alive = legs.filter((leg) => leg.state !== 'terminated');
  const pair = coupled(alive);
  const rest = alive.filter((leg) => !pair?.includes(leg)).map(callLeg);
  const ending = release(rest, 'restart');
  if (!pair) return { effects: ending };
  const [a, b] = pair.map((leg) => ({ ...callLeg(leg), probed: true as const }));
  if (!a || !b) return { effects: ending };
  const state: UpCall = { status: 'up', call, noAnswerMs, attempt: 1, legs: [a, b] };
  const probes = [a, b].map((leg) => command(leg, { type: 'probe' }));
  return { state, effects: [...ending, ...probes, ...timerEffects(undefined, state)] };
}

function coupled(legs: readonly RestoredLeg[]): readonly RestoredLeg[] | undefined {
  const talking = legs.filter((leg) => leg.state === 'confirmed');
  for (const a of talking) {
    const b = talking.find((each) => each !== a && names(a, each) && names(each, a));
    if (b) return a.role === 'callee' && b.role === 'caller' ? [b, a] : [a, b];
  }
  return undefined;
}

function names(leg: RestoredLeg, other: RestoredLeg): boolean {
  return leg.peer?.leg === other.leg && leg.peer.edge === other.edge;
}

function callLeg({ leg, edge, role, party }: RestoredLeg): CallLeg {
  return { leg, edge, role, party };
}
