import { createHash } from 'node:crypto';
import type { EdgeView } from '@linewatch/runtime';

/** Where a phone registers. */
export interface CallManager {
  readonly host: string;
  readonly port: number;
}

/** A phone's file takes three, as a Cisco Unified CallManager Group does. */
const MOST_CALL_MANAGERS = 3;

/** Who asks: its kind, and the name of its device; a phone without a file of its own has none. */
export interface CallManagerQuestion {
  readonly kind: EdgeView['kind'];
  readonly device?: string;
  /** `source-address` of its kind. */
  readonly sourceAddress?: CallManager | undefined;
}

/**
 * Where a phone is to register, the preferred one first: the edges of its kind that live. Each phone prefers one of its
 * own, so that they spread, and keeps it while other edges come and go (rendezvous hashing). Without a device the
 * `source-address` comes first, where an edge is there. It stands alone when no edge is heard of.
 */
export function callManagersFor(
  { kind, device, sourceAddress }: CallManagerQuestion,
  edges: readonly Pick<EdgeView, 'kind' | 'advertised' | 'alive'>[],
): CallManager[] {
  const alive = edges.flatMap((edge) => (edge.kind === kind && edge.alive ? [edge.advertised] : []));
  // Edges behind one virtual address are one.
  const byAddress = new Map(alive.map(({ host, port }) => [`${host}:${port}`, { host, port }]));
  if (byAddress.size === 0) return sourceAddress ? [sourceAddress] : [];
  const source = sourceAddress && `${sourceAddress.host}:${sourceAddress.port}`;
  const weight = (address: string): string => {
    if (device === undefined) return address === source ? '' : address;
    return createHash('sha256').update(`${device} ${address}`).digest('hex');
  };
  return [...byAddress]
    .map(([address, callManager]) => ({ weight: weight(address), callManager }))
    .sort((a, b) => (a.weight < b.weight ? -1 : 1))
    .slice(0, MOST_CALL_MANAGERS)
    .map(({ callManager }) => callManager);
}
