import type { Binding, LegFact, LegStateName, LineFact, LineInstance } from './events';
import { emptyLine, evolveLine, lampOf, type LineFold, type SequencedLineFact } from './line';

/** Facts and lines for the specs of this library. Times are milliseconds from 0. */

export const MINUTE = 60_000;

export function binding(over: Partial<Binding> = {}): Binding {
  return {
    contact: 'sip:3001@192.0.2.11:5060',
    params: '',
    q: 1,
    expiresAt: 60 * MINUTE,
    callId: 'r@192.0.2.11',
    cseq: 1,
    flow: {
      transport: 'udp',
      local: { host: '192.0.2.1', port: 5060 },
      remote: { host: '192.0.2.11', port: 5060 },
    },
    path: [],
    edge: 'sip-edge-1',
    epoch: 1,
    connectionBound: false,
    ...over,
  };
}

export function registered(device: string, bindings: Binding[] = [binding()]): LineFact {
  return { type: 'linewatch.line.registration', data: { device, cause: 'registered', bindings } };
}

export function unregistered(device: string): LineFact {
  return { type: 'linewatch.line.registration', data: { device, cause: 'unregistered', bindings: [] } };
}

export function leg(id: string, state: LegStateName, over: Partial<LegFact> = {}): LineFact {
  const ranks: LegStateName[] = ['trying', 'early', 'confirmed', 'terminated'];
  const data: LegFact = {
    leg: id,
    call: `call of ${id}`,
    device: 'ephone:1',
    instance: 'ephone-dn:1',
    state,
    direction: 'recipient',
    held: false,
    peer: { number: '3009' },
    edge: 'sip-edge-1',
    epoch: 1,
    seq: ranks.indexOf(state) + 1,
    leaseUntil: 3 * MINUTE,
    ...over,
  };
  return { type: 'linewatch.line.call', data };
}

export function dnd(device: string, on: boolean): LineFact {
  return { type: 'linewatch.line.feature', data: { device, dnd: on } };
}

export function instance(over: Partial<LineInstance> = {}): LineInstance {
  const devices: LineInstance['devices'] = [{ name: 'ephone:1', kind: 'sccp', primary: true }];
  return { id: 'ephone-dn:1', kind: 'phone', watchable: true, devices, ...over };
}

export function configured(...instances: LineInstance[]): LineFact {
  return { type: 'linewatch.line.config', data: { instances } };
}

/** Gives facts their places in the stream, from `first` on, and times a second apart unless told. */
export function sequenced(facts: readonly LineFact[], first = 1, step = 1000): SequencedLineFact[] {
  return facts.map((fact, index) => ({ ...fact, seq: first + index, time: (first + index) * step }));
}

export function fold(facts: readonly SequencedLineFact[], from: LineFold = emptyLine('3001')): LineFold {
  return facts.reduce(evolveLine, from);
}

/** The line after facts that follow those it has. */
export function then(line: LineFold, ...facts: LineFact[]): LineFold {
  return fold(sequenced(facts, line.seq + 1), line);
}

/** A line with one watchable instance on one registered phone. */
export function idleLine(): LineFold {
  return then(emptyLine('3001'), configured(instance()), registered('ephone:1'));
}

/** The lamp as a word, with a star for do-not-disturb. */
export function lamp(line: LineFold): string {
  const { state, dnd: isInDnd } = lampOf(line);
  return state + (isInDnd ? '*' : '');
}

/** The lamps that a watcher of package `presence` sees, fact after fact, without repeats. */
export function lamps(line: LineFold, ...facts: LineFact[]): string[] {
  const seen: string[] = [lamp(line)];
  for (const fact of facts) {
    line = then(line, fact);
    if (lamp(line) !== seen.at(-1)) seen.push(lamp(line));
  }
  return seen;
}
