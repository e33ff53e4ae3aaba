import fc from 'fast-check';
import { TimerWheel } from './timer-wheel';

/** A wheel that turns only when its clock is moved. */
function still(start = 1000) {
  let time = start;
  const errors: unknown[] = [];
  const wheel = new TimerWheel(
    { monotonic: () => time },
    { driven: false, onError: (error) => void errors.push(error) },
  );
  return {
    wheel,
    errors,
    at: () => time,
    moveTo: (to: number) => {
      time = to;
      wheel.tick();
    },
  };
}

describe('the timer wheel', () => {
  it('fires each timer once, never early and at most a slot late, in any order of setting and cancelling', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({ set: fc.integer({ min: 0, max: 200_000 }) }),
            fc.record({ cancel: fc.nat(50) }),
            fc.record({ move: fc.integer({ min: 1, max: 60_000 }) }),
          ),
          { maxLength: 60 },
        ),
        (steps) => {
          const { wheel, moveTo, at } = still();
          const timers: { due: number; fired: number[]; handle: ReturnType<TimerWheel['set']>; cancelled: boolean }[] =
            [];
          const move = (to: number): void => {
            // In steps of a slot, so that the time of firing is known.
            for (let time = at() + 10; time < to; time += 10) moveTo(time);
            moveTo(to);
          };
          for (const step of steps) {
            if ('set' in step) {
              const timer = { due: at() + step.set, fired: [] as number[], cancelled: false };
              timers.push(Object.assign(timer, { handle: wheel.set(step.set, () => timer.fired.push(at())) }));
            } else if ('cancel' in step) {
              const timer = timers[step.cancel];
              if (timer?.handle.pending) timer.cancelled = true;
              wheel.cancel(timer?.handle);
            } else move(at() + step.move);
          }
          expect(wheel.size).toBe(timers.filter((timer) => timer.handle.pending).length);
          move(at() + 210_000);
          expect(wheel.size).toBe(0);
          for (const { due, fired, cancelled } of timers) {
            expect(fired).toHaveLength(cancelled ? 0 : 1);
            if (fired[0] !== undefined) {
              expect(fired[0]).toBeGreaterThanOrEqual(due);
              expect(fired[0]).toBeLessThanOrEqual(due + 20);
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('fires what fell due while nobody turned it, earlier slots first', () => {
    const { wheel, moveTo } = still();
    const fired: number[] = [];
    for (const ms of [50_000, 30, 90_000, 20]) wheel.set(ms, () => fired.push(ms));
    moveTo(1000 + 200_000);
    expect(fired).toEqual([20, 30, 50_000, 90_000]);
  });

  it('lets a callback set and cancel timers, also those of its own slot', () => {
    const { wheel, moveTo, at } = still();
    const fired: string[] = [];
    wheel.set(20, () => {
      fired.push('first');
      wheel.cancel(second);
      wheel.set(0, () => fired.push(`again at ${at()}`));
    });
    const second = wheel.set(20, () => fired.push('second'));
    moveTo(1020);
    moveTo(1030);
    expect(fired).toEqual(['first', 'again at 1030']);
  });

  it('reports what a callback throws and fires the others', () => {
    const { wheel, moveTo, errors } = still();
    const fired: number[] = [];
    wheel.set(10, () => {
      throw new Error('broken');
    });
    wheel.set(10, () => fired.push(1));
    moveTo(1010);
    expect(fired).toEqual([1]);
    expect(errors).toEqual([new Error('broken')]);
  });

  it('holds hundreds of thousands of timers, and none when it is closed', () => {
    const { wheel, moveTo } = still();
    let fired = 0;
    const handles = Array.from({ length: 300_000 }, (_, n) => wheel.set(n % 40_000, () => fired++));
    handles.slice(0, 100_000).forEach((handle) => wheel.cancel(handle));
    expect(wheel.size).toBe(200_000);
    moveTo(1000 + 20_000);
    expect(fired).toBeGreaterThan(90_000);
    wheel.close();
    expect(wheel.size).toBe(0);
  });

  it('turns by itself while there are timers, and lets the process end when there are none', async () => {
    const wheel = new TimerWheel({ monotonic: () => performance.now() });
    await new Promise<void>((resolve) => wheel.set(5, resolve));
    expect(wheel.size).toBe(0);
  });
});
