import { AnswerError, type Bus, type Outbox } from '@linewatch/bus';
import { callMessageSchema, type CallMessage, type CallMessageReply, type LegEvent } from '@linewatch/call';
import type { Bindings, Directory, Lines } from '@linewatch/edge';
import { edgeScopedId, type EdgeId } from '@linewatch/presence';
import type { Clock, EdgeMonitor, Metrics, RateLimitedLog, TimerWheel } from '@linewatch/runtime';
import { type Flow, type SipRequest, toTag } from '@linewatch/sip';
import type { ServerRequest, SipSender } from '../endpoint/user-agent';
import { CallCourier } from './call-courier';
import { CallResumption } from './call-resumption';
import { callerOf, namedParty, type Caller } from './caller';
import { Controllers, isLater } from './controllers';
import type { EdgeLeg } from './edge-leg';
import { checkInvite } from './invite-check';
import { LegPublisher } from './leg-publisher';
import { Legs } from './legs';
import { OtherEdges } from './other-edges';
import { route } from './routing';
import { sessionOf } from './sip-leg-messages';
import { Turns } from './turns';

export interface CallSettings {
  /** Calls at one time that this edge controls; more are answered 503. */
  readonly maxCalls: number;
  /** How long phones ring. */
  readonly noAnswerMs: number;
}

export const DEFAULT_CALL_SETTINGS: CallSettings = { maxCalls: 20_000, noAnswerMs: 180_000 };

/** Everything that calls are made of. */
export interface CallsParts {
  /** Who this edge is; the epoch of its hello. */
  readonly edge: { readonly id: EdgeId; readonly epoch: number };
  readonly sender: SipSender;
  readonly bus: Pick<Bus, 'ask' | 'subjects'>;
  readonly outbox: Pick<Outbox, 'put'>;
  readonly bindings: Pick<Bindings, 'of'>;
  readonly directory: Pick<Directory, 'current'>;
  readonly lines: Pick<Lines, 'all' | 'onChange'>;
  readonly monitor: Pick<EdgeMonitor, 'isAlive'>;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly floodLog: RateLimitedLog;
  readonly metrics: Metrics;
  readonly settings?: Partial<CallSettings>;
}

/**
 * The calls of a SIP edge: those its phones make and take, whichever edge holds the other leg. What comes from phones
 * enters by the `handle…` functions, what comes from other edges by `take`.
 */
export class Calls {
  private readonly settings: CallSettings;
  private readonly turns: Turns;
  private readonly courier: CallCourier;
  private readonly legs: Legs;
  private readonly controllers: Controllers;
  private readonly publisher: LegPublisher;
  private readonly others: OtherEdges;
  private readonly refused;
  private made = 0;
  /** INVITEs whose caller is being looked up. */
  private admitting = 0;
  private isDraining = false;
  private isResumed = false;

  constructor(private readonly parts: CallsParts) {
    const { edge, wheel, clock, floodLog, metrics, outbox, bus, sender } = parts;
    this.settings = { ...DEFAULT_CALL_SETTINGS, ...parts.settings };
    this.turns = new Turns((err) => floodLog.error('call', 'a step of a call failed', { err }));
    this.courier = new CallCourier({
      edge,
      bus,
      wheel,
      turns: this.turns,
      floodLog,
      retries: metrics.counter('call_message_retries_total', 'Messages about legs sent to another edge again'),
      onGone: (message) => this.gone(message),
    });
    this.publisher = new LegPublisher({
      edge,
      outbox,
      subjects: bus.subjects,
      clock,
      wheel,
      floodLog,
      refused: metrics.counter('leg_facts_refused_total', 'Facts of legs that the outbox did not take'),
    });
    this.legs = new Legs({
      edge: edge.id,
      sender,
      wheel,
      clock,
      turns: this.turns,
      publisher: this.publisher,
      maxLegs: this.settings.maxCalls * 4,
      onEvent: (leg, event) => this.said(leg, event),
    });
    this.controllers = new Controllers({
      edge: edge.id,
      wheel,
      turns: this.turns,
      courier: this.courier,
      floodLog,
      endedBy: metrics.counters('calls_ended_total', 'Calls that this edge controlled, by why they ended', 'cause'),
      order: (order) => this.legs.order(order),
      route: (number, flow) => route({ ...parts, newLeg: () => this.newId() }, number, flow),
    });
    const { legs, controllers, courier } = this;
    this.others = new OtherEdges({ self: edge.id, wheel, legs, controllers, courier });
    this.refused = metrics.counters('calls_refused_total', 'INVITEs that made no call, by status', 'status');
    metrics.gauge('calls', 'Calls that this edge controls', () => this.controllers.size);
    metrics.gauge('call_legs', 'Legs that end at this edge', () => this.legs.size);
    metrics.gauge(
      'call_messages_waiting',
      'Messages about legs that another edge has not taken',
      () => this.courier.waiting,
    );
  }

  get counters(): { readonly calls: number; readonly legs: number } {
    return { calls: this.controllers.size, legs: this.legs.size };
  }

  /** A request of any method that calls know: within a dialog, or an INVITE that begins one. */
  handle(incoming: ServerRequest): void | Promise<void> {
    const { request } = incoming;
    if (toTag(request) !== undefined) return this.handleInDialog(incoming);
    if (request.method === 'INVITE') return this.handleInvite(incoming);
    incoming.respond(481);
  }

  /** An INVITE outside a dialog. */
  async handleInvite(incoming: ServerRequest): Promise<void> {
    const { request } = incoming;
    const full = this.controllers.size + this.admitting >= this.settings.maxCalls;
    if (full || this.isDraining) {
      return this.refuse(incoming, 503, { headers: [{ name: 'Retry-After', value: '5' }] });
    }
    const asked = checkInvite(request);
    if ('status' in asked) return this.refuse(incoming, asked.status, asked);
    let isCancelled = false;
    incoming.onCancel(() => (isCancelled = true));
    const caller = await this.findCaller(incoming);
    if (isCancelled) return this.refuse(incoming, 487);
    if (caller === 'could-not-ask') return this.refuse(incoming, 500);
    if (!caller) return this.refuse(incoming, 403);
    this.begin(incoming, caller, asked.called, asked.maxForwards);
  }

  /** A request with a To tag, of any method. */
  handleInDialog(incoming: ServerRequest): void {
    if (!this.legs.request(incoming)) incoming.respond(481);
  }

  /** The ACK of a 2xx. */
  handleAck(ack: SipRequest, _flow: Flow): void {
    this.legs.acknowledge(ack);
  }

  /** Whether a request belongs to a dialog of a call here. */
  ownsDialog(request: SipRequest): boolean {
    return this.legs.owns(request);
  }

  /**
   * A message on `lw.call.<this edge>`.
   * @throws AnswerError `malformed`; `busy` while calls from before a restart are not known yet: to be asked again
   */
  take(body: unknown): CallMessageReply {
    const parsed = callMessageSchema.safeParse(body);
    if (!parsed.success) throw new AnswerError('malformed', parsed.error.issues[0]?.message);
    if (!this.isResumed) throw new AnswerError('busy', 'this edge is looking for its calls');
    const known = parsed.data.kind === 'command' ? this.takeCommand(parsed.data) : this.takeEvent(parsed.data);
    return known ? { ok: true } : { ok: true, gone: true };
  }

  /** Takes up the calls from before a restart; to be called once, when `lines` and `monitor` have caught up. */
  resume(): void {
    const { edge, monitor, wheel, lines } = this.parts;
    this.isResumed = true;
    const resumption = new CallResumption({
      edge,
      monitor,
      wheel,
      legs: this.legs,
      controllers: this.controllers,
      courier: this.courier,
      publisher: this.publisher,
      noAnswerMs: this.settings.noAnswerMs,
      onMissing: (missing) => this.others.lost(missing),
    });
    resumption.start(lines);
  }

  /** All epochs of an edge up to now are over: see `EdgeEvents.onLost`. */
  edgeLost(edge: EdgeId): void {
    this.others.lost(edge);
  }

  /** An edge lives, in a new epoch or again: see `EdgeEvents.onBack`. */
  edgeBack(edge: EdgeId): void {
    this.others.back(edge);
  }

  /** Takes no new calls. Those that are up are found again after the restart. */
  drain(): void {
    this.isDraining = true;
  }

  private async findCaller({ request, flow }: ServerRequest): Promise<Caller | undefined | 'could-not-ask'> {
    const { bindings, directory, clock } = this.parts;
    this.admitting += 1;
    try {
      return await callerOf(request, flow, directory.current(), bindings, clock.now());
    } catch (error) {
      if ((error as Error | undefined)?.name !== 'UnavailableError') throw error;
      this.parts.floodLog.warn('call-bindings', 'the bindings of a caller cannot be read', { err: error });
      return 'could-not-ask';
    } finally {
      this.admitting -= 1;
    }
  }

  private begin(incoming: ServerRequest, caller: Caller, called: string, maxForwards: number): void {
    const { edge, directory } = this.parts;
    const call = this.newId();
    const id = this.newId();
    const { owner, party } = caller;
    const leg = this.legs.invited(incoming, {
      id,
      call,
      owner,
      party,
      called: namedParty(directory.current(), called),
    });
    if (!leg) return this.refuse(incoming, 400);
    const session = sessionOf(incoming.request);
    const { noAnswerMs } = this.settings;
    this.controllers.start(
      { call, leg: id, edge: edge.id, caller: party, called, noAnswerMs, ...(session && { session }) },
      maxForwards,
      incoming.flow,
    );
  }

  private refuse(incoming: ServerRequest, status: number, parts: Parameters<ServerRequest['respond']>[1] = {}): void {
    this.refused.of(String(status)).add();
    incoming.respond(status, parts.headers ? { headers: parts.headers } : {});
  }

  private said(leg: Pick<EdgeLeg, 'id' | 'call' | 'controller'>, event: LegEvent): void {
    if (leg.controller !== this.parts.edge.id) this.courier.event(leg.controller, leg.call, leg.id, event);
    else this.controllers.event(leg.call, leg.id, event);
  }

  private takeCommand(message: Extract<CallMessage, { kind: 'command' }>): boolean {
    const known = this.legs.get(message.leg);
    if (known) {
      if (!isLater(message, known.commanded)) return true;
      known.commanded = { epoch: message.epoch, seq: message.seq };
    }
    return this.legs.order(message);
  }

  private takeEvent({ call, leg, event, epoch, seq }: Extract<CallMessage, { kind: 'event' }>): boolean {
    return this.controllers.event(call, leg, event, { epoch, seq });
  }

  private gone(message: CallMessage): void {
    const { call, leg } = message;
    if (message.kind === 'command') this.controllers.event(call, leg, { type: 'lost' });
    else this.others.endLeg(this.legs.get(leg));
  }

  private newId(): string {
    const { id, epoch } = this.parts.edge;
    return edgeScopedId(id, epoch, (this.made += 1));
  }
}
