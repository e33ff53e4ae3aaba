import type { CallId, EdgeId, LegId } from '@linewatch/presence';
import type { CallTarget, CoupledPeer, LegCommand, LegEvent, Party, ReleaseCause, Taker } from './messages';
import type { SessionDescription } from './session';

/**
 * A call as its controller knows it: one calling leg, the legs that ring, the two that talk. JSON-serialisable. What it
 * takes and what it gives is plain data too; the shell carries out effects in their order.
 */

/** A leg of this call, and who is at its far end. */
export interface CallLeg {
  readonly leg: LegId;
  readonly edge: EdgeId;
  readonly role: 'caller' | 'callee';
  readonly party: Party;
  /** Set while a probe to this leg waits for a sign of life. */
  readonly probed?: true;
}

/** A modification of the session on its way from one leg to the other [RFC3261 14, RFC3311]. One at a time in a call. */
export interface Modification {
  readonly exchange: string;
  /** Who asked; absent when the call itself asks, at the end of a transfer. */
  readonly from?: LegId;
  readonly to: LegId;
  /** The asker sent no offer: the answer comes with its acknowledgement. */
  readonly late: boolean;
  readonly phase: 'asked' | 'confirming';
}

/** A final answer of a leg that did not take the call. */
export interface Refusal {
  readonly status: number;
  readonly redirect?: readonly string[];
}

/** Where a call goes when those who were offered it do not take it: the forwarding of the number that was called. */
export interface Forwarding {
  readonly busy?: string;
  /** After so many milliseconds of ringing, or when nobody can be reached. */
  readonly noAnswer?: { readonly number: string; readonly ms: number };
}

/** The legs that were offered a call and have not answered, and what the others said. */
export interface Fork {
  readonly ringing: readonly CallLeg[];
  readonly refusals: readonly Refusal[];
  /** How many were offered it: early media passes only from a leg that is alone. */
  readonly offered: number;
  /** Who is offered it next, one after another, while those before cannot be reached or cannot take it now. */
  readonly next?: readonly RoutedTarget[];
  readonly forwarding?: Forwarding;
}

interface CallBase {
  readonly call: CallId;
  /** How long phones ring, in milliseconds. */
  readonly noAnswerMs: number;
  /** How often a number was looked up: pairs `route` with `routed`. */
  readonly attempt: number;
}

/** What was asked of the call before anyone answered. */
interface CallRequest {
  readonly caller: CallLeg;
  readonly called: string;
  readonly offer?: SessionDescription;
  /** Provisional statuses that the caller has had. */
  readonly relayed: readonly number[];
  /** How often the call was sent on, by a 3xx or by call forwarding. */
  readonly redirects: number;
}

/** Looking for who has the number. */
export type RoutingCall = CallBase & CallRequest & { readonly status: 'routing' };

/** Offered to one or more legs; none has answered. */
export type AlertingCall = CallBase &
  CallRequest &
  Fork & {
    readonly status: 'alerting';
    /** The caller has had a session with a provisional answer. */
    readonly earlyMedia?: true;
    readonly modification?: Modification;
  };

/** Two legs, coupled. */
export type UpCall = CallBase & {
  readonly status: 'up';
  readonly legs: readonly [CallLeg, CallLeg];
  /** The caller has not acknowledged the answer yet; `late` when that acknowledgement must bring one. */
  readonly confirming?: { readonly late: boolean };
  readonly modification?: Modification;
};

/** Two legs, of which one asked that the other be connected elsewhere. The referrer may hang up meanwhile. */
export type TransferringCall = CallBase & {
  readonly status: 'transferring';
  readonly referrer?: CallLeg;
  readonly transferee: CallLeg;
  readonly refer: {
    readonly exchange: string;
    readonly target: string;
    readonly by: Party;
    readonly notified: number;
    /** How often the new call was sent on by call forwarding. */
    readonly redirects: number;
  };
  readonly modification?: Modification;
  readonly target:
    | { readonly phase: 'routing' }
    | ({ readonly phase: 'ringing' } & Fork)
    /** Another call was asked for its leg. */
    | { readonly phase: 'joining'; readonly exchange: string }
    /** Its leg came over, and was asked for an offer. */
    | { readonly phase: 'joined'; readonly leg: CallLeg; readonly exchange: string }
    /**
     * The target answered; the transferee gets its offer as soon as no other modification is in the way. `exchange`: it
     * offered in answer to that.
     */
    | {
        readonly phase: 'answered';
        readonly leg: CallLeg;
        readonly offer: SessionDescription;
        readonly exchange?: string;
      };
};

/** Every leg was told to end; some have not said that they did. */
export type ReleasingCall = CallBase & {
  readonly status: 'releasing';
  readonly cause: ReleaseCause;
  readonly waiting: readonly LegId[];
};

export interface EndedCall {
  readonly status: 'ended';
  readonly call: CallId;
  readonly cause: ReleaseCause;
}

export type CallState = RoutingCall | AlertingCall | UpCall | TransferringCall | ReleasingCall | EndedCall;

/** One place to offer the call to. The leg's id is made by the shell. */
export interface RoutedTarget {
  readonly leg: LegId;
  readonly edge: EdgeId;
  readonly target: CallTarget;
}

/** Why a number leads nowhere, as a word. */
export type RouteRefusal = 'unknown-number' | 'nobody-registered' | 'loop' | 'could-not-ask';

/** `route` and `no-answer`: nobody was found, or nobody answers. `release`: legs did not say that they ended. */
export type CallTimer = 'route' | 'no-answer' | 'confirm' | 'modify' | 'probe' | 'release';

/** Another call asks for the leg that is coupled with `leg`; `peer` is who will be coupled with it there. */
export interface JoinInput {
  readonly type: 'join';
  readonly leg: LegId;
  readonly taker: Taker;
  readonly peer: CoupledPeer;
}

/** Another phone wants the call that rings at `leg`. */
export interface PickUpInput {
  readonly type: 'pickUp';
  readonly leg: LegId;
  readonly by: RoutedTarget;
}

export type CallInput =
  | PickUpInput
  | JoinInput
  /** The other call does not give its leg. */
  | { readonly type: 'joinRefused'; readonly exchange: string; readonly status: number }
  | {
      readonly type: 'routed';
      readonly attempt: number;
      /** Offered at once. */
      readonly targets: readonly RoutedTarget[];
      /** Hunted through, in this order, when those fail: further dial peers. */
      readonly next?: readonly RoutedTarget[];
      readonly forwarding?: Forwarding;
    }
  /** All calls to it go to that number. */
  | { readonly type: 'routed'; readonly attempt: number; readonly forward: string }
  | { readonly type: 'routed'; readonly attempt: number; readonly refusal: RouteRefusal }
  | { readonly type: 'leg'; readonly leg: LegId; readonly event: LegEvent }
  | { readonly type: 'timer'; readonly name: CallTimer };

/** What is about the call's own legs. */
export type OwnInput = Exclude<CallInput, { type: 'join' | 'joinRefused' | 'pickUp' }>;

export type CallEffect =
  | { readonly type: 'command'; readonly leg: LegId; readonly edge: EdgeId; readonly command: LegCommand }
  /** Find who has this number; answer with `routed` and the same `attempt`. */
  | { readonly type: 'route'; readonly attempt: number; readonly number: string }
  /** Ask the call with that leg, controlled at `edge`, for the leg's peer; answered by the leg itself or `joinRefused`. */
  | {
      readonly type: 'join';
      readonly edge: EdgeId;
      readonly call: CallId;
      readonly leg: LegId;
      readonly exchange: string;
      readonly peer: CoupledPeer;
    }
  | { readonly type: 'refuseJoin'; readonly taker: Taker; readonly leg: LegId; readonly status: number }
  /** A timer of a name that runs is started anew. */
  | { readonly type: 'startTimer'; readonly name: CallTimer; readonly ms: number }
  | { readonly type: 'stopTimer'; readonly name: CallTimer }
  /** Nothing more will happen; timers are stopped, the state may be forgotten. */
  | { readonly type: 'ended'; readonly cause: ReleaseCause };

/** What a step gives: the call after it and what to do, in order. */
export interface CallStep {
  readonly state: CallState;
  readonly effects: readonly CallEffect[];
}

/** A new call, as the edge of the calling leg took it. */
export interface CallStart {
  readonly call: CallId;
  readonly leg: LegId;
  readonly edge: EdgeId;
  readonly caller: Party;
  readonly called: string;
  /** Absent when the caller lets the called side make the offer. */
  readonly session?: SessionDescription;
  /** How long phones ring, in milliseconds: 180 s unless told [RFC3261 16.6, Timer C]. */
  readonly noAnswerMs?: number;
}
