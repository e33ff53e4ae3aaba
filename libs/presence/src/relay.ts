import type { DialogView, Lamp, LineInstance, RelayedFact, RelayView } from './events';
import { at, edgeLost, type Lapses, type LostEdges, raise } from './lapse';

/**
 * Lines whose state other systems know: relayed by an edge that watches them beyond a trunk [cme-presence 4.8], published
 * to us, or said on the bus. Each source says the whole of what it knows; its newest word counts, by the place in the stream.
 */

/** Sources of one line that are remembered; of more, those that spoke last. */
export const MAX_RELAYS = 16;
/** Dialogs of one line that are told: what one fact has room for. */
export const MAX_RELAYED_DIALOGS = 32;
/** How long past its confirmation a relayed lamp is believed: the time its source has to say that it is confirmed anew. */
export const RELAY_GRACE_MS = 10_000;

/** What a source last said of the line, and where in LINES. */
export type Relay = RelayedFact & { readonly seq: number };

/** The part of a line's fold that is about sources elsewhere. Absent in folds of lines that never had any. */
export interface RelayFold {
  readonly relayed?: Readonly<Record<string, Relay>>;
}

/** What this file reads of a line. */
interface RelayedLine extends RelayFold {
  readonly instances: readonly LineInstance[];
  readonly lapsed: { readonly relayed?: Lapses; readonly edges: LostEdges };
}

/** The sources with one more fact. A source that withdrew is remembered as silent, so that a late fact does not revive it. */
export function foldRelayed(
  relayed: Readonly<Record<string, Relay>>,
  fact: RelayedFact,
  seq: number,
): Readonly<Record<string, Relay>> {
  const known = at(relayed, fact.source);
  if (known && known.seq >= seq) return relayed;
  const all = { ...relayed, [fact.source]: { ...fact, seq } };
  const sources = Object.keys(all);
  if (sources.length <= MAX_RELAYS) return all;
  const kept = sources.sort((a, b) => (all[b]?.seq ?? 0) - (all[a]?.seq ?? 0)).slice(0, MAX_RELAYS);
  return Object.fromEntries(kept.map((source) => [source, all[source] as Relay]));
}

/** The lapses after the lease of a source ended. */
export function lapseRelay(lapses: Lapses | undefined, source: string, upTo: number): Lapses {
  return raise(lapses ?? {}, source, upTo);
}

/** Whether a line shows what other systems say: it has no phone here that would know better [cme-presence Q-12]. */
export function isRelayed(line: RelayedLine): boolean {
  if (!relaysOf(line).some(([, relay]) => speaks(relay) || relay.failure)) return false;
  return line.instances.every(({ kind, devices }) => kind === 'phone' && devices.length === 0);
}

/** The sources that said anything, in the order of their names. */
export function relaysOf(line: RelayFold): (readonly [source: string, relay: Relay])[] {
  return Object.entries(line.relayed ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Whether a source says what the line does, and not only that it does not know. */
export function speaks({ lamp, dialogs }: Relay): boolean {
  return lamp !== undefined || dialogs !== undefined;
}

/** Whether what a source says is still believed: neither its lease nor its edge was lost since. */
export function isRelayBelieved({ lapsed }: Pick<RelayedLine, 'lapsed'>, source: string, relay: Relay): boolean {
  if ((at(lapsed.relayed ?? {}, source) ?? 0) >= relay.seq) return false;
  return relay.edge === undefined || !edgeLost(lapsed.edges, relay.edge, relay.epoch ?? 0, relay.seq);
}

const UNKNOWN: Lamp = { state: 'unknown', dnd: false };

/** What watchers see of a relayed line. Who tells only dialogs tells the lamp by them, unless another source tells it. */
export function relayedLamp(line: RelayedLine): Lamp {
  const { instances } = line;
  if (instances.length > 0 && !instances.some(({ watchable }) => watchable)) return UNKNOWN;
  const believed = believedRelays(line);
  const lamps = believed.flatMap(({ lamp }) => lamp ?? []);
  if (lamps.length > 0) return lamps.reduce(busier);
  const dialogs = believed.flatMap((relay) => relay.dialogs ?? []);
  if (!believed.some((relay) => relay.dialogs)) return UNKNOWN;
  return { state: dialogs.length > 0 ? 'in-use' : 'idle', dnd: false };
}

const ORDER = ['unknown', 'idle', 'in-use'] as const;

function busier(a: Lamp, b: Lamp): Lamp {
  const state = ORDER.indexOf(a.state) >= ORDER.indexOf(b.state) ? a.state : b.state;
  return { state, dnd: state !== 'unknown' && (a.dnd || b.dnd) };
}

/** The dialogs that believed sources tell, each id once. */
export function relayedDialogs(line: RelayedLine): DialogView[] {
  if (relayedLamp(line).state === 'unknown') return [];
  const byId = new Map<string, DialogView>();
  for (const { dialogs } of believedRelays(line)) {
    for (const dialog of dialogs ?? []) if (!byId.has(dialog.id)) byId.set(dialog.id, dialog);
  }
  return [...byId.values()].slice(0, MAX_RELAYED_DIALOGS).sort((a, b) => (a.id < b.id ? -1 : 1));
}

function believedRelays(line: RelayedLine): Relay[] {
  return relaysOf(line).flatMap(([source, relay]) => (isRelayBelieved(line, source, relay) ? [relay] : []));
}

/** What watchers and operators may know of each source: whether it is confirmed, and how it failed. */
export function relayViews(line: RelayedLine): Record<string, RelayView> {
  const views: Record<string, RelayView> = {};
  for (const [source, relay] of relaysOf(line)) {
    const { package: name, failure } = relay;
    if (!speaks(relay) && !failure) continue;
    const stale = speaks(relay) && !isRelayBelieved(line, source, relay);
    views[source] = { package: name, stale, ...(failure && { failure }) };
  }
  return views;
}
