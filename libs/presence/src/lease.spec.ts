import fc from 'fast-check';
import { leaseFactSchema, type LeaseFact, type LineFact } from './events';
import { binding, fold, idleLine, lamp, leg, MINUTE, registered, then, unregistered } from './facts.fixture';
import { ABANDON_MS, dueLeases, edgeLostFact, edgesOf, nextLeaseEnd, REGISTRATION_GRACE_MS } from './lease';
import type { LineFold } from './line';

const asFact = (data: LeaseFact): LineFact => ({ type: 'linewatch.line.lease', data });

/** The line after all leases that are due at `now` were appended. */
function afterLeases(line: LineFold, now: number): LineFold {
  return then(line, ...dueLeases(line, now).map(asFact));
}

describe('a leg’s lease', () => {
  const ringing = then(idleLine(), leg('l', 'early', { leaseUntil: 3 * MINUTE }));

  it('turns the line unknown when it ends, and idle only when the call is given up', () => {
    expect(nextLeaseEnd(ringing)).toBe(3 * MINUTE);
    expect(dueLeases(ringing, 3 * MINUTE - 1)).toEqual([]);
    const lapsed = afterLeases(ringing, 3 * MINUTE);
    expect(lamp(lapsed)).toBe('unknown');
    expect(nextLeaseEnd(lapsed)).toBe(3 * MINUTE + ABANDON_MS);
    expect(dueLeases(lapsed, 3 * MINUTE + ABANDON_MS - 1)).toEqual([]);
    expect(lamp(afterLeases(lapsed, 3 * MINUTE + ABANDON_MS))).toBe('idle');
  });

  it('begins anew when the edge speaks of the leg again', () => {
    const renewed = then(ringing, leg('l', 'early', { seq: 9, leaseUntil: 6 * MINUTE }));
    expect(dueLeases(renewed, 3 * MINUTE)).toEqual([]);
    expect(nextLeaseEnd(renewed)).toBe(6 * MINUTE);
    expect(lamp(then(afterLeases(ringing, 3 * MINUTE), leg('l', 'early', { seq: 9 })))).toBe('in-use');
  });

  it('that ended does not count against a word that came before it in the stream but was heard after', () => {
    const [lapse] = dueLeases(ringing, 3 * MINUTE);
    const renewal = leg('l', 'early', { seq: 9, leaseUntil: 6 * MINUTE });
    expect(lamp(then(ringing, renewal, asFact(lapse as LeaseFact)))).toBe('in-use');
  });

  it('goes by the place in the stream, not by the order of arrival', () => {
    const line = then(idleLine(), asFact({ kind: 'leg-lapsed', leg: 'l', upTo: 10 }));
    const before = fold([{ ...leg('l', 'early'), seq: 9, time: 9000 }], line);
    expect(lamp(before)).toBe('unknown');
    expect(lamp(fold([{ ...leg('l', 'confirmed'), seq: 12, time: 12_000 }], before))).toBe('in-use');
  });

  it('begins anew also with a word that says nothing new', () => {
    const lapsed = afterLeases(then(ringing, leg('l', 'confirmed')), 3 * MINUTE);
    expect(lamp(lapsed)).toBe('unknown');
    expect(lamp(then(lapsed, leg('l', 'early', { seq: 9 })))).toBe('in-use');
  });

  it('is not ended by an older word of higher rank that comes late', () => {
    const line = then(idleLine(), asFact({ kind: 'leg-lapsed', leg: 'l', upTo: 8 }));
    const early = { ...leg('l', 'early'), seq: 9, time: 9000 };
    const confirmed = { ...leg('l', 'confirmed'), seq: 7, time: 7000 };
    expect(lamp(fold([early, confirmed], line))).toBe('in-use');
  });

  it('leaves nothing behind of a leg that had ended before', () => {
    const line = then(ringing, leg('l', 'terminated'), asFact({ kind: 'leg-lapsed', leg: 'l', upTo: 3 }));
    expect(line.lapsed.legs).toEqual({});
  });

  it('that was given up makes way for its edge, should it come back with the call [design law 4]', () => {
    const gone = afterLeases(afterLeases(ringing, 3 * MINUTE), 3 * MINUTE + ABANDON_MS);
    expect(lamp(then(gone, leg('l', 'confirmed', { epoch: 2, seq: 1, leaseUntil: 60 * MINUTE })))).toBe('in-use');
    expect(lamp(then(gone, leg('l', 'terminated')))).toBe('idle');
  });

  it('is not given up for a word that came after the decision was made', () => {
    const lapsed = afterLeases(ringing, 3 * MINUTE);
    const [abandoned] = dueLeases(lapsed, 3 * MINUTE + ABANDON_MS);
    expect(lamp(then(lapsed, leg('l', 'confirmed'), asFact(abandoned as LeaseFact)))).toBe('in-use');
  });
});

describe('a registration’s lease', () => {
  const end = 60 * MINUTE + REGISTRATION_GRACE_MS;

  it('is its own expiry and a grace, and then the line is unknown', () => {
    expect(nextLeaseEnd(idleLine())).toBe(end);
    expect(dueLeases(idleLine(), end - 1)).toEqual([]);
    expect(lamp(afterLeases(idleLine(), end))).toBe('unknown');
    expect(nextLeaseEnd(afterLeases(idleLine(), end))).toBeUndefined();
  });

  it('is that of the binding that lasts longest', () => {
    const line = then(
      idleLine(),
      registered('ephone:1', [binding({ expiresAt: MINUTE }), binding({ expiresAt: 2 * MINUTE })]),
    );
    expect(nextLeaseEnd(line)).toBe(2 * MINUTE + REGISTRATION_GRACE_MS);
  });

  it('begins anew with the next REGISTER', () => {
    expect(lamp(then(afterLeases(idleLine(), end), registered('ephone:1')))).toBe('idle');
    const refreshed = then(idleLine(), registered('ephone:1', [binding({ expiresAt: 120 * MINUTE })]));
    expect(dueLeases(refreshed, end)).toEqual([]);
  });

  it('is none when the phone has unregistered', () => {
    expect(nextLeaseEnd(then(idleLine(), unregistered('ephone:1')))).toBeUndefined();
  });
});

describe('edgeLostFact', () => {
  const line = then(idleLine(), leg('l', 'confirmed'));

  it('is said of an edge that a leg or a connection-bound registration lives on', () => {
    expect(edgeLostFact(line, 'sip-edge-1', 1)).toEqual({
      kind: 'edge-lost',
      edge: 'sip-edge-1',
      epoch: 1,
      upTo: line.seq,
    });
    const bound = then(idleLine(), registered('ephone:1', [binding({ connectionBound: true })]));
    expect(edgeLostFact(bound, 'sip-edge-1', 1)).toBeDefined();
    expect(edgesOf(bound)).toEqual(['sip-edge-1']);
  });

  it('is not said of other edges, of an edge that is in a newer epoch, or for a UDP registration', () => {
    expect(edgeLostFact(line, 'sip-edge-2', 1)).toBeUndefined();
    expect(edgeLostFact(then(line, leg('l', 'confirmed', { epoch: 2 })), 'sip-edge-1', 1)).toBeUndefined();
    expect(edgeLostFact(idleLine(), 'sip-edge-1', 1)).toBeUndefined();
    expect(edgesOf(idleLine())).toEqual([]);
  });

  it('is said once: after it nothing believed is left on the edge', () => {
    const lost = then(line, asFact(edgeLostFact(line, 'sip-edge-1', 1) as LeaseFact));
    expect(lamp(lost)).toBe('unknown');
    expect(edgeLostFact(lost, 'sip-edge-1', 1)).toBeUndefined();
  });
});

describe('any line', () => {
  const legs = fc.array(
    fc.tuple(
      fc.constantFrom('l1', 'l2', 'l3'),
      fc.constantFrom('trying', 'early', 'confirmed', 'terminated'),
      fc.nat(30 * MINUTE),
    ),
    { maxLength: 10 },
  );

  it('comes to rest when its sources fall silent: unknown while unsure, and in the end without legs', () => {
    fc.assert(
      fc.property(legs, (calls) => {
        let line = then(idleLine(), ...calls.map(([id, state, leaseUntil]) => leg(id, state, { leaseUntil })));
        for (let steps = 0; ; steps++) {
          const now = nextLeaseEnd(line);
          if (now === undefined) break;
          const due = dueLeases(line, now);
          expect(due.length).toBeGreaterThan(0);
          for (const fact of due) expect(leaseFactSchema.parse(fact)).toEqual(fact);
          const next = then(line, ...due.map(asFact));
          // Another copy may append the same facts: that changes nothing that is seen.
          const twice = then(next, ...due.map(asFact));
          expect({ ...twice, seq: 0, time: 0, last: 0 }).toEqual({ ...next, seq: 0, time: 0, last: 0 });
          line = next;
          expect(steps).toBeLessThan(20);
        }
        expect(line.legs).toEqual({});
        expect(lamp(line)).toBe('unknown');
      }),
    );
  });
});
