import {
  evolveStanding,
  type CoupledPeer,
  type KeptLeg,
  type LegCommand,
  type LegEvent,
  type Party,
} from '@linewatch/call';
import type { EdgeId, LegFact, LegId } from '@linewatch/presence';
import type { Clock, TimerWheel } from '@linewatch/runtime';
import type { EdgeLeg, LegOffer, LegOrder } from './edge-leg';
import type { LegPublisher } from './leg-publisher';
import { isSlotLeg, type SlotLeg, type SlotLegs } from './park-slots';
import { Recent } from './recent';
import type { Turns } from './turns';

/** How long an ended leg is remembered, so that a late repeat of its offer does not ring the phone again. */
const REMEMBERED_MS = 120_000;

/** What only the protocol of a leg knows and its fact tells. */
export interface LegProtocolFact {
  /** The leg's SIP dialog with the phone's tag as the local one [RFC4235 4.1.1]; for protocols that have dialogs. */
  readonly dialog?: LegFact['dialog'];
  /** What `LegProtocol.restore` needs after a restart; undefined while there is nothing to go on with. */
  readonly restore: unknown;
}

/**
 * What each kind of edge does with its legs: it calls phones, runs each leg's machine, and says what came of it by `add`,
 * `commanded`, `said` and `end` of `EdgeLegs`.
 */
export interface LegProtocol<Leg extends EdgeLeg> {
  /** Calls a phone: the leg is taken up with `add` before anything is sent, or refused with `refuse`. */
  offer(order: LegOrder, offer: LegOffer): void;
  /** Gives a leg a command; `commanded` is called once its machine has taken it, before anything is sent. */
  command(leg: Leg, order: LegOrder): void;
  /**
   * Takes up a leg from before a restart, with `add`. False: what its fact kept cannot be read.
   * @param age how many epochs of edges ago the fact was said, at least 1: as many lives may have gone on with it
   */
  restore(leg: EdgeLeg, kept: unknown, age: number): boolean;
  /** What the leg's next fact tells. */
  factOf(leg: Leg): LegProtocolFact;
}

/** Where a leg's events go. */
export type LegEventListener = (leg: Pick<EdgeLeg, 'id' | 'call' | 'controller'>, event: LegEvent) => void;

export interface EdgeLegsParts<Leg extends EdgeLeg> {
  /** This edge, and the epoch of its hello. */
  readonly edge: { readonly id: EdgeId; readonly epoch: number };
  readonly wheel: Pick<TimerWheel, 'cancel'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly turns: Turns;
  readonly publisher: Pick<LegPublisher<Leg | SlotLeg>, 'changed' | 'hidden'>;
  readonly maxLegs: number;
  readonly onEvent: LegEventListener;
}

/**
 * The legs that end at this edge: finds the leg of a command, and tells its line and its controller what becomes of it.
 * How a leg is carried on is its protocol's matter.
 */
export class EdgeLegs<Leg extends EdgeLeg = EdgeLeg, Protocol extends LegProtocol<Leg> = LegProtocol<Leg>> {
  readonly protocol: Protocol;
  private readonly slots: LegProtocol<SlotLeg>;
  private readonly byId = new Map<LegId, Leg | SlotLeg>();
  private readonly ended: Recent;

  /**
   * @param protocol makes the protocol, which is given these legs to tell them what becomes of each
   * @param slots makes what keeps the legs that end at a park slot
   */
  constructor(
    private readonly parts: EdgeLegsParts<Leg>,
    protocol: (legs: EdgeLegs<Leg>) => Protocol,
    slots: (legs: SlotLegs) => LegProtocol<SlotLeg>,
  ) {
    this.ended = new Recent(parts.clock, REMEMBERED_MS);
    this.protocol = protocol(this);
    this.slots = slots(this);
  }

  get size(): number {
    return this.byId.size;
  }

  get(id: LegId): EdgeLeg | undefined {
    return this.byId.get(id);
  }

  /** The legs of calls that an edge controls. */
  controlledBy(edge: EdgeId): EdgeLeg[] {
    return [...this.byId.values()].filter((leg) => leg.controller === edge);
  }

  /** Gives a leg a command; an offer makes the leg. False: there is no such leg. */
  order(order: LegOrder): boolean {
    const leg = this.byId.get(order.leg);
    const { command } = order;
    if (command.type === 'offer') {
      if (!leg && !this.ended.has(order.leg)) this.parts.turns.take(() => this.offer(order, command));
      return true;
    }
    if (!leg) return false;
    this.parts.turns.take(() => {
      if (command.type === 'handOver') this.handOver(leg, command);
      else if (isSlotLeg(leg)) this.slots.command(leg, order);
      else this.protocol.command(leg, order);
    });
    return true;
  }

  /** Takes up a leg from before a restart. False: what its fact kept cannot be read. */
  restore(leg: EdgeLeg, kept: unknown, age: number): boolean {
    return isSlotLeg(leg) ? this.slots.restore(leg, kept, age) : this.protocol.restore(leg, kept, age);
  }

  /** What the leg's next fact tells. */
  factOf(leg: Leg | SlotLeg): LegProtocolFact {
    return isSlotLeg(leg) ? this.slots.factOf(leg) : this.protocol.factOf(leg);
  }

  /** What is to be kept elsewhere of a leg that has no line of its own to keep it; undefined when it has one. */
  keptOf(id: LegId): KeptLeg | undefined {
    const leg = this.byId.get(id);
    if (!leg || leg.owner) return undefined;
    const { restore: protocol } = this.factOf(leg);
    return protocol === undefined ? undefined : { epoch: this.parts.edge.epoch, protocol };
  }

  // What the protocol tells

  /** A leg begins, or was found again after a restart; its line is told at once if it shows [design laws 3 and 4]. */
  add(leg: Leg | SlotLeg): void {
    this.byId.set(leg.id, leg);
    this.parts.publisher.changed(leg, undefined);
  }

  /** An offer is not taken: no leg was made. */
  refuse({ leg: id, call, controller }: LegOrder, status: number): void {
    this.ended.add(id);
    this.parts.onEvent({ id, call, controller }, { type: 'refused', status });
  }

  /** The leg's machine took a command. */
  commanded(leg: Leg | SlotLeg, { controller, peer, command }: LegOrder): void {
    leg.controller = controller;
    const isNewPeer = peer !== undefined && couple(leg, peer);
    const before = leg.standing;
    leg.standing = evolveStanding(before, command);
    this.parts.publisher.changed(leg, before, { anyway: isNewPeer, ...causeOf(command) });
  }

  /** The leg's machine said something: its line and its controller hear it. */
  said(leg: Leg | SlotLeg, event: LegEvent): void {
    const before = leg.standing;
    leg.standing = evolveStanding(before, event);
    this.parts.publisher.changed(leg, before, causeOf(event));
    this.parts.onEvent(leg, event);
  }

  /** The other side is known, or known better: after digits were dialled. */
  faces(leg: Leg | SlotLeg, facing: Party): void {
    leg.facing = facing;
    this.parts.publisher.changed(leg, leg.standing, { anyway: true });
  }

  /** The leg goes on, but is no call on its line any more. */
  hide(leg: Leg | SlotLeg, cause: string): void {
    this.parts.publisher.hidden(leg, cause);
  }

  /** The leg is over. May be told more than once. */
  end(leg: Leg | SlotLeg): void {
    if (this.byId.get(leg.id) !== leg) return;
    this.byId.delete(leg.id);
    this.ended.add(leg.id);
    this.parts.wheel.cancel(leg.lease);
  }

  /** Another call takes the leg over; its phone notices nothing yet. */
  private handOver(leg: Leg | SlotLeg, { taker, peer }: Extract<LegCommand, { type: 'handOver' }>): void {
    leg.call = taker.call;
    leg.controller = taker.edge;
    // The new controller counts its messages anew.
    leg.commanded = { epoch: 0, seq: 0 };
    couple(leg, peer);
    this.parts.publisher.changed(leg, leg.standing, { anyway: true });
    const { role, party } = leg;
    const { exchange } = taker;
    const kept = this.keptOf(leg.id);
    const edge = this.parts.edge.id;
    this.parts.onEvent(leg, { type: 'joined', exchange, edge, role, party, ...(kept && { kept }) });
  }

  private offer(order: LegOrder, offer: LegOffer): void {
    if (this.byId.size >= this.parts.maxLegs) this.refuse(order, 503);
    else if (offer.target.kind === 'park-slot') this.slots.offer(order, offer);
    else this.protocol.offer(order, offer);
  }
}

function couple(leg: EdgeLeg, peer: CoupledPeer): boolean {
  const isKnown = leg.peer?.leg === peer.leg;
  leg.peer = peer;
  if (isKnown) return false;
  // The name beside a number is known here; who is at a pattern (`20..`) is known by the number that was called.
  if (peer.party.number !== leg.facing.number && !peer.party.number.includes('.')) leg.facing = peer.party;
  return true;
}

/** Why a leg ended, as its last fact says. */
function causeOf(message: LegCommand | LegEvent): { cause?: string } {
  if (message.type === 'refuse' || message.type === 'refused') return { cause: String(message.status) };
  if (message.type === 'release' || message.type === 'released') return { cause: message.cause };
  return {};
}
