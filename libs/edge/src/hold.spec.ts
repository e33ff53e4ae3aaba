import { UnavailableError, type BusStatus } from '@linewatch/bus';
import { TimerWheel } from '@linewatch/runtime';
import { Hold, type HoldPorts } from './hold';

class Count {
  value = 0;
  add(count = 1): void {
    this.value += count;
  }
}

/** A hold whose time passes only when `pass` is called. */
function setUp(settings: Pick<HoldPorts, 'most' | 'longestMs'> = {}) {
  let now = 0;
  const clock = { monotonic: () => now };
  const wheel = new TimerWheel(clock, { driven: false });
  const listeners = new Set<(status: BusStatus) => void>();
  const bus = {
    onStatus: (listener: (status: BusStatus) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const held = new Count();
  const gaveUp = new Count();
  const hold = new Hold({ wheel, clock, bus, held, gaveUp, ...settings });
  /** Lets what is under way run, then moves the clock on in steps of 10 ms. */
  const pass = async (ms: number): Promise<void> => {
    for (const end = now + ms; ; now += 10) {
      for (let i = 0; i < 8; i += 1) await Promise.resolve();
      if (now >= end) return;
      wheel.tick();
    }
  };
  const reconnect = (): void => {
    for (const listener of listeners) listener({ connected: true, server: 'fake', reconnects: 1 });
  };
  return { hold, held, gaveUp, pass, reconnect };
}

/** A step that fails so often before it works. */
function failing(times: number, error: Error = new UnavailableError('away')) {
  const step = {
    calls: 0,
    run: async (): Promise<string> => {
      step.calls += 1;
      if (step.calls <= times) throw error;
      return 'done';
    },
  };
  return step;
}

describe('Hold [law 8]', () => {
  it('holds nothing that works at once', async () => {
    const { hold, held } = setUp();
    expect(await hold.run(failing(0).run)).toBe('done');
    expect(held.value).toBe(0);
  });

  it('repeats a step until it works, less and less often', async () => {
    const { hold, held, gaveUp, pass } = setUp();
    const step = failing(6);
    const result = hold.run(step.run);
    await pass(10_000);
    expect(await result).toBe('done');
    expect(step.calls).toBe(7);
    expect([held.value, gaveUp.value, hold.size]).toEqual([1, 0, 0]);
  });

  it('gives up after 20 seconds, not before', async () => {
    const { hold, gaveUp, pass } = setUp();
    const step = failing(Number.POSITIVE_INFINITY);
    let result: string | undefined;
    void hold.run(step.run).then((value) => (result = value));
    await pass(19_900);
    expect(result).toBeUndefined();
    expect(hold.size).toBe(1);
    await pass(200);
    expect(result).toBe('gave-up');
    expect([gaveUp.value, hold.size]).toEqual([1, 0]);
    expect(step.calls).toBeLessThan(40);
  });

  it('tries at once when the bus is back', async () => {
    const { hold, pass, reconnect } = setUp();
    const step = failing(8);
    void hold.run(step.run);
    await pass(4_000);
    const before = step.calls;
    reconnect();
    await pass(0);
    expect(step.calls).toBe(before + 1);
  });

  it('wakes a thousand in slices, so that the bus that came back is not flooded in one turn', async () => {
    const { hold, pass, reconnect } = setUp();
    let isAway = true;
    let running = 0;
    const results = Array.from({ length: 1_000 }, () =>
      hold.run(async () => {
        if (isAway) throw new UnavailableError('away');
        running += 1;
        return 'done';
      }),
    );
    await pass(90);
    isAway = false;
    reconnect();
    for (let i = 0; i < 8; i += 1) await Promise.resolve();
    expect(running).toBe(256);
    await pass(100);
    expect(new Set(await Promise.all(results))).toEqual(new Set(['done']));
  });

  it('holds no more than its bound: what is beyond is given up at once', async () => {
    const { hold, held, gaveUp, pass } = setUp({ most: 2 });
    const steps = [failing(1), failing(1), failing(1)];
    const results = Promise.all(steps.map((step) => hold.run(step.run)));
    await pass(500);
    expect(await results).toEqual(['done', 'done', 'gave-up']);
    expect([held.value, gaveUp.value]).toEqual([2, 1]);
    expect(steps[2]?.calls).toBe(1);
  });

  it('leaves every other error to its caller, also one that comes later', async () => {
    const { hold, pass } = setUp();
    await expect(hold.run(failing(1, new Error('a mistake')).run)).rejects.toThrow('a mistake');
    let calls = 0;
    const later = hold.run(async () => {
      calls += 1;
      throw calls === 1 ? new UnavailableError('away') : new Error('a mistake');
    });
    const outcome = expect(later).rejects.toThrow('a mistake');
    await pass(200);
    await outcome;
    expect(hold.size).toBe(0);
  });

  it('gives up what it holds when it is closed, after one more try', async () => {
    const { hold, pass } = setUp();
    const lost = hold.run(failing(Number.POSITIVE_INFINITY).run);
    const saved = hold.run(failing(1).run);
    await pass(50);
    hold.close();
    await pass(0);
    expect([await lost, await saved]).toEqual(['gave-up', 'done']);
    expect(await hold.run(failing(1).run)).toBe('gave-up');
  });
});
