import type { ParkPlan } from '@linewatch/call';
import { ephoneDnId, type LineEntry, type ParkSlot } from '@linewatch/config';
import { isBelieved, type EdgeId, type InstanceId, type Leg, type LineNumber } from '@linewatch/presence';
import type { DirectoryView } from '../directory';
import type { LineView } from '../lines';

/** Which park slot takes a call, and where a slot is. Pure: the configuration and what lines show decide [AG-park]. */

/** The device of legs that end at a slot: no phone has such a name. */
export const PARK_DEVICE = 'park-slot';

/** One slot; several may carry the same number [cme-presence 2.8]. */
export interface Slot {
  readonly number: LineNumber;
  readonly instance: InstanceId;
  readonly slot: ParkSlot;
}

/** Whether a line is a park slot. */
export function isParkSlot(entry: LineEntry | undefined): boolean {
  return entry?.instances.some(({ kind }) => kind === 'park-slot') === true;
}

/** Every slot, in the order of their tags. */
function allSlots({ config }: Pick<DirectoryView, 'config'>): Slot[] {
  return Object.values(config.ephoneDns).flatMap(({ tag, number, parkSlot: slot }) =>
    slot && number !== undefined ? [{ number, instance: ephoneDnId(tag), slot }] : [],
  );
}

/** The slots of a number, in the order of their tags. */
export function slotsOf(view: Pick<DirectoryView, 'config'>, number: LineNumber): Slot[] {
  return allSlots(view).filter((slot) => slot.number === number);
}

/** Whether a call that this number parks may be put there. */
export function takesFrom({ slot }: Slot, by: LineNumber): boolean {
  return slot.reservedFor === undefined || slot.reservedFor === by;
}

/** Whether a call is parked in a slot, as its line shows. */
export function isOccupied(view: LineView | undefined, instance: InstanceId): boolean {
  return parkedLegs(view).some(({ leg }) => leg.instance === instance);
}

/** The edge that has the call that waits longest at a number. */
export function holderOf(view: LineView | undefined): EdgeId | undefined {
  const [first] = parkedLegs(view).sort((a, b) => a.leg.factSeq - b.leg.factSeq);
  return first?.leg.edge;
}

function parkedLegs(view: LineView | undefined): { id: string; leg: Leg }[] {
  if (!view) return [];
  const { fold } = view.state;
  return Object.entries(fold.legs)
    .map(([id, leg]) => ({ id, leg }))
    .filter(({ id, leg }) => leg.device === PARK_DEVICE && isBelieved(fold, id, leg));
}

/**
 * The slot that the Park key takes: one that is reserved for the extension, else one whose last two digits are those of
 * the extension, else the first one. Slots for directed park are chosen by dialling alone.
 *
 * @param by the number of the line whose call is parked
 */
export function chooseSlot(
  view: Pick<DirectoryView, 'config'>,
  viewOf: (number: LineNumber) => LineView | undefined,
  by: LineNumber,
): LineNumber | undefined {
  const free = allSlots(view).filter(
    (each) => !each.slot.directed && takesFrom(each, by) && !isOccupied(viewOf(each.number), each.instance),
  );
  const reserved = free.find(({ slot }) => slot.reservedFor === by);
  const alike = free.find(({ number }) => number.slice(-2) === by.slice(-2));
  return (reserved ?? alike ?? free[0])?.number;
}

/** What a slot's configuration says of calls that nobody fetches; `by` parked it. */
export function parkPlanOf({ timeout, recall, transfer, alternate, retry }: ParkSlot, by: LineNumber): ParkPlan {
  const returnAfterMs = (timeout?.seconds ?? 0) * (timeout?.limit ?? 0) * 1_000;
  const first = transfer ?? (recall ? by : undefined);
  return {
    ...(returnAfterMs > 0 && { returnAfterMs }),
    returnTo: [first, alternate].filter((number): number is string => number !== undefined && number !== ''),
    ...(retry && { retry: { ms: Math.max(retry.seconds, 1) * 1_000, times: retry.limit } }),
  };
}
