import type { CallTarget, LegEvent, Party } from '@linewatch/call';
import {
  newLeg,
  offeredLeg,
  type EdgeLeg,
  type EdgeLegs,
  type LegOffer,
  type LegOrder,
  type LegOwner,
  type LegProtocol,
  type LegProtocolFact,
  type Turns,
} from '@linewatch/edge';
import type { CallId, EdgeId, LegId } from '@linewatch/presence';
import type { TimerWheel } from '@linewatch/runtime';
import { callIdOf, fromTag, toTag, type Flow, type SipRequest } from '@linewatch/sip';
import type { ServerRequest, SipSender } from '../endpoint/user-agent';
import { invitationOf, isBehindNat, sticksToFlow, trunkInvitationOf } from './invitation';
import { carryOut, type EffectParts } from './leg-effects';
import { legDialogKey, sipFactOf, sipRestoreSchema, type SipEdgeLeg } from './sip-edge-leg';
import { restoredLeg, stepLeg } from './sip-leg';
import { calleeLeg, type Invitation } from './sip-leg-callee';
import { callerLeg } from './sip-leg-caller';
import type { LegEffect, LegInput } from './sip-leg-state';
import type { Trunks } from './trunks';

export interface SipLegsParts {
  readonly edge: EdgeId;
  readonly legs: EdgeLegs<SipEdgeLeg>;
  readonly turns: Turns;
  readonly sender: SipSender;
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  readonly trunks: Trunks;
}

type DialPeerTargetOf = Extract<CallTarget, { kind: 'dial-peer' }>;

/** The SIP side of the legs of this edge: finds the leg of a message, runs its machine, carries out what follows. */
export class SipLegs implements LegProtocol<SipEdgeLeg> {
  private readonly byDialog = new Map<string, SipEdgeLeg>();
  private readonly effects: EffectParts;

  constructor(private readonly parts: SipLegsParts) {
    const { sender, wheel, turns, legs, trunks } = parts;
    this.effects = {
      sender,
      wheel,
      trunks,
      input: (leg, input) => turns.take(() => this.step(leg, input)),
      said: (leg, event) => legs.said(leg, leg.owner ? event : asOfTrunk(event)),
      refer: (leg, effect) => this.refer(leg, effect),
      done: (leg) => this.done(leg),
    };
  }

  /** The leg of a phone that calls, or of a call over a trunk, which has no owner. Undefined when its INVITE cannot make a dialog. */
  invited(
    incoming: ServerRequest,
    about: { id: LegId; call: CallId; owner?: LegOwner; party: Party; called: Party },
  ): SipEdgeLeg | undefined {
    const { request, flow, localTag } = incoming;
    const { called, ...rest } = about;
    const contact = this.parts.sender.contact(flow, called.number, request.requestUri);
    const machine = callerLeg(about.id, 0, request, localTag, contact);
    if (!machine) return undefined;
    const leg = this.add(newLeg({ ...rest, role: 'caller', controller: this.parts.edge, facing: called }), {
      machine,
      dialogKey: legDialogKey(callIdOf(request) ?? '', localTag),
      flow,
      sticksToFlow: isBehindNat(request, flow),
    });
    leg.asked.set(0, incoming);
    incoming.onCancel(() => this.effects.input(leg, { type: 'cancelled', n: 0 }));
    return leg;
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

  offer(order: LegOrder, offer: LegOffer): void {
    const { target } = offer;
    if (target.kind === 'dial-peer') return this.offerTrunk(order, offer, target);
    if (target.kind !== 'phone') return this.parts.legs.refuse(order, 503);
    this.invite(offeredLeg(order, offer, target), invitationOf(this.parts.sender, offer, target), {
      flow: target.binding.flow,
      sticksToFlow: sticksToFlow(target.binding),
    });
  }

  private offerTrunk(order: LegOrder, offer: LegOffer, { tag, number }: DialPeerTargetOf): void {
    const { legs, sender, trunks } = this.parts;
    const trunk = trunks.target(tag);
    if (!trunk) return legs.refuse(order, 503);
    const { leg: id, call, controller, peer } = order;
    const { host, port, transport } = trunk;
    const made = newLeg({
      id,
      call,
      role: 'callee',
      party: { number },
      controller,
      ...(peer && { peer }),
      facing: offer.caller,
    });
    const flow: Flow = { transport, local: { host: sender.host, port: 0 }, remote: { host, port } };
    this.invite(made, trunkInvitationOf(sender, offer, number, trunk), { flow, sticksToFlow: false, trunk });
  }

  private invite(
    made: EdgeLeg,
    invitation: Invitation,
    way: Pick<SipEdgeLeg, 'flow' | 'sticksToFlow' | 'trunk'>,
  ): void {
    const { state: machine, effects } = calleeLeg(made.id, invitation);
    const dialogKey = legDialogKey(invitation.callId, invitation.localTag);
    const leg = this.add(made, { machine, dialogKey, ...way });
    for (const effect of effects) carryOut(this.effects, leg, effect);
  }

  command(leg: SipEdgeLeg, order: LegOrder): void {
    const { state, effects } = stepLeg(leg.machine, { type: 'command', command: order.command });
    leg.machine = state;
    this.parts.legs.commanded(leg, order);
    for (const effect of effects) carryOut(this.effects, leg, effect);
  }

  restore(leg: EdgeLeg, kept: unknown, age: number): boolean {
    const parsed = sipRestoreSchema.safeParse(kept);
    if (!parsed.success) return false;
    const { dialog, contact, flow, sticksToFlow } = parsed.data;
    this.add(leg, {
      machine: restoredLeg(leg.id, contact, dialog, age),
      dialogKey: legDialogKey(dialog.callId, dialog.localTag),
      flow: flow as Flow,
      sticksToFlow,
    });
    return true;
  }

  factOf(leg: SipEdgeLeg): LegProtocolFact {
    return sipFactOf(leg);
  }

  private legOf(request: SipRequest): SipEdgeLeg | undefined {
    const callId = callIdOf(request);
    const localTag = toTag(request);
    return callId === undefined || localTag === undefined
      ? undefined
      : this.byDialog.get(legDialogKey(callId, localTag));
  }

  private add(
    made: EdgeLeg,
    sip: Pick<SipEdgeLeg, 'machine' | 'dialogKey' | 'flow' | 'sticksToFlow' | 'trunk'>,
  ): SipEdgeLeg {
    const leg: SipEdgeLeg = { ...made, ...sip, asked: new Map(), askedCount: 0, timers: new Map() };
    this.byDialog.set(leg.dialogKey, leg);
    this.parts.legs.add(leg);
    return leg;
  }

  private step(leg: SipEdgeLeg, input: LegInput): void {
    const { state, effects } = stepLeg(leg.machine, input);
    leg.machine = state;
    for (const effect of effects) carryOut(this.effects, leg, effect);
  }

  /** Only between calls of one phone: tags are no secret of those who talk. */
  private refer(leg: SipEdgeLeg, { event, dialog }: Extract<LegEffect, { type: 'refer' }>): void {
    const replaced = this.byDialog.get(legDialogKey(dialog.callId, dialog.toTag));
    const isIts = leg.owner !== undefined && replaced?.owner?.device === leg.owner.device;
    if (replaced?.machine.dialog?.remoteTag === dialog.fromTag && isIts) {
      const { call, id, controller } = replaced;
      return this.parts.legs.said(leg, { ...event, replaces: { call, leg: id, controller } });
    }
    const command = { type: 'referRefused', exchange: event.exchange, status: 481 } as const;
    this.effects.input(leg, { type: 'command', command });
  }

  private done(leg: SipEdgeLeg): void {
    this.byDialog.delete(leg.dialogKey);
    this.parts.legs.end(leg);
  }
}

/** A trunk that sends our calls elsewhere could do so at our expense: its redirection is a refusal [RFC3261 8.1.3.4]. */
function asOfTrunk(event: LegEvent): LegEvent {
  return event.type === 'refused' ? { type: 'refused', status: event.status } : event;
}
