import { ProcessUsage, SAMPLE_MS, type UsageSample, percentBetween } from './process-usage';

describe('what a process has used', () => {
  it.each([
    ['nothing', 0, 1000, 0],
    ['a quarter of a core', 250, 1000, 25],
    ['one and a half cores', 1500, 1000, 150],
    ['a little', 1.26, 1000, 0.1],
    ['in no time', 5, 0, 0],
  ])('is %s in percent of one core', (_what, cpuMs, atMs, percent) => {
    expect(percentBetween({ atMs: 0, cpuMs: 0 }, { atMs, cpuMs })).toBe(percent);
  });

  it('is told of the last seconds and of the last minute', () => {
    jest.useFakeTimers();
    let now: UsageSample = { atMs: 0, cpuMs: 0 };
    const usage = new ProcessUsage(() => now);
    const work = (percent: number, spans: number): void => {
      for (let span = 0; span < spans; span += 1) {
        now = { atMs: now.atMs + SAMPLE_MS, cpuMs: now.cpuMs + (SAMPLE_MS * percent) / 100 };
        jest.advanceTimersByTime(SAMPLE_MS);
      }
    };
    expect(usage.percent()).toEqual({ fiveSeconds: 0, minute: 0 });
    work(50, 100);
    expect(usage.percent()).toEqual({ fiveSeconds: 50, minute: 50 });
    work(100, 6);
    expect(usage.percent()).toEqual({ fiveSeconds: 100, minute: 75 });
    usage.stop();
    jest.useRealTimers();
  });
});
