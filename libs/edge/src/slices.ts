import { setImmediate } from 'node:timers/promises';

/** What one turn of the event loop can look at without being felt. */
const MOST = 500;

/**
 * Many items in slices, with a turn of the event loop between two: a hundred thousand at once would hold up every state
 * that comes meanwhile. Items that come or go on the way may be in it or not.
 */
export async function* slicesOf<T>(items: Iterable<T>, most = MOST): AsyncGenerator<readonly T[]> {
  let slice: T[] = [];
  for (const item of items) {
    slice.push(item);
    if (slice.length < most) continue;
    yield slice;
    slice = [];
    await setImmediate();
  }
  if (slice.length > 0) yield slice;
}
