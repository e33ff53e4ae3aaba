import { type BusEvent, makeSubjects, type Stored } from '@linewatch/bus';
import { applyCommands, emptyConfig } from '@linewatch/config';
import { Directory, type LineView, ManualClock, settle } from '@linewatch/edge';
import {
  dueLeases,
  edgeLostFact,
  emptyLine,
  evolveLine,
  type LineFact,
  type LineFold,
  lineStateOf,
} from '@linewatch/presence';
import { Metrics, RateLimitedLog } from '@linewatch/runtime';
import { header, headerValues, parseNameAddr, renderPidf, type SipRequest, type SipResponse } from '@linewatch/sip';
import type { UpstreamHolder, UpstreamLine, WantedLine } from '@linewatch/tables';
import { Endpoint } from '../../endpoint/endpoint';
import { answerTo, FakeTransport, flowOf } from '../../testing/fake-transport';
import { UpstreamKeeper } from '../keeper';

export const SERVER = '127.0.0.7';
export const UPSTREAM_SYSTEM = [
  'voice register dn 1', ' number 2101', ' allow watch', '!',
  'presence', ` server ${SERVER}`, ' allow subscribe', '!',
  'sip-ua', ' presence enable',
]; // prettier-ignore

const line = (text: UpstreamLine) => `${text.line} ${text.package}`;

/** The tables, the streams and the line states that all edges of a test share, in memory. */
export class UpstreamWorld {
  readonly clock = new ManualClock();
  readonly subjects = makeSubjects();
  readonly holders = new Map<string, UpstreamHolder>();
  readonly edges: { edge: string; epoch: number; kind: 'sip'; alive: boolean }[] = [];
  readonly facts: LineFact[] = [];
  /** Ids of watchers by line and package. */
  private readonly watchers = new Map<string, UpstreamLine & { ids: Set<string> }>();
  private readonly followers: ((stored: Stored) => void)[] = [];
  private readonly folds = new Map<string, LineFold>();
  private readonly states = new Map<string, LineView>();
  lost = false;
  private seq = 0;

  /** Somebody here watches a line, and every edge hears of it. */
  async watch(id: string, of = '4001', name: UpstreamLine['package'] = 'presence', watcher = '2101'): Promise<void> {
    const about = { line: of, package: name };
    const known = this.watchers.get(line(about)) ?? { ...about, ids: new Set() };
    known.ids.add(id);
    this.watchers.set(line(about), known);
    const event = { type: 'linewatch.subscription.outgoing', data: { id, subId: 1, package: name, watcher } };
    const address = this.subjects.subscription(of, 'outgoing');
    for (const take of this.followers)
      take({ address, event: event as BusEvent, streamSeq: (this.seq += 1) } as Stored);
    await settle();
  }

  unwatch(id: string, of = '4001', name: UpstreamLine['package'] = 'presence'): void {
    const key = line({ line: of, package: name });
    this.watchers.get(key)?.ids.delete(id);
    if (this.watchers.get(key)?.ids.size === 0) this.watchers.delete(key);
  }

  readonly bus = {
    subjects: this.subjects,
    follow: async (_stream: string, _options: unknown, take: (stored: Stored) => void) => {
      this.followers.push(take);
      return { caughtUp: Promise.resolve(), position: () => 0, stop: () => undefined };
    },
  };

  readonly table = {
    wanted: async (): Promise<WantedLine[] | 'MISS'> =>
      this.lost ? 'MISS' : [...this.watchers.values()].map(({ ids, ...of }) => ({ ...of, id: [...ids][0] ?? '' })),
    claim: async (me: UpstreamHolder, lines: readonly (UpstreamLine & { over?: UpstreamHolder })[]) =>
      lines.map(({ over, ...of }) => {
        const holder = this.holders.get(line(of));
        if (!holder || (over?.edge === holder.edge && over.epoch === holder.epoch)) this.holders.set(line(of), me);
        return this.holders.get(line(of)) as UpstreamHolder;
      }),
    release: async (me: UpstreamHolder, lines: readonly UpstreamLine[]) => {
      for (const of of lines) if (this.holders.get(line(of))?.epoch === me.epoch) this.holders.delete(line(of));
    },
    held: async function* () {},
  };

  /** The line as presence-state folds it: each fact is folded as soon as it is said. */
  fold(about: string, fact: LineFact): void {
    const before = this.folds.get(about) ?? emptyLine(about);
    const after = evolveLine(before, { ...fact, seq: (this.seq += 1), time: this.clock.now() });
    this.folds.set(about, after);
    this.states.set(about, { line: about, version: this.seq, state: lineStateOf(after, 'test', undefined) });
  }

  stateOf(about = '4001'): LineView | undefined {
    return this.states.get(about);
  }

  lamp(about = '4001'): string {
    const lamp = this.stateOf(about)?.state.lamp;
    return lamp ? lamp.state + (lamp.dnd ? '*' : '') : 'nothing';
  }

  /** presence-state ends what is due, as its sweep does. */
  sweep(about = '4001'): void {
    const fold = this.folds.get(about);
    for (const data of fold ? dueLeases(fold, this.clock.now()) : [])
      this.fold(about, { type: 'linewatch.line.lease', data });
  }

  /** An edge is dead, and everybody knows. */
  kill(edge: string): void {
    for (const each of this.edges) if (each.edge === edge) each.alive = false;
    for (const [about, fold] of this.folds) {
      const data = edgeLostFact(fold, edge, Math.max(...this.edges.filter((e) => e.edge === edge).map((e) => e.epoch)));
      if (data) this.fold(about, { type: 'linewatch.line.lease', data });
    }
  }
}

/** One edge with its keeper, between a fake socket and that world; the test plays the server. */
export class UpstreamRig {
  readonly socket = new FakeTransport();
  readonly metrics = new Metrics();
  readonly directory: Directory;
  readonly endpoint: Endpoint;
  readonly keeper: UpstreamKeeper;
  holds = true;
  /** Facts get lost on their way to the line's state. */
  loses = false;
  private tokens = 0;
  private notifies = 100;

  constructor(
    readonly world = new UpstreamWorld(),
    readonly edge = 'sip-edge-1',
    commands: readonly string[] = UPSTREAM_SYSTEM,
  ) {
    const epoch = world.edges.length + 1;
    world.edges.push({ edge, epoch, kind: 'sip', alive: true });
    this.directory = new Directory(applyCommands(emptyConfig(), commands).config);
    const log = { info: () => undefined, warn: () => undefined, error: (fields: object) => fail(fields) };
    this.endpoint = new Endpoint({
      wheel: world.clock.wheel,
      clock: world.clock,
      advertised: { host: '127.0.0.2', port: 5060 },
      branchPrefix: edge,
      newToken: () => `${edge}t${(this.tokens += 1)}`,
      floodLog: new RateLimitedLog(log, world.clock),
      messages: this.metrics.counters('messages_total', 'test', 'kind'),
    });
    this.endpoint.attach('udp', this.socket);
    this.keeper = new UpstreamKeeper({
      edge: { id: edge, epoch, holds: () => this.holds },
      sender: this.endpoint,
      bus: world.bus as never,
      outbox: {
        put: async ({ event, about = '' }) => {
          world.facts.push(event as LineFact);
          if (!this.loses) world.fold(about, event as LineFact);
          return { seq: 0, duplicate: false };
        },
      },
      subjects: world.subjects,
      table: world.table,
      subscriptions: { get: async () => undefined },
      directory: this.directory,
      lines: { get: (about) => world.stateOf(about) },
      edges: () => world.edges,
      wheel: world.clock.wheel,
      clock: world.clock,
      repaired: this.metrics.counters('repaired_total', 'test', 'what'),
      counters: {
        ended: this.metrics.counters('ended_total', 'test', 'why'),
        notified: this.metrics.counters('notified_total', 'test', 'status'),
      },
      failed: (_what, error) => fail({ err: error }),
    });
    this.endpoint.handle('NOTIFY', (incoming) => {
      if (!this.keeper.handle(incoming)) incoming.respond(481);
    });
    this.endpoint.accept(true);
  }

  static async open(...args: ConstructorParameters<typeof UpstreamRig>): Promise<UpstreamRig> {
    const rig = new UpstreamRig(...args);
    await rig.keeper.start();
    return rig;
  }

  /** SUBSCRIBEs that the server heard, without retransmissions. */
  heard(): SipRequest[] {
    const seen = new Map<string, SipRequest>();
    for (const request of this.socket.requests('SUBSCRIBE')) seen.set(header(request, 'Via') ?? '', request);
    return [...seen.values()];
  }

  last(): SipRequest {
    return this.heard().at(-1) as SipRequest;
  }

  /** The server answers the last SUBSCRIBE. */
  async answer(status: number, fields: Record<string, string> = {}): Promise<void> {
    const to = `${header(this.last(), 'To')?.replace(/;tag=.*/, '')};tag=far`;
    const more: Record<string, string> = status < 300 ? { Contact: `<sip:${SERVER}:5060>`, Expires: '3600' } : {};
    await this.hear(answerTo(this.last(), status, { To: to, ...more, ...fields }));
  }

  /** The server notifies, in the dialog of the SUBSCRIBE given or the last one; gives what was answered. */
  async notify(state = 'active', body = '', of = this.last(), type = 'application/pidf+xml'): Promise<SipResponse> {
    this.notifies += 1;
    const contact = parseNameAddr(headerValues(of, 'Contact')[0] ?? '')?.uri;
    const text = [
      `NOTIFY ${contact} SIP/2.0`,
      `Via: SIP/2.0/UDP ${SERVER}:5060;branch=z9hG4bKfar${this.notifies}`,
      `From: ${header(of, 'To')?.replace(/;tag=.*/, '')};tag=far`,
      `To: ${header(of, 'From')}`,
      `Call-ID: ${header(of, 'Call-ID')}`,
      `CSeq: ${this.notifies} NOTIFY`,
      `Contact: <sip:${SERVER}:5060>`,
      `Event: ${header(of, 'Event')}`,
      `Subscription-State: ${state}`,
      ...(body === '' ? [] : [`Content-Type: ${type}`]),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
    await this.hear(Buffer.from(text));
    return this.socket.responses('NOTIFY').at(-1) as SipResponse;
  }

  /** The server takes the subscription and shows that lamp. */
  async serve(state: 'idle' | 'in-use', fields: Record<string, string> = {}): Promise<void> {
    await this.answer(200, fields);
    await this.shows(state);
  }

  async shows(state: 'idle' | 'in-use', of = this.last()): Promise<SipResponse> {
    const lamp = { state, dnd: false };
    return this.notify('active', renderPidf({ entity: `sip:4001@${SERVER}`, id: '4001', lamp }), of);
  }

  async hear(bytes: Buffer): Promise<void> {
    this.endpoint.message(bytes, flowOf(SERVER));
    await settle();
  }

  configure(...commands: string[]): void {
    this.directory.apply(applyCommands(this.directory.current().config, commands).config);
    this.keeper.rulesChanged();
  }
}

function fail(fields: object): never {
  throw (fields as { err?: Error }).err ?? new Error(JSON.stringify(fields));
}
