import { answerDigest } from './digest';
import { parseAuth } from './headers';
import { type HeaderField, headerLines, type SipResponse } from './message';

/** The client's side of digest authentication [RFC3261 22.2, 22.3]: answers to challenges, and what of them is kept. */

/** Who this side is to servers that challenge it. `realm`: only to servers of that realm; absent: to all. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly realm?: string;
}

/** A challenge that is answered now, and with every later request to that server [RFC3261 22.3]. */
export interface Challenge {
  /** The field that bears the answer. */
  readonly answerIn: 'Authorization' | 'Proxy-Authorization';
  /** The challenges by their text, one an algorithm. */
  readonly values: readonly string[];
  /** How often its nonce was answered. */
  readonly uses: number;
  /** The server knows this side, and only wants a newer nonce [SB-118]. */
  readonly stale: boolean;
}

/** The challenge of a 401 or 407 that these credentials are for; undefined when there is none. */
export function challengeOf(response: SipResponse, credentials: Credentials | undefined): Challenge | undefined {
  if (response.status !== 401 && response.status !== 407) return undefined;
  const values = headerLines(response, response.status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate').filter(
    (value) => {
      const realm = parseAuth(value)?.params.get('realm');
      return realm !== undefined && (credentials?.realm === undefined || credentials.realm === realm);
    },
  );
  if (credentials === undefined || values.length === 0) return undefined;
  const stale = values.some((value) => parseAuth(value)?.params.get('stale')?.toLowerCase() === 'true');
  return { answerIn: response.status === 401 ? 'Authorization' : 'Proxy-Authorization', values, uses: 0, stale };
}

/**
 * The answer for one request, and the challenge to keep.
 * @param cnonce unguessable, new for every answer
 * @returns undefined when no challenge is one that can be answered
 */
export function answerChallenge(
  challenge: Challenge,
  credentials: Credentials,
  request: { readonly method: string; readonly uri: string },
  cnonce: string,
): { readonly field: HeaderField; readonly challenge: Challenge } | undefined {
  const uses = challenge.uses + 1;
  const { username, password } = credentials;
  const value = answerDigest(challenge.values, { username, password, ...request, cnonce, nonceCount: uses });
  return value === undefined
    ? undefined
    : { field: { name: challenge.answerIn, value }, challenge: { ...challenge, uses } };
}
