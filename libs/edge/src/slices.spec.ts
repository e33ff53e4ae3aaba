import { slicesOf } from './slices';

it.each([
  [0, []],
  [3, [[0, 1, 2]]],
  [7, [[0, 1, 2], [3, 4, 5], [6]]],
])('gives all of %i items in slices', async (count, expected) => {
  const slices: (readonly number[])[] = [];
  for await (const slice of slicesOf(Array.from({ length: count }, (_, item) => item), 3)) slices.push(slice);
  expect(slices).toEqual(expected);
}); // prettier-ignore

it('lets others have their turn between two slices, also those that change the items', async () => {
  const items = new Set([1, 2, 3, 4]);
  const seen: number[] = [];
  setImmediate(() => {
    items.delete(3);
    items.add(5);
  });
  for await (const slice of slicesOf(items, 2)) seen.push(...slice);
  expect(seen).toEqual([1, 2, 4, 5]);
});
