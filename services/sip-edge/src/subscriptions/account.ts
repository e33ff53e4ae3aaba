import type { SubscriptionAccount } from '@linewatch/edge';
import { flowText, lampWordOf } from '@linewatch/presence';
import type { LineView } from '@linewatch/sip';
import type { Watched } from './watched';

/**
 * What this edge has in memory of a subscription, for an operator.
 * @param view what its watcher may be shown of the line now
 */
export function accountOf(watched: Watched, view: LineView): SubscriptionAccount {
  const { state, flow, queued, sentAt, answer, answeredAt } = watched;
  const { inFlight, acked, waiting, retryAt, cseq } = state;
  // After a refusal with Retry-After nothing is kept of what was sent: the newest state goes out then.
  const told = inFlight?.view ?? (answer < 300 ? acked : undefined);
  const next = waiting?.view ?? (queued ? view : undefined);
  return {
    reachedAt: flowText(flow),
    ...(sentAt > 0 && {
      last: {
        message: 'NOTIFY',
        at: sentAt,
        number: cseq,
        ...(told && { lamp: lampWordOf(told.lamp) }),
        ...(!inFlight && answer > 0 && { answer: { status: answer, at: answeredAt } }),
      },
    }),
    inFlight: inFlight !== undefined,
    ...(next && { waiting: lampWordOf(next.lamp) }),
    ...(retryAt !== undefined && { retryAt }),
    due: lampWordOf(view.lamp),
  };
}
