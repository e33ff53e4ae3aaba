import { Histogram } from './histogram';

it('knows percentiles to three per cent and the largest value exactly', () => {
  const histogram = new Histogram();
  for (let value = 1; value <= 1000; value += 1) histogram.record(value);
  const { count, p50, p99, max } = histogram.summary();
  expect({ count, max }).toEqual({ count: 1000, max: 1000 });
  expect(p50).toBeGreaterThanOrEqual(500);
  expect(p50).toBeLessThan(515);
  expect(p99).toBeGreaterThanOrEqual(990);
  expect(p99).toBeLessThanOrEqual(1000);
});

it('is zero when empty and bears any value', () => {
  const histogram = new Histogram();
  expect(histogram.summary()).toEqual({ count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 });
  histogram.record(0);
  histogram.record(1e12);
  expect(histogram.summary()).toMatchObject({ count: 2, max: 1e12 });
});
