import { DeliveryGaps } from './delivery-gaps';

describe('DeliveryGaps', () => {
  it.each([
    { delivered: [[5, 6, 7]], after: 4, upTo: 7, sawAll: true },
    { delivered: [[5, 6, 7]], after: 3, upTo: 7, sawAll: false },
    { delivered: [[5, 6], [8]], after: 6, upTo: 8, sawAll: false },
    {
      delivered: [
        [5, 6],
        [8, 9],
      ],
      after: 7,
      upTo: 9,
      sawAll: true,
    },
    { delivered: [[5, 6, 7, 5, 8]], after: 7, upTo: 8, sawAll: true },
    { delivered: [[5, 6, 7, 5, 8]], after: 6, upTo: 8, sawAll: false },
    // 57 is delivered again behind newer facts: of those between nothing is known.
    { delivered: [[60, 61], [57]], after: 56, upTo: 57, sawAll: true },
    { delivered: [[60, 61], [57]], after: 56, upTo: 61, sawAll: false },
    { delivered: [], after: 100, upTo: 101, sawAll: false },
  ])('after $delivered it knows whether it saw all facts after $after up to $upTo: $sawAll', (row) => {
    const gaps = new DeliveryGaps();
    for (const batch of row.delivered) gaps.delivered(batch);
    expect(gaps.sawAll(row.after, row.upTo)).toBe(row.sawAll);
  });

  it('knows nothing after a failure until facts are delivered again', () => {
    const gaps = new DeliveryGaps();
    gaps.delivered([1, 2, 3]);
    gaps.reset();
    expect(gaps.sawAll(3, 4)).toBe(false);
    gaps.delivered([4]);
    expect(gaps.sawAll(3, 4)).toBe(true);
  });
});
