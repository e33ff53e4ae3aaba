import { legRestoreSchema, type LegRestore, type RestoredLeg } from '@linewatch/call';
import type { CallId, EdgeId, Leg, LegId, LineNumber } from '@linewatch/presence';
import type { LineView } from '../lines';

/** What the lines' states say of legs from before a restart of this edge [design 5, "A call"]. */

/** A leg that a line's state names. `restore` is absent when what its fact kept cannot be read. */
export interface FoundLeg {
  readonly id: LegId;
  readonly line: LineNumber;
  readonly leg: Leg;
  readonly restore?: LegRestore;
}

/** This edge in its present life. */
export interface EdgeLife {
  readonly id: EdgeId;
  readonly epoch: number;
}

/**
 * Legs that concern this edge after its restart: its own from before, and those elsewhere of calls that it controlled.
 * @param isNew whether a leg or call was not dealt with yet
 */
export function findLegs(
  edge: EdgeLife,
  { line, state }: LineView,
  isNew: (id: LegId | CallId) => boolean,
): FoundLeg[] {
  const found: FoundLeg[] = [];
  for (const id in state.fold.legs) {
    const leg = state.fold.legs[id];
    if (!leg || (leg.edge === edge.id ? leg.epoch >= edge.epoch || !isNew(id) : !concerns(edge, leg, isNew))) continue;
    const restore = legRestoreSchema.safeParse(leg.restore).data;
    found.push({ id, line, leg, ...(restore && { restore }) });
  }
  return found;
}

/** Whether a leg elsewhere belongs to a call that an earlier life of this edge controlled. */
function concerns({ id, epoch }: EdgeLife, leg: Leg, isNew: (call: CallId) => boolean): boolean {
  const { controller } = (leg.restore ?? {}) as { controller?: unknown };
  return controller === id && !leg.call.startsWith(`${id}.${epoch}.`) && isNew(leg.call);
}

/** Whether every answered leg's peer is among them. */
export function isWhole(legs: readonly FoundLeg[]): boolean {
  return legs.every(({ leg, restore }) => {
    const peer = leg.state === 'confirmed' ? restore?.peer?.leg : undefined;
    return peer === undefined || legs.some(({ id }) => id === peer);
  });
}

/** A leg as `resumeCall` takes it. Undefined when too little is known of it to go on. */
export function restoredLegOf(found: FoundLeg): RestoredLeg | undefined {
  const { id, leg, restore } = found;
  if (!restore) return undefined;
  const { role, party, peer } = restore;
  return { leg: id, edge: leg.edge, state: leg.state, role, party, ...(peer && { peer }) };
}
