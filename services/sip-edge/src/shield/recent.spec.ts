import fc from 'fast-check';
import { Recent } from './recent';

describe('a table of those who were heard of lately', () => {
  it('never holds more than it may, whatever comes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 20 }), fc.array(fc.nat(100)), (most, keys) => {
        const table = new Recent<number>(most);
        for (const key of keys) {
          expect(table.get(String(key), () => key)).toBe(key);
          expect(table.size).toBeLessThanOrEqual(most);
        }
        expect(table.values()).toHaveLength(table.size);
      }),
    );
  });

  it('keeps whoever keeps coming, however many others pass', () => {
    const table = new Recent<object>(10);
    const regular = table.get('regular', () => ({}));
    for (let passer = 0; passer < 1_000; passer += 1) {
      table.get(`passer ${passer}`, () => ({}));
      if (passer % 4 === 0) expect(table.get('regular', () => ({}))).toBe(regular);
    }
    const made = {};
    expect(table.get('passer 0', () => made)).toBe(made);
  });
});
