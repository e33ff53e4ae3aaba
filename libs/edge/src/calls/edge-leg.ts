import {
  initialStanding,
  type CallTarget,
  type CoupledPeer,
  type LegCommand,
  type LegStanding,
  type Party,
} from '@linewatch/call';
import type { CallId, DeviceName, EdgeId, InstanceId, LegId, LineNumber } from '@linewatch/presence';
import type { TimerHandle } from '@linewatch/runtime';

/** Whose leg it is: the line and the phone, as its facts name them. A trunk's leg is nobody's here. */
export interface LegOwner {
  readonly line: LineNumber;
  readonly device: DeviceName;
  readonly instance: InstanceId;
}

/**
 * What every kind of edge knows of a leg that ends at it: whose it is, who commands it, and what its line shows. Each kind
 * adds what its protocol needs. Changed in place, by `EdgeLegs`.
 */
export interface EdgeLeg {
  readonly id: LegId;
  /** Another one after the leg was handed over. */
  call: CallId;
  readonly role: 'caller' | 'callee';
  readonly owner?: LegOwner;
  /** Who is at its far end: the phone's own number and name. */
  readonly party: Party;
  /** The edge that controls the call, and the last of its commands that was done. */
  controller: EdgeId;
  commanded: MessagePlace;
  peer?: CoupledPeer;
  /** The other side, as facts tell it. */
  facing: Party;
  standing: LegStanding;
  /** Its line shows nothing of it: a call that was fetched from its slot, or that fetches one. */
  isHidden?: boolean;
  /** Its fact is said again before it is not believed any more. */
  lease?: TimerHandle;
}

/** A leg to a phone of ours. */
export interface LineLeg extends EdgeLeg {
  readonly owner: LegOwner;
}

/** Which message it is among those of its edge about a leg. */
export interface MessagePlace {
  readonly epoch: number;
  readonly seq: number;
}

/** Whether a message comes after another one: in the same life of its edge, or in a later one. */
export function isLater(message: MessagePlace, than: MessagePlace | undefined): boolean {
  if (!than || message.epoch > than.epoch) return true;
  return message.epoch === than.epoch && message.seq > than.seq;
}

/** A command to a leg, and who gives it. */
export interface LegOrder {
  readonly call: CallId;
  readonly leg: LegId;
  readonly controller: EdgeId;
  readonly peer?: CoupledPeer;
  readonly command: LegCommand;
}

/** The command that calls a phone. */
export type LegOffer = Extract<LegCommand, { type: 'offer' }>;
/** A phone at one of its bindings. */
export type PhoneTarget = Extract<CallTarget, { kind: 'phone' }>;

/** What a leg is made of. */
export type LegMaking = Pick<EdgeLeg, 'id' | 'call' | 'role' | 'owner' | 'party' | 'controller' | 'peer' | 'facing'>;

/** A leg that begins now: whoever is at its far end calls, or is to be called. */
export function newLeg<Making extends LegMaking>(making: Making): EdgeLeg & Pick<Making, 'owner'> {
  const standing = initialStanding(making.role === 'caller' ? 'initiator' : 'recipient');
  return { ...making, commanded: { epoch: 0, seq: 0 }, standing };
}

/** The leg that an offer to a phone, or to a slot, asks for. */
export function offeredLeg({ call, leg, controller, peer }: LegOrder, offer: LegOffer, target: LegOwner): LineLeg {
  const { line, device, instance } = target;
  return newLeg({
    id: leg,
    call,
    role: 'callee',
    owner: { line, device, instance },
    party: { number: offer.called },
    controller,
    ...(peer && { peer }),
    facing: offer.caller,
  });
}
