import { connectBus, UnavailableError, type NatsBus, type Stored } from '@linewatch/bus';
import {
  dialogsOf,
  emptyLine,
  evolveLine,
  lampOf,
  type Binding,
  type LegFact,
  type LineFact,
  type LineFold,
  type LineNumber,
  type LineState,
  type SequencedLineFact,
} from '@linewatch/presence';
import { sequencedFact } from '../line-store';

/** Facts of lines for the integration tests, made from a seed so that a failure can be repeated. */

const HOUR = 3_600_000;

/** Numbers from 0 to 1 that look random and are the same for the same seed. */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function binding(changes: Partial<Binding> = {}): Binding {
  return {
    contact: 'sip:2101@127.0.0.3',
    params: '',
    q: 1,
    expiresAt: Date.now() + HOUR,
    callId: 'r',
    cseq: 1,
    flow: {
      transport: 'udp',
      local: { host: '127.0.0.2', port: 5060 },
      remote: { host: '127.0.0.3', port: 5060 },
    },
    path: [],
    edge: 'sip-edge-1',
    epoch: 1,
    connectionBound: false,
    ...changes,
  };
}

/** The commands that make lines of these numbers, each on a phone of its own: the first on `pool:1`, and so on. */
export function configurationOf(lines: readonly LineNumber[]): string[] {
  return lines.flatMap((line, at) => [
    `voice register dn ${at + 1}`,
    ` number ${line}`,
    ' allow watch',
    `voice register pool ${at + 1}`,
    ` number 1 dn ${at + 1}`,
  ]);
}

/** What an edge says of the line with that tag in the configuration. */
export function factsOf(tag: number) {
  const device = `pool:${tag}`;
  return {
    registered: (bindings: Binding[] = [binding()]): LineFact => ({
      type: 'linewatch.line.registration',
      data: { device, cause: bindings.length > 0 ? 'registered' : 'unregistered', bindings },
    }),
    leg: (leg: string, state: LegFact['state'], seq: number, changes: Partial<LegFact> = {}): LineFact => ({
      type: 'linewatch.line.call',
      data: {
        leg,
        call: `call of ${leg}`,
        device,
        instance: `voice-register-dn:${tag}`,
        state,
        direction: 'recipient',
        held: false,
        peer: { number: '2102' },
        edge: 'sip-edge-1',
        epoch: 1,
        seq,
        leaseUntil: Date.now() + HOUR,
        ...changes,
      },
    }),
  };
}

/** A fact as an edge might witness it next, of a line that has had `before` facts. */
export function randomFact(random: () => number, tag: number, before: number): LineFact {
  const facts = factsOf(tag);
  if (before === 0) return facts.registered();
  if (random() < 0.15) return facts.registered(random() < 0.3 ? [] : [binding({ cseq: before })]);
  const leg = `${tag}.${Math.floor(random() * 4) + Math.floor(before / 12)}`;
  const state = (['trying', 'early', 'confirmed', 'terminated'] as const)[Math.floor(random() * 4)] ?? 'early';
  return facts.leg(leg, state, before);
}

/** A bus of the test's own, beside the service. */
export function testBus(env: NodeJS.ProcessEnv): Promise<NatsBus> {
  const servers = env['LINEWATCH_NATS_URL'] ?? '';
  return connectBus({ servers, service: 'test', source: '/test/1', prefix: env['LINEWATCH_PREFIX'] ?? 'lw' });
}

/** Appends a fact, however often NATS goes away meanwhile. */
export async function appendFact(bus: NatsBus, line: LineNumber, fact: LineFact, id: string): Promise<number> {
  const kind = fact.type.slice('linewatch.line.'.length) as 'call' | 'registration';
  for (;;) {
    try {
      return (await bus.append(bus.subjects.lineFact(line, kind), fact, { about: line, id })).seq;
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The lines as a pure fold over everything that stream LINES holds. */
export async function foldedFromStream(bus: NatsBus): Promise<Map<LineNumber, LineFold>> {
  const folds = new Map<LineNumber, LineFold>();
  await readAll(bus, 'LINES', bus.subjects.every.lineFacts, (stored) => {
    const subject = bus.subjects.parse(stored.address);
    if (subject?.kind !== 'line') return;
    folds.set(subject.line, evolveLine(folds.get(subject.line) ?? emptyLine(subject.line), sequencedFact(stored)));
  });
  return folds;
}

/** Publications that say something else than the facts up to the sequence which they include: there must be none. */
export async function wrongStates(bus: NatsBus): Promise<string[]> {
  const byLine = new Map<LineNumber, SequencedLineFact[]>();
  await readAll(bus, 'LINES', bus.subjects.every.lineFacts, (stored) => {
    const subject = bus.subjects.parse(stored.address);
    if (subject?.kind !== 'line') return;
    byLine.set(subject.line, [...(byLine.get(subject.line) ?? []), sequencedFact(stored)]);
  });
  const wrong: string[] = [];
  await readAll(bus, 'PRESENCE', bus.subjects.every.presence, ({ address, event, streamSeq }) => {
    const subject = bus.subjects.parse(address);
    if (subject?.kind !== 'presence' || event.type !== 'linewatch.line.state') return;
    const { fold, lamp, dialogs } = event.data;
    const facts = (byLine.get(subject.line) ?? []).filter(({ seq }) => seq <= fold.seq);
    const truth = facts.reduce(evolveLine, emptyLine(subject.line));
    if (JSON.stringify({ lamp, dialogs }) !== JSON.stringify({ lamp: lampOf(truth), dialogs: dialogsOf(truth) }))
      wrong.push(`${subject.line}, version ${streamSeq}, facts up to ${fold.seq}`);
  });
  return wrong;
}

/** What was published of each line last. */
export async function lastStates(bus: NatsBus): Promise<Map<LineNumber, LineState>> {
  const states = new Map<LineNumber, LineState>();
  await readAll(bus, 'PRESENCE', bus.subjects.every.presence, (stored) => {
    const subject = bus.subjects.parse(stored.address);
    if (subject?.kind === 'presence' && stored.event.type === 'linewatch.line.state')
      states.set(subject.line, stored.event.data);
  });
  return states;
}

async function readAll(
  bus: NatsBus,
  stream: 'LINES' | 'PRESENCE',
  filter: string,
  take: (stored: Stored) => void,
): Promise<void> {
  const follower = await bus.follow(stream, { from: 'all', filter }, take);
  await follower.caughtUp;
  follower.stop();
}
