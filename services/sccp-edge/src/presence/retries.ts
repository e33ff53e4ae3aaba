import type { RelayFailure } from '@linewatch/presence';
import { subscriptionCauses } from '@linewatch/sccp';

/**
 * How often a line beyond the trunk failed for one lamp [cme-presence 4.9]. The edge that watches it at the server tries
 * again for all; each lamp counts for itself. Plain data, and functions over it.
 */
export interface Retries {
  /** Attempts that failed since the lamp began, or since the last success. */
  readonly failed: number;
  /** The failure that was counted last, or that was there before. */
  readonly at?: number;
  readonly attempts?: number;
}

/** A lamp that begins: how its line failed before is not its failure. */
export function beginRetries(failure: RelayFailure | undefined): Retries {
  return failure ? { failed: 0, at: failure.at, attempts: failure.attempts } : { failed: 0 };
}

/**
 * The count after the line's state was heard. An attempt that was made out of turn, for a watcher that came, counts only
 * for those that had none yet.
 */
export function countFailure(retries: Retries, failure: RelayFailure | undefined): Retries {
  if (!failure) return retries.at === undefined ? retries : { failed: 0 };
  if (failure.at === retries.at) return retries;
  const isCounted = retries.failed === 0 || failure.attempts !== retries.attempts;
  return { failed: retries.failed + (isCounted ? 1 : 0), at: failure.at, attempts: failure.attempts };
}

/** Whether a key gives up: the first attempt failed, and as many retries as there may be [T-20]. */
export function isGivenUp({ failed }: Retries, limit: number): boolean {
  return failed > limit;
}

/** The cause that a call list hears, which is not tried again [cme-presence 4.6]. */
export function failureCause({ kind }: RelayFailure): number {
  return kind === 'timeout' ? subscriptionCauses.timeout : subscriptionCauses.trunkTerm;
}
