import { isUpstream, type Lines, upstreamFailure } from '@linewatch/edge';
import type { LineNumber, RelayFailure } from '@linewatch/presence';
import type { Clock } from '@linewatch/runtime';
import type { TerminationReason } from '@linewatch/sip';
import type { Notifications } from './notifications';
import type { Watched } from './watched';

/** How a subscription ends because the one at the server did; `retryAfter` in seconds. */
export interface UpstreamEnding {
  readonly reason: TerminationReason;
  readonly retryAfter?: number;
}

/** Reasons that are passed on as they are [cme-presence 4.8]. */
const REASONS: ReadonlySet<string> = new Set<TerminationReason>([
  'deactivated',
  'probation',
  'rejected',
  'timeout',
  'giveup',
  'noresource',
  'invariant',
]);
/** Refusals that say that there is no such line. */
const NO_RESOURCE: ReadonlySet<number> = new Set([404, 410, 416, 484, 485, 604]);
/** Refusals that say nothing of the line: the server is busy, or cannot be reached. */
const FOR_NOW: ReadonlySet<number> = new Set([408, 423, 480, 481, 486, 487, 491]);

/**
 * What a SIP watcher is told of a failure: the server's own reason; `noresource` or `rejected`, after which a phone gives
 * up, where the server refused for good; else `probation`, and when it is tried again.
 */
export function endingOf(
  { kind, status = 0, reason, retryAfter, nextAttemptAt }: RelayFailure,
  now: number,
): UpstreamEnding {
  const again = retryAfter ?? Math.max(1, Math.ceil(((nextAttemptAt ?? now) - now) / 1_000));
  if (kind === 'terminated' && reason !== undefined && REASONS.has(reason)) {
    return { reason: reason as TerminationReason, ...(retryAfter !== undefined && { retryAfter }) };
  }
  if (kind === 'refused' && NO_RESOURCE.has(status)) return { reason: 'noresource' };
  const isForNow =
    kind !== 'refused' || retryAfter !== undefined || FOR_NOW.has(status) || Math.floor(status / 100) === 5;
  return isForNow ? { reason: 'probation', retryAfter: again } : { reason: 'rejected' };
}

/** Ends subscriptions to lines beyond the trunk when the one at the server failed or ended [cme-presence 4.8, 4.9]. */
export class UpstreamEndings {
  constructor(
    private readonly ports: {
      readonly lines: Pick<Lines, 'get'>;
      readonly notifications: Pick<Notifications, 'terminate'>;
      readonly clock: Pick<Clock, 'now'>;
      readonly watchers: (line: LineNumber) => Iterable<Watched>;
    },
  ) {}

  /** Sources of a line fail in another way than before: who waited for one of them is told. */
  lineChanged(line: LineNumber): void {
    const { lines, notifications, clock, watchers } = this.ports;
    const state = lines.get(line)?.state;
    for (const watched of [...watchers(line)]) {
      const failure = isUpstream(watched.record) ? upstreamFailure(state, watched.record.package) : undefined;
      if (!failure || failure.at === watched.failedAt) continue;
      const { reason, retryAfter } = endingOf(failure, clock.now());
      notifications.terminate(watched, reason, retryAfter);
    }
  }
}
