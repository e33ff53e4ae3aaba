import { ownedSubscription, type SubscriptionRecords } from '@linewatch/edge';
import type { Logger } from '@linewatch/runtime';
import type { ActiveWatch } from '@linewatch/tables';

export interface OrphanPorts {
  readonly edge: { readonly id: string; readonly epoch: number };
  readonly records: Pick<SubscriptionRecords, 'end'>;
  readonly log: Pick<Logger, 'warn'>;
}

/** Begins the id of every subscription that this life of the edge makes. */
export function idPrefixOf({ id, epoch }: OrphanPorts['edge']): string {
  return `${id}.${epoch}.`;
}

/**
 * Ends a subscription that an earlier life of this edge owned: its phone lost the connection with that life, and gets a
 * new one with each key when it registers again. False: it is of this life, and still being taken up.
 */
export function endOrphan(
  { edge, records, log }: OrphanPorts,
  { subscription: record, subId, token }: ActiveWatch,
): boolean {
  if (record.id.startsWith(idPrefixOf(edge))) return false;
  records
    .end(ownedSubscription({ record, subId, token }), 'background', 'deactivated')
    .catch((err: unknown) => log.warn({ id: record.id, err }, 'the end of a subscription could not be stored'));
  return true;
}
