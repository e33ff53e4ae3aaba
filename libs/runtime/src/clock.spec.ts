import { systemClock } from './clock';

describe('the system clock', () => {
  it('tells milliseconds since the epoch, and a time that never runs back', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
    const readings = Array.from({ length: 100 }, () => systemClock.monotonic());
    expect(readings).toEqual([...readings].sort((a, b) => a - b));
  });
});
