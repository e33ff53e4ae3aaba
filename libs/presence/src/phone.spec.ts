import fc from 'fast-check';
import type { PhonePart } from './events';
import { configured, dnd, idleLine, instance, leg, registered, then, unregistered } from './facts.fixture';
import { emptyLine } from './line';
import { phoneLampOf, phonesOf } from './phone';

const sccp = (name: string, primary = true) => ({ name, kind: 'sccp' as const, primary });
const shared = configured(instance({ devices: [sccp('ephone:1'), sccp('ephone:2')] }));
const both = then(emptyLine('3001'), shared, registered('ephone:1'), registered('ephone:2'));
const part = (over: Partial<PhonePart> = {}): PhonePart => ({ registered: true, use: 'idle', dnd: false, ...over });

describe('the phones of a line', () => {
  it('are each in use by their own calls only [T-14]', () => {
    const busy = then(both, leg('l', 'confirmed', { device: 'ephone:2' }));
    expect(phonesOf(busy)).toEqual({ 'ephone:1': part(), 'ephone:2': part({ use: 'in-use' }) });
    expect(phonesOf(then(busy, leg('l', 'terminated', { device: 'ephone:2' })))).toEqual(phonesOf(both));
  });

  it('are registered, or in do-not-disturb, each for itself [V-1, V-5]', () => {
    const line = then(both, unregistered('ephone:1'), dnd('ephone:2', true));
    expect(phonesOf(line)).toEqual({ 'ephone:1': part({ registered: false }), 'ephone:2': part({ dnd: true }) });
  });

  it('tell nothing of a line that may not be watched [V-8]', () => {
    const hidden = configured(instance({ watchable: false, devices: [sccp('ephone:1')] }));
    expect(phonesOf(then(emptyLine('3001'), hidden, registered('ephone:1'), leg('l', 'early')))).toEqual({});
  });

  it('are not said to be free while a call of a lost edge may be up', () => {
    const lost = then(idleLine(), leg('l', 'confirmed'), {
      type: 'linewatch.line.lease',
      data: { kind: 'edge-lost', edge: 'sip-edge-1', epoch: 1, upTo: 1_000 },
    });
    expect(phonesOf(lost)['ephone:1']?.use).toBe('unknown');
  });
});

describe('the lamp of a phone', () => {
  it.each<[string, PhonePart[], string, boolean]>([
    ['has no line', [], 'unknown', false],
    ['is not registered [V-1]', [part({ registered: false })], 'unknown', false],
    ['rests', [part(), part()], 'idle', false],
    ['is in a call on one line [V-2]', [part(), part({ use: 'in-use' })], 'in-use', false],
    ['may be in a call', [part(), part({ use: 'unknown' })], 'unknown', false],
    ['is in a call, and may be in another', [part({ use: 'unknown' }), part({ use: 'in-use' })], 'in-use', false],
    ['is in do-not-disturb [V-5]', [part({ dnd: true })], 'idle', true],
    ['was in do-not-disturb when it left', [part({ dnd: true, registered: false })], 'unknown', false],
  ])('of one that %s', (_what, parts, state, isDnd) => {
    expect(phoneLampOf(parts)).toEqual({ state, dnd: isDnd });
  });

  it('does not depend on the order of its lines', () => {
    const parts = fc.array(
      fc.record({
        registered: fc.boolean(),
        use: fc.constantFrom('idle' as const, 'in-use' as const, 'unknown' as const),
        dnd: fc.boolean(),
      }),
    );
    fc.assert(fc.property(parts, (some) => expect(phoneLampOf([...some].reverse())).toEqual(phoneLampOf(some))));
  });
});
