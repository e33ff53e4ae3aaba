import type { LeaseFact } from './events';
import type { EdgeId } from './ids';
import { isBelieved, type LineFold } from './line';

/** How long a lapsed leg keeps its line unknown before the call counts as over (its edge never came back). */
export const ABANDON_MS = 15 * 60_000;

/** How long past its expiry a registration is believed: the time its registrar has to say that it expired. */
export const REGISTRATION_GRACE_MS = 5_000;

/** When the next lease of this line ends, or undefined when nothing on it has one. Milliseconds since the epoch. */
export function nextLeaseEnd(line: LineFold): number | undefined {
  let next: number | undefined;
  const consider = (time: number): void => {
    if (next === undefined || time < next) next = time;
  };
  for (const [id, leg] of Object.entries(line.legs)) {
    consider(isBelieved(line, id, leg) ? leg.leaseUntil : leg.leaseUntil + ABANDON_MS);
  }
  for (const [device, registration] of Object.entries(line.registrations)) {
    if (registration.bindings.length === 0 || (line.lapsed.devices[device] ?? 0) >= registration.seq) continue;
    consider(Math.max(...registration.bindings.map((binding) => binding.expiresAt)) + REGISTRATION_GRACE_MS);
  }
  return next;
}

/** The lease facts that are due at `now`. Appended by any copy of presence-state; appending one twice changes nothing. */
export function dueLeases(line: LineFold, now: number): LeaseFact[] {
  const due: LeaseFact[] = [];
  for (const [id, leg] of Object.entries(line.legs)) {
    if (isBelieved(line, id, leg)) {
      if (leg.leaseUntil <= now) due.push({ kind: 'leg-lapsed', leg: id, upTo: leg.factSeq });
    } else if (leg.leaseUntil + ABANDON_MS <= now) {
      due.push({ kind: 'leg-abandoned', leg: id, upTo: leg.factSeq });
    }
  }
  for (const [device, registration] of Object.entries(line.registrations)) {
    if (registration.bindings.length === 0 || (line.lapsed.devices[device] ?? 0) >= registration.seq) continue;
    const end = Math.max(...registration.bindings.map((binding) => binding.expiresAt)) + REGISTRATION_GRACE_MS;
    if (end <= now) due.push({ kind: 'registration-lapsed', device, upTo: registration.seq });
  }
  return due;
}

/** The fact that says an edge fell silent, or undefined when nothing believed on this line depends on it. */
export function edgeLostFact(line: LineFold, edge: EdgeId, epoch: number): LeaseFact | undefined {
  return dependsOnEdge(line, edge, epoch) ? { kind: 'edge-lost', edge, epoch, upTo: line.seq } : undefined;
}

/** The edges that this line's legs and connection-bound registrations live on: the keys of the edge index. */
export function edgesOf(line: LineFold): EdgeId[] {
  const edges = new Set<EdgeId>();
  for (const leg of Object.values(line.legs)) edges.add(leg.edge);
  for (const registration of Object.values(line.registrations)) {
    for (const binding of registration.bindings) if (binding.connectionBound) edges.add(binding.edge);
  }
  return [...edges];
}

function dependsOnEdge(line: LineFold, edge: EdgeId, epoch: number): boolean {
  const lost = line.lapsed.edges[edge];
  const isFresh = (itsEpoch: number, seq: number): boolean =>
    itsEpoch <= epoch && (!lost || itsEpoch > lost.epoch || (itsEpoch === lost.epoch && seq > lost.upTo));
  const leg = Object.values(line.legs).some((each) => each.edge === edge && isFresh(each.epoch, each.factSeq));
  if (leg) return true;
  return Object.values(line.registrations).some((registration) =>
    registration.bindings.some(
      (binding) => binding.connectionBound && binding.edge === edge && isFresh(binding.epoch, registration.seq),
    ),
  );
}
