import {
  evolveStanding,
  initialStanding,
  type CoupledPeer,
  type LegCommand,
  type LegEvent,
  type LegStanding,
  type Party,
} from '@linewatch/call';
import type { CallId, EdgeId, LegId, LegStateName } from '@linewatch/presence';
import type { Clock, TimerWheel } from '@linewatch/runtime';
import { callIdOf, fromTag, toTag, type Flow, type SipRequest } from '@linewatch/sip';
import type { ServerRequest, SipSender } from '../endpoint/user-agent';
import { legDialogKey, type EdgeLeg, type LegOwner, type SipRestore } from './edge-leg';
import { invitationOf, isBehindNat, sticksToFlow } from './invitation';
import { carryOut, type EffectParts } from './leg-effects';
import type { LegPublisher } from './leg-publisher';
import { Recent } from './recent';
import { callerLeg } from './sip-leg-caller';
import { calleeLeg } from './sip-leg-callee';
import { restoredLeg, stepLeg } from './sip-leg';
import type { LegInput } from './sip-leg-state';
import type { Turns } from './turns';

/** How long an ended leg is remembered, so that a late repeat of its offer does not ring the phone again. */
const REMEMBERED_MS = 120_000;

/** A command to a leg, and who gives it. */
export interface LegOrder {
  readonly call: CallId;
  readonly leg: LegId;
  readonly controller: EdgeId;
  readonly peer?: CoupledPeer;
  readonly command: LegCommand;
}

/** Where a leg's events go. */
export type LegEventListener = (leg: Pick<EdgeLeg, 'id' | 'call' | 'controller'>, event: LegEvent) => void;

export interface LegsParts {
  readonly edge: EdgeId;
  readonly sender: SipSender;
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly turns: Turns;
  readonly publisher: LegPublisher;
  readonly maxLegs: number;
  readonly onEvent: LegEventListener;
}

/** The legs that end at this edge: finds the leg of a message, runs its machine, carries out what follows. */
export class Legs {
  private readonly byId = new Map<LegId, EdgeLeg>();
  private readonly byDialog = new Map<string, EdgeLeg>();
  private readonly ended: Recent;
  private readonly effects: EffectParts;

  constructor(private readonly parts: LegsParts) {
    this.ended = new Recent(parts.clock, REMEMBERED_MS);
    this.effects = {
      sender: parts.sender,
      wheel: parts.wheel,
      input: (leg, input) => parts.turns.take(() => this.step(leg, input)),
      said: (leg, event) => this.said(leg, event),
      done: (leg) => this.done(leg),
    };
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

  /** The leg of a phone that calls. Undefined when its INVITE cannot make a dialog. */
  invited(
    incoming: ServerRequest,
    about: { id: LegId; call: CallId; owner: LegOwner; party: Party; called: Party },
  ): EdgeLeg | undefined {
    const { request, flow, localTag } = incoming;
    const { called, ...rest } = about;
    const contact = this.parts.sender.contact(flow, called.number);
    const machine = callerLeg(about.id, 0, request, localTag, contact);
    if (!machine) return undefined;
    const leg = this.add({
      ...rest,
      role: 'caller',
      controller: this.parts.edge,
      facing: called,
      machine,
      standing: initialStanding('initiator'),
      dialogKey: legDialogKey(callIdOf(request) ?? '', localTag),
      flow,
      sticksToFlow: isBehindNat(request, flow),
    });
    leg.asked.set(0, incoming);
    incoming.onCancel(() => this.effects.input(leg, { type: 'cancelled', n: 0 }));
    this.parts.publisher.changed(leg, undefined);
    return leg;
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
    this.parts.turns.take(() => this.command(leg, order));
    return true;
  }

  /** Whether a request belongs to the dialog of a leg. */
  owns(request: SipRequest): boolean {
    return this.legOf(request) !== undefined;
  }

  /** A request within a dialog. False: there is no such leg. */
  request(incoming: ServerRequest): boolean {
    const leg = this.legOf(incoming.request);
    if (!leg) return false;
    const n = (leg.askedCount += 1);
    leg.asked.set(n, incoming);
    // Only of the phone itself: nobody else turns its requests away.
    if (fromTag(incoming.request) === leg.machine.dialog?.remoteTag) leg.flow = incoming.flow;
    if (incoming.request.method === 'INVITE') {
      incoming.onCancel(() => this.effects.input(leg, { type: 'cancelled', n }));
    }
    this.effects.input(leg, { type: 'request', n, request: incoming.request });
    return true;
  }

  acknowledge(ack: SipRequest): void {
    const leg = this.legOf(ack);
    if (leg) this.effects.input(leg, { type: 'ack', request: ack });
  }

  /** A leg from before a restart of this edge; its line is told at once that it is still there [design law 4]. */
  restore(
    about: Pick<EdgeLeg, 'id' | 'call' | 'role' | 'owner' | 'party' | 'controller' | 'peer' | 'facing'> & {
      state: LegStateName;
      held: boolean;
    },
    { dialog, contact, flow, sticksToFlow }: SipRestore,
  ): EdgeLeg {
    const { state, held, ...rest } = about;
    const leg = this.add({
      ...rest,
      machine: restoredLeg(about.id, contact, dialog),
      standing: { direction: about.role === 'caller' ? 'initiator' : 'recipient', state, held },
      dialogKey: legDialogKey(dialog.callId, dialog.localTag),
      flow: flow as Flow,
      sticksToFlow,
    });
    this.parts.publisher.changed(leg, leg.standing, { anyway: true });
    return leg;
  }

  private legOf(request: SipRequest): EdgeLeg | undefined {
    const callId = callIdOf(request);
    const localTag = toTag(request);
    return callId === undefined || localTag === undefined
      ? undefined
      : this.byDialog.get(legDialogKey(callId, localTag));
  }

  private add(made: Omit<EdgeLeg, 'asked' | 'askedCount' | 'timers' | 'isDone' | 'commanded'>): EdgeLeg {
    const leg: EdgeLeg = {
      ...made,
      asked: new Map(),
      askedCount: 0,
      timers: new Map(),
      isDone: false,
      commanded: { epoch: 0, seq: 0 },
    };
    this.byId.set(leg.id, leg);
    this.byDialog.set(leg.dialogKey, leg);
    return leg;
  }

  private offer(order: LegOrder, command: Extract<LegCommand, { type: 'offer' }>): void {
    const { call, leg: id, controller, peer } = order;
    const { target, caller, called } = command;
    if (target.kind !== 'phone' || this.byId.size >= this.parts.maxLegs) {
      this.ended.add(id);
      return this.parts.onEvent({ id, call, controller }, { type: 'refused', status: 503 });
    }
    const invitation = invitationOf(this.parts.sender, command, target);
    const { state: machine, effects } = calleeLeg(id, invitation);
    const { line, device, instance, binding } = target;
    const leg = this.add({
      id,
      call,
      role: 'callee',
      owner: { line, device, instance },
      party: { number: called },
      controller,
      ...(peer && { peer }),
      facing: caller,
      machine,
      standing: initialStanding('recipient'),
      dialogKey: legDialogKey(invitation.callId, invitation.localTag),
      flow: binding.flow,
      sticksToFlow: sticksToFlow(binding),
    });
    for (const effect of effects) carryOut(this.effects, leg, effect);
  }

  private command(leg: EdgeLeg, { controller, peer, command }: LegOrder): void {
    leg.controller = controller;
    const isNewPeer = peer !== undefined && this.couple(leg, peer);
    const before = leg.standing;
    const step = stepLeg(leg.machine, { type: 'command', command });
    leg.machine = step.state;
    leg.standing = evolveStanding(before, command);
    this.parts.publisher.changed(leg, before, { anyway: isNewPeer, ...causeOf(command) });
    for (const effect of step.effects) carryOut(this.effects, leg, effect);
  }

  private couple(leg: EdgeLeg, peer: CoupledPeer): boolean {
    if (leg.peer?.leg === peer.leg) return false;
    leg.peer = peer;
    // The name beside a number is known here; who is at a pattern (`20..`) is known by the number that was called.
    if (peer.party.number !== leg.facing.number && !peer.party.number.includes('.')) leg.facing = peer.party;
    return true;
  }

  private step(leg: EdgeLeg, input: LegInput): void {
    const { state, effects } = stepLeg(leg.machine, input);
    leg.machine = state;
    for (const effect of effects) carryOut(this.effects, leg, effect);
  }

  private said(leg: EdgeLeg, event: LegEvent): void {
    const before: LegStanding = leg.standing;
    leg.standing = evolveStanding(before, event);
    this.parts.publisher.changed(leg, before, causeOf(event));
    this.parts.onEvent(leg, event);
  }

  private done(leg: EdgeLeg): void {
    if (leg.isDone) return;
    leg.isDone = true;
    this.byId.delete(leg.id);
    this.byDialog.delete(leg.dialogKey);
    this.ended.add(leg.id);
    this.parts.wheel.cancel(leg.lease);
  }
}

/** Why a leg ended, as its last fact says. */
function causeOf(message: LegCommand | LegEvent): { cause?: string } {
  if (message.type === 'refuse' || message.type === 'refused') return { cause: String(message.status) };
  if (message.type === 'release' || message.type === 'released') return { cause: message.cause };
  return {};
}
