import {
  dueLeases,
  edgeLostFact,
  emptyLine,
  evolveLine,
  type Lamp,
  lampOf,
  type LineFact,
  lineStateOf,
  mustPublish,
  nextLeaseEnd,
  publishedView,
} from '@linewatch/presence';
import fc from 'fast-check';
import { type KeptFact, type KeptLine, linePast, type Snapshot, until } from './line-past';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Facts are kept for longer than any state stands without being published again, as in a running system. */
const SNAPSHOT_MS = 60 * MINUTE;
const RETENTION_MS = 3 * SNAPSHOT_MS;

/** A line's life as presence-state lives it: leases end by themselves, and every change of the view is published. */
class Life {
  readonly facts: KeptFact[] = [];
  readonly snapshots: Snapshot[] = [];
  /** What the line showed after each fact. */
  readonly truth: { readonly at: number; readonly lamp: Lamp }[] = [];
  private now = 0;
  private fold = emptyLine('3001');
  private published: ReturnType<typeof publishedView> | undefined;

  /** Something happens so long after what happened before. */
  happen(afterMs: number, fact: LineFact | undefined): void {
    const at = this.now + afterMs;
    for (let end = nextLeaseEnd(this.fold); end !== undefined && end < at; end = nextLeaseEnd(this.fold)) {
      this.now = Math.max(this.now + 1, end);
      for (const data of dueLeases(this.fold, this.now)) this.append({ type: 'linewatch.line.lease', data });
    }
    this.now = Math.max(this.now + 1, at);
    if (fact) this.append(fact);
  }

  lose(afterMs: number, edge: string, epoch: number): void {
    this.happen(afterMs, undefined);
    const data = edgeLostFact(this.fold, edge, epoch);
    if (data) this.append({ type: 'linewatch.line.lease', data });
  }

  /** What is left of it when facts are as old as that at most: those, and the last states. */
  keptFor(maxAgeMs: number, states: number): KeptLine {
    return this.kept(this.facts.filter(({ at }) => at < this.now - maxAgeMs).length, states);
  }

  /** What is left of it: facts after the first `dropped`, and the last states. */
  kept(dropped: number, states: number): KeptLine {
    const facts = this.facts.slice(dropped);
    const [first] = facts;
    return {
      line: '3001',
      ...(first && { first: { seq: first.seq, at: first.at } }),
      snapshots: this.snapshots.slice(-states),
      facts,
    };
  }

  get time(): number {
    return this.now;
  }

  private append(fact: LineFact): void {
    const kept = { ...fact, seq: this.facts.length + 1, time: this.now, at: this.now };
    this.facts.push(kept);
    this.fold = evolveLine(this.fold, kept);
    this.truth.push({ at: this.now, lamp: lampOf(this.fold) });
    if (!mustPublish(this.fold, this.published, SNAPSHOT_MS)) return;
    const state = lineStateOf(this.fold, `event ${kept.seq}`, this.published);
    this.published = publishedView(state);
    const { lamp, since } = state;
    this.snapshots.push({ version: this.snapshots.length + 1, at: this.now, lamp, since, fold: this.fold });
  }
}

const configured = (watchable: boolean): LineFact => ({
  type: 'linewatch.line.config',
  data: {
    instances: [
      {
        id: 'ephone-dn:1',
        kind: 'phone',
        watchable,
        devices: [
          { name: 'ephone:1', kind: 'sccp', primary: true },
          { name: 'pool:1', kind: 'sip', primary: true },
        ],
      },
    ],
  },
});

const registered = (device: string, at: number, isThere = true): LineFact => ({
  type: 'linewatch.line.registration',
  data: {
    device,
    cause: isThere ? 'registered' : 'unregistered',
    bindings: isThere
      ? [
          {
            contact: 'sip:3001@192.0.2.11:5060',
            params: '',
            q: 1,
            expiresAt: at + 60 * MINUTE,
            callId: 'r',
            cseq: 1,
            flow: {
              transport: 'udp',
              local: { host: '192.0.2.1', port: 5060 },
              remote: { host: '192.0.2.11', port: 5060 },
            },
            path: [],
            edge: 'edge-1',
            epoch: 1,
            connectionBound: device === 'ephone:1',
          },
        ]
      : [],
  },
});

const leg = (id: string, state: 'early' | 'confirmed' | 'terminated', at: number): LineFact => ({
  type: 'linewatch.line.call',
  data: {
    leg: id,
    call: 'c',
    device: 'pool:1',
    instance: 'ephone-dn:1',
    state,
    direction: 'recipient',
    held: false,
    peer: { number: '3009' },
    edge: 'edge-1',
    epoch: 1,
    seq: at,
    leaseUntil: at + 390 * SECOND,
  },
});

const words = (kept: KeptLine) => {
  const { atFirst, changes } = linePast(kept);
  return [atFirst, ...changes.map(({ lamp }) => lamp)].map(({ state }) => state);
};

/** An hour of a line: it is configured and registered, and rings twice. */
function anHour(): Life {
  const life = new Life();
  life.happen(0, configured(true));
  life.happen(MINUTE, registered('pool:1', life.time + MINUTE));
  for (const call of ['a', 'b']) {
    life.happen(10 * MINUTE, leg(call, 'early', life.time + 10 * MINUTE));
    life.happen(SECOND, leg(call, 'confirmed', life.time + SECOND));
    life.happen(5 * MINUTE, leg(call, 'terminated', life.time + 5 * MINUTE));
  }
  return life;
}

describe('the past of a line', () => {
  it('of which nothing was dropped is all that it ever showed', () => {
    const kept = anHour().kept(0, 16);
    expect(words(kept)).toEqual(['unknown', 'idle', 'in-use', 'idle', 'in-use', 'idle']);
    expect(linePast(kept).knownFrom).toBeUndefined();
  });

  it('knows the fact of each change', () => {
    const { changes } = linePast(anHour().kept(0, 16));
    expect(changes.map(({ fact }) => fact?.seq)).toEqual([2, 3, 5, 6, 8]);
  });

  it('ends where it is cut', () => {
    const life = anHour();
    const cut = until(life.kept(0, 16), life.facts[3]?.at ?? 0);
    expect(words(cut)).toEqual(['unknown', 'idle', 'in-use']);
    expect(lampOf(linePast(cut).fold).state).toBe('in-use');
  });

  it('goes further back than the facts where states are kept of it, without their facts', () => {
    const life = anHour();
    const kept = life.kept(6, 5);
    const past = linePast(kept);
    expect(words(kept)).toEqual(['in-use', 'idle', 'in-use', 'idle']);
    expect(past.changes.map(({ fact }) => fact?.seq)).toEqual([undefined, undefined, 8]);
    expect(past.knownFrom).toBe(life.facts[2]?.at);
  });

  it('goes further back than the states where facts are kept, once it is sure of them', () => {
    const life = anHour();
    for (let call = 0; call < 10; call += 1) {
      life.happen(10 * MINUTE, leg(`c${call}`, 'early', life.time + 10 * MINUTE));
      life.happen(10 * SECOND, leg(`c${call}`, 'terminated', life.time + 10 * SECOND));
    }
    const past = linePast(life.kept(2, 2));
    // The configuration and the registration are known from the oldest state, and are older than the facts; calls are not.
    expect(past.knownFrom).toBe((life.facts[2]?.at ?? 0) + 25 * MINUTE);
    expect(past.changes.length).toBeGreaterThan(3);
    expect(past.changes.every(({ fact }) => fact !== undefined)).toBe(true);
  });

  it('is that of the states when no fact is kept at all', () => {
    const kept = anHour().kept(99, 2);
    expect(words(kept)).toEqual(['in-use', 'idle']);
  });

  it('of a line that nobody ever heard of is empty', () => {
    expect(linePast({ line: '9', snapshots: [], facts: [] })).toMatchObject({
      changes: [],
      atFirst: { state: 'unknown' },
    });
  });

  it('says nothing of a time of which it is not sure: what it says is what was', () => {
    const minutes = fc.integer({ min: 0, max: 30 * 60 }).map((seconds) => seconds * SECOND);
    const device = fc.constantFrom('pool:1', 'ephone:1');
    const step = fc.oneof(
      fc.record({ what: fc.constant('config' as const), after: minutes, flag: fc.boolean() }),
      fc.record({ what: fc.constant('registration' as const), after: minutes, device, flag: fc.boolean() }),
      fc.record({ what: fc.constant('call' as const), after: minutes, flag: fc.boolean() }),
      fc.record({ what: fc.constant('dnd' as const), after: minutes, flag: fc.boolean() }),
      fc.record({ what: fc.constant('edge' as const), after: minutes }),
    );
    const steps = fc.array(step, { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 16 }), (all, states) => {
        const life = new Life();
        let calls = 0;
        for (const one of all) {
          const at = life.time + one.after;
          if (one.what === 'config') life.happen(one.after, configured(one.flag));
          else if (one.what === 'registration') life.happen(one.after, registered(one.device, at, one.flag));
          else if (one.what === 'dnd')
            life.happen(one.after, { type: 'linewatch.line.feature', data: { device: 'ephone:1', dnd: one.flag } }); // prettier-ignore
          else if (one.what === 'edge') life.lose(one.after, 'edge-1', 1);
          else life.happen(one.after, leg(`leg ${(calls += one.flag ? 1 : 0)}`, one.flag ? 'early' : 'terminated', at));
        }
        const past = linePast(life.keptFor(RETENTION_MS, states));
        const said = (at: number): Lamp =>
          past.changes.filter((change) => change.at <= at).at(-1)?.lamp ?? past.atFirst;
        for (const { at, lamp } of life.truth) {
          if (at >= (past.knownFrom ?? 0)) expect({ at, lamp: said(at) }).toEqual({ at, lamp });
        }
        const oldest = life.keptFor(RETENTION_MS, states).snapshots[0];
        if (oldest) expect(past.knownFrom ?? 0).toBeLessThanOrEqual(oldest.at);
      }),
      { numRuns: 100 },
    );
  });
});
