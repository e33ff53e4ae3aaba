import fc from 'fast-check';
import { legFactSchema, type LineFact } from './events';
import {
  binding,
  configured,
  dnd,
  fold,
  idleLine,
  instance,
  lamp,
  lamps,
  leg,
  MINUTE,
  registered,
  sequenced,
  then,
  unregistered,
} from './facts.fixture';
import { believedBindings, dialogsOf, emptyLine, evolveLine, standingOf, TOMBSTONE_MS, type LineFold } from './line';

const sccp = (name: string, primary = true) => ({ name, kind: 'sccp' as const, primary });
const sip = (name: string, primary = true) => ({ name, kind: 'sip' as const, primary });

describe('a lamp', () => {
  it('is in use once from the ringing, and idle once at the end [T-4]', () => {
    const seen = lamps(idleLine(), leg('l', 'early'), leg('l', 'confirmed'), leg('l', 'terminated'));
    expect(seen).toEqual(['idle', 'in-use', 'idle']);
  });

  it('is in use while one of two channels of a dual-line is busy [T-5]', () => {
    const seen = lamps(
      idleLine(),
      leg('one', 'confirmed'),
      leg('two', 'early'),
      leg('one', 'terminated'),
      leg('two', 'terminated'),
    );
    expect(seen).toEqual(['idle', 'in-use', 'idle']);
  });

  it('is in use when one channel of a shared octo-line is busy on either phone [T-6]', () => {
    const shared = configured(instance({ devices: [sccp('ephone:1'), sccp('ephone:2')] }));
    const line = then(emptyLine('3001'), shared, registered('ephone:1'), registered('ephone:2'));
    expect(lamps(line, leg('l', 'confirmed', { device: 'ephone:2' }))).toEqual(['idle', 'in-use']);
  });

  it('is in use when only the second of two instances with the number is busy [T-7]', () => {
    const two = configured(instance(), instance({ id: 'ephone-dn:2', devices: [sccp('ephone:2')] }));
    const line = then(emptyLine('3001'), two, registered('ephone:1'), registered('ephone:2'));
    expect(lamps(line, leg('l', 'early', { instance: 'ephone-dn:2', device: 'ephone:2' }))).toEqual(['idle', 'in-use']);
  });

  it('is in use by a call on an instance whose phone is no longer registered, while another’s is', () => {
    const two = configured(instance(), instance({ id: 'ephone-dn:2', devices: [sccp('ephone:2')] }));
    const line = then(emptyLine('3001'), two, registered('ephone:1'), registered('ephone:2'));
    const seen = lamps(line, leg('l', 'confirmed'), unregistered('ephone:1'), leg('l', 'terminated'));
    expect(seen).toEqual(['idle', 'in-use', 'idle']);
  });

  it('is unknown without allow watch, and right as soon as it is added [T-8]', () => {
    const line = then(emptyLine('3001'), configured(instance({ watchable: false })), registered('ephone:1'));
    expect(lamps(line, leg('l', 'early'), configured(instance()))).toEqual(['unknown', 'in-use']);
  });

  it('does not count the calls of an instance without allow watch [cme-presence 3.3 rule 5]', () => {
    const two = configured(instance(), instance({ id: 'ephone-dn:2', watchable: false, devices: [sccp('ephone:1')] }));
    const line = then(emptyLine('3001'), two, registered('ephone:1'), leg('l', 'early', { instance: 'ephone-dn:2' }));
    expect(lamp(line)).toBe('idle');
    expect(dialogsOf(line)).toEqual([]);
  });

  it('is unknown while the phone is unregistered, and idle again after [T-9]', () => {
    expect(lamps(idleLine(), unregistered('ephone:1'), registered('ephone:1'))).toEqual(['idle', 'unknown', 'idle']);
  });

  it('is unknown for a line that no configuration knows, and for one on no phone [U-3]', () => {
    expect(lamp(then(emptyLine('3001'), registered('ephone:1')))).toBe('unknown');
    expect(lamp(then(emptyLine('3001'), configured(instance({ devices: [] }))))).toBe('unknown');
  });

  it.each(['park-slot', 'paging', 'conference'] as const)(
    'of a %s number needs no registration: idle while free, in use while used, unknown without allow watch [cme-presence 3.4, T-10]',
    (kind) => {
      const floating = instance({ kind, devices: [] });
      const used = { device: kind };
      const seen = lamps(
        then(emptyLine('3901'), configured(floating)),
        leg('l', 'confirmed', used),
        configured({ ...floating, watchable: false }),
        configured(floating),
        leg('l', 'terminated', used),
      );
      expect(seen).toEqual(['idle', 'in-use', 'unknown', 'in-use', 'idle']);
    },
  );

  it('shows do-not-disturb of an unshared SCCP line, idle and in use [T-11]', () => {
    const seen = lamps(
      idleLine(),
      dnd('ephone:1', true),
      leg('l', 'confirmed'),
      dnd('ephone:1', false),
      leg('l', 'terminated'),
    );
    expect(seen).toEqual(['idle', 'idle*', 'in-use*', 'in-use', 'idle']);
  });

  it('shows do-not-disturb of a shared line only when all its phones are in it [T-12]', () => {
    const shared = configured(instance({ devices: [sccp('ephone:1'), sccp('ephone:2')] }));
    const line = then(emptyLine('3001'), shared, registered('ephone:1'), registered('ephone:2'));
    expect(lamps(line, dnd('ephone:1', true), dnd('ephone:2', true))).toEqual(['idle', 'idle*']);
  });

  it('lets the one phone that has the number on button 1 decide [D-1]', () => {
    const shared = configured(instance({ devices: [sccp('ephone:1'), sccp('ephone:2', false)] }));
    const line = then(emptyLine('3001'), shared, registered('ephone:1'), registered('ephone:2'));
    expect(lamps(line, dnd('ephone:2', true))).toEqual(['idle']);
    expect(lamps(line, dnd('ephone:1', true))).toEqual(['idle', 'idle*']);
  });

  it('shows nothing of a SIP phone in do-not-disturb [T-13]', () => {
    const line = then(emptyLine('3001'), configured(instance({ devices: [sip('pool:1')] })), registered('pool:1'));
    expect(lamps(line, dnd('pool:1', true))).toEqual(['idle']);
  });

  it('is unknown, never in do-not-disturb, when the phone is not registered', () => {
    expect(lamps(idleLine(), dnd('ephone:1', true), unregistered('ephone:1'))).toEqual(['idle', 'idle*', 'unknown']);
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, at) =>
    permutations(items.filter((_each, index) => index !== at)).map((rest) => [item, ...rest]),
  );
}

describe('the order of facts', () => {
  const states = ['trying', 'early', 'confirmed', 'terminated'] as const;

  it.each(permutations(states).map((order) => [order.join(', '), order] as const))(
    'does not matter to the end: %s, each twice, is idle [R-01]',
    (_title, order) => {
      const once = order.map((state) => leg('l', state));
      expect(lamp(then(idleLine(), ...once))).toBe('idle');
      expect(lamp(then(idleLine(), ...once, ...once))).toBe('idle');
      expect(lamp(then(idleLine(), ...once.flatMap((fact) => [fact, fact])))).toBe('idle');
    },
  );

  it('keeps the line in use when two of a fork of three are cancelled, in any order [R-06]', () => {
    const facts = [
      leg('a', 'confirmed'),
      leg('b', 'early'),
      leg('b', 'terminated'),
      leg('d', 'early'),
      leg('d', 'terminated'),
    ];
    for (const order of permutations(facts)) expect(lamp(then(idleLine(), ...order))).toBe('in-use');
  });

  it('never lets a leg fall back in rank, and of equal rank takes the later word of its edge', () => {
    const line = then(
      idleLine(),
      leg('l', 'confirmed', { seq: 5, held: true }),
      leg('l', 'confirmed', { seq: 4, held: false }),
      leg('l', 'early', { seq: 6 }),
    );
    expect(dialogsOf(line)).toMatchObject([{ state: 'confirmed', held: true }]);
    expect(dialogsOf(then(line, leg('l', 'confirmed', { epoch: 2, seq: 1 })))).toMatchObject([{ held: false }]);
  });

  it('of registrations is that of the stream, per device', () => {
    const [config, first, second] = sequenced([
      configured(instance()),
      registered('ephone:1'),
      unregistered('ephone:1'),
    ]) as [never, never, never];
    expect(lamp(fold([config, second, first]))).toBe('unknown');
    expect(lamp(fold([config, first, second]))).toBe('unknown');
    expect(lamp(then(fold([config, first]), unregistered('ephone:2')))).toBe('idle');
  });

  it('of do-not-disturb and of configuration is that of the stream too', () => {
    const [on, off] = sequenced([dnd('ephone:1', true), dnd('ephone:1', false)], 10) as [never, never];
    expect(lamp(fold([off, on], idleLine()))).toBe('idle');
    const [closed, open] = sequenced([configured(instance({ watchable: false })), configured(instance())], 10) as [
      never,
      never,
    ];
    expect(lamp(fold([open, closed], idleLine()))).toBe('idle');
  });
});

describe('an ended leg', () => {
  it('is not revived by a late fact', () => {
    expect(lamps(idleLine(), leg('l', 'terminated'), leg('l', 'early'))).toEqual(['idle']);
  });

  it('is remembered as long as others when its end waited long on its way', () => {
    const line = then(idleLine(), leg('other', 'terminated'));
    const later = { ...leg('l', 'terminated'), seq: 10, time: 0 };
    const muchLater = { ...leg('another', 'terminated'), seq: 11, time: line.time + 1000 };
    const now = { ...line, time: line.time + TOMBSTONE_MS };
    expect(lamp(then(fold([later, muchLater], now), leg('l', 'early')))).toBe('idle');
  });

  it('is forgotten in time, so that a busy line does not grow for ever', () => {
    let line = idleLine();
    for (let call = 0; call < 1000; call++) {
      const seq = line.seq + 1;
      line = evolveLine(line, { ...leg(`l${call}`, 'terminated'), seq, time: call * 1000 });
    }
    expect(Object.keys(line.tombstones).length).toBeLessThanOrEqual(TOMBSTONE_MS / 1000 + 1);
  });

  it('may have the name of a built-in', () => {
    expect(lamp(then(idleLine(), leg('constructor', 'early')))).toBe('in-use');
  });
});

describe('a lost edge', () => {
  const lost = (epoch: number, upTo: number): LineFact => ({
    type: 'linewatch.line.lease',
    data: { kind: 'edge-lost', edge: 'sip-edge-1', epoch, upTo },
  });

  it('makes its calls unknown, and a newer epoch makes them right again', () => {
    const line = then(idleLine(), leg('l', 'confirmed'));
    const seen = lamps(line, lost(1, line.seq), leg('l', 'confirmed', { epoch: 2, seq: 1 }));
    expect(seen).toEqual(['in-use', 'unknown', 'in-use']);
    expect(lamps(then(line, lost(1, line.seq)), leg('l', 'terminated', { epoch: 2 }))).toEqual(['unknown', 'idle']);
  });

  it('is believed again in the same epoch as soon as it speaks of the call', () => {
    const line = then(idleLine(), leg('l', 'confirmed'));
    expect(lamps(line, lost(1, line.seq), leg('l', 'confirmed', { seq: 9 }))).toEqual(['in-use', 'unknown', 'in-use']);
  });

  it('does not take away what it said after the loss, whichever comes first', () => {
    const line = then(idleLine(), leg('l', 'early'));
    const upTo = line.seq;
    expect(lamp(then(line, leg('l', 'confirmed'), lost(1, upTo)))).toBe('in-use');
  });

  it('is lost in its old epoch only', () => {
    const line = then(idleLine(), leg('l', 'confirmed', { epoch: 2 }));
    expect(lamp(then(line, lost(1, line.seq)))).toBe('in-use');
    expect(lamp(then(line, lost(2, line.seq), lost(1, line.seq + 9)))).toBe('unknown');
  });

  it('takes along what it said in an epoch before, however late that came', () => {
    const line = then(idleLine(), lost(2, 1), leg('l', 'confirmed', { epoch: 1 }));
    expect(lamp(line)).toBe('unknown');
  });

  it('takes connection-bound registrations along, and no others', () => {
    const line = then(idleLine(), registered('ephone:1', [binding({ connectionBound: true })]));
    expect(lamps(line, lost(1, line.seq))).toEqual(['idle', 'unknown']);
    expect(believedBindings(then(line, lost(1, line.seq)), 'ephone:1')).toEqual([]);
    expect(lamps(idleLine(), lost(1, idleLine().seq))).toEqual(['idle']);
    const again = registered('ephone:1', [binding({ connectionBound: true, epoch: 2 })]);
    expect(lamps(then(line, lost(1, line.seq)), again)).toEqual(['unknown', 'idle']);
  });

  describe('with a call of a phone that comes to another edge', () => {
    const there = registered('ephone:1', [binding({ connectionBound: true, edge: 'sip-edge-2' })]);
    const talking = (...devices: LineFact[]) => {
      const here = registered('ephone:1', [binding({ connectionBound: true })]);
      return then(idleLine(), ...devices, here, leg('l', 'confirmed'));
    };

    it('does not wait for the edge to be back: an SCCP phone that registers has no calls', () => {
      const line = talking();
      expect(lamps(line, lost(1, line.seq), there)).toEqual(['in-use', 'unknown', 'idle']);
      expect(lamps(line, there, lost(1, line.seq))).toEqual(['in-use', 'idle']);
      expect(lamps(line, lost(1, line.seq), there, leg('m', 'early', { edge: 'sip-edge-2' }))).toContain('in-use');
    });

    it('stays unknown for a SIP phone, whose call outlives its registration', () => {
      const line = talking(configured(instance({ devices: [sip('ephone:1')] })));
      expect(lamps(line, lost(1, line.seq), there)).toEqual(['in-use', 'unknown']);
    });

    it('stays unknown when the phone is heard at the same edge again, which knows of its calls', () => {
      const line = talking();
      const here = registered('ephone:1', [binding({ connectionBound: true })]);
      expect(lamps(line, lost(1, line.seq), here)).toEqual(['in-use', 'unknown']);
    });

    it('stays unknown when the registration is older than the last word on the call', () => {
      const line = then(idleLine(), there, leg('l', 'confirmed'));
      expect(lamps(line, lost(1, line.seq))).toEqual(['in-use', 'unknown']);
    });
  });
});

describe('dialogs', () => {
  it('tell peer, direction, hold and the dialog as the phone knows it', () => {
    const dialog = { callId: 'x@192.0.2.11', localTag: 'l', remoteTag: 'r' };
    const line = then(
      idleLine(),
      leg('l', 'confirmed', { dialog, held: true, peer: { number: '3009', display: 'Ann' } }),
    );
    expect(dialogsOf(line)).toEqual([
      {
        id: 'l',
        ...dialog,
        direction: 'recipient',
        state: 'confirmed',
        held: true,
        peer: { number: '3009', display: 'Ann' },
      },
    ]);
  });
});

/** Calls on the line: for each the facts of its life, of which the last but for `isUp` is its end. */
const callFacts = fc
  .array(
    fc.record({ first: fc.nat(2), last: fc.constantFrom(0, 1, 2), edge: fc.constantFrom('sip-edge-1', 'sccp-edge-1') }),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((calls) => {
    const names = ['trying', 'early', 'confirmed'] as const;
    return calls.map(({ first, last, edge }, index) => {
      const lived = names.slice(Math.min(first, last), last + 1);
      return { id: `l${index}`, edge, lived: lived.map((state) => leg(`l${index}`, state, { edge })) };
    });
  });

/** Some of the items, some of them several times, in any order. */
function mangled<T>(items: readonly T[], required: readonly T[]): fc.Arbitrary<T[]> {
  return fc
    .tuple(fc.subarray([...items]), fc.array(fc.constantFrom(...items, ...required), { maxLength: 10 }))
    .chain(([kept, repeated]) => {
      const all = [...kept, ...repeated, ...required];
      return fc.shuffledSubarray(all, { minLength: all.length });
    });
}

describe('any order, duplication and loss of facts that are not final [design law 3]', () => {
  it('ends idle when all calls have ended', () => {
    const anyOrder = callFacts.chain((calls) =>
      mangled(
        calls.flatMap(({ lived }) => lived),
        calls.map(({ id, edge }) => leg(id, 'terminated', { edge })),
      ),
    );
    fc.assert(fc.property(anyOrder, (facts) => expect(lamp(then(idleLine(), ...facts))).toBe('idle')));
  });

  it('is in use while one call is up', () => {
    const anyOrder = callFacts.chain((calls) =>
      mangled(
        calls.flatMap(({ lived }) => lived),
        [...calls.map(({ id, edge }) => leg(id, 'terminated', { edge })), leg('up', 'early')],
      ),
    );
    fc.assert(fc.property(anyOrder, (facts) => expect(lamp(then(idleLine(), ...facts))).toBe('in-use')));
  });

  it('gives the same dialogs for any arrival of the same stream', () => {
    const arrivals = callFacts.chain((calls) => {
      const facts = calls.flatMap(({ id, lived, edge }, index) => [
        ...lived,
        ...(index % 2 === 0 ? [leg(id, 'terminated', { edge })] : []),
      ]);
      const stream = sequenced([configured(instance()), registered('ephone:1'), ...facts]);
      return fc.tuple(fc.constant(stream), fc.shuffledSubarray(stream, { minLength: stream.length }));
    });
    fc.assert(
      fc.property(arrivals, ([stream, arrived]) => {
        expect(dialogsOf(fold(arrived))).toEqual(dialogsOf(fold(stream)));
        expect(lamp(fold(arrived))).toBe(lamp(fold(stream)));
      }),
    );
  });
});

/** Any fact about a few legs, phones and edges. */
const anyFact: fc.Arbitrary<LineFact> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('l1', 'l2', 'l3'),
      fc.constantFrom('trying', 'early', 'confirmed', 'terminated'),
      fc.record({
        epoch: fc.nat(3),
        seq: fc.nat(9),
        held: fc.boolean(),
        edge: fc.constantFrom('sip-edge-1', 'sccp-edge-1'),
      }),
    )
    .map(([id, state, over]) => leg(id, state, over)),
  fc.constantFrom(
    registered('ephone:1'),
    unregistered('ephone:1'),
    registered('ephone:2', [binding({ connectionBound: true })]),
  ),
  fc.tuple(fc.constantFrom('ephone:1', 'ephone:2'), fc.boolean()).map(([device, on]) => dnd(device, on)),
  fc
    .tuple(fc.constantFrom('leg-lapsed', 'leg-abandoned'), fc.constantFrom('l1', 'l2'), fc.nat(30))
    .map(([kind, id, upTo]): LineFact => ({ type: 'linewatch.line.lease', data: { kind, leg: id, upTo } })),
  fc.tuple(fc.nat(3), fc.nat(30)).map(([epoch, upTo]): LineFact => ({
    type: 'linewatch.line.lease',
    data: { kind: 'edge-lost', edge: 'sip-edge-1', epoch, upTo },
  })),
  fc.nat(30).map((upTo): LineFact => ({
    type: 'linewatch.line.lease',
    data: { kind: 'registration-lapsed', device: 'ephone:1', upTo },
  })),
);

function frozen(value: LineFold): LineFold {
  const freeze = (each: unknown): void => {
    if (typeof each !== 'object' || each === null) return;
    Object.values(each).forEach(freeze);
    Object.freeze(each);
  };
  freeze(value);
  return value;
}

describe('evolveLine', () => {
  it('never changes its input', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 20 }), (facts) => {
        sequenced(facts).reduce((line, fact) => frozen(evolveLine(line, fact)), frozen(idleLine()));
      }),
    );
  });

  it('goes on from a fold that travelled as JSON as from the fold itself', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 20 }), fc.array(anyFact, { maxLength: 5 }), (before, after) => {
        const line = then(idleLine(), ...before);
        const travelled = JSON.parse(JSON.stringify(line)) as LineFold;
        expect(travelled).toEqual(line);
        expect(then(travelled, ...after)).toEqual(then(line, ...after));
      }),
    );
  });

  it('never shows idle while a leg is there that may be up [design law 4]', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 30 }), (facts) => {
        const line = then(idleLine(), ...facts);
        const standings = Object.entries(line.legs).map(([id, each]) => standingOf(line, id, each));
        if (lamp(line).startsWith('idle')) expect(standings).toEqual(standings.map(() => 'over'));
      }),
    );
  });

  it('counts up to the highest sequence, of the whole and of each kind', () => {
    const line = fold(sequenced([leg('l', 'early'), dnd('ephone:1', true)], 7).reverse());
    expect(line).toMatchObject({
      seq: 8,
      last: { call: 7, feature: 8, lease: 0, registration: 0, config: 0 },
      time: 8000,
    });
  });

  it('takes what the schema lets in, and the schema takes what edges say', () => {
    const { held: _default, ...fact } = leg('l', 'early', { leaseUntil: MINUTE }).data as Record<string, unknown>;
    expect(legFactSchema.parse(fact)).toEqual(leg('l', 'early', { leaseUntil: MINUTE }).data);
  });
});
