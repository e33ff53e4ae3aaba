import type { AudioCapability } from './list-field';
import type { ChosenCodec, MediaDescription } from './media';
import type { Message } from './messages';
import type { MediaEvent, StationKey } from './station-state';
import type { SoftKey } from './soft-keys';

/**
 * The calls of one phone: what its keys mean, what it shows, and a leg for each call towards whoever connects it with
 * another. A leg speaks the vocabulary of offers and answers: who connects legs needs to know no Skinny. A leg is named by
 * its call reference. Plain data; the shell carries out effects in their order.
 */

/** A number and the name beside it. */
export interface CallParty {
  readonly number: string;
  readonly display?: string;
}

/** Why a leg ends. */
export type LegCause =
  | 'normal'
  | 'cancelled'
  | 'answered-elsewhere'
  | 'no-answer'
  | 'refused'
  | 'transferred'
  | 'edge-lost'
  | 'silent'
  | 'failed'
  | 'restart';

/** To a leg. `release` and `refuse` are the last. Statuses are SIP's. */
export type StationLegCommand =
  | { readonly type: 'progress'; readonly status: number }
  /** The far side took the call that was started here; its offer, which `confirmed` answers. */
  | { readonly type: 'accept'; readonly media: MediaDescription }
  | { readonly type: 'refuse'; readonly status: number }
  /** The far side's answer to an offer of ours that came with `answered` or (with `exchange`) with `modified`. */
  | { readonly type: 'confirm'; readonly exchange?: string; readonly media?: MediaDescription }
  | { readonly type: 'modify'; readonly exchange: string; readonly media?: MediaDescription }
  | { readonly type: 'modified'; readonly exchange: string; readonly media: MediaDescription }
  | { readonly type: 'modifyRefused'; readonly exchange: string; readonly status: number }
  | { readonly type: 'info'; readonly exchange: string }
  | { readonly type: 'infoAnswered'; readonly exchange: string; readonly status: number }
  | { readonly type: 'referProgress'; readonly exchange: string; readonly status: number }
  | { readonly type: 'referRefused'; readonly exchange: string; readonly status: number }
  | { readonly type: 'probe' }
  | { readonly type: 'release'; readonly cause: LegCause };

/** From a leg. `refused` and `released` are the last, and every leg that was started or offered says one. */
export type StationLegEvent =
  /** Somebody dialled: call that number. The far side makes the offer. */
  | { readonly type: 'started'; readonly line: number; readonly called: string }
  | { readonly type: 'progress'; readonly status: number }
  /** The phone took the call: the answer to the offer, or an offer when there was none. */
  | { readonly type: 'answered'; readonly media: MediaDescription }
  | { readonly type: 'refused'; readonly status: number }
  | { readonly type: 'confirmed'; readonly exchange?: string; readonly media?: MediaDescription }
  | { readonly type: 'modify'; readonly exchange: string; readonly media: MediaDescription }
  | { readonly type: 'modified'; readonly exchange: string; readonly media: MediaDescription }
  | { readonly type: 'modifyRefused'; readonly exchange: string; readonly status: number }
  /** A digit during the call where RTP events were not agreed. */
  | { readonly type: 'info'; readonly exchange: string; readonly contentType: string; readonly body: string }
  | { readonly type: 'infoAnswered'; readonly exchange: string; readonly status: number }
  /** Blind transfer: connect my peer with that number. */
  | { readonly type: 'refer'; readonly exchange: string; readonly target: string }
  /** Consultative transfer: connect my peer with the peer of that other leg of this phone. */
  | { readonly type: 'join'; readonly exchange: string; readonly with: number }
  | { readonly type: 'alive' }
  | { readonly type: 'released'; readonly cause: LegCause };

/** What watchers of the line are to know of a call, also before a number is dialled. Words of RFC 4235. */
export interface CallStanding {
  readonly line: number;
  readonly direction: 'initiator' | 'recipient';
  readonly state: 'trying' | 'early' | 'confirmed' | 'terminated';
  readonly isHeld: boolean;
  /** Absent while nothing is dialled. */
  readonly party?: CallParty;
}

/** `failed`: the leg is over, but the phone still hears why. */
export type CallPhase = 'dialling' | 'proceeding' | 'ringingOut' | 'ringingIn' | 'connected' | 'held' | 'failed';

/** A channel on which the phone listens. */
export interface ReceiveChannel {
  readonly party: number;
  readonly chosen: ChosenCodec;
  /** What the phone said; absent while it is asked. */
  readonly at?: { readonly address: string; readonly port: number };
  /** What to tell the far side when it listens. */
  readonly purpose: ChannelPurpose;
}

export type ChannelPurpose =
  | { readonly type: 'answer' }
  | { readonly type: 'offer' }
  | { readonly type: 'confirm' }
  | { readonly type: 'modify' }
  | { readonly type: 'modified'; readonly exchange: string; readonly isOffer: boolean };

export interface StationCall {
  readonly call: number;
  readonly line: number;
  readonly direction: 'initiator' | 'recipient';
  readonly phase: CallPhase;
  /** What has been reached; never goes back. */
  readonly reached: 'trying' | 'early' | 'confirmed';
  /** Whether whoever connects calls knows this one: not before a number is dialled, not after its last word. */
  readonly leg: 'none' | 'open' | 'over';
  /** Offer and answer have been exchanged, or the answer has been given. */
  readonly isAgreed: boolean;
  readonly digits: string;
  readonly party?: CallParty;
  /** The number that was called: ours or theirs. */
  readonly called?: string;
  /** Rings without a sound. */
  readonly isSilent?: true;
  /** Do-not-disturb was pressed for this call alone. */
  readonly isUndisturbed?: true;
  readonly receive?: ReceiveChannel;
  /** The phone sends to there. */
  readonly sendingTo?: {
    readonly party: number;
    readonly address: string;
    readonly port: number;
    readonly codec: number;
  };
  /** What the far side said last. */
  readonly remote?: MediaDescription;
  /** A request of ours inside the call that is not answered yet. */
  readonly asked?: string;
  /** What we said last is not true any more: it is said anew when nothing is asked. */
  readonly isStale?: true;
  /** What the number that is dialled is for, when it is not to be called. */
  readonly asksFor?: 'forwardAll' | 'pickUp';
  /** The call that this one was made for, to transfer it here. */
  readonly transferOf?: number;
  /** The exchange of a transfer that is under way. */
  readonly transferring?: string;
  /** It is a transfer to this park slot, by the Park key. */
  readonly parkingAt?: string;
  /** A tone sounds for this call. */
  readonly hasTone?: true;
}

export interface StationCallsState {
  /** Distinguishes exchanges of this phone from others'. */
  readonly station: string;
  readonly capabilities: readonly AudioCapability[];
  readonly calls: readonly StationCall[];
  /** Calls of others on shared lines, by call reference: the line. */
  readonly elsewhere: Readonly<Record<number, number>>;
  readonly nextCall: number;
  readonly nextParty: number;
  readonly nextExchange: number;
  readonly lastDialled?: { readonly line: number; readonly number: string };
  readonly doNotDisturb: boolean;
}

/** A line as calls need it. `channels`: 1 for a single line, 2 for a dual line, 8 for an octo line. */
export interface CallLine {
  readonly number: string;
  readonly displayName: string;
  readonly channels: number;
  /** All its calls go elsewhere. */
  readonly isForwarded?: boolean;
}

/**
 * How collected digits stand to the numbers that can be dialled: `none` leads nowhere, `partial` may become one, `whole`
 * is one, `either` is one and may become a longer one.
 */
export type DialMatch = 'none' | 'partial' | 'whole' | 'either';

export interface CallSettings {
  /** How long until the next digit; then what was dialled goes out. */
  readonly interdigitMs: number;
  /** How long a dial tone sounds. */
  readonly firstDigitMs: number;
  /** How long a phone may take to open a channel [sccp-wire 5.8]. */
  readonly channelMs: number;
  /** How long the tone of a call that failed sounds. */
  readonly failedToneMs: number;
  /** After a refusal because both sides asked at once. */
  readonly retryMs: number;
  /** `full-blind`: the transfer is done when the number is dialled; `full-consult`: by the second press of the key. */
  readonly transferSystem: 'full-consult' | 'full-blind';
}

export const defaultCallSettings: CallSettings = {
  interdigitMs: 10_000,
  firstDigitMs: 15_000,
  channelMs: 5_000,
  failedToneMs: 30_000,
  retryMs: 1_000,
  transferSystem: 'full-consult',
};

/** What a step needs besides state and input. */
export interface CallsWorld {
  readonly settings: CallSettings;
  /** Line instance n is the nth. */
  readonly lines: readonly CallLine[];
  readonly dialPlan: (digits: string, line: number) => DialMatch;
  /** Whether a number is a park slot's: a transfer to it is done when it is dialled. */
  readonly isParkSlot?: (number: string) => boolean;
  /** Whose number that is, where it is known. */
  readonly nameOf?: (number: string) => string | undefined;
  /** Of the registered phone. */
  readonly version: number;
  readonly dynamicMessages: boolean;
}

export type CallTimer = `digits ${number}` | `channel ${number}` | `tone ${number}` | `retry ${number}`;

export type StationCallsInput =
  | { readonly type: 'key'; readonly key: StationKey }
  | { readonly type: 'media'; readonly event: MediaEvent }
  | { readonly type: 'capabilities'; readonly audio: readonly AudioCapability[] }
  /** A call for a line of this phone, under a reference of `freeCallReference`. */
  | {
      readonly type: 'offer';
      readonly call: number;
      readonly line: number;
      readonly caller: CallParty;
      readonly called: string;
      readonly media?: MediaDescription;
      /** The user has asked for it: it is taken at once. */
      readonly pickUp?: true;
    }
  | { readonly type: 'command'; readonly call: number; readonly command: StationLegCommand }
  /** The user parks a call, and this slot is to take it. */
  | { readonly type: 'park'; readonly call: number; readonly slot: string }
  /** Call that number as if a key had been pressed for it. */
  | { readonly type: 'dial'; readonly number: string; readonly line: number }
  /** A shared line is used at another phone, or is not any more. */
  | { readonly type: 'elsewhere'; readonly call: number; readonly line: number; readonly isInUse: boolean }
  | { readonly type: 'doNotDisturb'; readonly isOn: boolean }
  | { readonly type: 'timer'; readonly name: CallTimer }
  /** The phone is not registered any more: nothing can be sent to it. */
  | { readonly type: 'gone' };

export type StationCallsEffect =
  | { readonly type: 'send'; readonly message: Message }
  | { readonly type: 'leg'; readonly call: number; readonly event: StationLegEvent }
  | { readonly type: 'standing'; readonly call: number; readonly standing: CallStanding }
  /** The user turned it on or off; `forCall`: until that call ends. */
  | { readonly type: 'doNotDisturb'; readonly isOn: boolean; readonly forCall?: number }
  /** The user wants all calls of a line to go there; to ring here again without a number. */
  | { readonly type: 'forwardAll'; readonly line: number; readonly number?: string }
  /** The user wants the call that rings there. */
  | { readonly type: 'pickUp'; readonly line: number; readonly number: string }
  /** A key for something that is not a call by itself. */
  | { readonly type: 'feature'; readonly feature: StationFeature; readonly line: number; readonly call: number }
  | { readonly type: 'startTimer'; readonly name: CallTimer; readonly ms: number }
  | { readonly type: 'stopTimer'; readonly name: CallTimer };

export type StationFeature = SoftKey | 'voiceMail' | 'featureKey' | 'hookFlash';

export interface StationCallsStep {
  readonly state: StationCallsState;
  readonly effects: readonly StationCallsEffect[];
}
