import { bestRefusal, outwardStatus } from './fork';

describe('bestRefusal', () => {
  it.each([
    ['any 6xx', [404, 603, 302], 603],
    ['else the lowest class', [503, 404, 500], 404],
    ['a redirection before a refusal', [486, 302], 302],
    ['of one class the first', [404, 486], 404],
    ['but silence says least', [408, 486], 486],
    ['and a cancelled branch too', [487, 480], 480],
    ['the only one', [500], 500],
  ])('is %s: of %j it is %d [RFC3261 16.7 step 6]', (_rule, statuses, best) => {
    expect(bestRefusal(statuses.map((status) => ({ status }))).status).toBe(best);
  });
});

describe('outwardStatus', () => {
  it.each([
    [486, 486],
    [603, 603],
    [408, 408],
    [401, 403],
    [487, 480],
    [302, 480],
    [503, 500],
  ])('tells the other side of %d as %d [SB-95]', (heard, told) => {
    expect(outwardStatus(heard)).toBe(told);
  });
});
