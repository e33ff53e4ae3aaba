import type { Clock, PlainCounter } from '@linewatch/runtime';
import {
  challengeHeaders,
  countNonce,
  credentialsFor,
  headerLines,
  makeNonce,
  type Ha1sOf,
  type NonceUse,
  type Refusal,
  type SipRequest,
  verifyDigest,
} from '@linewatch/sip';
import { algorithmsFor } from './digest-quirks';

/** How long a nonce may be answered. Short, as each that was answered is remembered so long. */
export const NONCE_LIFETIME_MS = 120_000;
const MOST_NONCES = 200_000;

export interface AuthenticationPorts {
  /**
   * What nonces are made with. The same at every edge and after a restart, so that a challenge of one edge may be
   * answered at another; where it differs, the phone only answers once more [SB-118].
   */
  readonly secret: string;
  readonly clock: Pick<Clock, 'now'>;
  /** At least 8 unguessable letters and digits. */
  readonly newSalt: () => string;
  /** Nonces that were forgotten before their time, as there were too many. */
  readonly forgotten: PlainCounter;
  /** Nonces that are remembered at once; 200,000 when absent. */
  readonly mostNonces?: number;
}

/** Who sent a request, or what to answer it. */
export type Authenticated =
  { readonly kind: 'ok'; readonly username: string } | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Digest authentication of requests [RFC3261 22.2, RFC7616]: challenges are stateless, only uses of nonces are kept. */
export class Authentication {
  /** By nonce, in the order of their first use, with the time until which each is kept. */
  private readonly uses = new Map<string, { use: NonceUse; readonly until: number }>();

  constructor(private readonly ports: AuthenticationPorts) {}

  /** Nonces that are remembered. */
  get size(): number {
    return this.uses.size;
  }

  /**
   * Judges a request by its credentials for the realm [SB-114 to SB-120]. Only those who know a password make anything
   * be remembered.
   */
  check(request: SipRequest, realm: string, ha1sOf: Ha1sOf): Authenticated {
    const { secret, clock } = this.ports;
    const credentials = credentialsFor(headerLines(request, 'Authorization'), realm);
    if (!credentials) return this.challenge(request, realm);
    const now = clock.now();
    const judged = verifyDigest(credentials, {
      method: request.method,
      requestUri: request.requestUri,
      realm,
      secret,
      now,
      nonceLifetimeMs: NONCE_LIFETIME_MS,
      ha1sOf,
    });
    switch (judged.verdict) {
      case 'ok':
        if (!this.isNew(judged.nonce, judged.nonceCount, now)) return this.challenge(request, realm, true);
        return { kind: 'ok', username: judged.username };
      case 'stale':
        return this.challenge(request, realm, true);
      // A user who does not exist looks like one with a wrong password [SB-116].
      case 'wrong':
      case 'unknown-user':
        return this.challenge(request, realm);
      case 'malformed':
        return refused({ status: 400, reason: 'Bad Credentials', headers: [] });
    }
  }

  private challenge(request: SipRequest, realm: string, stale = false): Authenticated {
    const { secret, clock, newSalt } = this.ports;
    const nonce = makeNonce(secret, realm, clock.now(), newSalt());
    const headers = challengeHeaders('WWW-Authenticate', {
      realm,
      nonce,
      stale,
      algorithms: algorithmsFor(request),
    });
    return refused({ status: 401, reason: 'Unauthorized', headers });
  }

  private isNew(nonce: string, count: number, now: number): boolean {
    const known = this.uses.get(nonce);
    const use = countNonce(known?.use, count);
    if (use === 'replayed') return false;
    if (known) known.use = use;
    else {
      this.makeRoom(now);
      // A nonce of a copy whose clock is ahead is fresh for up to twice its lifetime.
      this.uses.set(nonce, { use, until: now + 2 * NONCE_LIFETIME_MS });
    }
    return true;
  }

  private makeRoom(now: number): void {
    const { mostNonces = MOST_NONCES, forgotten } = this.ports;
    for (const [nonce, { until }] of this.uses) {
      const isOver = until <= now;
      if (!isOver && this.uses.size < mostNonces) return;
      if (!isOver) forgotten.add();
      this.uses.delete(nonce);
    }
  }
}

function refused(refusal: Refusal): Authenticated {
  return { kind: 'refused', refusal };
}
