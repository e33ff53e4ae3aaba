import type { LineEntry } from '@linewatch/config';
import type { LineInstance } from '@linewatch/presence';

/** What the running configuration means for one line, in the language of facts. */
export function instancesOf(entry: LineEntry | undefined): LineInstance[] {
  if (!entry) return [];
  return entry.instances.map(({ id, kind, watchable, appearances }) => ({
    id,
    kind,
    watchable,
    devices: appearances.map((phone) => ({ name: phone.device, kind: phone.kind, primary: phone.primary })),
  }));
}

/** Whether two lists of instances say the same. */
export function sameInstances(a: readonly LineInstance[], b: readonly LineInstance[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
