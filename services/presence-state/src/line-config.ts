import type { LineEntry } from '@linewatch/config';
import type { LineInstance } from '@linewatch/presence';

/** A configuration fact has room for this many instances, and each of them for this many phones. */
const MAX_LISTED = 256;

/**
 * What the running configuration means for one line, in the language of facts. Of more dns with one number, or more
 * phones with one dn, than a fact has room for, those with the lowest tags are told.
 */
export function instancesOf(entry: LineEntry | undefined): LineInstance[] {
  if (!entry) return [];
  return entry.instances.slice(0, MAX_LISTED).map(({ id, kind, watchable, appearances }) => ({
    id,
    kind,
    watchable,
    devices: appearances
      .slice(0, MAX_LISTED)
      .map((phone) => ({ name: phone.device, kind: phone.kind, primary: phone.primary })),
  }));
}

/** Whether two lists of instances say the same. */
export function sameInstances(a: readonly LineInstance[], b: readonly LineInstance[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
