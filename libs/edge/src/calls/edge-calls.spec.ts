import { type AnswerError, makeSubjects, Outbox, UnavailableError, type BusEvent } from '@linewatch/bus';
import type { LegCommand, LegEvent, SessionDescription } from '@linewatch/call';
import { applyCommands, emptyConfig } from '@linewatch/config';
import { emptyLine, type Binding, type Leg, type LegFact } from '@linewatch/presence';
import { Metrics, RateLimitedLog } from '@linewatch/runtime';
import { Directory } from '../directory';
import { ManualClock, settle } from '../testing/manual-clock';
import type { LineView } from '../lines';
import { EdgeCalls, type CallSettings } from './edge-calls';
import { newLeg, offeredLeg, type EdgeLeg, type LegOffer, type LegOrder } from './edge-leg';
import type { EdgeLegs } from './edge-legs';

/** Two edges whose phones speak no protocol at all: a leg does what the test says, and shows what it was told. */

const CONFIG = applyCommands(emptyConfig(), [
  'voice register global', ' mode cme', ' max-dn 9', ' max-pool 9',
  'voice register dn 1', ' number 2101',
  'voice register dn 2', ' number 2102',
  'voice register pool 1', ' id mac 0000.0000.0001', ' number 1 dn 1',
  'voice register pool 2', ' id mac 0000.0000.0002', ' number 1 dn 2',
]).config; // prettier-ignore

const session: SessionDescription = { contentType: 'application/sdp', body: 'v=0' };
const ALICE = { line: '2101', device: 'pool:1', instance: 'voice-register-dn:1' };

class PlainLegs {
  readonly told: string[] = [];

  constructor(private readonly legs: EdgeLegs) {}

  offer(order: LegOrder, offer: LegOffer): void {
    this.told.push(`offer to ${offer.called}`);
    if (offer.target.kind === 'phone') this.legs.add(offeredLeg(order, offer, offer.target));
  }

  command(leg: EdgeLeg, order: LegOrder): void {
    this.told.push(nameOf(order.command));
    this.legs.commanded(leg, order);
    if (order.command.type === 'release') this.say(leg, { type: 'released', cause: order.command.cause });
  }

  restore(leg: EdgeLeg, kept: unknown): boolean {
    if (kept !== 'plain') return false;
    this.legs.add(leg);
    return true;
  }

  factOf() {
    return { restore: 'plain' };
  }

  say(leg: EdgeLeg, event: LegEvent): void {
    this.legs.said(leg, event);
    if (event.type === 'released' || event.type === 'refused') this.legs.end(leg);
  }
}

function nameOf(command: LegCommand): string {
  return command.type === 'progress' ? `${command.type} ${command.status}` : command.type;
}

function setUp({ lines = [], settings = {} }: { lines?: LineView[]; settings?: Partial<CallSettings> } = {}) {
  const clock = new ManualClock();
  const subjects = makeSubjects();
  const facts: string[] = [];
  const edges = new Map<string, EdgeCalls<EdgeLeg, PlainLegs>>();
  const log = { info: () => undefined, warn: () => undefined, error: (fields: object) => fail(fields) };
  const start = (id: string) => {
    const ask = async (subject: string, body: unknown) => {
      const to = subjects.parse(subject);
      const calls = to?.kind === 'call' ? edges.get(to.edge) : undefined;
      if (!calls) throw new UnavailableError('nobody answers');
      return calls.take(JSON.parse(JSON.stringify(body)));
    };
    const append = async (subject: string, event: BusEvent) => {
      const of = subjects.parse(subject);
      if (of?.kind === 'line') facts.push(`${of.line} ${(event.data as LegFact).state}`);
      return { seq: facts.length, duplicate: false };
    };
    const calls = new EdgeCalls<EdgeLeg, PlainLegs>({
      edge: { id, epoch: 1 },
      bus: { subjects, ask },
      outbox: new Outbox({ append, onStatus: () => () => undefined }),
      bindings: { of: async () => ({ 'pool:2': { seq: 1, bindings: [binding(clock.now())] } }) },
      directory: new Directory(CONFIG),
      lines: { all: () => lines, get: () => undefined, onChange: () => () => undefined },
      monitor: { isAlive: (edge) => edges.has(edge), edges: () => [] },
      wheel: clock.wheel,
      clock,
      floodLog: new RateLimitedLog(log, clock),
      metrics: new Metrics(),
      settings,
      protocol: (legs) => new PlainLegs(legs),
      standIn: () => undefined,
    });
    edges.set(id, calls);
    return calls;
  };
  return { clock, edges, start, facts };
}

function fail(fields: object): never {
  throw (fields as { err?: Error }).err ?? new Error(JSON.stringify(fields));
}

/** 2102 is a phone whose connection is at the second edge. */
function binding(now: number): Binding {
  const address = { host: '127.0.0.22', port: 2000 };
  return {
    contact: 'ephone:2',
    params: '',
    q: 1,
    expiresAt: now + 1e6,
    callId: '',
    cseq: 0,
    flow: { transport: 'tcp', local: address, remote: address },
    path: [],
    edge: 'edge-2',
    epoch: 1,
    connectionBound: true,
  };
}

/** Alice, at the first edge, dials 2102. */
function dial(calls: EdgeCalls<EdgeLeg, PlainLegs>): EdgeLeg {
  const [call, id] = [calls.newId(), calls.newId()];
  const party = { number: '2101' };
  const leg = newLeg({
    id,
    call,
    role: 'caller',
    owner: ALICE,
    party,
    controller: 'edge-1',
    facing: { number: '2102' },
  });
  calls.legs.add(leg);
  calls.start({ call, leg: id, caller: party, called: '2102', session }, 70, ({ device }) => device === ALICE.device);
  return leg;
}

async function ringing() {
  const story = setUp();
  const [first, second] = [story.start('edge-1'), story.start('edge-2')];
  for (const calls of [first, second]) calls.resume();
  const alice = dial(first);
  await settle();
  const [bob] = second.legs.controlledBy('edge-1');
  if (!bob) throw new Error('the call did not arrive');
  return { ...story, first, second, alice, bob };
}

/** What a line shows of its leg in a call of an earlier life of the first edge. */
function before(line: string, role: 'caller' | 'callee', kept: unknown): LineView {
  const [id, other] = role === 'caller' ? ['a', 'b'] : ['b', 'a'];
  const leg = {
    call: 'edge-1.0.1',
    device: 'pool:1',
    instance: 'dn',
    state: 'confirmed',
    direction: role === 'caller' ? 'initiator' : 'recipient',
    held: false,
    peer: { number: '1' },
    edge: 'edge-1',
    epoch: 0,
    restore: {
      role,
      party: { number: line },
      controller: 'edge-1',
      peer: { leg: other, edge: 'edge-1' },
      protocol: kept,
    },
  } as unknown as Leg;
  const fold = { ...emptyLine(line), legs: { [id]: leg } };
  return {
    line,
    version: 1,
    state: { lamp: { state: 'in-use', dnd: false }, dialogs: [], phones: {}, relayed: {}, since: 0, cause: '', fold },
  };
}

describe('the calls of edges, whatever their phones speak', () => {
  it('go from edge to edge, and each leg tells its line', async () => {
    const { first, second, alice, bob, facts } = await ringing();
    expect(second.legs.protocol.told).toEqual(['offer to 2102']);
    second.legs.protocol.say(bob, { type: 'progress', status: 180 });
    await settle();
    second.legs.protocol.say(bob, { type: 'answered', session });
    await settle();
    expect(first.legs.protocol.told).toEqual(['progress 180', 'accept']);
    first.legs.protocol.say(alice, { type: 'released', cause: 'normal' });
    await settle();
    expect(second.legs.protocol.told.slice(-1)).toEqual(['release']);
    expect(facts).toEqual([
      '2101 trying', '2102 early', '2101 early', '2102 confirmed', '2101 confirmed', '2101 terminated', '2102 terminated',
    ]); // prettier-ignore
    for (const calls of [first, second]) expect(calls.counters).toEqual({ calls: 0, legs: 0 });
  });

  it('give a leg to another call: it obeys that one’s controller alone, whatever the old one repeats', async () => {
    const { first, second, edges, bob } = await ringing();
    const { call, id } = bob;
    const taker = { edge: 'edge-9', call: 'other', exchange: 'x' };
    const peer = { leg: 'c', edge: 'edge-9', party: { number: '2103' } };
    const joined: unknown[] = [];
    edges.set('edge-9', { take: (body: unknown) => joined.push(body) && { ok: true } } as never);
    const told = (seq: number, controller: string, command: LegCommand) =>
      second.take({ kind: 'command', call, leg: id, epoch: controller === 'edge-9' ? 0 : 1, seq, controller, command });
    told(101, 'edge-1', { type: 'handOver', taker, peer });
    await settle();
    expect(joined).toMatchObject([{ kind: 'event', call: 'other', leg: id, event: { type: 'joined', exchange: 'x' } }]);
    expect(told(101, 'edge-1', { type: 'handOver', taker, peer })).toEqual({ ok: true });
    expect(told(102, 'edge-1', { type: 'release', cause: 'normal' })).toEqual({ ok: true });
    expect(joined).toHaveLength(1);
    expect(second.legs.protocol.told).toEqual(['offer to 2102']);
    told(1, 'edge-9', { type: 'probe' });
    expect(second.legs.protocol.told).toEqual(['offer to 2102', 'probe']);
    expect(first.counters.calls).toBe(1);
  });

  it('are told that a leg they ask another edge for is not there', async () => {
    const { first, second } = await ringing();
    const refused: unknown[] = [];
    const taker = { edge: 'edge-1', call: 'nobody', exchange: 'x' };
    const peer = { leg: 'c', edge: 'edge-1', party: { number: '2103' } };
    const join = { kind: 'join', call: 'gone', leg: 'l', epoch: 1, seq: 1, taker, peer };
    expect(second.take(join)).toEqual({ ok: true, gone: true });
    jest.spyOn(second, 'take').mockImplementation((body) => {
      refused.push(body);
      return { ok: true };
    });
    const { call } = first.legs.controlledBy('edge-1')[0] ?? {};
    expect(first.take({ ...join, call, leg: 'l', taker: { ...taker, edge: 'edge-2' } })).toEqual({ ok: true });
    await settle();
    expect(refused).toMatchObject([{ kind: 'joinRefused', call: 'nobody', exchange: 'x', status: 491 }]);
  });

  it('end with the edge of a leg that nobody has answered', async () => {
    const { first, edges } = await ringing();
    edges.delete('edge-2');
    first.edgeLost('edge-2');
    await settle();
    expect(first.legs.protocol.told).toEqual(['refuse']);
  });

  it('go on after a restart with what the protocol kept of their legs', async () => {
    const lines = [before('2101', 'caller', 'plain'), before('2102', 'callee', 'plain')];
    const { clock, start, facts } = setUp({ lines });
    const calls = start('edge-1');
    calls.resume();
    await clock.pass(100);
    expect(facts).toEqual(['2101 confirmed', '2102 confirmed']);
    expect(calls.legs.protocol.told).toEqual(['probe', 'probe']);
    expect(calls.counters).toEqual({ calls: 1, legs: 2 });
  });

  it('end after a restart when the protocol cannot read what it kept', async () => {
    const lines = [before('2101', 'caller', 'plain'), before('2102', 'callee', 'another version')];
    const { clock, start, facts } = setUp({ lines });
    const calls = start('edge-1');
    calls.resume();
    await clock.pass(100);
    expect(facts).toEqual(['2101 confirmed', '2102 terminated', '2101 terminated']);
    expect(calls.counters).toEqual({ calls: 0, legs: 0 });
  });

  it('have room until there are too many, or the edge stops [design law 8]', () => {
    const calls = setUp({ settings: { maxCalls: 2 } }).start('edge-1');
    expect([calls.hasRoom(), calls.hasRoom(1), calls.hasRoom(2)]).toEqual([true, true, false]);
    calls.drain();
    expect(calls.hasRoom()).toBe(false);
  });

  it('are told of a message that makes no sense, and of one that comes before they are known again', () => {
    const calls = setUp().start('edge-1');
    const probe = { kind: 'command', call: 'c', leg: 'l', epoch: 1, seq: 1, controller: 'edge-2', command: { type: 'probe' } }; // prettier-ignore
    const wordOf = (body: unknown): unknown => {
      try {
        return calls.take(body);
      } catch (error) {
        return (error as AnswerError).word;
      }
    };
    expect([wordOf({}), wordOf(probe)]).toEqual(['malformed', 'busy']);
    calls.resume();
    expect(wordOf(probe)).toEqual({ ok: true, gone: true });
  });
});
