import {
  parkCall,
  restoreParked,
  stepParked,
  type LegEvent,
  type ParkedCall,
  type ParkInput,
  type ParkPlan,
  type ParkStep,
} from '@linewatch/call';
import type { InstanceId, LineNumber } from '@linewatch/presence';
import type { TimerHandle, TimerWheel } from '@linewatch/runtime';
import { z } from 'zod';
import type { Directory } from '../directory';
import type { Lines } from '../lines';
import { offeredLeg, type EdgeLeg, type LegOffer, type LegOrder, type LineLeg } from './edge-leg';
import type { LegProtocol, LegProtocolFact } from './edge-legs';
import { isOccupied, PARK_DEVICE, parkPlanOf, slotsOf, takesFrom } from './park-choice';
import type { Turns } from './turns';

/** What of a slot outlives a restart: who waits there, and what becomes of the call. */
const slotRestoreSchema = z.object({
  made: z.number().int().positive(),
  plan: z.object({
    returnAfterMs: z.number().int().positive().optional(),
    returnTo: z.array(z.string().min(1).max(256)).max(8),
    retry: z.object({ ms: z.number().int().nonnegative(), times: z.number().int().nonnegative() }).optional(),
  }),
});

/** A slot with a call in it, and the machine that keeps it. */
interface Occupied {
  readonly line: LineNumber;
  readonly instance: InstanceId;
  readonly plan: ParkPlan;
  state: ParkedCall;
  parked: SlotLeg;
  taker?: SlotLeg;
  timer?: TimerHandle;
}

/** A leg that ends at a slot instead of a phone. */
export interface SlotLeg extends LineLeg {
  readonly slot: Occupied;
}

export function isSlotLeg(leg: EdgeLeg): leg is SlotLeg {
  return leg.owner?.device === PARK_DEVICE;
}

/** What becomes of a slot's legs is told here: see `EdgeLegs`. */
export interface SlotLegs {
  add(leg: SlotLeg): void;
  refuse(order: LegOrder, status: number): void;
  commanded(leg: SlotLeg, order: LegOrder): void;
  said(leg: SlotLeg, event: LegEvent): void;
  hide(leg: SlotLeg, cause: string): void;
  end(leg: SlotLeg): void;
}

export interface ParkSlotsParts {
  readonly legs: SlotLegs;
  readonly directory: Pick<Directory, 'current'>;
  readonly lines: Pick<Lines, 'get'>;
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  readonly turns: Pick<Turns, 'take'>;
}

/**
 * The park slots of this edge [cme-presence 3.4; T-10]. A slot has no phone: its legs are ours, whatever the phones speak.
 * A transfer to a slot parks the call there; any other call to it fetches the one that waits longest.
 */
export class ParkSlots implements LegProtocol<SlotLeg> {
  /** In the order in which calls came. */
  private readonly occupied = new Set<Occupied>();

  constructor(private readonly parts: ParkSlotsParts) {}

  offer(order: LegOrder, offer: LegOffer): void {
    if (offer.target.kind !== 'park-slot') return this.parts.legs.refuse(order, 404);
    const { line } = offer.target;
    if (offer.referredBy) this.park(order, offer, line, offer.referredBy.number);
    else this.fetch(order, offer, line);
  }

  command(leg: SlotLeg, order: LegOrder): void {
    const { slot } = leg;
    const { command } = order;
    const step = stepParked(slot.state, { type: 'command', leg: leg.id, command });
    slot.state = step.state;
    this.parts.legs.commanded(leg, order);
    this.perform(slot, step);
  }

  restore(leg: EdgeLeg, kept: unknown): boolean {
    const parsed = slotRestoreSchema.safeParse(kept);
    const { owner } = leg;
    if (!parsed.success || !owner) return false;
    const { made } = parsed.data;
    const plan = parsed.data.plan as ParkPlan;
    const { line, instance } = owner;
    this.occupy({ ...leg, owner }, { line, instance, plan }, restoreParked(leg.id, plan, made));
    return true;
  }

  factOf({ slot: { state, plan } }: SlotLeg): LegProtocolFact {
    return { restore: state.status === 'over' ? undefined : { made: state.made, plan } };
  }

  private park(order: LegOrder, offer: LegOffer, line: LineNumber, by: string): void {
    const { legs, directory, lines } = this.parts;
    const slots = slotsOf(directory.current(), line).filter((slot) => takesFrom(slot, by));
    if (slots.length === 0) return legs.refuse(order, 403);
    const isHere = (instance: InstanceId): boolean =>
      [...this.occupied].some((each) => each.line === line && each.instance === instance && isHolding(each));
    const free = slots.find(({ instance }) => !isHere(instance) && !isOccupied(lines.get(line), instance));
    if (!free) return legs.refuse(order, 486);
    const { instance, slot } = free;
    const plan = parkPlanOf(slot, by);
    this.occupy(slotLeg(order, offer, line, instance), { line, instance, plan }, parkCall(order.leg, plan));
  }

  private fetch(order: LegOrder, offer: LegOffer, line: LineNumber): void {
    const { legs } = this.parts;
    const slot = [...this.occupied].find((each) => each.line === line && each.state.status === 'waiting');
    if (!slot || slot.taker) return legs.refuse(order, 480);
    const taker: SlotLeg = { ...slotLeg(order, offer, line, slot.instance), slot, isHidden: true };
    slot.taker = taker;
    legs.add(taker);
    this.step(slot, { type: 'fetch', leg: taker.id, ...(offer.session && { session: offer.session }) });
  }

  private occupy(leg: LineLeg, of: Pick<Occupied, 'line' | 'instance' | 'plan'>, step: ParkStep): void {
    const slot = { ...of, state: step.state } as Occupied;
    slot.parked = Object.assign(leg, { slot });
    this.occupied.add(slot);
    this.parts.legs.add(slot.parked);
    this.perform(slot, step);
  }

  private step(slot: Occupied, input: ParkInput): void {
    const step = stepParked(slot.state, input);
    slot.state = step.state;
    this.perform(slot, step);
  }

  private perform(slot: Occupied, { effects }: ParkStep): void {
    const { legs, wheel, turns } = this.parts;
    for (const effect of effects) {
      switch (effect.type) {
        case 'say':
          this.say(slot, effect.leg, effect.event);
          break;
        case 'fetched':
          legs.hide(slot.parked, 'fetched');
          break;
        case 'startTimer':
          wheel.cancel(slot.timer);
          slot.timer = wheel.set(effect.ms, () => turns.take(() => this.step(slot, { type: 'timer' })));
          break;
        case 'stopTimer':
          wheel.cancel(slot.timer);
          break;
        default:
          effect satisfies never;
      }
    }
    if (slot.state.status === 'over') this.occupied.delete(slot);
  }

  private say(slot: Occupied, id: string, event: LegEvent): void {
    const { legs } = this.parts;
    const leg = slot.taker?.id === id ? slot.taker : slot.parked;
    legs.said(leg, event);
    if (event.type !== 'released' && event.type !== 'refused') return;
    legs.end(leg);
    if (leg === slot.taker) delete slot.taker;
  }
}

function isHolding({ state }: Occupied): boolean {
  return state.status !== 'joined' && state.status !== 'over';
}

function slotLeg(order: LegOrder, offer: LegOffer, line: LineNumber, instance: InstanceId): LineLeg {
  return offeredLeg(order, offer, { line, device: PARK_DEVICE, instance });
}
