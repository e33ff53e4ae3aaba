import { legRestoreSchema } from '@linewatch/call';
import { isBelieved, type CallId, type DeviceName, type EdgeId, type LegId } from '@linewatch/presence';
import type { LineView } from '../lines';

/** A call that rings, and who controls it. */
export interface RingingCall {
  readonly call: CallId;
  readonly leg: LegId;
  readonly controller: EdgeId;
}

/**
 * The call that rings longest at a line, as the line's state tells it; none that calls from the phone that asks.
 * @param device the phone that wants it
 */
export function ringingAt(view: Pick<LineView, 'state'> | undefined, device: DeviceName): RingingCall | undefined {
  if (!view) return undefined;
  const { fold } = view.state;
  const ringing = Object.entries(fold.legs)
    .filter(([id, leg]) => leg.direction === 'recipient' && leg.state === 'early' && isBelieved(fold, id, leg))
    .filter(([, leg]) => leg.device !== device)
    .sort(([, a], [, b]) => a.factSeq - b.factSeq);
  for (const [leg, { call, restore }] of ringing) {
    const controller = legRestoreSchema.safeParse(restore).data?.controller;
    if (controller !== undefined) return { call, leg, controller };
  }
  return undefined;
}
