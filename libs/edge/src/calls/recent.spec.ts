import { Recent } from './recent';

describe('ids of a short while ago', () => {
  it('are known for the span at least and for twice the span at most', () => {
    let now = 0;
    const recent = new Recent({ monotonic: () => now }, 100);
    recent.add('a');
    const known = [0, 99, 150, 199, 200].map((time) => {
      now = time;
      return recent.has('a');
    });
    expect(known).toEqual([true, true, true, true, true]);
    now = 301;
    expect(recent.has('a')).toBe(false);
    recent.add('b');
    now = 10_000;
    expect(recent.has('b')).toBe(false);
  });
});
