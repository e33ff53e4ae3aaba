import type { LegCommand, LegEvent, ReleaseCause, SessionDescription } from '@linewatch/call';
import type { LegId } from '@linewatch/presence';
import type { DialogState, HeaderField, SipRequest, SipResponse } from '@linewatch/sip';

/**
 * One SIP leg of a call as data: what its phone and this edge have open between them. The calling leg answers an INVITE
 * (UAS), the called one sends it (UAC); from the answer on both are alike. Numbers pair requests with their answers:
 * those of the phone are counted by the shell, those of this side by the leg.
 */

/**
 * The timers of a leg: of a 2xx that waits for its ACK, to send it again and to give up; of an INVITE that was not heard
 * yet, to give it up.
 */
export type LegTimer = 'resend' | 'ack' | 'silence';

/** A 2xx to INVITE that this side repeats until its ACK comes [RFC3261 13.3.1.4]. `exchange` is absent for the first INVITE. */
export interface Unacknowledged {
  readonly n: number;
  readonly cseq: number;
  readonly interval: number;
  readonly exchange?: string;
  /** The 2xx held the offer: the ACK brings the answer. */
  readonly late: boolean;
}

/** A change of the session that the phone asked for and that is not answered yet [RFC3261 14.2, RFC3311 5.2]. */
export interface TheirModification {
  readonly n: number;
  readonly exchange: string;
  readonly late: boolean;
  readonly request: SipRequest;
}

/** A change of the session that the phone was asked for, always by re-INVITE. `answered`: its 2xx waits to be acknowledged. */
export interface OurModification {
  readonly n: number;
  readonly cseq: number;
  readonly exchange: string;
  readonly late: boolean;
  readonly isAnswered: boolean;
}

/** An ACK that was sent, to be sent again for each repeated 2xx of its INVITE [RFC3261 13.2.2.4]. */
export interface SentAck {
  readonly n: number;
  readonly ack: SipRequest;
  readonly nextHop: string;
}

/** A request other than INVITE that waits for its answer: the phone's (`asked`), or ours (`asking`). */
export type Pending =
  | { readonly kind: 'info-asked'; readonly n: number; readonly exchange: string }
  | { readonly kind: 'info-asking'; readonly n: number; readonly exchange: string }
  | { readonly kind: 'probe'; readonly n: number };

/** The implicit subscription of a REFER [RFC3515 2.4.4]. One NOTIFY is on its way at a time; a newer status waits. */
export interface Referral {
  readonly exchange: string;
  /** The Event value of its NOTIFYs. */
  readonly event: string;
  /** The REFER itself while it waits for its answer. */
  readonly n?: number;
  /** `Refer-Sub: false`: no subscription was wanted [RFC4488]. */
  readonly silent: boolean;
  readonly notifying?: number;
  readonly waiting?: number;
}

/** What every leg has. `serial` numbers the requests of this side. */
interface LegBase {
  readonly id: LegId;
  /** Value of Contact in what this side sends. */
  readonly contact: string;
  readonly serial: number;
  readonly dialog?: DialogState;
  /** The INVITE that this side sent, by its number: each 2xx to it must be acknowledged, whenever it comes. */
  readonly invited?: { readonly n: number; readonly request: SipRequest };
  readonly acks: readonly SentAck[];
  readonly unacknowledged?: Unacknowledged;
  readonly theirs?: TheirModification;
  readonly ours?: OurModification;
  readonly pending: readonly Pending[];
  readonly referral?: Referral;
  /** How many REFERs there were: from the second on their NOTIFYs name them [RFC3515 2.4.6]. */
  readonly referrals: number;
}

/** The phone called; no final answer yet. `rings`: it had a provisional answer that made an early dialog. */
export type InvitedLeg = LegBase & {
  readonly status: 'invited';
  readonly n: number;
  readonly request: SipRequest;
  readonly late: boolean;
  readonly rings: boolean;
};

/** The phone is called; it has not given a final answer. `withdrawn`: CANCEL was sent. */
export type CallingLeg = LegBase & {
  readonly status: 'calling';
  readonly invited: { readonly n: number; readonly request: SipRequest };
  readonly late: boolean;
  readonly said?: { readonly status: number; readonly body?: string };
  /** Nothing was heard of it yet, and it is not waited for as long as a transaction may take. */
  readonly isSilent?: true;
  readonly withdrawn?: { readonly cause: ReleaseCause; readonly spoken: boolean };
};

/** The phone took the call; its 2xx waits for the controller's `confirm`. */
export type AnsweredLeg = LegBase & { readonly status: 'answered'; readonly dialog: DialogState };

/** In conversation. */
export type UpLeg = LegBase & { readonly status: 'up'; readonly dialog: DialogState };

/** Its end was decided: BYE is on its way, or waits for the ACK [RFC3261 15]. `spoken`: the last event was said. */
export type EndingLeg = LegBase & {
  readonly status: 'ending';
  readonly dialog: DialogState;
  readonly cause: ReleaseCause;
  readonly spoken: boolean;
  readonly bye?: number;
};

export type EndedLeg = LegBase & { readonly status: 'ended' };

export type SipLeg = InvitedLeg | CallingLeg | AnsweredLeg | UpLeg | EndingLeg | EndedLeg;

export type LegInput =
  /** A request of the phone within the dialog; `n` is the number to answer it by. */
  | { readonly type: 'request'; readonly n: number; readonly request: SipRequest }
  | { readonly type: 'cancelled'; readonly n: number }
  | { readonly type: 'ack'; readonly request: SipRequest }
  /** An answer to this side's request `n`. */
  | { readonly type: 'response'; readonly n: number; readonly response: SipResponse }
  /** An answer to request `n` that asks for credentials, and those that meet it. */
  | {
      readonly type: 'challenged';
      readonly n: number;
      readonly request: SipRequest;
      readonly response: SipResponse;
      readonly credentials: HeaderField;
    }
  | { readonly type: 'failed'; readonly n: number; readonly why: 'timeout' | 'unreachable' }
  | { readonly type: 'timer'; readonly name: LegTimer }
  | { readonly type: 'command'; readonly command: LegCommand };

type Refer = Extract<LegEvent, { type: 'refer' }>;

/** The value of Replaces: a dialog by its Call-ID and the tags, as the one who is to be replaced towards names them [RFC3891 3]. */
export interface ReplacedDialog {
  readonly callId: string;
  readonly toTag: string;
  readonly fromTag: string;
}

export type LegEffect =
  | {
      readonly type: 'respond';
      readonly n: number;
      readonly status: number;
      readonly reason?: string;
      readonly headers?: readonly HeaderField[];
      readonly session?: SessionDescription;
    }
  /** Send the 2xx to request `n` again. */
  | { readonly type: 'repeat'; readonly n: number }
  | { readonly type: 'send'; readonly n: number; readonly request: SipRequest; readonly nextHop: string }
  | { readonly type: 'acknowledge'; readonly ack: SipRequest; readonly nextHop: string }
  | { readonly type: 'cancel'; readonly n: number; readonly reason?: string }
  | { readonly type: 'say'; readonly event: LegEvent }
  /** Say `refer` about the leg of this phone that has that dialog, or `referRefused` to this one when there is none. */
  | { readonly type: 'refer'; readonly event: Refer; readonly dialog: ReplacedDialog }
  | { readonly type: 'startTimer'; readonly name: LegTimer; readonly ms: number }
  | { readonly type: 'stopTimer'; readonly name: LegTimer }
  /** The leg is over. Only ACK and BYE for a 2xx that comes late may follow. */
  | { readonly type: 'done' };

export interface LegStep {
  readonly state: SipLeg;
  readonly effects: readonly LegEffect[];
}

/** What a new leg begins with. */
export function legBase(id: LegId, contact: string, dialog?: DialogState): LegBase {
  return { id, contact, serial: 0, acks: [], pending: [], referrals: 0, ...(dialog && { dialog }) };
}

/** The fields that all states share: to go from one state to another. */
export function baseOf(leg: SipLeg): LegBase {
  const { id, contact, serial, dialog, invited, acks, unacknowledged, theirs, ours, pending, referral, referrals } =
    leg;
  return {
    id,
    contact,
    serial,
    acks,
    pending,
    referrals,
    ...(dialog && { dialog }),
    ...(invited && { invited }),
    ...(unacknowledged && { unacknowledged }),
    ...(theirs && { theirs }),
    ...(ours && { ours }),
    ...(referral && { referral }),
  };
}

/** The state stays and nothing happens. */
export function idle(state: SipLeg): LegStep {
  return { state, effects: [] };
}

/** The leg is over, with these last effects. */
export function ended(leg: SipLeg, effects: readonly LegEffect[]): LegStep {
  return { state: { ...baseOf(leg), status: 'ended' }, effects: [...effects, { type: 'done' }] };
}

export function say(event: LegEvent): LegEffect {
  return { type: 'say', event };
}
