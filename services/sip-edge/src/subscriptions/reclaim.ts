import type { Clock, Logger } from '@linewatch/runtime';
import { reclaimNotifier } from '@linewatch/sip';
import type { ActiveWatch } from '@linewatch/tables';
import type { Notifications } from './notifications';
import { protocolRecordSchema } from './protocol-record';
import { newWatched, notifierRecord } from './watched';

/** What taking a subscription up needs of the world. */
export interface TakeUpPorts {
  readonly notifications: Notifications;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Logger, 'warn'>;
}

/**
 * Takes up a subscription that an earlier life of this edge owned: its watcher gets one full NOTIFY, as nobody knows what
 * it last saw; CSeq and version go on at the ceiling that was durable. False: the record cannot be read.
 */
export function takeUp({ notifications, clock, log }: TakeUpPorts, watch: ActiveWatch): boolean {
  const { subscription, subId, token } = watch;
  const protocol = protocolRecordSchema.safeParse(subscription.protocol);
  if (!protocol.success) {
    log.warn({ id: subscription.id, reason: protocol.error.message }, 'a subscription cannot be taken up');
    return false;
  }
  const { dialog, flow, domain } = protocol.data;
  const view = notifications.viewFor({ record: subscription, domain });
  const step = reclaimNotifier(notifierRecord(subscription, dialog), view, clock.now());
  notifications.begin(newWatched({ record: subscription, subId, token, domain, flow, state: step.state }), step);
  return true;
}
