import {
  emptyLine,
  evolveLine,
  type Lamp,
  lampOf,
  type LeaseFact,
  type LineFold,
  type LineNumber,
  sameLamp,
  type SequencedLineFact,
} from '@linewatch/presence';

/**
 * What a line showed when: the fold of its facts once more, as far as the streams keep them. LINES keeps facts for a time,
 * PRESENCE the last states of each line, each with its whole fold. Pure; times are milliseconds since the epoch.
 */

/** A fact, and when the stream took it: from then on watchers could know. */
export type KeptFact = SequencedLineFact & { readonly at: number };

/** A state of the line as PRESENCE keeps it. */
export interface Snapshot {
  /** Its place in PRESENCE. */
  readonly version: number;
  readonly at: number;
  readonly lamp: Lamp;
  /** Since when the line showed that lamp. */
  readonly since: number;
  readonly fold: LineFold;
}

/** All that the streams keep of a line. */
export interface KeptLine {
  readonly line: LineNumber;
  /** The first message that LINES keeps, of whatever line; undefined when it keeps none. */
  readonly first?: { readonly seq: number; readonly at: number };
  /** In their order. */
  readonly snapshots: readonly Snapshot[];
  readonly facts: readonly KeptFact[];
}

/** The lamp changed. */
export interface LampChange {
  readonly at: number;
  readonly lamp: Lamp;
  /** The fact that changed it; undefined when it is not kept any more. */
  readonly fact?: KeptFact;
}

/** What is known of a line's past. */
export interface LinePast {
  /** Before this nothing is known; undefined: nothing was ever forgotten. */
  readonly knownFrom?: number | undefined;
  /** What it showed when what is known begins. */
  readonly atFirst: Lamp;
  readonly changes: readonly LampChange[];
  /** The line after the last fact. */
  readonly fold: LineFold;
}

/**
 * How long a call may be under way without a fact of it: its lease, and after that the time until it is given up. So long
 * after the first fact kept, every call that is up has been heard of.
 */
const CALLS_SETTLE_MS = 25 * 60_000;

const UNKNOWN: Lamp = { state: 'unknown', dnd: false };

/** The line's past, up to the last of its facts that is given. */
export function linePast(kept: KeptLine): LinePast {
  const { line, first, snapshots, facts } = kept;
  const [oldest] = snapshots;
  if (first?.seq === 1 || (!first && !oldest)) return replay(emptyLine(line), UNKNOWN, [], facts);
  if (!oldest) return { ...replay(emptyLine(line), UNKNOWN, [], facts), knownFrom: first?.at };
  const earlier = first && beforeSnapshot(oldest, first, facts);
  if (earlier && earlier.knownFrom < oldest.since) {
    const later = facts.filter(({ seq }) => seq > oldest.fold.seq);
    return { ...replay(oldest.fold, earlier.atFirst, earlier.changes, later), knownFrom: earlier.knownFrom };
  }
  return { ...sinceSnapshot(kept, oldest), knownFrom: oldest.since };
}

/** From the first state of which all later facts are kept the facts tell; before it, what was published. */
function sinceSnapshot({ first, snapshots, facts }: KeptLine, oldest: Snapshot): Omit<LinePast, 'knownFrom'> {
  const exact = snapshots.findIndex(({ fold }) => first !== undefined && fold.seq >= first.seq - 1);
  const told = exact < 0 ? snapshots : snapshots.slice(0, exact + 1);
  const changes: LampChange[] = [];
  let base = oldest;
  for (const snapshot of told) {
    const { at, lamp, fold } = snapshot;
    if (!sameLamp(base.lamp, lamp))
      changes.push(
        changeBy(
          at,
          lamp,
          facts.find(({ seq }) => seq === fold.seq),
        ),
      );
    base = snapshot;
  }
  return replay(base.fold, oldest.lamp, changes, facts);
}

function changeBy(at: number, lamp: Lamp, fact: KeptFact | undefined): LampChange {
  return { at, lamp, ...(fact && { fact }) };
}

/**
 * The facts before the oldest state. What that state knows from before the first fact held all the time; what it knows
 * from a later one is unknown until that kind of fact is met.
 */
function beforeSnapshot(
  oldest: Snapshot,
  first: { readonly seq: number; readonly at: number },
  facts: readonly KeptFact[],
): Pick<LinePast, 'atFirst' | 'changes'> & { readonly knownFrom: number } {
  const early = facts.filter(({ seq }) => seq <= oldest.fold.seq);
  const unsettled = unsettledIn(oldest.fold, first.seq, early);
  let settledAt = unsettled.size === 0 ? first.at : oldest.at;
  for (const fact of early) {
    if (!unsettled.delete(subjectOf(fact)) || unsettled.size > 0) continue;
    settledAt = fact.at;
    break;
  }
  const knownFrom = Math.max(settledAt, first.at + CALLS_SETTLE_MS);
  const { atFirst, changes } = replay(seedOf(oldest.fold, first.seq, early), UNKNOWN, [], early);
  return {
    knownFrom,
    atFirst: changes.filter(({ at }) => at <= knownFrom).at(-1)?.lamp ?? atFirst,
    changes: changes.filter(({ at }) => at > knownFrom),
  };
}

/** What of a fold held already before that place in LINES, and was not said by the early facts. */
function seedOf(fold: LineFold, firstSeq: number, early: readonly KeptFact[]): LineFold {
  const old = <T extends { readonly seq: number }>(table: Readonly<Record<string, T>> = {}): Record<string, T> =>
    Object.fromEntries(Object.entries(table).filter(([, { seq }]) => seq < firstSeq));
  const told = new Set(early.map(subjectOf));
  const untold = <T>(kind: string, lapses: Readonly<Record<string, T>> = {}): Record<string, T> =>
    Object.fromEntries(Object.entries(lapses).filter(([key]) => !told.has(`${kind} ${key}`)));
  const { devices, edges, relayed } = fold.lapsed;
  return {
    ...emptyLine(fold.line),
    instances: fold.last.config < firstSeq ? fold.instances : [],
    registrations: old(fold.registrations),
    dnd: old(fold.dnd),
    ...(fold.relayed && { relayed: old(fold.relayed) }),
    lapsed: {
      legs: {},
      devices: untold('registration-lapsed', devices),
      edges: untold('edge-lost', edges),
      relayed: untold('relayed-lapsed', relayed),
    },
  };
}

/** What of a fold came later than the first fact kept, so that nobody knows what it was before. */
function unsettledIn(fold: LineFold, firstSeq: number, early: readonly KeptFact[]): Set<string> {
  const late = (kind: string, table: Readonly<Record<string, { readonly seq: number }>> = {}): string[] =>
    Object.entries(table).flatMap(([key, { seq }]) => (seq >= firstSeq ? [`${kind} ${key}`] : []));
  // An edge that was lost may have been lost once before, with what depended on it.
  const lost = new Set(early.map(subjectOf).filter((subject) => subject.startsWith('edge-lost')));
  const onLostEdges = Object.values(fold.registrations)
    .filter(({ seq }) => seq < firstSeq)
    .flatMap(({ bindings }) =>
      bindings.flatMap(({ edge }) => (lost.has(`edge-lost ${edge}`) ? [`edge-lost ${edge}`] : [])),
    );
  return new Set([
    ...(fold.last.config >= firstSeq ? ['config'] : []),
    ...late('registration', fold.registrations),
    ...late('dnd', fold.dnd),
    ...late('relayed', fold.relayed),
    ...onLostEdges,
  ]);
}

/** What a fact is about, in the words of `unsettledIn`. */
function subjectOf(fact: KeptFact): string {
  switch (fact.type) {
    case 'linewatch.line.config':
      return 'config';
    case 'linewatch.line.registration':
      return `registration ${fact.data.device}`;
    case 'linewatch.line.feature':
      return `dnd ${fact.data.device}`;
    case 'linewatch.line.relayed':
      return `relayed ${fact.data.source}`;
    case 'linewatch.line.lease':
      return `${fact.data.kind} ${leaseKey(fact.data)}`;
    case 'linewatch.line.call':
      return `leg ${fact.data.leg}`;
    default:
      return fact satisfies never;
  }
}

function leaseKey(fact: LeaseFact): string {
  switch (fact.kind) {
    case 'edge-lost':
      return fact.edge;
    case 'registration-lapsed':
      return fact.device;
    case 'relayed-lapsed':
      return fact.source;
    default:
      return fact.leg;
  }
}

function replay(
  base: LineFold,
  atFirst: Lamp,
  earlier: readonly LampChange[],
  facts: readonly KeptFact[],
): Omit<LinePast, 'knownFrom'> {
  const changes = [...earlier];
  let fold = base;
  let lamp = earlier.at(-1)?.lamp ?? atFirst;
  for (const fact of facts) {
    if (fact.seq <= base.seq) continue;
    fold = evolveLine(fold, fact);
    const next = lampOf(fold);
    if (sameLamp(lamp, next)) continue;
    lamp = next;
    changes.push(changeBy(fact.at, lamp, fact));
  }
  return { atFirst, changes, fold };
}

/** The past as it was at a time: nothing later is in it. */
export function until(kept: KeptLine, at: number): KeptLine {
  return { ...kept, facts: kept.facts.filter((fact) => fact.at <= at) };
}
