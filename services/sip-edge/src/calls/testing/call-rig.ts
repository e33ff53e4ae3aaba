import { makeSubjects, Outbox, UnavailableError, type Appended, type BusEvent, type OutboxEntry } from '@linewatch/bus';
import { applyCommands, emptyConfig } from '@linewatch/config';
import {
  type CallSettings,
  Directory,
  type LineBindings,
  type LineListener,
  type LineView,
  ManualClock,
  settle,
} from '@linewatch/edge';
import {
  emptyLine,
  evolveLine,
  lineStateOf,
  publishedView,
  sameView,
  type Binding,
  type LegFact,
  type LineFold,
  type LineState,
} from '@linewatch/presence';
import { Metrics, RateLimitedLog } from '@linewatch/runtime';
import type { Flow } from '@linewatch/sip';
import { Endpoint } from '../../endpoint/endpoint';
import { Calls } from '../calls';
import { TestPhone } from './test-phone';

/** What is logged as an error is a mistake of ours, and fails the test. */
const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object) => {
    throw (fields as { err?: Error }).err ?? new Error(JSON.stringify(fields));
  },
};

/** Four phones, one line each; lines 2103 and 2104 share number 2200. */
const SYSTEM = [
  'voice register global', ' mode cme', ' max-dn 20', ' max-pool 20',
  'voice register dn 1', ' number 2101', ' name Alice',
  'voice register dn 2', ' number 2102',
  'voice register dn 3', ' number 2103',
  'voice register dn 4', ' number 2104',
  'voice register dn 5', ' number 2200', ' shared-line',
  'voice register pool 1', ' id mac 0000.0000.0001', ' number 1 dn 1',
  'voice register pool 2', ' id mac 0000.0000.0002', ' number 1 dn 2',
  'voice register pool 3', ' id mac 0000.0000.0003', ' number 1 dn 3', ' number 2 dn 5',
  'voice register pool 4', ' id mac 0000.0000.0004', ' number 1 dn 4', ' number 2 dn 5',
]; // prettier-ignore

/** One process of the SIP edge. */
interface EdgeProcess {
  readonly id: string;
  readonly epoch: number;
  readonly endpoint: Endpoint;
  readonly calls: Calls;
  readonly outbox: Outbox;
  isUp: boolean;
}

/** Edges, phones and a bus in memory, with time in the test's hands. Facts are folded as presence-state does. */
export class CallRig {
  readonly clock = new ManualClock();
  readonly subjects = makeSubjects();
  readonly edges = new Map<string, EdgeProcess>();
  readonly phones = new Map<string, TestPhone>();
  /** Facts of legs as they were stored. */
  readonly facts: { line: string; fact: LegFact }[] = [];
  /** Messages between edges, as `edge: what`. */
  readonly asked: string[] = [];
  /** Whether the bindings cannot be read. */
  areBindingsAway = false;
  private readonly folds = new Map<string, LineFold>();
  private readonly states = new Map<string, { version: number; state: LineState }>();
  private readonly lineListeners: LineListener[] = [];
  private readonly bindings = new Map<string, Record<string, Binding[]>>();
  private readonly directory: Directory;
  private epochs = 0;
  private seq = 0;
  private tokens = 0;

  /** @param commands of the configuration, beside those of the phones */
  constructor(
    private readonly settings: Partial<CallSettings> = {},
    commands: readonly string[] = [],
  ) {
    const config = emptyConfig();
    const applied = applyCommands(config, [...SYSTEM, ...commands]);
    this.directory = new Directory(applied.config);
  }

  /** Starts an edge, or starts it again with a new epoch. */
  start(id = 'sip-edge-1'): EdgeProcess {
    const epoch = (this.epochs += 10);
    const floodLog = new RateLimitedLog(log, this.clock);
    const metrics = new Metrics();
    const endpoint = new Endpoint({
      wheel: this.clock.wheel,
      clock: this.clock,
      advertised: { host: '127.0.0.2', port: 5060 + this.edgeNumber(id) },
      branchPrefix: `${id}.${epoch}.`,
      newToken: () => `token${(this.tokens += 1)}`,
      floodLog,
      messages: metrics.counters('messages', 'messages', 'kind'),
    });
    const bus = {
      subjects: this.subjects,
      ask: (subject: string, body: unknown) => this.ask(id, subject, body),
      append: async (subject: string, event: BusEvent, entry?: object) =>
        this.append(process, subject, event, entry as OutboxEntry),
      onStatus: () => () => undefined,
    };
    const outbox = new Outbox(bus);
    const calls = new Calls({
      edge: { id, epoch },
      sender: endpoint,
      bus,
      outbox,
      bindings: { of: (line) => this.bindingsOf(line) },
      directory: this.directory,
      lines: {
        all: () => this.views(),
        get: (line) => [...this.views()].find((view) => view.line === line),
        onChange: (listener) => {
          this.lineListeners.push(listener);
          return () => undefined;
        },
      },
      monitor: { isAlive: (edge) => this.edges.get(edge)?.isUp === true, edges: () => [] },
      wheel: this.clock.wheel,
      clock: this.clock,
      floodLog,
      metrics,
      settings: this.settings,
    });
    for (const method of ['INVITE', 'BYE', 'UPDATE', 'INFO', 'REFER', 'OPTIONS', 'NOTIFY']) {
      endpoint.handle(method, (incoming) => calls.handle(incoming));
    }
    endpoint.handleAck((ack) => calls.handleAck(ack));
    const process: EdgeProcess = { id, epoch, endpoint, calls, outbox, isUp: true };
    endpoint.attach('udp', {
      local: { host: '127.0.0.2', port: 5060 + this.edgeNumber(id) },
      send: (bytes, flow) => this.toPhone(process, bytes, flow),
      close: async () => undefined,
    });
    endpoint.accept(true);
    this.edges.set(id, process);
    calls.shared.resume();
    for (const other of this.edges.values()) if (other !== process) other.calls.shared.edgeBack(id);
    return process;
  }

  /** Ends an edge as kill -9 does: nothing of it is heard any more. */
  kill(id = 'sip-edge-1'): void {
    const process = this.edges.get(id);
    if (!process) throw new Error(`no edge ${id}`);
    process.isUp = false;
    process.outbox.close();
  }

  /** The other edges notice that one is silent. */
  lost(id: string): void {
    for (const other of this.edges.values()) if (other.isUp) other.calls.shared.edgeLost(id);
  }

  /** A phone that is registered for a number at an edge. */
  phone(number: string, pool: number, edge = 'sip-edge-1', lines = [number]): TestPhone {
    const phone = this.stranger(number, `127.0.0.${20 + this.phones.size + 1}`, edge);
    for (const line of lines) {
      const known = this.bindings.get(line) ?? {};
      this.bindings.set(line, { ...known, [`pool:${pool}`]: [this.binding(phone, edge)] });
    }
    return phone;
  }

  /** Somebody at an address who is registered nowhere: what is at the far side of a trunk, or not. */
  stranger(number: string, host: string, edge = 'sip-edge-1'): TestPhone {
    const remote = { host, port: 5060 };
    const flow: Flow = { transport: 'udp', local: { host: '127.0.0.2', port: 5060 }, remote };
    const phone = new TestPhone(number, flow, (bytes, from) => {
      const process = this.edges.get(edge);
      if (process?.isUp) process.endpoint.message(bytes, from);
    });
    this.phones.set(`${remote.host}:${remote.port}`, phone);
    return phone;
  }

  /** What each line's facts said since this was asked last: `2101 trying`, a held state with a star. */
  news(): string[] {
    return this.facts.splice(0).map(({ line, fact }) => `${line} ${fact.state}${fact.held ? '*' : ''}`);
  }

  lampOf(line: string): string | undefined {
    const fold = this.folds.get(line);
    if (!fold) return undefined;
    return Object.values(fold.legs).length > 0 ? 'in-use' : 'idle';
  }

  /** What edges know of lines is gone, until it is remembered. */
  forgetLines(): Map<string, { version: number; state: LineState }> {
    const forgotten = new Map(this.states);
    this.states.clear();
    return forgotten;
  }

  rememberLines(lines: ReadonlyMap<string, { version: number; state: LineState }>): void {
    for (const [line, view] of lines) {
      this.states.set(line, view);
      for (const listener of this.lineListeners) listener({ line, ...view }, undefined);
    }
  }

  /** What the facts of a line's legs kept for a restart cannot be read. */
  spoilRestore(line: string): void {
    const known = this.states.get(line);
    if (!known) throw new Error(`nothing is known of ${line}`);
    const { fold } = known.state;
    const legs = Object.entries(fold.legs).map(([id, leg]) => [id, { ...leg, restore: { role: 'none' } }]);
    const spoiled = { ...fold, legs: Object.fromEntries(legs) as LineFold['legs'] };
    this.states.set(line, { ...known, state: { ...known.state, fold: spoiled } });
  }

  settle(): Promise<void> {
    return settle();
  }

  private edgeNumber(id: string): number {
    return Number(id.slice(-1)) - 1;
  }

  private binding(phone: TestPhone, edge: string): Binding {
    return {
      contact: phone.contact,
      params: '',
      q: 1,
      expiresAt: this.clock.now() + 24 * 3_600_000,
      callId: 'register',
      cseq: 1,
      flow: phone.flow,
      path: [],
      edge,
      epoch: 1,
      connectionBound: false,
    };
  }

  private async bindingsOf(line: string): Promise<LineBindings> {
    if (this.areBindingsAway) throw new UnavailableError('redis is away');
    const devices = Object.entries(this.bindings.get(line) ?? {});
    return Object.fromEntries(devices.map(([device, bindings]) => [device, { seq: 1, bindings }]));
  }

  private toPhone(process: EdgeProcess, bytes: Buffer, { remote }: Flow): boolean {
    const phone = this.phones.get(`${remote.host}:${remote.port}`);
    // As a network does: later, and not from within whoever sends.
    if (process.isUp && phone) queueMicrotask(() => phone.receive(bytes));
    return phone !== undefined;
  }

  private async ask(from: string, subject: string, body: unknown): Promise<unknown> {
    const parsed = this.subjects.parse(subject);
    const target = parsed?.kind === 'call' ? this.edges.get(parsed.edge) : undefined;
    await Promise.resolve();
    if (!target?.isUp || !this.edges.get(from)?.isUp) throw new UnavailableError('nobody answers');
    const message = JSON.parse(JSON.stringify(body)) as { kind: string; command?: object; event?: object };
    const what = (message.command ?? message.event ?? {}) as { type?: string };
    this.asked.push(`${target.id}: ${what.type ?? ''}`);
    return JSON.parse(JSON.stringify(target.calls.shared.take(message)));
  }

  private async append(
    process: EdgeProcess,
    subject: string,
    event: BusEvent,
    entry: OutboxEntry | undefined,
  ): Promise<Appended> {
    const parsed = this.subjects.parse(subject);
    if (!process.isUp) throw new UnavailableError('this process is dead');
    if (parsed?.kind !== 'line' || event.type !== 'linewatch.line.call') throw new Error(`unexpected ${subject}`);
    if (entry?.id === undefined) throw new Error('a fact without an id');
    const seq = (this.seq += 1);
    const fact = JSON.parse(JSON.stringify(event.data)) as LegFact;
    this.facts.push({ line: parsed.line, fact });
    this.fold(parsed.line, { type: event.type, data: fact, seq, time: this.clock.now() });
    return { seq, duplicate: false };
  }

  private fold(line: string, fact: Parameters<typeof evolveLine>[1]): void {
    const fold = evolveLine(this.folds.get(line) ?? this.watchable(line), fact);
    this.folds.set(line, fold);
    const before = this.states.get(line);
    const state = lineStateOf(fold, 'cause', before && publishedView(before.state));
    if (before && sameView(before.state, state)) return;
    const view = { version: (this.seq += 1), state };
    this.states.set(line, view);
    const published: LineView = { line, ...view };
    for (const listener of this.lineListeners) listener(published, undefined);
  }

  private watchable(line: string): LineFold {
    const entry = this.directory.current().lines.resolve(line);
    const instances = (entry?.instances ?? []).map(({ id, devices }) => ({
      id,
      kind: 'phone' as const,
      watchable: true,
      devices: devices.map((name) => ({ name, kind: 'sip' as const, primary: true })),
    }));
    return { ...emptyLine(line), instances };
  }

  private *views(): Iterable<LineView> {
    for (const [line, { version, state }] of this.states) yield { line, version, state };
  }
}
