import { bucketsIn, timesBetween } from './edge-metrics';

const metrics = (counts: readonly number[], sum: number) =>
  ['0.001', '0.01', '+Inf']
    .map((le, at) => `x_seconds_bucket{le="${le}",service="sccp-edge"} ${counts[at]}`)
    .concat(`x_seconds_sum{service="sccp-edge"} ${sum}`, `x_seconds_count{service="sccp-edge"} ${counts[2]}`, 'y 1')
    .join('\n');

it('tells what came between two looks', () => {
  const before = bucketsIn(metrics([5, 6, 6], 0.02), 'x_seconds');
  const after = bucketsIn(metrics([5, 105, 106], 0.62), 'x_seconds');
  expect(timesBetween(before, after)).toEqual({
    count: 100,
    meanMs: expect.closeTo(6),
    p50AtMostMs: 10,
    p99AtMostMs: 10,
  });
  expect(timesBetween(before, before)).toMatchObject({ count: 0, meanMs: 0 });
});

it('says so when there is no such histogram', () => {
  expect(() => bucketsIn('y 1', 'x_seconds')).toThrow('no histogram x_seconds');
});
