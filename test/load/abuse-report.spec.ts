import { type AbuseOptions, readAbuseOptions } from './abuse-options';
import { type AbuseRun, median, resultOf, tableOfAbuse, verdictOfAbuse } from './abuse-report';

function runOf(p99: number, isAbused = false, changed: Partial<AbuseRun> = {}): AbuseRun {
  return {
    isAbused,
    lamps: { count: 100, p50: p99 / 2, p90: p99, p99, p999: p99, max: p99 },
    wrongLamps: 0,
    calls: 10,
    failedCalls: 0,
    sentAgain: 0,
    newcomers: { count: 5, p50: 1, max: 2, failed: 0 },
    edgeCpu: isAbused ? 0.12 : 0.1,
    ...(isAbused && { abusers: { sent: 9_000 } }),
    ...changed,
  };
}

const pair = (without: number, abused: number) => ({ without: runOf(without), with: runOf(abused, true) });

it.each([
  [[], 0],
  [[3], 3],
  [[5, 1, 3], 3],
  [[4, 1, 3, 2], 2.5],
])('the middle of %j is %d', (values, middle) => {
  expect(median(values)).toBe(middle);
});

it('is clean when the median ratio is small enough, though single pairs are not', () => {
  const result = resultOf('loop', [pair(10, 11), pair(10, 40), pair(20, 22)]);
  expect(result).toMatchObject({ ratio: 1.1, cpu: { without: 0.1, with: 0.12 } });
  expect(verdictOfAbuse([result], 1.25)).toEqual([]);
  const table = tableOfAbuse({ at: '', options: {}, results: [result], verdict: [] });
  expect(table).toContain('median of 3: 1.10; sip-edge uses 12.0 % of a core instead of 10.0 %');
  expect(table).toContain('sent 9000');
});

it('says what is not clean', () => {
  const pairs = [
    { without: runOf(10), with: runOf(20, true, { wrongLamps: 2, failedCalls: 1 }) },
    { without: runOf(10), with: runOf(20, true, { newcomers: { count: 5, p50: 1, max: 2, failed: 3 } }) },
  ];
  expect(verdictOfAbuse([resultOf('connections', pairs)], 1.25)).toEqual([
    'connections: lamps 2.00 times as late, at most 1.25',
    '2 connections: lamps lost or wrong',
    '1 connections: calls failed',
    '3 connections: phones that could not connect',
  ]);
});

it('has a default for everything, and refuses what cannot be in one line', () => {
  expect(readAbuseOptions([])).toMatchObject({ abuses: ['loop', 'connections'], pairs: 5, loopRate: 600, start: true });
  expect((readAbuseOptions(['--abuse', 'loop']) as AbuseOptions).abuses).toEqual(['loop']);
  expect(() => readAbuseOptions(['--abuse', 'shout'])).toThrow('--abuse is loop, connections or both, not shout');
  expect(() => readAbuseOptions(['--pairs', '0'])).toThrow('--pairs must be a number from 1 to 100, not 0');
});
