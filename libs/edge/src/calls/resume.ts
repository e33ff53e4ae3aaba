import { legRestoreSchema, type LegRestore, type RestoredLeg } from '@linewatch/call';
import type { CallId, EdgeId, Leg, LegId, LineNumber } from '@linewatch/presence';
import type { LineView } from '../lines';

/** What the lines' states say of legs from before a restart of this edge [design 5, "A call"]. */

/** A leg that a line's state names. `restore` is absent when what its fact kept cannot be read. */
export interface FoundLeg {
  readonly id: LegId;
  /** Absent for a trunk's leg, which the line of its peer keeps. */
  readonly line?: LineNumber;
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
    if (!leg) continue;
    const matters = (some: Leg, its: LegId): boolean =>
      some.edge === edge.id ? some.epoch < edge.epoch && isNew(its) : concerns(edge, some, isNew);
    const isFound = matters(leg, id);
    if (!isFound && !keepsTrunk(leg)) continue;
    const restore = legRestoreSchema.safeParse(leg.restore).data;
    if (isFound) found.push({ id, line, leg, ...(restore && { restore }) });
    const trunk = restore && trunkLegOf(id, leg, restore);
    if (trunk && matters(trunk.leg, trunk.id)) found.push(trunk);
  }
  return found;
}

function keepsTrunk({ restore }: Leg): boolean {
  return (restore as { peer?: { kept?: unknown } } | undefined)?.peer?.kept !== undefined;
}

/** The trunk's leg that a line's leg is coupled with, as the line keeps it. */
function trunkLegOf(id: LegId, leg: Leg, { role, party, controller, peer }: LegRestore): FoundLeg | undefined {
  if (!peer?.kept) return undefined;
  const { epoch, protocol } = peer.kept;
  const restore: LegRestore = {
    role: role === 'caller' ? 'callee' : 'caller',
    party: leg.peer,
    controller,
    peer: { leg: id, edge: leg.edge },
    protocol,
  };
  const direction = leg.direction === 'initiator' ? 'recipient' : 'initiator';
  return { id: peer.leg, leg: { ...leg, edge: peer.edge, epoch, peer: party, direction, restore }, restore };
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
