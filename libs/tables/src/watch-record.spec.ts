import * as fc from 'fast-check';
import { watch } from './testing/fixtures';
import { packWatch, unpackWatch } from './watch-record';

describe('a packed subscription', () => {
  it('begins with what a Lua step compares: sequence, SubID, token', () => {
    expect(packWatch(watch({ subId: 7, token: 8, seq: 9 }))).toMatch(/^9 7 8 \{"id":"subscription-7"/);
  });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), fc.string(), fc.json(), (subId, token, seq, id, protocol) => {
        const written = watch({ subId, token, seq, id, protocol: JSON.parse(protocol) as unknown });
        const subscription = JSON.parse(JSON.stringify(written.subscription)) as unknown;
        expect(unpackWatch(packWatch(written))).toEqual({ status: 'active', subId, token, seq, subscription });
      }),
    );
  });

  it.each(['', '1', '1 2 3', '1 2 3 {', 'x 2 3 {}'])('counts as lost when it reads %j', (packed) => {
    expect(unpackWatch(packed)).toBeUndefined();
  });
});
