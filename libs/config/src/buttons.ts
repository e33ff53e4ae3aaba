import type { ButtonSeparator, EphoneButton } from './sccp-config';

/** The highest physical key: as many as a button template holds. */
export const MAX_BUTTONS = 56;
/** Directory numbers in one overlay set [cme-presence 2.8 `button`]. */
const MAX_OVERLAY = 25;

/**
 * Reads one word of the `button` command, e.g. `1:1`, `2o3,4`, `3x2`; undefined when it is none. A number that is named
 * twice in an overlay set counts once.
 * @param maxTag the highest dn-tag
 */
export function parseButton(text: string, maxTag: number): { button: number; value: EphoneButton } | undefined {
  const [, number, separator, list] = /^(\d{1,3})([:bcfmoswx])(\d{1,10}(?:,\d{1,10})*)$/.exec(text) ?? [];
  if (number === undefined || separator === undefined || list === undefined) return undefined;
  const button = Number(number);
  const tags = [...new Set(list.split(',').map(Number))];
  const highest = separator === 'x' ? MAX_BUTTONS : maxTag;
  const most = separator === 'o' || separator === 'c' ? MAX_OVERLAY : 1;
  const fits = tags.length <= most && tags.every((tag) => tag >= 1 && tag <= highest);
  if (button < 1 || button > MAX_BUTTONS || !fits) return undefined;
  return { button, value: { separator: separator as ButtonSeparator, tags } };
}

/** One button as it is typed: `2o3,4`. */
export function printButton(button: string | number, { separator, tags }: EphoneButton): string {
  return `${button}${separator}${tags.join()}`;
}

/** Reads physical keys such as `1,3-5`, in ascending order; undefined when they are none. */
export function parsePositions(text: string): number[] | undefined {
  if (!/^\d{1,3}(-\d{1,3})?(,\d{1,3}(-\d{1,3})?)*$/.test(text)) return undefined;
  const keys = new Set<number>();
  for (const part of text.split(',')) {
    const [from = 0, to = from] = part.split('-').map(Number);
    if (from < 1 || to < from || to > MAX_BUTTONS) return undefined;
    for (let key = from; key <= to; key += 1) keys.add(key);
  }
  return [...keys].sort((a, b) => a - b);
}

/** Keys in ascending order as they are typed, runs of three and more shortened: `1,3-5`. */
export function printPositions(keys: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const key of keys) {
    const last = runs.at(-1);
    if (last && key === last[1] + 1) last[1] = key;
    else runs.push([key, key]);
  }
  return runs.map(([from, to]) => (to - from < 1 ? `${from}` : `${from}${to - from > 1 ? '-' : ','}${to}`)).join();
}
