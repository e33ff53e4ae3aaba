import { sinceTime } from './since';

const now = Date.parse('2026-11-24T14:02:00Z');

test.each<[string, string | undefined]>([
  ['30s', '2026-11-24T14:01:30Z'],
  ['5m', '2026-11-24T13:57:00Z'],
  ['2h', '2026-11-24T12:02:00Z'],
  ['1d', '2026-11-23T14:02:00Z'],
  ['0s', '2026-11-24T14:02:00Z'],
  ['2026-11-24T14:00Z', '2026-11-24T14:00:00Z'],
  ['2026-11-24T16:00:30.5+02:00', '2026-11-24T14:00:30.5Z'],
  ['2026-11-24T14:03Z', undefined],
  ['2026-11-24', undefined],
  ['2026-13-24T14:03Z', undefined],
  ['5', undefined],
  ['5 m', undefined],
  ['-5m', undefined],
  ['', undefined],
])('since "%s" is %s', (text, expected) => {
  expect(sinceTime(text, now)).toBe(expected === undefined ? undefined : Date.parse(expected));
});

test('a time without a zone is of this machine’s zone', () => {
  expect(sinceTime('2026-11-24T03:00', now)).toBe(new Date(2026, 10, 24, 3, 0).getTime());
});
