/** How many requests somebody may send: so many at once, and so many per second after that. */
export interface Budget {
  readonly burst: number;
  readonly perSecond: number;
}

/** How long who asks far too often is not heard: the first time, and at most; each time twice as long. Milliseconds. */
export interface Penalty {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** What is left of a budget, as of a moment of the monotonic clock. Below zero is debt. */
interface Bucket {
  tokens: number;
  at: number;
}

/** What one sender has used of its budget. */
export interface Account {
  budget: Budget;
  readonly bucket: Bucket;
  /** For what ends calls and transactions: it has room also in the penalty box, or a lamp would stay wrong. */
  readonly ends: Bucket;
  /** Until when nothing of it is heard. */
  boxedUntil: number;
  /** How often it was boxed, one after the other. */
  offences: number;
}

/**
 * What becomes of a request. `over`: the budget is used up. `boxed`: it went on all the same, and is not heard for a
 * while; `boxing` says that once, when it begins.
 */
export type Verdict = 'pass' | 'over' | 'boxing' | 'boxed';

/** A sender that stayed away from the box for so long begins anew. */
const FORGIVEN_MS = 600_000;

/** A sender that was not heard of yet. */
export function openAccount(budget: Budget, now: number): Account {
  const full = { tokens: budget.burst, at: now };
  return { budget, bucket: full, ends: { ...full }, boxedUntil: Number.NEGATIVE_INFINITY, offences: 0 };
}

/**
 * Charges a request to a token bucket that may go as far into debt as it is deep: who keeps to its rate after a refusal is
 * served again soon, who goes on as before is served nothing, and boxed at the bottom. Changes the account in place, as it
 * stands in the way of every request.
 *
 * @param cost tokens; a retransmission is cheaper than a request
 */
export function charge(account: Account, now: number, penalty: Penalty, cost = 1): Verdict {
  if (now < account.boxedUntil) return 'boxed';
  const { bucket, budget } = account;
  refill(bucket, budget, now);
  bucket.tokens -= cost;
  if (bucket.tokens >= 0) return 'pass';
  if (bucket.tokens > -budget.burst) return 'over';
  const isForgiven = now - account.boxedUntil > FORGIVEN_MS;
  account.offences = isForgiven ? 1 : account.offences + 1;
  account.boxedUntil = now + Math.min(penalty.mostMs, penalty.firstMs * 2 ** Math.min(account.offences - 1, 30));
  bucket.tokens = 0;
  bucket.at = account.boxedUntil;
  return 'boxing';
}

/** Charges a request to a sender that is slowed down, and never boxed. */
export function chargeFlat({ bucket, budget }: Account, now: number): boolean {
  return take(bucket, budget, now);
}

/** Charges what ends a call or a transaction (ACK, BYE, CANCEL): it has a bucket of its own. */
export function chargeEnd({ ends, budget }: Account, now: number): boolean {
  return take(ends, budget, now);
}

/** Gives back a part of what a request was charged. */
export function refund({ bucket, budget }: Account, tokens: number): void {
  bucket.tokens = Math.min(budget.burst, bucket.tokens + tokens);
}

/** Changes a sender's budget; a larger one is there at once. */
export function rebudget(account: Account, budget: Budget): void {
  const more = Math.max(0, budget.burst - account.budget.burst);
  for (const bucket of [account.bucket, account.ends]) bucket.tokens = Math.min(budget.burst, bucket.tokens + more);
  account.budget = budget;
}

/** A sender goes on under another address: what it has used, and its penalty, go with it. */
export function inherit(account: Account, from: Account): void {
  refill(from.bucket, from.budget, account.bucket.at);
  account.bucket.tokens = Math.min(account.bucket.tokens, from.bucket.tokens);
  account.boxedUntil = Math.max(account.boxedUntil, from.boxedUntil);
  account.offences = Math.max(account.offences, from.offences);
}

function take(bucket: Bucket, budget: Budget, now: number): boolean {
  refill(bucket, budget, now);
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

function refill(bucket: Bucket, { burst, perSecond }: Budget, now: number): void {
  const passed = Math.max(0, now - bucket.at);
  bucket.tokens = Math.min(burst, bucket.tokens + (passed / 1_000) * perSecond);
  bucket.at = Math.max(bucket.at, now);
}
