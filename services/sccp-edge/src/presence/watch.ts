import type { OwnedSubscription, ToldState } from '@linewatch/edge';
import type { DeviceName, FlowRecord, SubscriptionId } from '@linewatch/presence';
import type { TimerHandle } from '@linewatch/runtime';
import type { StationInput } from '@linewatch/sccp';
import type { Retries } from './retries';

/** Where on a phone a lamp is. */
export type LampPlace =
  { readonly kind: 'key'; readonly instance: number } | { readonly kind: 'call-list'; readonly transactionID: number };

/** The phone of a lamp, as far as presence needs it. */
export interface LampPhone {
  /** Its connection. */
  readonly flow: Pick<FlowRecord, 'transport' | 'remote'>;
  input(input: StationInput): void;
}

/** A lamp that is to show a number: from when its phone has it to when the phone has it no more, allowed or not. */
export interface Watch {
  readonly id: SubscriptionId;
  readonly phone: LampPhone;
  readonly device: DeviceName;
  readonly place: LampPlace;
  readonly number: string;
  /** It shows the phone that has the number rather than the number's line [cme-presence 3.6]. */
  readonly deviceBased: boolean;
  /** Seconds for which it was asked; a key is asked for as long as its phone is there. */
  readonly seconds: number;
  isOver: boolean;
  /** When a refused key asks again. */
  retry?: TimerHandle;
  /** Its subscription, once it was allowed. */
  watched?: Watched;
}

/** The subscription of a lamp. */
export interface Watched extends OwnedSubscription {
  readonly watch: Watch;
  /** When its record is renewed. */
  renewal?: TimerHandle;
  /** What the phone was told last, how often, and when. */
  told?: number;
  count: number;
  sentAt: number;
  /** How its line beyond the trunk fails. */
  retries: Retries;
}

/** Takes what a phone was told; the connection delivers it, so that it counts as answered with 200. */
export type LampRecorder = (watched: Watched, told: ToldState, status: number) => void;

/** Has the phone show a status in that place; equal ones are not repeated. */
export function lampInput(place: LampPlace, status: number): StationInput {
  return place.kind === 'key'
    ? { type: 'lamp', instance: place.instance, status }
    : { type: 'callListStatus', transactionID: place.transactionID, status };
}

/** The name of a place on its phone. */
export function keyOf(place: LampPlace): string {
  return place.kind === 'key' ? `key ${place.instance}` : `call-list ${place.transactionID}`;
}
