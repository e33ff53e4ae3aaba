import { FailedLogins } from './failed-logins';

test('ten failures within a minute block an address until the first of them is a minute old; others are not blocked', () => {
  const failed = new FailedLogins();
  for (let at = 0; at < 9; at += 1) failed.note('192.0.2.1', at * 1000);
  expect(failed.isBlocked('192.0.2.1', 9000)).toBe(false);
  failed.note('192.0.2.1', 9000);
  expect(failed.isBlocked('192.0.2.1', 9000)).toBe(true);
  expect(failed.isBlocked('192.0.2.2', 9000)).toBe(false);
  expect(failed.isBlocked('192.0.2.1', 59_999)).toBe(true);
  expect(failed.isBlocked('192.0.2.1', 60_000)).toBe(false);
});

test('of many addresses the one that failed longest ago is forgotten', () => {
  const failed = new FailedLogins();
  for (let count = 0; count < 10; count += 1) failed.note('first', 0);
  for (let other = 0; other < 1000; other += 1) failed.note(`other ${other}`, 1);
  expect(failed.isBlocked('first', 1)).toBe(false);
});
