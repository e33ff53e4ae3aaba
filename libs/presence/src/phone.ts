import type { Lamp, PhonePart } from './events';
import type { DeviceName } from './ids';
import { believedBindings, standingOf, type LineFold } from './line';

/** Device-based monitoring: a key that shows a phone rather than a line [cme-presence 3.6]. */

/**
 * What of a line happens on each of its phones, by device. Lines that may not be watched tell nothing, so that they do
 * not contribute [V-8]; neither does what another phone does on a shared line [V-3].
 */
export function phonesOf(line: LineFold): Record<DeviceName, PhonePart> {
  const parts: Record<DeviceName, PhonePart> = {};
  for (const { id, watchable, devices } of line.instances) {
    if (!watchable) continue;
    for (const { name } of devices) {
      const known = Object.hasOwn(parts, name) ? parts[name] : undefined;
      const use = useOn(line, id, name);
      parts[name] = {
        registered: believedBindings(line, name).length > 0,
        use: known ? busier(known.use, use) : use,
        dnd: Object.hasOwn(line.dnd, name) && line.dnd[name]?.on === true,
      };
    }
  }
  return parts;
}

function useOn(line: LineFold, instance: string, device: DeviceName): PhonePart['use'] {
  let use: PhonePart['use'] = 'idle';
  for (const [id, leg] of Object.entries(line.legs)) {
    if (leg.device === device && leg.instance === instance) use = busier(use, useBy[standingOf(line, id, leg)]);
  }
  return use;
}

const useBy = { believed: 'in-use', unsure: 'unknown', over: 'idle' } as const;
const ORDER = ['idle', 'unknown', 'in-use'] as const;

function busier(a: PhonePart['use'], b: PhonePart['use']): PhonePart['use'] {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}

/**
 * The status of a phone from its part in each of its lines: unknown when it is not registered [V-1], in use when anything
 * happens on it [V-2], do-not-disturb beside either [V-5].
 */
export function phoneLampOf(parts: Iterable<PhonePart>): Lamp {
  let use: PhonePart['use'] = 'idle';
  let registered = false;
  let dnd = false;
  for (const part of parts) {
    registered ||= part.registered;
    use = busier(use, part.use);
    dnd ||= part.registered && part.dnd;
  }
  return registered && use !== 'unknown' ? { state: use, dnd } : { state: 'unknown', dnd: false };
}
