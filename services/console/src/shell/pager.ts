/** Splits output into screens. */

/** What is printed at the end of a screen, and what takes it away again. */
export const MORE = ' --More-- ';
export const NO_MORE = '\b'.repeat(MORE.length) + ' '.repeat(MORE.length) + '\b'.repeat(MORE.length);

/**
 * The lines that fill so many rows, at least one, and those that are left.
 * @param width columns of the screen: a longer line takes several rows
 */
export function page(lines: readonly string[], rows: number, width: number): [now: string[], later: string[]] {
  let used = 0;
  let count = 0;
  for (const line of lines) {
    used += Math.max(1, Math.ceil(line.length / Math.max(1, width)));
    if (used > rows && count > 0) break;
    count += 1;
  }
  return [lines.slice(0, count), lines.slice(count)];
}
