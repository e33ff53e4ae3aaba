import { Rounds } from './rounds';

/** Lets everything happen that waits for nothing but a turn of the loop. */
const settle = () => jest.advanceTimersByTimeAsync(0);

describe('Rounds', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const make = (work: () => Promise<number | undefined | void>) => {
    const onError = (error: unknown): never => {
      throw error;
    };
    return { rounds: new Rounds(work, { everyMs: 1000, onError }) };
  };

  it('begins at once and comes again after its time', async () => {
    let count = 0;
    const { rounds } = make(async () => void count++);
    rounds.start();
    await settle();
    expect(count).toBe(1);
    await jest.advanceTimersByTimeAsync(2000);
    expect(count).toBe(3);
    await rounds.stop();
    await jest.advanceTimersByTimeAsync(5000);
    expect(count).toBe(3);
  });

  it.each([
    { wanted: 200, within: 200, count: 2 },
    { wanted: 5000, within: 999, count: 1 },
    { wanted: 5000, within: 1000, count: 2 },
    { wanted: -1, within: 20, count: 5 },
  ])('wanted in $wanted ms, it has run $count times after $within ms', async ({ wanted, within, count }) => {
    let rounds = 0;
    const { rounds: subject } = make(async () => {
      rounds++;
      return wanted;
    });
    subject.start();
    await jest.advanceTimersByTimeAsync(within);
    expect(rounds).toBe(count);
    await subject.stop();
  });

  it('never runs beside itself, also when it is woken; once more follows', async () => {
    const ends: (() => void)[] = [];
    const { rounds } = make(() => new Promise<void>((end) => ends.push(end)));
    rounds.start();
    rounds.wake();
    rounds.wake();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await settle();
    expect(ends).toHaveLength(2);
    const stopped = rounds.stop();
    ends[1]?.();
    await stopped;
    await jest.advanceTimersByTimeAsync(10_000);
    expect(ends).toHaveLength(2);
  });

  it('waits before its first round when it is told to, unless it is woken', async () => {
    let count = 0;
    const rounds = new Rounds(async () => void count++, { everyMs: 1000, firstMs: 300, onError: () => undefined });
    rounds.start();
    await jest.advanceTimersByTimeAsync(299);
    expect(count).toBe(0);
    rounds.wake();
    await settle();
    expect(count).toBe(1);
    await jest.advanceTimersByTimeAsync(999);
    expect(count).toBe(1);
    await rounds.stop();
  });

  it('goes on after a round that failed', async () => {
    const failure = new Error('Redis is away');
    const errors: unknown[] = [];
    const settings = { everyMs: 1000, retryMs: 100, onError: (error: unknown) => void errors.push(error) };
    const rounds = new Rounds(() => Promise.reject(failure), settings);
    rounds.start();
    await jest.advanceTimersByTimeAsync(100);
    expect(errors).toEqual([failure, failure]);
    await rounds.stop();
  });
});
