import { legRestoreSchema, type LegRestore, type RestoredLeg } from '@linewatch/call';
import type { CallId, EdgeId, Leg, LegId, LineNumber } from '@linewatch/presence';
import type { LineView } from '../lines';
import { sipRestoreSchema, type SipRestore } from './edge-leg';

/** What the lines' states say of legs from before a restart of this edge [design 5, "A call"]. */

/** A leg that a line's state names. `restore` is absent when what its fact kept cannot be read. */
export interface FoundLeg {
  readonly id: LegId;
  readonly line: LineNumber;
  readonly leg: Leg;
  readonly restore?: LegRestore;
  /** What this edge needs to go on with it; of legs at this edge only. */
  readonly sip?: SipRestore;
}

/** Whether a leg is one of this edge's, from an earlier life. */
export function isFromBefore(edge: { id: EdgeId; epoch: number }, leg: Pick<Leg, 'edge' | 'epoch'>): boolean {
  return leg.edge === edge.id && leg.epoch < edge.epoch;
}

/** Legs that concern this edge after its restart: its own from before, and those elsewhere whose call it controlled. */
export function findLegs(edge: { id: EdgeId; epoch: number }, views: Iterable<LineView>): FoundLeg[] {
  const found: FoundLeg[] = [];
  for (const { line, state } of views) {
    for (const [id, leg] of Object.entries(state.fold.legs)) {
      const isOwn = isFromBefore(edge, leg);
      if (leg.edge === edge.id && !isOwn) continue;
      const restore = legRestoreSchema.safeParse(leg.restore).data;
      if (!isOwn && restore?.controller !== edge.id) continue;
      const sip = isOwn ? sipRestoreSchema.safeParse(restore?.protocol).data : undefined;
      found.push({ id, line, leg, ...(restore && { restore }), ...(sip && { sip }) });
    }
  }
  return found;
}

/** The legs of each call. */
export function byCall(legs: readonly FoundLeg[]): Map<CallId, FoundLeg[]> {
  const calls = new Map<CallId, FoundLeg[]>();
  for (const found of legs) {
    const known = calls.get(found.leg.call);
    if (known) known.push(found);
    else calls.set(found.leg.call, [found]);
  }
  return calls;
}

/** A leg as `resumeCall` takes it. Undefined when too little is known of it to go on. */
export function restoredLegOf(found: FoundLeg): RestoredLeg | undefined {
  const { id, leg, restore } = found;
  if (!restore) return undefined;
  const { role, party, peer } = restore;
  return { leg: id, edge: leg.edge, state: leg.state, role, party, ...(peer && { peer }) };
}
