import type { CallLeg, Fork, Forwarding, Refusal, RoutedTarget } from './call-state';
import { calledLeg, isFinal } from './effects';
import type { LegEvent } from './messages';
import type { SessionDescription } from './session';

/** What an event of a leg that was offered the call means for the fork [RFC3261 16.7]. */
export type ForkOutcome =
  | { readonly type: 'nothing' }
  /** The leg is out; the others go on. */
  | { readonly type: 'fewer'; readonly fork: Fork }
  /** None of those who were offered the call can take it now: the next one is. */
  | { readonly type: 'hunt'; readonly target: RoutedTarget; readonly fork: Fork }
  /** It answered first: `others` must be released [SB-96]. */
  | {
      readonly type: 'won';
      readonly leg: CallLeg;
      readonly session: SessionDescription;
      readonly others: readonly CallLeg[];
    }
  /** Nobody takes the call. After a 6xx `others` still ring and must be released. */
  | {
      readonly type: 'failed';
      readonly refusal: Refusal;
      readonly others: readonly CallLeg[];
      /** Where the call goes instead, by a 3xx or by call forwarding. */
      readonly sentTo?: string;
    };

/** The fork after an event of one of its ringing legs. */
export function stepFork(fork: Fork, leg: CallLeg, event: LegEvent): ForkOutcome {
  const others = fork.ringing.filter((each) => each !== leg);
  if (event.type === 'answered') return { type: 'won', leg, session: event.session, others };
  if (!isFinal(event)) return { type: 'nothing' };
  const refusal = refusalOf(event);
  const refusals = [...fork.refusals, refusal];
  // A 6xx speaks for every place where the user could be found [RFC3261 16.7 step 5].
  if (refusal.status >= 600) return failed(fork, refusal, others);
  if (others.length === 0) return hunt(fork, refusals) ?? failed(fork, bestRefusal(refusals), others);
  return { type: 'fewer', fork: { ...fork, ringing: others, refusals } };
}

function failed({ forwarding }: Fork, refusal: Refusal, others: readonly CallLeg[]): ForkOutcome {
  const { status, redirect } = refusal;
  // The first number that a 3xx names [RFC3261 8.1.3.4].
  const sentTo = status < 400 ? redirect?.[0] : forwardedOn(forwarding, status);
  return { type: 'failed', refusal, others, ...(sentTo !== undefined && { sentTo }) };
}

/** Where a refusal sends the call on. A phone that cannot be reached answers as little as one that nobody lifts. */
function forwardedOn(forwarding: Forwarding | undefined, status: number): string | undefined {
  if (status === 486 || status === 600) return forwarding?.busy;
  return status === 408 || status === 480 || status === 503 ? forwarding?.noAnswer?.number : undefined;
}

/**
 * The next target, unless somebody who was asked knew the number and its answer: to be busy, or not to exist, is final
 * wherever the call came to.
 */
function hunt({ next, offered }: Fork, refusals: readonly Refusal[]): ForkOutcome | undefined {
  const [target, ...rest] = next ?? [];
  if (!target || !refusals.slice(-offered).every(({ status }) => isPassing(status))) return undefined;
  return { type: 'hunt', target, fork: { ringing: [calledLeg(target)], refusals, offered: 1, next: rest } };
}

/** Statuses that speak of the way to the callee, or of this moment [RFC3261 21.4.9, 21.4.18, 21.5]. */
function isPassing(status: number): boolean {
  return status === 408 || status === 480 || Math.floor(status / 100) === 5;
}

function refusalOf(event: Extract<LegEvent, { type: 'refused' | 'released' | 'lost' }>): Refusal {
  switch (event.type) {
    case 'refused':
      return { status: event.status, ...(event.redirect && { redirect: event.redirect }) };
    case 'released':
      return { status: 480 };
    case 'lost':
      // A leg that cannot be reached counts as 503 [RFC3261 16.9].
      return { status: 503 };
    default:
      return event satisfies never;
  }
}

/** The refusal that the caller should hear: any 6xx, else of the lowest class [RFC3261 16.7 step 6]. */
export function bestRefusal(refusals: readonly Refusal[]): Refusal {
  let best: Refusal | undefined;
  for (const refusal of refusals) if (!best || merit(refusal) > merit(best)) best = refusal;
  return best ?? { status: 480 };
}

function merit({ status }: Refusal): number {
  if (status >= 600) return 10;
  const lowerClass = 6 - Math.floor(status / 100);
  // Within the class, silence (408) and a cancelled branch (487) say least about the callee.
  return lowerClass + (status === 408 || status === 487 ? 0 : 0.5);
}

/** Statuses that would mislead a caller: they speak of the called leg's own exchange, not of the call. */
const inwardOnly: Readonly<Record<number, number>> = {
  // A challenge cannot be met by the caller, who has no credentials of that realm.
  401: 403,
  407: 403,
  481: 480,
  487: 480,
  // The caller would take 503 as a reason to avoid this server altogether [RFC3261 16.7, SB-95].
  503: 500,
};

/** The status to tell the other side for one heard on a leg. A redirection that nobody follows says: not here. */
export function outwardStatus(status: number): number {
  return status < 400 ? 480 : (inwardOnly[status] ?? status);
}
