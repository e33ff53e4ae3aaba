/** Finds the pattern that a number means among directory numbers with wildcards, whatever their number. */
export interface WildcardIndex {
  /** The pattern with the fewest wildcards that the number fits, each dot one digit; undefined when there is none. */
  find(number: string): string | undefined;
}

/**
 * Indexes the patterns among numbers by their shapes: where each has its wildcards. Real systems have a handful of shapes
 * whatever the number of patterns, so a lookup probes one map per shape instead of trying every pattern.
 */
export function wildcardIndex(numbers: ReadonlyMap<string, unknown>): WildcardIndex {
  const shapes = shapesOf(numbers.keys());
  return {
    find: (number) => {
      for (const positions of shapes.get(number.length) ?? []) {
        const pattern = [...number];
        if (!positions.every((at) => /\d/.test(pattern[at] ?? ''))) continue;
        for (const at of positions) pattern[at] = '.';
        const found = pattern.join('');
        if (numbers.has(found)) return found;
      }
      return undefined;
    },
  };
}

/** The shapes of each length, the most specific first. */
function shapesOf(numbers: Iterable<string>): Map<number, number[][]> {
  const shapes = new Map<string, number[]>();
  for (const number of numbers) {
    if (!number.includes('.')) continue;
    const positions = [...number].flatMap((char, at) => (char === '.' ? [at] : []));
    shapes.set(`${number.length}:${positions.join()}`, positions);
  }
  const byLength = new Map<number, number[][]>();
  for (const [key, positions] of shapes) {
    const length = Number(key.split(':')[0]);
    byLength.set(length, [...(byLength.get(length) ?? []), positions]);
  }
  for (const list of byLength.values()) list.sort(mostSpecificFirst);
  return byLength;
}

/** Fewest wildcards first; among equals the one whose first wildcard stands furthest right. */
function mostSpecificFirst(a: number[], b: number[]): number {
  if (a.length !== b.length) return a.length - b.length;
  const at = a.findIndex((position, index) => position !== b[index]);
  return at < 0 ? 0 : (b[at] ?? 0) - (a[at] ?? 0);
}
