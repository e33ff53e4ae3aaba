import {
  type EdgeLegs,
  type LegOffer,
  type LegOrder,
  type LegProtocol,
  type LegProtocolFact,
  offeredLeg,
  type PhoneTarget,
} from '@linewatch/edge';
import type { DeviceName } from '@linewatch/presence';
import type { PhoneCalls } from './phone-calls';
import type { SccpLeg } from './sccp-leg';
import { SessionWriter } from './sessions';

export interface SccpLegsParts {
  readonly legs: EdgeLegs<SccpLeg>;
  /** The calls of a phone that is registered here. */
  readonly phone: (device: DeviceName) => PhoneCalls | undefined;
}

/** The SCCP side of the legs of this edge: each is a call of a phone, whose machine carries it on. */
export class SccpLegs implements LegProtocol<SccpLeg> {
  private sessions = 0;

  constructor(private readonly parts: SccpLegsParts) {}

  offer(order: LegOrder, offer: LegOffer): void {
    const { target } = offer;
    const phone = target.kind === 'phone' ? this.parts.phone(target.device) : undefined;
    // It unregistered while it was looked up.
    if (target.kind !== 'phone' || !phone) return this.parts.legs.refuse(order, 480);
    phone.offer(order, offer, target);
  }

  command(leg: SccpLeg, order: LegOrder): void {
    leg.phone.command(leg, order);
  }

  /** A phone lost its calls with the connection, or ends them by itself: there is nothing to go on with. */
  restore(): boolean {
    return false;
  }

  /** Skinny has no dialogs. */
  factOf(): LegProtocolFact {
    return { restore: undefined };
  }

  /** A leg for a call that is offered to a phone. */
  offered(
    phone: PhoneCalls,
    reference: number,
    order: LegOrder,
    offer: LegOffer,
    target: PhoneTarget,
    instance: string,
  ): SccpLeg {
    return { ...offeredLeg(order, offer, { ...target, instance }), phone, reference, sessions: this.newSessions() };
  }

  newSessions(): SessionWriter {
    return new SessionWriter((this.sessions += 1));
  }
}
