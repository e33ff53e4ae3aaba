import fc from 'fast-check';
import { connectionsPossible, type Seat, Seats } from './seats';

const limits = { most: 10, mostUnproven: 4, rate: { burst: 1_000, perSecond: 1 }, mostWaiting: 1_000 };

describe('places for connections', () => {
  it('never has more taken than there are, and counts them right, whatever comes and goes', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('take' as const), source: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ do: fc.constantFrom('prove' as const, 'leave' as const), n: fc.nat(30) }),
      fc.record({ do: fc.constant('own' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const seats = new Seats(limits);
        const taken: { seat: Seat; isIn: boolean; isProven: boolean }[] = [];
        const add = (seat: Seat, isProven: boolean) => taken.push({ seat, isIn: true, isProven });
        for (const each of steps) {
          if (each.do === 'take') {
            const at = taken.length;
            const evict = () => {
              const evicted = taken[at] as (typeof taken)[number];
              expect(evicted).toMatchObject({ isIn: true, isProven: false });
              evicted.isIn = false;
              evicted.seat.leave();
            };
            const seat = seats.take(`source ${each.source}`, 0, evict);
            if (typeof seat !== 'string') add(seat, false);
          } else if (each.do === 'own') {
            const seat = seats.takeOwn();
            if (typeof seat !== 'string') add(seat, true);
          } else {
            const one = taken[each.n];
            if (!one) continue;
            if (each.do === 'prove') one.isProven = true;
            else one.isIn = false;
            one.seat[each.do]();
          }
          expect(seats.taken).toBe(taken.filter(({ isIn }) => isIn).length);
          expect(seats.taken).toBeLessThanOrEqual(limits.most);
        }
      }),
    );
  });

  it('turns away a source that opens connections too fast', () => {
    const seats = new Seats({ ...limits, rate: { burst: 2, perSecond: 1 } });
    const take = (now: number) => {
      const seat = seats.take('192.0.2.1', now, () => undefined);
      if (typeof seat === 'string') return seat;
      seat.leave();
      return 'in';
    };
    expect([take(0), take(0), take(0), take(1_000)]).toEqual(['in', 'in', 'source-fast', 'in']);
  });

  it.each([
    ['Max open files            1024                 1048576              files     ', 768],
    ['Max open files            100                  100                  files     ', 64],
    ['Max open files            100000               100000               files     ', 50_000],
    ['', 50_000],
  ])('has as many places as descriptors allow: %s', (text, possible) => {
    expect(connectionsPossible(50_000, `Limit Soft Hard Units\n${text}\n`)).toBe(possible);
  });
});
