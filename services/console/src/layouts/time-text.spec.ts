import { logTime, shortSpan, spanText, timeText } from './time-text';

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

it.each([
  [-5, '0 minutes', '00:00:00'],
  [59 * SECOND, '0 minutes', '00:00:59'],
  [61 * SECOND, '1 minute', '00:01:01'],
  [2 * HOUR + 3 * MINUTE, '2 hours, 3 minutes', '02:03:00'],
  [DAY + 2 * HOUR, '1 day, 2 hours', '1d02h'],
  [25 * DAY, '3 weeks, 4 days', '3w4d'],
  [365 * DAY + 84 * DAY + MINUTE, '1 year, 12 weeks, 1 minute', '1y12w'],
])('a span of %d ms is "%s", in a table "%s"', (ms, long, short) => {
  expect([spanText(ms), shortSpan(ms)]).toEqual([long, short]);
});

it('a moment is told in UTC', () => {
  expect(timeText(Date.UTC(2026, 10, 28, 6, 7, 8, 999))).toBe('2026-11-28 06:07:08');
});

it('a moment of a log is told as a router does', () => {
  expect(logTime(Date.UTC(2026, 8, 4, 7, 18, 26, 307))).toBe('Sep  4 07:18:26.307');
});
