import type { SubscriptionAccount } from '@linewatch/edge';
import { flowText, type Lamp } from '@linewatch/presence';
import { blfStatuses } from '@linewatch/sccp';
import { statusOf } from './lamp-status';
import type { Watched } from './watch';

/** What this edge has in memory of a lamp's subscription, for an operator. @param lamp what it ought to show now */
export function accountOf({ watch, told, count, sentAt }: Watched, lamp: Lamp): SubscriptionAccount {
  const { place, phone } = watch;
  return {
    reachedAt: flowText(phone.flow),
    ...(told !== undefined && {
      last: {
        message: place.kind === 'key' ? 'FeatureStat' : 'Notification',
        at: sentAt,
        number: count,
        lamp: wordOf(told),
      },
    }),
    // The connection delivers what was written, or ends.
    inFlight: false,
    due: wordOf(statusOf(lamp)),
  };
}

/** A status as `lampWordOf` calls it; do-not-disturb looks alike on an idle line and on one in use. */
function wordOf(status: number): string {
  switch (status) {
    case blfStatuses.idle:
      return 'idle';
    case blfStatuses.inUse:
      return 'in-use';
    case blfStatuses.doNotDisturb:
      return 'dnd';
    default:
      return 'unknown';
  }
}
