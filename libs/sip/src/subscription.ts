import type { DialogView } from './body/dialog-info';
import type { LampTuple } from './body/pidf';
import type { DialogState } from './dialog';
import type { PackageName } from './event-package';

/** A subscription from the notifier's side as plain data [RFC6665 4.2]: its record, its state, what it hears and asks for. */

/** How many CSeq numbers are made durable at a time. A restart skips what is left of a block. */
export const CSEQ_BLOCK = 65_536;
/** CSeq is below 2^31 [RFC3261 8.1.1.5]. */
export const CSEQ_LIMIT = 2 ** 31;

/** What a watcher may be shown of a line. One view is shared by all watchers that may see the same. */
export interface LineView {
  /** Order of views of one line: an older one than the newest known is ignored. */
  readonly sequence: number;
  readonly lamp: LampTuple;
  readonly dialogs: readonly DialogView[];
}

/** Reasons of a terminated subscription [RFC6665 4.1.3] as this notifier gives them; phones act on each differently. */
export type TerminationReason =
  'deactivated' | 'probation' | 'rejected' | 'timeout' | 'giveup' | 'noresource' | 'invariant';

/** Why a subscription is over, in the notifier's own words. */
export type EndCause =
  'unsubscribed' | 'expired' | 'terminated' | 'watcher-gone' | 'watcher-refused' | 'watcher-silent' | 'exhausted';

/** What is stored of a subscription, so that a successor can go on with it. */
export interface SubscriptionRecord {
  /** `localCSeq` is where a new subscription starts; afterwards `NotifierState.cseq` counts. */
  readonly dialog: DialogState;
  readonly package: PackageName;
  /** The `id` of its Event header [SB-7]. */
  readonly eventId?: string;
  readonly expiresAt: number;
  /** The first CSeq (and dialog-info version) that may not be used: everything below it is durably ours. */
  readonly cseqCeiling: number;
}

/** The whole of a subscription. JSON-serialisable. */
export interface NotifierState extends SubscriptionRecord {
  /** `ending`: over, but for the terminating NOTIFY and its answer. */
  readonly status: 'active' | 'ending' | 'ended';
  /** The last CSeq sent. */
  readonly cseq: number;
  /** The version of the next dialog-info document [SB-52]. */
  readonly version: number;
  /** True while a higher ceiling is being made durable. */
  readonly reserving: boolean;
  /** The newest view's sequence. */
  readonly newest: number;
  /** What the watcher last acknowledged; undefined when that is not known. */
  readonly acked?: LineView;
  readonly inFlight?: { readonly cseq: number; readonly view: LineView };
  /** What goes out next. `owed`: even if the watcher knows it already; `full`: not as a partial document. */
  readonly waiting?: { readonly view: LineView; readonly owed: boolean; readonly full: boolean };
  /** Until when the watcher asked to be left alone (Retry-After). */
  readonly retryAt?: number;
  readonly end?: { readonly reason: TerminationReason; readonly retryAfter?: number };
}

export type NotifierInput =
  /** An in-dialog SUBSCRIBE was accepted; `dialog` after its target refresh [SB-16, SB-32]. */
  | {
      readonly type: 'refreshed';
      readonly now: number;
      readonly expiresAt: number;
      readonly dialog: DialogState;
      readonly view: LineView;
    }
  /** What may be shown of the line is now this. */
  | { readonly type: 'stateChanged'; readonly now: number; readonly view: LineView }
  /** A final answer to the NOTIFY of that CSeq; `retryAfter` in seconds. */
  | {
      readonly type: 'notifyAnswered';
      readonly now: number;
      readonly cseq: number;
      readonly status: number;
      readonly retryAfter?: number;
    }
  /** No answer within 64*T1, or the transport failed for good [SB-23]. */
  | { readonly type: 'notifyTimedOut'; readonly now: number; readonly cseq: number }
  /** The time that a `startRetry` asked for has come. */
  | { readonly type: 'retryDue'; readonly now: number }
  /** The ceiling that a `reserveBlock` asked for is durable. */
  | { readonly type: 'blockReserved'; readonly now: number; readonly ceiling: number }
  /** The end time has come; ignored if a refresh moved it. */
  | { readonly type: 'expired'; readonly now: number }
  /** SUBSCRIBE with Expires 0 [SB-17]. */
  | { readonly type: 'unsubscribed'; readonly now: number; readonly view: LineView }
  /** The notifier ends it; `retryAfter` in seconds, for probation and giveup. */
  | {
      readonly type: 'terminate';
      readonly now: number;
      readonly reason: TerminationReason;
      readonly retryAfter?: number;
    };

export type NotifierEffect =
  | NotifyEffect
  /** Make the new ceiling durable, then say `blockReserved`. */
  | { readonly type: 'reserveBlock'; readonly ceiling: number }
  /** Say `retryDue` after that many milliseconds. */
  | { readonly type: 'startRetry'; readonly ms: number }
  /** The subscription is over: free its place and make that durable. Comes exactly once. `reason`: what the watcher is told. */
  | { readonly type: 'ended'; readonly cause: EndCause; readonly reason?: TerminationReason }
  /** Nothing more will be sent: forget the state. Comes once, last. */
  | { readonly type: 'done' };

/** Send a NOTIFY. */
export interface NotifyEffect {
  readonly type: 'notify';
  readonly cseq: number;
  readonly subscriptionState: SubscriptionState;
  /** For `presence` every document is full. */
  readonly document: 'full' | 'partial';
  /** The version of a dialog-info document. */
  readonly version: number;
  readonly view: LineView;
  /** What the watcher knows: the dialogs to tell follow from it by `dialogsToTell`. Undefined if not known. */
  readonly seen?: LineView;
}

/** The Subscription-State of one NOTIFY; times in seconds. */
export type SubscriptionState =
  | { readonly name: 'active'; readonly expires: number }
  | { readonly name: 'terminated'; readonly reason: TerminationReason; readonly retryAfter?: number };

/** A state and what is to be done. */
export interface NotifierStep {
  readonly state: NotifierState;
  readonly effects: readonly NotifierEffect[];
}
