import fc from 'fast-check';
import { relayedFactSchema, type LeaseFact, type LineFact, type RelayedFact } from './events';
import { configured, fold, instance, lamp, MINUTE, registered, sequenced, then } from './facts.fixture';
import { dueLeases, edgeLostFact, edgesOf, nextLeaseEnd } from './lease';
import { dialogsOf, emptyLine, type LineFold } from './line';
import { MAX_RELAYS, RELAY_GRACE_MS } from './relay';
import { lineStateOf, mustPublish, publishedView } from './state';

const SERVER = '192.0.2.7 presence';

function relayed(over: Partial<RelayedFact> = {}): LineFact {
  const data = { source: SERVER, package: 'presence', until: 60 * MINUTE, edge: 'sip-edge-1', epoch: 1, ...over };
  return { type: 'linewatch.line.relayed', data: data as RelayedFact };
}

function shows(state: 'idle' | 'in-use' | 'unknown', over: Partial<RelayedFact> = {}): LineFact {
  return relayed({ lamp: { state, dnd: false }, ...over });
}

const asFact = (data: LeaseFact): LineFact => ({ type: 'linewatch.line.lease', data });
const failure = { kind: 'refused', status: 404, attempts: 1, at: 5, nextAttemptAt: 60_005 } as const;
const dialog = (id: string) =>
  ({ id, direction: 'recipient', state: 'confirmed', held: false, peer: { number: '9' } }) as const;

describe('a line that other systems know', () => {
  it('shows what its source says, until the source withdraws', () => {
    let line = emptyLine('4001');
    const seen = [shows('idle'), shows('in-use'), relayed({ lamp: { state: 'idle', dnd: true } }), relayed()].map(
      (fact) => lamp((line = then(line, fact))),
    );
    expect(seen).toEqual(['idle', 'in-use', 'idle*', 'unknown']);
    expect(lineStateOf(line, 'e', undefined).relayed).toEqual({});
  });

  it('is unknown while its source fails, and tells how', () => {
    const line = then(emptyLine('4001'), shows('idle'), relayed({ failure }));
    expect(lamp(line)).toBe('unknown');
    expect(lineStateOf(line, 'e', undefined).relayed).toEqual({
      [SERVER]: { package: 'presence', stale: false, failure },
    });
  });

  it('is published when only its failure changed, and not when it is only confirmed anew', () => {
    const line = then(emptyLine('4001'), relayed({ failure }));
    const published = publishedView(lineStateOf(line, 'e', undefined));
    expect(mustPublish(then(line, relayed({ failure: { ...failure, attempts: 2 } })), published, 1e9)).toBe(true);
    const idle = then(line, shows('idle'));
    expect(
      mustPublish(
        then(idle, shows('idle', { until: 90 * MINUTE })),
        publishedView(lineStateOf(idle, 'e', undefined)),
        1e9,
      ),
    ).toBe(false);
  });

  it('is in use by the dialogs of a source that tells no lamp, and by the lamp of one that does', () => {
    const source = '192.0.2.7 dialog';
    const told = relayed({ source, package: 'dialog', dialogs: [dialog('d')] });
    const line = then(emptyLine('4001'), told);
    expect(lamp(line)).toBe('in-use');
    expect(dialogsOf(line)).toEqual([dialog('d')]);
    expect(lamp(then(line, relayed({ source, package: 'dialog', dialogs: [] })))).toBe('idle');
    expect(lamp(then(line, shows('unknown')))).toBe('unknown');
  });

  it('is in use when one of several sources says so', () => {
    const line = then(emptyLine('4001'), shows('idle', { source: 'a' }), shows('in-use', { source: 'b' }));
    expect(lamp(line)).toBe('in-use');
    expect(lamp(then(line, relayed({ source: 'b' })))).toBe('idle');
  });

  it('shows what happens here as soon as it is a line on a phone here [Q-12]', () => {
    const line = then(emptyLine('4001'), shows('in-use'), configured(instance()), registered('ephone:1'));
    expect(lamp(line)).toBe('idle');
    expect(lamp(then(line, configured()))).toBe('in-use');
  });

  it('on no phone here is told by others only where it may be watched', () => {
    const line = then(emptyLine('4001'), configured(instance({ devices: [] })), shows('idle'));
    expect(lamp(line)).toBe('idle');
    expect(lamp(then(line, configured(instance({ devices: [], watchable: false }))))).toBe('unknown');
  });

  it('remembers a bounded number of sources: those that spoke last', () => {
    const facts = Array.from({ length: 3 * MAX_RELAYS }, (_each, at) => shows('idle', { source: `s${at}` }));
    const line = then(emptyLine('4001'), ...facts);
    expect(Object.keys(line.relayed ?? {})).toHaveLength(MAX_RELAYS);
    expect(line.relayed).toHaveProperty(`s${3 * MAX_RELAYS - 1}`);
  });

  it('may have a source with the name of a built-in', () => {
    expect(lamp(then(emptyLine('4001'), shows('idle', { source: 'constructor' })))).toBe('idle');
  });
});

describe('what other systems say is believed only while it is confirmed [design law 4]', () => {
  const line = then(emptyLine('4001'), shows('in-use', { until: MINUTE }));

  it('until its time and a grace are over: then it is stale and unknown', () => {
    expect(nextLeaseEnd(line)).toBe(MINUTE + RELAY_GRACE_MS);
    expect(dueLeases(line, MINUTE + RELAY_GRACE_MS - 1)).toEqual([]);
    const due = dueLeases(line, MINUTE + RELAY_GRACE_MS);
    expect(due).toEqual([{ kind: 'relayed-lapsed', source: SERVER, upTo: 1 }]);
    const lapsed = then(line, ...due.map(asFact));
    expect(lamp(lapsed)).toBe('unknown');
    expect(lineStateOf(lapsed, 'e', undefined).relayed).toEqual({ [SERVER]: { package: 'presence', stale: true } });
    expect(nextLeaseEnd(lapsed)).toBeUndefined();
    expect(lamp(then(lapsed, shows('in-use')))).toBe('in-use');
  });

  it('as long as the edge that asks is there', () => {
    expect(edgesOf(line)).toEqual(['sip-edge-1']);
    const lost = then(line, asFact(edgeLostFact(line, 'sip-edge-1', 1) as LeaseFact));
    expect(lamp(lost)).toBe('unknown');
    expect(edgeLostFact(lost, 'sip-edge-1', 1)).toBeUndefined();
    expect(lamp(then(lost, shows('idle', { edge: 'sip-edge-2', epoch: 4 })))).toBe('idle');
  });

  it('whatever becomes of any edge, where none asks', () => {
    const said = then(emptyLine('4001'), shows('idle', { edge: undefined, epoch: undefined }));
    expect(edgesOf(said)).toEqual([]);
    expect(edgeLostFact(said, 'sip-edge-1', 9)).toBeUndefined();
  });

  it('has no lease while it says nothing', () => {
    expect(nextLeaseEnd(then(line, relayed({ failure })))).toBeUndefined();
    expect(nextLeaseEnd(then(line, relayed()))).toBeUndefined();
  });
});

describe('any relayed facts', () => {
  const anyRelayed = fc
    .record({
      source: fc.constantFrom(...Array.from({ length: MAX_RELAYS + 4 }, (_each, at) => `s${at}`)),
      says: fc.constantFrom('idle', 'in-use', 'unknown', 'failure', 'nothing'),
      until: fc.nat(MINUTE),
    })
    .map(({ source, says, until }) => {
      if (says === 'failure') return relayed({ source, until, failure });
      if (says === 'nothing') return relayed({ source, until });
      return shows(says as 'idle', { source, until });
    });
  const seen = (line: LineFold) => [lineStateOf(line, 'e', undefined).relayed, lamp(line), line.relayed];

  it('give the same line in any order of arrival, and again', () => {
    const arrivals = fc
      .array(anyRelayed, { minLength: 1, maxLength: 40 })
      .map((facts) => sequenced(facts))
      .chain((stream) =>
        fc.tuple(fc.constant(stream), fc.shuffledSubarray([...stream, ...stream], { minLength: 2 * stream.length })),
      );
    fc.assert(
      fc.property(arrivals, ([stream, arrived]) => {
        const empty = emptyLine('4001');
        expect(seen(fold(arrived, empty))).toEqual(seen(fold(stream, empty)));
      }),
    );
  });

  it('end unknown when nobody confirms them', () => {
    fc.assert(
      fc.property(fc.array(anyRelayed, { maxLength: 20 }), (facts) => {
        let line = then(emptyLine('4001'), ...facts);
        for (let now = nextLeaseEnd(line); now !== undefined; now = nextLeaseEnd(line))
          line = then(line, ...dueLeases(line, now).map(asFact));
        expect(lamp(line)).toBe('unknown');
      }),
    );
  });

  it('pass their schema as they are', () => {
    fc.assert(fc.property(anyRelayed, ({ data }) => expect(relayedFactSchema.parse(data)).toEqual(data)));
  });
});
