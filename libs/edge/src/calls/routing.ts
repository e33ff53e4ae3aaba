import type { Forwarding, RoutedTarget, RouteRefusal } from '@linewatch/call';
import type { LineEntry } from '@linewatch/config';
import type { EdgeId, InstanceId, LegId, LineNumber } from '@linewatch/presence';
import type { Clock, EdgeMonitor } from '@linewatch/runtime';
import { reachableBindings, type Bindings } from '../bindings';
import type { Directory } from '../directory';
import type { Lines } from '../lines';
import type { PhoneTarget } from './edge-leg';
import { forwardingOf } from './forwarding';
import { holderOf, isParkSlot } from './park-choice';

/** Phones that one call rings at most. */
const MAX_TARGETS = 32;

export type Routed =
  | {
      readonly targets: readonly RoutedTarget[];
      readonly next?: readonly RoutedTarget[];
      readonly forwarding?: Forwarding;
    }
  /** Every call goes to that number instead. */
  | { readonly forward: string }
  | { readonly refusal: RouteRefusal };

/** Whether a phone, at one of its bindings, is the one that calls. */
export type CallingPhone = (phone: PhoneTarget) => boolean;

export interface RoutingParts {
  readonly edge: { readonly id: EdgeId; readonly epoch: number };
  readonly directory: Pick<Directory, 'current'>;
  readonly bindings: Pick<Bindings, 'of'>;
  readonly monitor: Pick<EdgeMonitor, 'isAlive' | 'edges'>;
  readonly lines: Pick<Lines, 'get'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newLeg: () => LegId;
  /** An edge that speaks SIP: for a phone on UDP that registered at an edge which is gone, and for trunks. */
  readonly standIn: () => EdgeId | undefined;
}

/**
 * Where a number is: every contact of every phone that carries it rings [SB-96], but the one that calls, unless it is the
 * only one. What no line has may be beyond a trunk: see `routeAnywhere`.
 *
 * @param isCalling which of them calls; absent when none of them does
 */
export async function route(parts: RoutingParts, number: string, isCalling?: CallingPhone): Promise<Routed> {
  const { lines, config } = parts.directory.current();
  const entry = lines.resolve(number);
  if (!entry) return { refusal: 'unknown-number' };
  if (isParkSlot(entry)) {
    const target = { kind: 'park-slot', line: entry.number } as const;
    return { targets: [{ leg: parts.newLeg(), edge: slotEdge(parts, entry.number), target }] };
  }
  const { all, silent, unreachable, later } = forwardingOf(config, entry);
  if (all !== undefined) return { forward: all };
  let targets: readonly RoutedTarget[];
  try {
    targets = await phonesOf(parts, entry, silent);
  } catch (error) {
    if ((error as Error | undefined)?.name !== 'UnavailableError') throw error;
    return { refusal: 'could-not-ask' };
  }
  const others = targets.filter(({ target }) => target.kind !== 'phone' || !isCalling?.(target));
  const chosen = (others.length > 0 ? others : targets).slice(0, MAX_TARGETS);
  if (chosen.length > 0) return { targets: chosen, ...(later && { forwarding: later }) };
  return unreachable === undefined ? { refusal: 'nobody-registered' } : { forward: unreachable };
}

/** The edge that has the parked call; for a free slot one that all edges agree on, so that two calls cannot take it. */
function slotEdge({ edge, monitor, lines }: RoutingParts, line: LineNumber): EdgeId {
  const holder = holderOf(lines.get(line));
  if (holder !== undefined && (holder === edge.id || monitor.isAlive(holder))) return holder;
  const others = monitor.edges().flatMap((each) => (each.alive ? [each.edge] : []));
  return [edge.id, ...others].sort()[0] ?? edge.id;
}

/** @param silent instances that do not ring */
async function phonesOf(
  parts: RoutingParts,
  entry: LineEntry,
  silent: ReadonlySet<InstanceId>,
): Promise<RoutedTarget[]> {
  const all = await parts.bindings.of(entry.number);
  const carried = new Map<string, InstanceId>();
  for (const { id, devices } of entry.instances) {
    if (silent.has(id)) continue;
    for (const device of devices) if (!carried.has(device)) carried.set(device, id);
  }
  const reachable = reachableBindings(all, parts.clock.now(), (device) => carried.get(device));
  return reachable.flatMap(({ device, instance, binding }) => {
    const edge = edgeFor(parts, binding);
    if (edge === undefined) return [];
    return [{ leg: parts.newLeg(), edge, target: { kind: 'phone', line: entry.number, device, instance, binding } }];
  });
}

/**
 * The edge that can reach a contact. A connection belongs to the process that holds it; over UDP any SIP edge reaches a
 * phone, so another one stands in for an edge that is gone.
 */
function edgeFor(
  { edge, monitor, standIn }: RoutingParts,
  binding: { edge: EdgeId; epoch: number; connectionBound: boolean },
): EdgeId | undefined {
  if (binding.connectionBound) {
    const isHere = binding.edge === edge.id && binding.epoch === edge.epoch;
    return isHere || (binding.edge !== edge.id && monitor.isAlive(binding.edge, binding.epoch))
      ? binding.edge
      : undefined;
  }
  return binding.edge === edge.id || monitor.isAlive(binding.edge) ? binding.edge : standIn();
}
