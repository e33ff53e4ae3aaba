import { eventSchemas, lineStateSchema, type EventType, type LineFact } from './events';
import { binding, configured, dnd, idleLine, instance, leg, registered, then, unregistered } from './facts.fixture';
import { edgeScopedId } from './ids';
import { edgeLostFact } from './lease';
import { lineStateOf, mustPublish, publishedView, sameView } from './state';

const overTheWire = (data: unknown): unknown => JSON.parse(JSON.stringify(data)) as unknown;

describe('the schemas', () => {
  const facts: LineFact[] = [
    registered('ephone:1', [binding({ connectionBound: true, userAgent: 'x', path: ['<sip:p;lr>'] })]),
    unregistered('ephone:1'),
    leg('l', 'early', { dialog: { callId: 'c', localTag: 'l' }, restore: { any: ['thing'] }, cause: '486' }),
    dnd('ephone:1', true),
    configured(instance(), instance({ id: 'ephone-dn:2', kind: 'park-slot', devices: [] })),
    { type: 'linewatch.line.lease', data: { kind: 'leg-abandoned', leg: 'l', upTo: 4 } },
  ];

  it.each(facts.map((fact) => [fact.type, fact] as const))('take a %s fact as it is written', (type, fact) => {
    expect(eventSchemas[type].parse(overTheWire(fact.data))).toEqual(fact.data);
  });

  it('take a lost edge as the fold says it', () => {
    const line = then(idleLine(), leg('l', 'early'));
    const fact = edgeLostFact(line, 'sip-edge-1', 1);
    expect(eventSchemas['linewatch.line.lease'].parse(overTheWire(fact))).toEqual(fact);
  });

  it('take a line state with its fold, dialogs in the same words', () => {
    const dialog = { callId: 'c', localTag: 'l' };
    const line = then(idleLine(), leg('l', 'early', { dialog, peer: { number: '3009', display: 'Ann' } }));
    const state = lineStateOf(line, 'event-1', undefined);
    const heard = lineStateSchema.parse(overTheWire(state));
    expect(heard).toEqual(state);
    expect(sameView(heard, state)).toBe(true);
  });

  it.each<[string, EventType, unknown]>([
    ['a state of a leg that does not exist', 'linewatch.line.call', { ...leg('l', 'early').data, state: 'ringing' }],
    ['a leg without a name', 'linewatch.line.call', { ...leg('', 'early').data }],
    ['a sequence that is no number', 'linewatch.line.call', { ...leg('l', 'early').data, seq: '1' }],
    ['a time before 1970', 'linewatch.line.call', { ...leg('l', 'early').data, leaseUntil: -1 }],
    [
      'more bindings than a phone can have',
      'linewatch.line.registration',
      { device: 'pool:1', cause: 'registered', bindings: Array.from({ length: 33 }, () => binding()) },
    ],
    ['an unknown kind of lease', 'linewatch.line.lease', { kind: 'forgotten', leg: 'l', upTo: 1 }],
    ['a line state without fold', 'linewatch.line.state', { ...lineStateOf(idleLine(), 'e', undefined), fold: null }],
    ['nothing', 'linewatch.edge.beat', undefined],
  ])('refuse %s', (_what, type, data) => {
    expect(eventSchemas[type].safeParse(data).success).toBe(false);
  });
});

describe('a line state', () => {
  it('keeps its since while the lamp stays the same, and moves it when it changes', () => {
    const idle = lineStateOf(idleLine(), 'e1', undefined);
    const ringing = then(idleLine(), leg('l', 'early'));
    const inUse = lineStateOf(ringing, 'e2', publishedView(idle));
    const answered = lineStateOf(then(ringing, leg('l', 'confirmed')), 'e3', publishedView(inUse));
    expect(inUse.since).toBe(ringing.time);
    expect(answered.since).toBe(inUse.since);
    expect(answered).toMatchObject({ lamp: { state: 'in-use', dnd: false }, dialogs: [{ state: 'confirmed' }] });
  });

  it('is published at first, when a watcher sees a difference, and as a snapshot from time to time', () => {
    const line = idleLine();
    const view = publishedView(lineStateOf(line, 'e', undefined));
    expect(view).not.toHaveProperty('fold');
    expect(mustPublish(line, undefined, 60_000)).toBe(true);
    expect(mustPublish(then(line, registered('ephone:1')), view, 60_000)).toBe(false);
    expect(mustPublish(then(line, leg('l', 'early')), view, 60_000)).toBe(true);
    expect(mustPublish({ ...line, time: line.time + 60_000 }, view, 60_000)).toBe(true);
  });
});

describe('edgeScopedId', () => {
  it('is edge, epoch and counter', () => {
    expect(edgeScopedId('sip-edge-1', 7, 42)).toBe('sip-edge-1.7.42');
  });
});
