import type { Challenge, Credentials } from './client-auth';
import type { DialogState } from './dialog';
import type { PackageName } from './event-package';
import type { HeaderField, SipRequest, SipResponse } from './message';

/** A subscription from the subscriber's side as plain data [RFC6665 4.1]: what it asks for, hears and does. */

/** What is subscribed to, and as whom. */
export interface SubscriberTarget {
  /** The watched resource: Request-URI and To. */
  readonly uri: string;
  /** This side as a name-addr without tag: From. */
  readonly from: string;
  /** Where NOTIFYs are to come to, as a name-addr. */
  readonly contact: string;
  readonly package: PackageName;
  /** Seconds asked for. */
  readonly expires: number;
  readonly callId: string;
  readonly localTag: string;
  readonly credentials?: Credentials;
}

/** A SUBSCRIBE that is not answered yet. */
export interface PendingSubscribe {
  /** As handed out, without its Via. */
  readonly request: SipRequest;
  /** Seconds it asks for; 0 ends the subscription. */
  readonly expires: number;
  /** It answers a challenge that came for it: another challenge is a refusal, unless only the nonce was stale. */
  readonly answersChallenge: boolean;
  /** How often it was sent in another form: bounded, whatever the server makes of it. */
  readonly attempts: number;
}

/** The whole of a subscription. */
export interface SubscriberState {
  /** `ending`: unsubscribed, but for the last NOTIFY. */
  readonly status: 'subscribing' | 'active' | 'ending' | 'ended';
  readonly target: SubscriberTarget;
  /** Seconds asked for, as the server wants it at least [RFC6665 4.1.2.1]. */
  readonly expires: number;
  /** The CSeq of the last SUBSCRIBE. */
  readonly cseq: number;
  /** The SUBSCRIBE that made it, which its first NOTIFY answers to [SB-36]. */
  readonly first: SipRequest;
  readonly dialog?: DialogState;
  readonly pending?: PendingSubscribe;
  readonly challenge?: Challenge;
  /** A NOTIFY came: the subscription is there [RFC6665 4.1.2.4]. */
  readonly notified: boolean;
  /** Until when it holds; milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** How the last refresh failed, if it did: why the subscription ends when it expires. */
  readonly failure?: SubscriberEnd;
}

/** Why a subscription is over. */
export type SubscriberEnd =
  /** A final answer other than 2xx. `retryAfter` in seconds. */
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfter?: number }
  /** No answer, or no NOTIFY in the time of Timer N. */
  | { readonly kind: 'timeout' }
  /** The notifier ended it. */
  | { readonly kind: 'terminated'; readonly reason?: string; readonly retryAfter?: number }
  /** The notifier knows nothing of it any more: it was restarted. Subscribe anew at once. */
  | { readonly kind: 'gone' }
  /** As this side wanted. */
  | { readonly kind: 'unsubscribed' };

export type SubscriberTimer = 'N' | 'refresh' | 'expiry';

/** Times in milliseconds since the epoch; `cnonce` is unguessable, and new each time. */
export type SubscriberInput =
  /** A final answer to the SUBSCRIBE under way. */
  | { readonly type: 'answered'; readonly now: number; readonly response: SipResponse; readonly cnonce: string }
  /** The SUBSCRIBE of that CSeq got no answer. */
  | { readonly type: 'unanswered'; readonly now: number; readonly cseq: number }
  /** A NOTIFY came with this Call-ID and tag. */
  | { readonly type: 'notify'; readonly now: number; readonly request: SipRequest }
  | { readonly type: 'timer'; readonly name: SubscriberTimer; readonly now: number; readonly cnonce: string }
  /** The whole state is wanted: a partial document did not fit what is known [RFC4235 4.3]. */
  | { readonly type: 'refresh'; readonly now: number; readonly cnonce: string }
  | { readonly type: 'unsubscribe'; readonly now: number; readonly cnonce: string };

export type SubscriberEffect =
  /** Send this SUBSCRIBE (a Via is still to be added) to the next hop, a URI. */
  | { readonly type: 'subscribe'; readonly request: SipRequest; readonly nextHop: string }
  /** Answer the NOTIFY that was the input. */
  | { readonly type: 'answer'; readonly status: number; readonly headers?: readonly HeaderField[] }
  | { readonly type: 'startTimer'; readonly name: SubscriberTimer; readonly ms: number }
  | { readonly type: 'stopTimer'; readonly name: SubscriberTimer }
  /** The subscription holds until then; milliseconds since the epoch. */
  | { readonly type: 'confirmed'; readonly until: number }
  /** What the notifier tells. `pending`: it has not decided yet, and tells nothing that counts [RFC6665 4.1.3]. */
  | { readonly type: 'notified'; readonly pending: boolean; readonly body: Buffer }
  /** It is over. Comes once, last. */
  | { readonly type: 'ended'; readonly end: SubscriberEnd };

/** A state and what is to be done. */
export interface SubscriberStep {
  readonly state: SubscriberState;
  readonly effects: readonly SubscriberEffect[];
}
