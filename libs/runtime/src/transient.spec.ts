import { ConflictError, RejectedError, UnavailableError } from '@linewatch/bus';
import { isTransient, untilAvailable } from './transient';

describe('isTransient', () => {
  it.each([
    ['NATS away', new UnavailableError('away'), true],
    ['Redis away', Object.assign(new Error('away'), { name: 'UnavailableError' }), true],
    ['a stream that is full', new RejectedError('full', 10077, false), true],
    ['a message that is too big', new RejectedError('too big', 10054, true), false],
    ['a lost race', new ConflictError('lw.x', 1, 2), false],
    ['a mistake of ours', new TypeError('x is undefined'), false],
    ['something thrown', 'UnavailableError', false],
  ])('of %s', (_what, error, transient) => {
    expect(isTransient(error)).toBe(transient);
  });
});

describe('untilAvailable', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('tries again while a neighbour is away, and gives what came in the end', async () => {
    let tries = 0;
    const done = untilAvailable(async () => {
      if (++tries < 3) throw new UnavailableError('away');
      return tries;
    });
    await jest.advanceTimersByTimeAsync(1000);
    expect(await done).toBe(3);
  });

  it('gives any other failure to the caller', async () => {
    await expect(untilAvailable(() => Promise.reject(new RejectedError('no', 1, false)))).rejects.toThrow('no');
  });
});
