import type { LeaseFact } from './events';
import type { EdgeId } from './ids';
import { isBelieved, type LineFold } from './line';
import { isRelayBelieved, type Relay, RELAY_GRACE_MS, relaysOf, speaks } from './relay';

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
  for (const [, relay] of confirmedRelays(line)) consider(relay.until + RELAY_GRACE_MS);
  return next;
}

/** What sources elsewhere say and is still believed. */
function confirmedRelays(line: LineFold): (readonly [source: string, relay: Relay])[] {
  return relaysOf(line).filter(([source, relay]) => speaks(relay) && isRelayBelieved(line, source, relay));
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
  for (const [source, relay] of confirmedRelays(line)) {
    if (relay.until + RELAY_GRACE_MS <= now) due.push({ kind: 'relayed-lapsed', source, upTo: relay.seq });
  }
  return due;
}

/** The fact that says an edge fell silent, or undefined when nothing believed on this line depends on it. */
export function edgeLostFact(line: LineFold, edge: EdgeId, epoch: number): LeaseFact | undefined {
  return dependsOnEdge(line, edge, epoch) ? { kind: 'edge-lost', edge, epoch, upTo: line.seq } : undefined;
}

/** The edges that this line's legs, connection-bound registrations and relays live on: the keys of the edge index. */
export function edgesOf(line: LineFold): EdgeId[] {
  const edges = new Set<EdgeId>();
  for (const leg of Object.values(line.legs)) edges.add(leg.edge);
  for (const registration of Object.values(line.registrations)) {
    for (const binding of registration.bindings) if (binding.connectionBound) edges.add(binding.edge);
  }
  for (const [, relay] of relaysOf(line)) if (relay.edge !== undefined && speaks(relay)) edges.add(relay.edge);
  return [...edges];
}

function dependsOnEdge(line: LineFold, edge: EdgeId, epoch: number): boolean {
  const lost = line.lapsed.edges[edge];
  const isFresh = (itsEpoch: number, seq: number): boolean =>
    itsEpoch <= epoch && (!lost || itsEpoch > lost.epoch || (itsEpoch === lost.epoch && seq > lost.upTo));
  const leg = Object.values(line.legs).some((each) => each.edge === edge && isFresh(each.epoch, each.factSeq));
  if (leg) return true;
  const relay = relaysOf(line).some(
    ([, each]) => speaks(each) && each.edge === edge && isFresh(each.epoch ?? 0, each.seq),
  );
  if (relay) return true;
  return Object.values(line.registrations).some((registration) =>
    registration.bindings.some(
      (binding) => binding.connectionBound && binding.edge === edge && isFresh(binding.epoch, registration.seq),
    ),
  );
}
