import fc from 'fast-check';
import { type Account, charge, chargeEnd, inherit, openAccount, rebudget, refund } from './account';

const budget = { burst: 10, perSecond: 2 };
const penalty = { firstMs: 5_000, mostMs: 15_000 };

/** So many requests at one moment. */
function ask(account: Account, now: number, count: number): string[] {
  return Array.from({ length: count }, () => charge(account, now, penalty));
}

describe('the account of a sender', () => {
  it('lets a burst pass, and then as many as its rate', () => {
    const account = openAccount(budget, 0);
    expect(ask(account, 0, 11)).toEqual([...Array(10).fill('pass'), 'over']);
    expect(ask(account, 1_000, 2)).toEqual(['pass', 'over']);
    expect(ask(account, 60_000, 11)).toEqual([...Array(10).fill('pass'), 'over']);
  });

  it('boxes who goes on after having been refused, each time for twice as long', () => {
    const account = openAccount(budget, 0);
    expect(ask(account, 0, 20).slice(18)).toEqual(['over', 'boxing']);
    expect(ask(account, 4_999, 1)).toEqual(['boxed']);
    // It comes out with nothing, and is boxed again when it has not stopped.
    expect(ask(account, 5_000, 10)).toEqual([...Array(9).fill('over'), 'boxing']);
    expect(account.boxedUntil).toBe(15_000);
    expect(ask(account, 15_000, 10).at(-1)).toBe('boxing');
    expect(account.boxedUntil).toBe(30_000);
    expect(ask(account, 30_000, 10).at(-1)).toBe('boxing');
    expect(account.boxedUntil).toBe(45_000);
  });

  it('forgives who stayed away for ten minutes', () => {
    const account = openAccount(budget, 0);
    ask(account, 0, 20);
    ask(account, 5_000, 10);
    ask(account, 700_000, 20);
    expect([account.offences, account.boxedUntil]).toEqual([1, 705_000]);
  });

  it('has room for what ends a call also in the box, though not without end', () => {
    const account = openAccount(budget, 0);
    ask(account, 0, 20);
    const ends = Array.from({ length: 11 }, () => chargeEnd(account, 0));
    expect(ends).toEqual([...Array(10).fill(true), false]);
    expect(chargeEnd(account, 500)).toBe(true);
  });

  it('never boxes who keeps to its budget, at whatever moments it asks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 500, max: 5_000 }), { maxLength: 200 }), (gaps) => {
        const account = openAccount(budget, 0);
        let now = 0;
        for (const gap of gaps) expect(charge(account, (now += gap), penalty)).toBe('pass');
      }),
    );
  });

  it('never lets more pass in any time than burst and rate allow', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 400 }), (gaps) => {
        const account = openAccount(budget, 0);
        let now = 0;
        let passed = 0;
        for (const gap of gaps) if (charge(account, (now += gap), penalty) === 'pass') passed += 1;
        expect(passed).toBeLessThanOrEqual(budget.burst + (now / 1_000) * budget.perSecond);
      }),
    );
  });

  it('gives a part back, and never more than a burst', () => {
    const account = openAccount(budget, 0);
    ask(account, 0, 10);
    refund(account, 0.9);
    refund(account, 0.2);
    expect(ask(account, 0, 2)).toEqual(['pass', 'over']);
    refund(account, 1_000);
    expect(account.bucket.tokens).toBe(10);
  });

  it('has a larger budget at once, and a smaller one too', () => {
    const account = openAccount(budget, 0);
    ask(account, 0, 10);
    rebudget(account, { burst: 20, perSecond: 4 });
    expect(ask(account, 0, 11)).toEqual([...Array(10).fill('pass'), 'over']);
    rebudget(account, { burst: 5, perSecond: 1 });
    expect(ask(account, 100_000, 6)).toEqual([...Array(5).fill('pass'), 'over']);
  });

  it('goes on where another one was', () => {
    const account = openAccount(budget, 0);
    ask(account, 0, 20);
    const next = openAccount(budget, 1_000);
    inherit(next, account);
    expect(ask(next, 1_000, 1)).toEqual(['boxed']);
  });
});
