import type { EdgeId } from '@linewatch/presence';
import type { TimerHandle, TimerWheel } from '@linewatch/runtime';
import type { CallCourier } from './call-courier';
import type { Controllers } from './controllers';
import type { EdgeLeg } from './edge-leg';
import type { EdgeLegs } from './edge-legs';

/** How long a lost edge may take to come back before its answered legs are given up: a restart, with time to spare. */
const RESTART_GRACE_MS = 15_000;

export interface OtherEdgesParts {
  readonly self: EdgeId;
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  readonly legs: Pick<EdgeLegs, 'controlledBy' | 'order'>;
  readonly controllers: Pick<Controllers, 'edgeLost' | 'edgeBack'>;
  readonly courier: Pick<CallCourier, 'drop' | 'event'>;
}

/**
 * What becomes of calls when other edges go and come. Who was not answered has nobody to wait for; an answered call
 * outlives a restart of the other edge, which finds its legs again [design 5].
 */
export class OtherEdges {
  private readonly graces = new Map<EdgeId, TimerHandle>();

  constructor(private readonly parts: OtherEdgesParts) {}

  lost(edge: EdgeId): void {
    const { self, controllers, wheel } = this.parts;
    if (edge === self) return;
    controllers.edgeLost(edge, 'unanswered');
    this.endLegsOf(edge, 'unanswered');
    if (!this.graces.has(edge))
      this.graces.set(
        edge,
        wheel.set(RESTART_GRACE_MS, () => this.giveUp(edge)),
      );
  }

  /** It lives, perhaps in a new epoch: both sides find out what the other still knows. */
  back(edge: EdgeId): void {
    const { self, controllers, wheel, legs, courier } = this.parts;
    if (edge === self) return;
    wheel.cancel(this.graces.get(edge));
    this.graces.delete(edge);
    controllers.edgeBack(edge);
    for (const { call, id } of legs.controlledBy(edge)) courier.event(edge, call, id, { type: 'alive' });
  }

  /** Ends a leg that nobody controls any more. */
  endLeg(leg: EdgeLeg | undefined): void {
    if (!leg) return;
    const { id, call, controller } = leg;
    this.parts.legs.order({ leg: id, call, controller, command: { type: 'release', cause: 'edge-lost' } });
  }

  private giveUp(edge: EdgeId): void {
    const { courier, controllers } = this.parts;
    this.graces.delete(edge);
    courier.drop(edge);
    controllers.edgeLost(edge, 'all');
    this.endLegsOf(edge, 'all');
  }

  private endLegsOf(edge: EdgeId, which: 'unanswered' | 'all'): void {
    for (const leg of this.parts.legs.controlledBy(edge)) {
      if (which === 'all' || leg.standing.state !== 'confirmed') this.endLeg(leg);
    }
  }
}
