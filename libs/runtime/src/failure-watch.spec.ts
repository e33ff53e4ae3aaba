import { FailureWatch } from './failure-watch';

describe('FailureWatch', () => {
  const setUp = () => {
    const clock = { time: 0, monotonic: () => clock.time };
    const watch = new FailureWatch(clock);
    const fail = () => watch.watch(() => Promise.reject(new Error('Redis is away'))).catch(() => undefined);
    return { clock, watch, fail };
  };

  it('is not well after ten seconds of failures, and says why', async () => {
    const { clock, watch, fail } = setUp();
    await fail();
    clock.time = 9_999;
    await fail();
    expect(watch.check()).toEqual({ ok: true });
    clock.time = 10_000;
    expect(watch.check()).toEqual({ ok: false, detail: 'Redis is away' });
  });

  it('is well again after one success, whose result it passes on', async () => {
    const { clock, watch, fail } = setUp();
    await fail();
    clock.time = 20_000;
    expect(await watch.watch(async () => 7)).toBe(7);
    expect(watch.check()).toEqual({ ok: true });
  });
});
