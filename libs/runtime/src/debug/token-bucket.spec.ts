import fc from 'fast-check';
import { TokenBucket } from './token-bucket';

it('gives so much at once and so much a second after that, each time all or nothing', () => {
  const bucket = new TokenBucket(10, 5, 0);
  expect([bucket.take(5, 0), bucket.take(6, 0), bucket.take(5, 0), bucket.take(1, 100)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect([bucket.take(5, 1000), bucket.take(1, 1100), bucket.take(1, 1200)]).toEqual([true, false, true]);
});

it('never gives more than its size and what came in since', () => {
  const takes = fc.array(fc.record({ after: fc.nat(2000), count: fc.integer({ min: 1, max: 20 }) }));
  fc.assert(
    fc.property(takes, (wanted) => {
      const bucket = new TokenBucket(10, 5, 0);
      let now = 0;
      let given = 0;
      for (const { after, count } of wanted) {
        now += after;
        if (bucket.take(count, now)) given += count;
        expect(given).toBeLessThanOrEqual(10 + (now * 5) / 1000 + 1e-6);
      }
    }),
  );
});
