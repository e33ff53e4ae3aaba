import type {
  Binding,
  DialogView,
  FeatureFact,
  Lamp,
  LeaseFact,
  LegFact,
  LegStateName,
  LineConfigFact,
  LineFact,
  LineInstance,
  RegistrationFact,
} from './events';
import type { CallId, DeviceName, EdgeId, InstanceId, LegId, LineNumber } from './ids';
import { at, edgeLost, type Lapses, type LostEdges, raise } from './lapse';
import { foldRelayed, isRelayed, lapseRelay, relayedDialogs, relayedLamp, type RelayFold } from './relay';

/**
 * One line as a pure fold over its facts [design law 3]: legs by rank, registrations and features by stream sequence
 * per device, leases and lost edges as facts like the others. The same facts in any order give the same lamp.
 */

/** How long an ended leg is remembered, so that a late fact does not revive it. Longer than any redelivery. */
export const TOMBSTONE_MS = 120_000;

/** A leg that has not ended. `factSeq` is the LINES sequence of the fact that was believed last. */
export interface Leg {
  readonly call: CallId;
  readonly device: DeviceName;
  readonly instance: InstanceId;
  readonly state: Exclude<LegStateName, 'terminated'>;
  readonly direction: 'initiator' | 'recipient';
  readonly held: boolean;
  readonly peer: LegFact['peer'];
  readonly dialog?: LegFact['dialog'];
  readonly restore?: unknown;
  readonly edge: EdgeId;
  readonly epoch: number;
  readonly seq: number;
  readonly factSeq: number;
  readonly leaseUntil: number;
}

/** What a device last registered for this line. */
export interface Registration {
  readonly bindings: readonly Binding[];
  readonly seq: number;
}

/** The whole of what is known of a line. JSON-serialisable: it travels in every `lw.presence.<dn>` message. */
export interface LineFold extends RelayFold {
  readonly line: LineNumber;
  readonly instances: readonly LineInstance[];
  readonly registrations: Readonly<Record<DeviceName, Registration>>;
  readonly dnd: Readonly<Record<DeviceName, { readonly on: boolean; readonly seq: number }>>;
  readonly legs: Readonly<Record<LegId, Leg>>;
  /** Ended legs and the line's time when that was learned. */
  readonly tombstones: Readonly<Record<LegId, number>>;
  readonly lapsed: {
    readonly legs: Lapses;
    readonly devices: Lapses;
    readonly relayed?: Lapses;
    readonly edges: LostEdges;
  };
  /** The last LINES sequence folded of each kind of fact: what an append of that kind expects to find. */
  readonly last: { readonly [K in 'registration' | 'call' | 'feature' | 'lease' | 'config']: number } & {
    readonly relayed?: number;
  };
  /** The highest LINES sequence folded. */
  readonly seq: number;
  /** The time of the newest fact folded. */
  readonly time: number;
}

/** A fact with its place in stream LINES (0 if it was not appended yet) and the time its event bears. */
export type SequencedLineFact = LineFact & { readonly seq: number; readonly time: number };

/** A line of which nothing is known. */
export function emptyLine(line: LineNumber): LineFold {
  return {
    line,
    instances: [],
    registrations: {},
    dnd: {},
    legs: {},
    tombstones: {},
    lapsed: { legs: {}, devices: {}, edges: {} },
    last: { registration: 0, call: 0, feature: 0, lease: 0, config: 0 },
    seq: 0,
    time: 0,
  };
}

/** The line after one more fact. Total: a fact that brings nothing new only moves `seq`. */
export function evolveLine(line: LineFold, fact: SequencedLineFact): LineFold {
  const moved = { ...line, seq: Math.max(line.seq, fact.seq), time: Math.max(line.time, fact.time) };
  switch (fact.type) {
    case 'linewatch.line.registration':
      return foldRegistration(mark(moved, 'registration', fact.seq), fact.data, fact.seq);
    case 'linewatch.line.call':
      return foldLeg(mark(moved, 'call', fact.seq), fact.data, fact.seq);
    case 'linewatch.line.feature':
      return foldFeature(mark(moved, 'feature', fact.seq), fact.data, fact.seq);
    case 'linewatch.line.lease':
      return foldLease(mark(moved, 'lease', fact.seq), fact.data);
    case 'linewatch.line.config':
      return foldConfig(mark(moved, 'config', fact.seq), fact.data, fact.seq, line.last.config);
    case 'linewatch.line.relayed': {
      const relayed = foldRelayed(line.relayed ?? {}, fact.data, fact.seq);
      return { ...mark(moved, 'relayed', fact.seq), relayed };
    }
    default:
      return fact satisfies never;
  }
}

function mark(line: LineFold, kind: keyof LineFold['last'], seq: number): LineFold {
  return seq > (line.last[kind] ?? 0) ? { ...line, last: { ...line.last, [kind]: seq } } : line;
}

function foldRegistration(line: LineFold, fact: RegistrationFact, seq: number): LineFold {
  const known = at(line.registrations, fact.device);
  if (known && known.seq >= seq) return line;
  return { ...line, registrations: { ...line.registrations, [fact.device]: { bindings: fact.bindings, seq } } };
}

function foldFeature(line: LineFold, fact: FeatureFact, seq: number): LineFold {
  const known = at(line.dnd, fact.device);
  if (known && known.seq >= seq) return line;
  return { ...line, dnd: { ...line.dnd, [fact.device]: { on: fact.dnd, seq } } };
}

function foldConfig(line: LineFold, fact: LineConfigFact, seq: number, lastConfig: number): LineFold {
  return seq < lastConfig ? line : { ...line, instances: fact.instances };
}

const rank: Record<LegStateName, number> = { trying: 0, early: 1, confirmed: 2, terminated: 3 };

function foldLeg(line: LineFold, fact: LegFact, seq: number): LineFold {
  if (hasEnded(line, fact.leg)) return line;
  if (fact.state === 'terminated') return endLeg(line, fact.leg);
  const known = at(line.legs, fact.leg);
  if (known && !supersedes(fact, known)) {
    // An older word still shows that the source spoke: it counts against a lapse before it.
    return seq > known.factSeq ? { ...line, legs: { ...line.legs, [fact.leg]: { ...known, factSeq: seq } } } : line;
  }
  const { leg, state, ...rest } = fact;
  const factSeq = Math.max(seq, known?.factSeq ?? 0);
  return { ...line, legs: { ...line.legs, [leg]: { ...rest, state, factSeq } } };
}

function supersedes(fact: LegFact, known: Leg): boolean {
  const higher = rank[fact.state] - rank[known.state];
  if (higher !== 0) return higher > 0;
  if (fact.epoch !== known.epoch) return fact.epoch > known.epoch;
  return fact.seq > known.seq;
}

function hasEnded(line: LineFold, leg: LegId): boolean {
  return at(line.tombstones, leg) !== undefined;
}

function endLeg(line: LineFold, leg: LegId): LineFold {
  // Counted from when the end was learned: a fact that waited long in its edge's outbox is remembered as long as others.
  const tombstones: Record<LegId, number> = { [leg]: line.time };
  for (const [id, endedAt] of Object.entries(line.tombstones)) {
    if (endedAt + TOMBSTONE_MS >= line.time) tombstones[id] = endedAt;
  }
  return { ...forgetLeg(line, leg), tombstones };
}

function forgetLeg(line: LineFold, leg: LegId): LineFold {
  const { [leg]: _leg, ...legs } = line.legs;
  const { [leg]: _lapse, ...legLapses } = line.lapsed.legs;
  return { ...line, legs, lapsed: { ...line.lapsed, legs: legLapses } };
}

function foldLease(line: LineFold, fact: LeaseFact): LineFold {
  const { lapsed } = line;
  switch (fact.kind) {
    case 'edge-lost': {
      const known = at(lapsed.edges, fact.edge);
      if (known && (known.epoch > fact.epoch || (known.epoch === fact.epoch && known.upTo >= fact.upTo))) return line;
      const lost = { epoch: fact.epoch, upTo: fact.upTo };
      return { ...line, lapsed: { ...lapsed, edges: { ...lapsed.edges, [fact.edge]: lost } } };
    }
    case 'leg-lapsed':
      if (hasEnded(line, fact.leg)) return line;
      return { ...line, lapsed: { ...lapsed, legs: raise(lapsed.legs, fact.leg, fact.upTo) } };
    case 'registration-lapsed':
      return { ...line, lapsed: { ...lapsed, devices: raise(lapsed.devices, fact.device, fact.upTo) } };
    case 'relayed-lapsed':
      return { ...line, lapsed: { ...lapsed, relayed: lapseRelay(lapsed.relayed, fact.source, fact.upTo) } };
    case 'leg-abandoned': {
      const leg = at(line.legs, fact.leg);
      // No tombstone: should its edge come back and speak of the call, the line is in use again [design law 4].
      return leg && leg.factSeq <= fact.upTo ? forgetLeg(line, fact.leg) : line;
    }
    default:
      return fact satisfies never;
  }
}

/** Whether the source of a leg is still believed: neither its lease nor its edge was lost since it last spoke. */
export function isBelieved(line: LineFold, id: LegId, leg: Leg): boolean {
  if ((at(line.lapsed.legs, id) ?? 0) >= leg.factSeq) return false;
  return !edgeLost(line.lapsed.edges, leg.edge, leg.epoch, leg.factSeq);
}

/**
 * What is to be made of a leg: `believed`; `unsure`, so that its line is unknown; or `over`. An SCCP phone has no calls
 * when it registers elsewhere: one that was lost with its edge does not wait for that edge to come back.
 */
export function standingOf(line: LineFold, id: LegId, leg: Leg): 'believed' | 'unsure' | 'over' {
  if (isBelieved(line, id, leg)) return 'believed';
  const isSccp = line.instances.some(({ devices }) =>
    devices.some(({ name, kind }) => name === leg.device && kind === 'sccp'),
  );
  if (!isSccp || (at(line.registrations, leg.device)?.seq ?? 0) <= leg.factSeq) return 'unsure';
  const bindings = believedBindings(line, leg.device);
  const isElsewhere = bindings.every(({ edge, epoch }) => edge !== leg.edge || epoch > leg.epoch);
  return bindings.length > 0 && isElsewhere ? 'over' : 'unsure';
}

/** The bindings of a device that are still believed. A UDP binding does not depend on its edge [design law 4]. */
export function believedBindings(line: LineFold, device: DeviceName): readonly Binding[] {
  const registration = at(line.registrations, device);
  if (!registration || (at(line.lapsed.devices, device) ?? 0) >= registration.seq) return [];
  return registration.bindings.filter(
    (binding) =>
      !binding.connectionBound || !edgeLost(line.lapsed.edges, binding.edge, binding.epoch, registration.seq),
  );
}

/** What watchers see of the line [cme-presence 3.2 to 3.5; T-4 to T-9, T-11 to T-13]. */
export function lampOf(line: LineFold): Lamp {
  if (isRelayed(line)) return relayedLamp(line);
  const watchable = line.instances.filter((instance) => instance.watchable);
  const reachable = watchable.filter((instance) => isReachable(line, instance));
  if (reachable.length === 0) return { state: 'unknown', dnd: false };
  // A call counts also on an instance whose phone is no longer registered: the number is in use all the same.
  const state = useOf(line, new Set(watchable.map((instance) => instance.id)));
  if (state === 'unknown') return { state, dnd: false };
  return { state, dnd: reachable.some((instance) => isInDnd(line, instance)) };
}

/** A floating number needs no registration [cme-presence 3.4]; a phone's line needs one phone that is registered. */
function isReachable(line: LineFold, instance: LineInstance): boolean {
  if (instance.kind !== 'phone') return true;
  return instance.devices.some((device) => believedBindings(line, device.name).length > 0);
}

function useOf(line: LineFold, instances: ReadonlySet<InstanceId>): Lamp['state'] {
  let use: Lamp['state'] = 'idle';
  for (const [id, leg] of Object.entries(line.legs)) {
    if (!instances.has(leg.instance)) continue;
    const standing = standingOf(line, id, leg);
    if (standing === 'believed') return 'in-use';
    // A call whose edge went silent may still be up: idle would be a lie [design law 4].
    if (standing === 'unsure') use = 'unknown';
  }
  return use;
}

/** DND shows for SCCP phones only, by rules D-1 to D-3 [cme-presence 3.5; T-11, T-12, T-13]. */
function isInDnd(line: LineFold, instance: LineInstance): boolean {
  const phones = instance.devices.filter((device) => device.kind === 'sccp');
  const inDnd = (phone: { name: DeviceName }): boolean => at(line.dnd, phone.name)?.on === true;
  if (phones.length === 0) return false;
  const primaries = phones.filter((phone) => phone.primary);
  if (primaries.length === 1) return primaries.every(inDnd);
  return phones.every(inDnd);
}

/** The live dialogs of the line in the order of their ids, of watchable instances and believed legs only. */
export function dialogsOf(line: LineFold): DialogView[] {
  if (isRelayed(line)) return relayedDialogs(line);
  const watchable = new Set(line.instances.filter((instance) => instance.watchable).map((instance) => instance.id));
  return Object.entries(line.legs)
    .filter(([id, leg]) => watchable.has(leg.instance) && isBelieved(line, id, leg))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, leg]) => ({
      id,
      ...(leg.dialog && { callId: leg.dialog.callId, localTag: leg.dialog.localTag, remoteTag: leg.dialog.remoteTag }),
      direction: leg.direction,
      state: leg.state,
      held: leg.held,
      peer: leg.peer,
    }));
}
