import { DeliveryGaps } from './delivery-gaps';

describe('DeliveryGaps', () => {
  it.each([
    { delivered: [[5, 6, 7]], after: 4, sawAll: true },
    { delivered: [[5, 6, 7]], after: 3, sawAll: false },
    { delivered: [[5, 6], [8]], after: 6, sawAll: false },
    {
      delivered: [
        [5, 6],
        [8, 9],
      ],
      after: 7,
      sawAll: true,
    },
    { delivered: [[5, 6, 7, 5, 8]], after: 7, sawAll: true },
    { delivered: [[5, 6, 7, 5, 8]], after: 6, sawAll: false },
    { delivered: [], after: 100, sawAll: false },
  ])('after $delivered it knows whether it saw all facts after $after: $sawAll', ({ delivered, after, sawAll }) => {
    const gaps = new DeliveryGaps();
    for (const batch of delivered) gaps.delivered(batch);
    expect(gaps.sawAllAfter(after)).toBe(sawAll);
  });

  it('knows nothing after a failure until facts are delivered again', () => {
    const gaps = new DeliveryGaps();
    gaps.delivered([1, 2, 3]);
    gaps.reset();
    expect(gaps.sawAllAfter(3)).toBe(false);
    gaps.delivered([4]);
    expect(gaps.sawAllAfter(3)).toBe(true);
  });
});
