import type { AudioCapability, ServerEntry } from './list-field';
import type { Message, MessageOf, RawMessage } from './messages';
import type { Dialect } from './payload';
import type { NumberedButton, StationProfile, LineForward } from './profile';
import type { SoftKey } from './soft-keys';

/** One phone on one connection, as the server sees it: what is known, what comes in, what is to be done. Plain data. */

/** What an edge sets for all its phones. */
export interface StationSettings {
  /** The highest version we agree to; 17 is where all sources agree on the layouts [sccp-wire 7]. */
  readonly versionCeiling: number;
  /** How often a registered phone says that it is there, and one that has us as its second server. */
  readonly keepAliveSeconds: number;
  readonly secondaryKeepAliveSeconds: number;
  /** After so many intervals without any message the phone is gone. */
  readonly keepAlivesMissed: number;
  /** How long a new connection may say nothing. */
  readonly firstMessageMs: number;
  /** As RegisterAckMessage has it: `D/M/Y`, `M/D/YA`. */
  readonly dateTemplate: string;
  readonly utcOffsetMinutes: number;
  /** Ourselves, as ServerResMessage and ConfigStatMessage name us. */
  readonly server: ServerEntry;
  /** Call-list entries that one phone may watch. */
  readonly maxCallListEntries: number;
}

export const defaultStationSettings: StationSettings = {
  versionCeiling: 17,
  keepAliveSeconds: 30,
  secondaryKeepAliveSeconds: 60,
  keepAlivesMissed: 3,
  firstMessageMs: 30_000,
  dateTemplate: 'D/M/Y',
  utcOffsetMinutes: 0,
  server: { name: 'linewatch', address: '0.0.0.0', port: 2000 },
  maxCallListEntries: 200,
};

/** What a step needs besides state and input. `now` is Unix time in milliseconds. */
export interface StationWorld {
  readonly settings: StationSettings;
  readonly now: number;
}

/** A number in a call list that the phone shows. */
export interface CallListEntry {
  readonly number: string;
  readonly featureID: number;
  /** Seconds as the phone asked for them. */
  readonly timer: number;
  readonly accepted: boolean;
  /** What the phone was told of it last. */
  readonly status?: number;
}

export interface ConnectedStation {
  readonly status: 'connected';
  /** How many registrations were asked for on this connection: pairs a question with its answer. */
  readonly attempt: number;
  /** The phone has said something. */
  readonly isHeard: boolean;
  /** A token was asked for and is not decided. */
  readonly token?: 'RegisterTokenRequest' | 'SPCPRegisterTokenRequest';
}

/** Register came; the shell finds out who it is, then writes it down. */
export interface RegisteringStation {
  readonly status: 'identifying' | 'recording';
  readonly attempt: number;
  readonly register: MessageOf<'RegisterMessage'>;
  /** Known once identified. */
  readonly profile?: StationProfile;
  /** What the phone said meanwhile; answered after RegisterAck. */
  readonly held: readonly Message[];
}

export interface RegisteredStation {
  readonly status: 'registered' | 'unregistering';
  readonly attempt: number;
  readonly register: MessageOf<'RegisterMessage'>;
  readonly dialect: Dialect;
  readonly dynamicMessages: boolean;
  readonly profile: StationProfile;
  readonly buttons: readonly NumberedButton[];
  /** Per BLF or feature key: what it shows; absent is unknown. */
  readonly lamps: Readonly<Record<number, number>>;
  /** The phone has its keys: changes are pushed from now on. */
  readonly hasButtons: boolean;
  /** The phone asked for the time, its last question. */
  readonly isReady: boolean;
  /** By transactionID. */
  readonly callList: Readonly<Record<number, CallListEntry>>;
}

export interface ClosedStation {
  readonly status: 'closed';
}

export type StationState = ConnectedStation | RegisteringStation | RegisteredStation | ClosedStation;

export type StationTimer = 'firstMessage' | 'keepAlive' | `callList ${number}`;

export type StationInput =
  | { readonly type: 'message'; readonly message: Message | RawMessage }
  /** The answers to `identify`. `refused`: the phone hears the text; `unavailable`: could not ask, the phone tries again. */
  | { readonly type: 'identified'; readonly attempt: number; readonly profile: StationProfile }
  | { readonly type: 'refused'; readonly attempt: number; readonly text: string }
  | { readonly type: 'unavailable'; readonly attempt: number }
  /** The answers to `recordRegistration` and `recordUnregistration`: it is durable. */
  | { readonly type: 'recorded'; readonly attempt: number }
  /** The phone may not leave now: 1 error, 2 a call is active. */
  | { readonly type: 'unregistrationRefused'; readonly attempt: number; readonly status: 1 | 2 }
  /** The answer to `askToken`: come, or ask again later. */
  | { readonly type: 'tokenGranted' }
  | { readonly type: 'tokenRefused'; readonly waitSeconds: number }
  /** What a BLF key shows from now on, see `blfStatuses`; for a feature key 0 or 1. */
  | { readonly type: 'lamp'; readonly instance: number; readonly status: number }
  /** The answer to `subscribe`, see `subscriptionCauses`. */
  | { readonly type: 'subscriptionAnswered'; readonly transactionID: number; readonly cause: number }
  | { readonly type: 'callListStatus'; readonly transactionID: number; readonly status: number }
  | { readonly type: 'forwarded'; readonly lineInstance: number; readonly forward: LineForward }
  /** See `resetTypes`. */
  | { readonly type: 'reset'; readonly resetType: number }
  /** The same device registered on another connection, or the edge drains: this one ends. */
  | { readonly type: 'replaced' }
  | { readonly type: 'timer'; readonly name: StationTimer }
  | { readonly type: 'disconnected' };

/** What became of a phone's keys, hook and channels, for whoever handles calls. Line and call 0 or absent: not said. */
export type StationEvent =
  | { readonly type: 'registered'; readonly register: MessageOf<'RegisterMessage'>; readonly dialect: Dialect }
  /** The phone has asked for all it needs. */
  | { readonly type: 'ready' }
  | { readonly type: 'unregistered'; readonly cause: UnregisteredCause }
  | { readonly type: 'capabilities'; readonly audio: readonly AudioCapability[] }
  | { readonly type: 'alarm'; readonly severity: number; readonly text: string }
  | StationKey
  | MediaEvent;

export type UnregisteredCause = 'asked' | 'disconnected' | 'silent' | 'registersAgain' | 'replaced' | 'malformed';

/** Keys and hook. */
export type StationKey =
  | { readonly type: 'offHook' | 'onHook' | 'hookFlash'; readonly line: number; readonly call: number }
  | { readonly type: 'digit'; readonly digit: string; readonly line: number; readonly call: number }
  /** A soft key, or a hard key that does the same. */
  | { readonly type: 'function'; readonly key: SoftKey; readonly line: number; readonly call: number }
  | { readonly type: 'enbloc'; readonly number: string; readonly line: number }
  | { readonly type: 'lineKey'; readonly line: number }
  /** A speed dial or a BLF key: dials its number. */
  | { readonly type: 'dialKey'; readonly number: string; readonly instance: number }
  | { readonly type: 'featureKey'; readonly instance: number }
  | { readonly type: 'voiceMail' };

/** What a phone says of its channels. `party` is the `passThruPartyID` that the server gave. */
export type MediaEvent =
  | {
      readonly type: 'receiving';
      readonly party: number;
      readonly address: string;
      readonly port: number;
    }
  | { readonly type: 'notReceiving'; readonly party: number; readonly status: number }
  | { readonly type: 'notSending'; readonly party: number; readonly status: number };

export type StationEffect =
  | { readonly type: 'send'; readonly message: Message }
  /** Do we know this phone? Answer with `identified`, `refused` or `unavailable` and the same attempt. */
  | { readonly type: 'identify'; readonly attempt: number; readonly register: MessageOf<'RegisterMessage'> }
  /** Make it durable; answer with `recorded` or `unavailable` [design law 2]. */
  | { readonly type: 'recordRegistration'; readonly attempt: number; readonly register: MessageOf<'RegisterMessage'> }
  | { readonly type: 'recordUnregistration'; readonly attempt: number }
  | { readonly type: 'askToken'; readonly deviceName: string }
  /** Authorize and make durable; answer with `subscriptionAnswered`. */
  | {
      readonly type: 'subscribe';
      readonly transactionID: number;
      readonly number: string;
      readonly seconds: number;
    }
  | { readonly type: 'unsubscribe'; readonly transactionID: number }
  | { readonly type: 'deliver'; readonly event: StationEvent }
  | { readonly type: 'startTimer'; readonly name: StationTimer; readonly ms: number }
  | { readonly type: 'stopTimer'; readonly name: StationTimer }
  | { readonly type: 'count'; readonly what: StationCount }
  /** Close the connection after what was sent; always the last effect. */
  | { readonly type: 'close'; readonly reason: CloseReason };

export type StationCount =
  'unknownMessage' | 'shortMessage' | 'outOfPlace' | 'unknownKey' | 'heldOverflow' | 'callListOverflow';

export type CloseReason =
  'notRegistered' | 'refused' | 'unavailable' | 'unregistered' | 'silent' | 'replaced' | 'anotherDevice';

export interface StationStep {
  readonly state: StationState;
  readonly effects: readonly StationEffect[];
}
