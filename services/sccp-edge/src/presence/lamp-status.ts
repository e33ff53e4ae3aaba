import type { Lamp } from '@linewatch/presence';
import { blfStatuses } from '@linewatch/sccp';

/**
 * What a key or a call-list entry shows of a line [cme-presence 3.1]. Ringing is in use: 4 (alerting) is never sent. DND
 * looks alike on an idle line and on one in use.
 */
export function statusOf(lamp: Lamp | undefined): number {
  if (!lamp || lamp.state === 'unknown') return blfStatuses.unknown;
  if (lamp.dnd) return blfStatuses.doNotDisturb;
  return lamp.state === 'in-use' ? blfStatuses.inUse : blfStatuses.idle;
}
