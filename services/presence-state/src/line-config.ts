import type { LineEntry } from '@linewatch/config';
import type { LineInstance } from '@linewatch/presence';

/** What the running configuration means for one line, in the language of facts. A voice register dn is a SIP line. */
export function instancesOf(entry: LineEntry | undefined): LineInstance[] {
  if (!entry) return [];
  return entry.instances.map((instance) => ({
    id: instance.id,
    kind: 'phone',
    watchable: instance.watchable,
    // Which line is the primary one matters for the DND of Skinny phones alone [cme-presence 3.5].
    devices: instance.devices.map((name) => ({ name, kind: 'sip', primary: false })),
  }));
}

/** Whether two lists of instances say the same. */
export function sameInstances(a: readonly LineInstance[], b: readonly LineInstance[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
