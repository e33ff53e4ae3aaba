import { softKeyEvents, softKeySets } from './codes';
import type { SoftKeyDefinition } from './list-field';

/** The soft keys under a phone's display: one template, and for each state of a call the keys of it that show. */

/** What a soft key does. */
export type SoftKey = keyof typeof softKeyEvents;

const labels: readonly (readonly [SoftKey, string])[] = [
  ['redial', 'Redial'],
  ['newCall', 'NewCall'],
  ['hold', 'Hold'],
  ['transfer', 'Trnsfer'],
  ['forwardAll', 'CFwdALL'],
  ['backSpace', '<<'],
  ['endCall', 'EndCall'],
  ['resume', 'Resume'],
  ['answer', 'Answer'],
  ['conference', 'Confrn'],
  ['park', 'Park'],
  ['pickup', 'PickUp'],
  ['groupPickup', 'GPickUp'],
  ['dial', 'Dial'],
  ['doNotDisturb', 'DND'],
];

/** The template of every phone. */
export const softKeyTemplate: readonly SoftKeyDefinition[] = labels.map(([key, label]) => ({
  label,
  event: softKeyEvents[key],
}));

type SetName = keyof typeof softKeySets;

const keysOf: Readonly<Record<SetName, readonly SoftKey[]>> = {
  onHook: ['redial', 'newCall', 'forwardAll', 'pickup', 'groupPickup', 'doNotDisturb'],
  connected: ['hold', 'endCall', 'transfer', 'conference', 'park'],
  onHold: ['resume', 'newCall', 'endCall'],
  ringIn: ['answer', 'doNotDisturb'],
  offHook: ['redial', 'endCall', 'forwardAll', 'pickup', 'groupPickup'],
  connectedTransfer: ['hold', 'endCall', 'transfer'],
  digitsAfterFirst: ['backSpace', 'endCall', 'dial'],
  connectedConference: ['hold', 'endCall', 'conference'],
  ringOut: ['endCall', 'transfer'],
  offHookFeature: ['redial', 'endCall'],
  inUseHint: ['newCall', 'pickup'],
  onHookStealable: ['resume', 'newCall'],
};

/** The sets by number, as SoftKeySetResMessage has them: places in the template, counted from 1. */
export const softKeySetList: readonly (readonly number[])[] = Object.entries(softKeySets)
  .sort(([, a], [, b]) => a - b)
  .map(([name]) => keysOf[name as SetName].map((key) => labels.findIndex(([each]) => each === key) + 1));

const EVERY_KEY = 0xffffffff;

/** The mask of SelectSoftKeysMessage that shows a set without some of its keys. */
export function maskWithout(set: SetName, hidden: readonly SoftKey[]): number {
  let mask = EVERY_KEY;
  keysOf[set].forEach((key, index) => {
    if (hidden.includes(key)) mask &= ~(1 << index);
  });
  return mask >>> 0;
}

/** What a number of SoftKeyEventMessage means; undefined when it is none of ours. */
export function softKeyOf(event: number): SoftKey | undefined {
  return (Object.keys(softKeyEvents) as SoftKey[]).find((key) => softKeyEvents[key] === event);
}
