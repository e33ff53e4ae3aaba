import { AnswerError, type Bus, type Outbox } from '@linewatch/bus';
import {
  callMessageSchema,
  type CallMessage,
  type CallMessageReply,
  type CallStart,
  type LegEvent,
} from '@linewatch/call';
import { edgeScopedId, type EdgeId } from '@linewatch/presence';
import type { Clock, EdgeMonitor, Metrics, RateLimitedLog, TimerWheel } from '@linewatch/runtime';
import type { Bindings } from '../bindings';
import type { Directory } from '../directory';
import type { Lines } from '../lines';
import { CallCourier } from './call-courier';
import { CallResumption } from './call-resumption';
import { Controllers } from './controllers';
import { isLater, type EdgeLeg, type LegOwner } from './edge-leg';
import { EdgeLegs, type LegProtocol } from './edge-legs';
import { LegPublisher } from './leg-publisher';
import { OtherEdges } from './other-edges';
import { ringingAt } from './ringing';
import { ParkSlots, type SlotLeg } from './park-slots';
import type { CallingPhone } from './routing';
import { routeAnywhere } from './trunk-routing';
import { Turns } from './turns';

export interface CallSettings {
  /** Calls at one time that this edge controls; more are refused. */
  readonly maxCalls: number;
  /** How long phones ring. */
  readonly noAnswerMs: number;
}

export const DEFAULT_CALL_SETTINGS: CallSettings = { maxCalls: 20_000, noAnswerMs: 180_000 };

/** What calls are made of, whatever their phones speak. */
export interface CallParts {
  /** Who this edge is; the epoch of its hello. */
  readonly edge: { readonly id: EdgeId; readonly epoch: number };
  readonly bus: Pick<Bus, 'ask' | 'subjects'>;
  readonly outbox: Pick<Outbox, 'put'>;
  readonly bindings: Pick<Bindings, 'of'>;
  readonly directory: Pick<Directory, 'current'>;
  readonly lines: Pick<Lines, 'all' | 'onChange' | 'get'>;
  readonly monitor: Pick<EdgeMonitor, 'isAlive' | 'edges'>;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly floodLog: RateLimitedLog;
  readonly metrics: Metrics;
  readonly settings?: Partial<CallSettings>;
}

/** What a kind of edge adds to it. */
export interface EdgeCallsParts<Leg extends EdgeLeg, Protocol extends LegProtocol<Leg>> extends CallParts {
  /** Makes the protocol of this edge's legs. What comes from phones is to run in `turns`. */
  readonly protocol: (legs: EdgeLegs<Leg>, turns: Turns) => Protocol;
  /**
   * An edge that speaks SIP, for trunks and for phones on UDP that registered at an edge which is gone: this one, if it
   * does.
   */
  readonly standIn: () => EdgeId | undefined;
}

/**
 * The calls of an edge, those its phones make and those they take, whichever edge holds the other leg. What the phones
 * say is the matter of the edge's own protocol; what other edges say enters by `take`.
 */
export class EdgeCalls<Leg extends EdgeLeg = EdgeLeg, Protocol extends LegProtocol<Leg> = LegProtocol<Leg>> {
  readonly legs: EdgeLegs<Leg, Protocol>;
  private readonly settings: CallSettings;
  private readonly courier: CallCourier;
  private readonly controllers: Controllers;
  private readonly publisher: LegPublisher<Leg | SlotLeg>;
  private readonly others: OtherEdges;
  private made = 0;
  private isDraining = false;
  private isResumed = false;

  constructor(private readonly parts: EdgeCallsParts<Leg, Protocol>) {
    const { edge, wheel, clock, floodLog, metrics, outbox, bus, standIn } = parts;
    this.settings = { ...DEFAULT_CALL_SETTINGS, ...parts.settings };
    const turns = new Turns((err) => floodLog.error('call', 'a step of a call failed', { err }));
    this.courier = new CallCourier({
      edge,
      bus,
      wheel,
      turns,
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
      factOf: (leg: Leg | SlotLeg) => this.legs.factOf(leg),
    });
    this.legs = new EdgeLegs(
      {
        edge,
        wheel,
        clock,
        turns,
        publisher: this.publisher,
        maxLegs: this.settings.maxCalls * 4,
        onEvent: (leg, event) => this.said(leg, event),
      },
      (legs) => parts.protocol(legs, turns),
      (legs) => new ParkSlots({ ...parts, legs, turns }),
    );
    this.controllers = new Controllers({
      edge: edge.id,
      wheel,
      turns,
      courier: this.courier,
      floodLog,
      endedBy: metrics.counters('calls_ended_total', 'Calls that this edge controlled, by why they ended', 'cause'),
      order: (order) => this.legs.order(order),
      route: (...asked) => routeAnywhere({ ...parts, standIn, newLeg: () => this.newId() }, ...asked),
    });
    const { legs, controllers, courier } = this;
    this.others = new OtherEdges({ self: edge.id, wheel, legs, controllers, courier });
    metrics.gauge('calls', 'Calls that this edge controls', () => controllers.size);
    metrics.gauge('call_legs', 'Legs that end at this edge', () => legs.size);
    metrics.gauge(
      'call_messages_waiting',
      'Messages about legs that another edge has not taken',
      () => courier.waiting,
    );
  }

  get counters(): { readonly calls: number; readonly legs: number } {
    return { calls: this.controllers.size, legs: this.legs.size };
  }

  /**
   * Whether one more call may begin here.
   * @param expected calls that may begin in a moment
   */
  hasRoom(expected = 0): boolean {
    return !this.isDraining && this.controllers.size + expected < this.settings.maxCalls;
  }

  /** The id of a new leg or call. */
  newId(): string {
    const { id, epoch } = this.parts.edge;
    return edgeScopedId(id, epoch, (this.made += 1));
  }

  /**
   * Takes a call from its calling leg, which `legs` have already: it is controlled here from now on.
   * @param maxForwards how many more servers may pass it on [RFC3261 8.1.1.6]
   * @param isCalling the phone that calls: it is not rung
   */
  start(call: Omit<CallStart, 'edge' | 'noAnswerMs'>, maxForwards: number, isCalling: CallingPhone): void {
    const { edge } = this.parts;
    const start = { ...call, edge: edge.id, noAnswerMs: this.settings.noAnswerMs };
    this.controllers.start(start, maxForwards, isCalling, this.legs.keptOf(call.leg));
  }

  /**
   * A phone here, at one of its lines, takes a call that rings at a number.
   * @returns whether one rings there; the call is then offered to the phone, which is to answer at once
   * @throws UnavailableError when the phone's binding cannot be read
   */
  async pickUp(number: string, by: LegOwner): Promise<boolean> {
    const { edge, bindings, directory, lines } = this.parts;
    const line = directory.current().lines.resolve(number)?.number;
    const ringing = line === undefined ? undefined : ringingAt(lines.get(line), by.device);
    if (!ringing) return false;
    const own = (await bindings.of(by.line))[by.device]?.bindings ?? [];
    const binding = own.find((each) => each.edge === edge.id && each.epoch === edge.epoch);
    if (!binding) return false;
    const { call, leg, controller } = ringing;
    const target = { leg: this.newId(), edge: edge.id, target: { kind: 'phone', ...by, binding } } as const;
    if (controller === edge.id) return this.controllers.pickUp(call, leg, target);
    this.courier.pickUp(controller, call, leg, target);
    return true;
  }

  /**
   * A message on `lw.call.<this edge>`.
   * @throws AnswerError `malformed`; `busy` while calls from before a restart are not known yet: to be asked again
   */
  take(body: unknown): CallMessageReply {
    const parsed = callMessageSchema.safeParse(body);
    if (!parsed.success) throw new AnswerError('malformed', parsed.error.issues[0]?.message);
    if (!this.isResumed) throw new AnswerError('busy', 'this edge is looking for its calls');
    return this.takeMessage(parsed.data) ? { ok: true } : { ok: true, gone: true };
  }

  /** Takes up the calls from before a restart; to be called once, when `lines` and `monitor` have caught up. */
  resume(): void {
    const { edge, monitor, wheel, lines } = this.parts;
    const { legs, controllers, courier, publisher } = this;
    this.isResumed = true;
    const resumption = new CallResumption({
      edge,
      monitor,
      wheel,
      legs,
      controllers,
      courier,
      publisher,
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

  private said(leg: Pick<EdgeLeg, 'id' | 'call' | 'controller'>, said: LegEvent): void {
    const kept = said.type === 'answered' || said.type === 'progress' ? this.legs.keptOf(leg.id) : undefined;
    const event = kept ? { ...said, kept } : said;
    if (leg.controller !== this.parts.edge.id) this.courier.event(leg.controller, leg.call, leg.id, event);
    else this.controllers.event(leg.call, leg.id, event);
  }

  /** False: there is no such leg or call. */
  private takeMessage(message: CallMessage): boolean {
    const { call, leg, epoch, seq } = message;
    switch (message.kind) {
      case 'command':
        return this.takeCommand(message);
      case 'event':
        return this.controllers.event(call, leg, message.event, { epoch, seq });
      case 'join':
        return this.controllers.join(call, leg, message.taker, message.peer, { epoch, seq });
      case 'joinRefused':
        return this.controllers.joinRefused(call, message.exchange, message.status);
      case 'pickUp':
        return this.controllers.pickUp(call, leg, message.by);
      default:
        return message satisfies never;
    }
  }

  private takeCommand(message: Extract<CallMessage, { kind: 'command' }>): boolean {
    const known = this.legs.get(message.leg);
    if (known) {
      // A repeat of what its controller said before it handed the leg over.
      if (known.controller !== message.controller) return true;
      if (!isLater(message, known.commanded)) return true;
      known.commanded = { epoch: message.epoch, seq: message.seq };
    }
    return this.legs.order(message);
  }

  private gone(message: CallMessage): void {
    const { call, leg } = message;
    switch (message.kind) {
      case 'command':
        if (message.command.type === 'handOver') return this.controllers.refuseJoin(message.command.taker, leg, 481);
        return void this.controllers.event(call, leg, { type: 'lost' });
      case 'event':
        return this.others.endLeg(this.legs.get(leg));
      case 'join':
        return this.controllers.refuseJoin(message.taker, leg, 481);
      case 'joinRefused':
      case 'pickUp':
        return;
      default:
        return message satisfies never;
    }
  }
}
