import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type Auth, parseAuth } from './headers';
import { isToken, quote } from './lexical';
import type { HeaderField } from './message';
import { equalUri, parseUri } from './uri';

/**
 * Digest authentication [RFC7616, RFC8760, RFC3261 22], qop=auth. Nonces are stateless: they bear their time and an HMAC
 * of it. Only the count of a nonce's uses is kept, by the caller, as a small record.
 */

/** The algorithms, the preferred one first [RFC8760 2.4, SB-115]. */
export const DIGEST_ALGORITHMS = ['SHA-256', 'MD5'] as const;
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

const HASHES: Readonly<Record<DigestAlgorithm, string>> = { 'SHA-256': 'sha256', MD5: 'md5' };
const HASH_LENGTH: Readonly<Record<DigestAlgorithm, number>> = { 'SHA-256': 64, MD5: 32 };
const TIME_LENGTH = 12;
const MAX_SALT_LENGTH = 64;
const MAC_LENGTH = 32;

/** Stands for the H(A1) of a user who does not exist. */
const NOBODY = '0'.repeat(64);

function hash(algorithm: DigestAlgorithm, text: string): string {
  return createHash(HASHES[algorithm]).update(text, 'utf8').digest('hex');
}

/** H(A1), which stands for the password and may be cached [RFC7616 3.4.2]. */
export function digestHa1(algorithm: DigestAlgorithm, username: string, realm: string, password: string): string {
  return hash(algorithm, `${username}:${realm}:${password}`);
}

/**
 * A nonce of this time [RFC7616 3.3]: hexadecimal milliseconds, the salt, and an HMAC over both and the realm.
 * @param salt at least 8 unguessable letters and digits, new for every nonce, so that no two clients share one.
 */
export function makeNonce(secret: string | Buffer, realm: string, now: number, salt: string): string {
  const stamp = now.toString(16).padStart(TIME_LENGTH, '0') + salt;
  return stamp + macOf(secret, realm, stamp);
}

function macOf(secret: string | Buffer, realm: string, stamp: string): string {
  return createHmac('sha256', secret).update(`${realm}\n${stamp}`, 'utf8').digest('hex').slice(0, MAC_LENGTH);
}

/** Whether a nonce is ours and young: `unknown` was not made with this secret for this realm. */
export function checkNonce(
  secret: string | Buffer,
  realm: string,
  nonce: string,
  now: number,
  lifetimeMs: number,
): 'fresh' | 'old' | 'unknown' {
  if (nonce.length < TIME_LENGTH + MAC_LENGTH || nonce.length > TIME_LENGTH + MAX_SALT_LENGTH + MAC_LENGTH)
    return 'unknown';
  const stamp = nonce.slice(0, -MAC_LENGTH);
  if (!isEqual(macOf(secret, realm, stamp), nonce.slice(-MAC_LENGTH))) return 'unknown';
  const age = now - parseInt(stamp.slice(0, TIME_LENGTH), 16);
  // One of the future was made by a copy whose clock is ahead: as good as new, but not for longer than its lifetime.
  return Math.abs(age) <= lifetimeMs ? 'fresh' : 'old';
}

/**
 * The challenges of a 401 (WWW-Authenticate, the registrar and notifier) or 407 (Proxy-Authenticate), one an algorithm
 * [SB-114, SB-115].
 * @param stale true when only the nonce was at fault: the client answers again without asking its user [SB-118].
 */
export function challengeHeaders(
  name: 'WWW-Authenticate' | 'Proxy-Authenticate',
  challenge: {
    readonly realm: string;
    readonly nonce: string;
    readonly stale?: boolean;
    readonly algorithms?: readonly DigestAlgorithm[];
  },
): HeaderField[] {
  const { realm, nonce, stale, algorithms = DIGEST_ALGORITHMS } = challenge;
  const tail = stale === true ? ', stale=true' : '';
  return algorithms.map((algorithm) => ({
    name,
    value: `Digest realm=${quote(realm)}, nonce="${nonce}", algorithm=${algorithm}, qop="auth"${tail}`,
  }));
}

/**
 * The verdict on credentials. All but `ok` are answered with a new challenge, `stale` with stale=true, `wrong` and
 * `unknown-user` alike [SB-116]; `malformed` may get 400.
 */
export type DigestVerdict =
  | { readonly verdict: 'ok'; readonly username: string; readonly nonce: string; readonly nonceCount: number }
  | { readonly verdict: 'stale' | 'wrong' | 'unknown-user'; readonly username: string }
  | { readonly verdict: 'malformed' };

/** Each H(A1) that a user may prove to know in this realm: several for one with several passwords, none for no user. */
export type Ha1sOf = (username: string, algorithm: DigestAlgorithm) => readonly string[];

/** What credentials are judged by. */
export interface DigestCheck {
  readonly method: string;
  readonly requestUri: string;
  readonly realm: string;
  readonly secret: string | Buffer;
  readonly now: number;
  readonly nonceLifetimeMs: number;
  readonly ha1sOf: Ha1sOf;
  /** The algorithms that were offered. */
  readonly algorithms?: readonly DigestAlgorithm[];
}

/** The credentials for a realm among the values of Authorization or Proxy-Authorization; undefined if there are none. */
export function credentialsFor(values: readonly string[], realm: string): Auth | undefined {
  for (const value of values) {
    const auth = parseAuth(value);
    if (auth?.scheme.toLowerCase() === 'digest' && auth.params.get('realm') === realm) return auth;
  }
  return undefined;
}

/**
 * Judges credentials [RFC7616 3.4]. The password is looked at before the nonce: `stale` is said only to those who know
 * it [SB-118]. After `ok` the caller passes the nonce count to `countNonce`.
 */
export function verifyDigest(credentials: Auth, check: DigestCheck): DigestVerdict {
  const claim = readClaim(credentials, check);
  if (claim === undefined) return { verdict: 'malformed' };
  const { algorithm, username, nonce, nonceCount, response } = claim;
  const ha1s = check.ha1sOf(username, algorithm);
  // Work and answer are the same for a user who does not exist [SB-116].
  const tried = ha1s.length > 0 ? ha1s : [NOBODY];
  const right = tried.filter((ha1) => isEqual(responseOf(algorithm, ha1, check.method, claim), response));
  if (ha1s.length === 0) return { verdict: 'unknown-user', username };
  if (right.length === 0) return { verdict: 'wrong', username };
  if (checkNonce(check.secret, check.realm, nonce, check.now, check.nonceLifetimeMs) !== 'fresh')
    return { verdict: 'stale', username };
  return { verdict: 'ok', username, nonce, nonceCount };
}

/** The parts of credentials that enter the hash. */
interface Claim {
  readonly algorithm: DigestAlgorithm;
  readonly username: string;
  readonly nonce: string;
  readonly uri: string;
  readonly nc: string;
  readonly nonceCount: number;
  readonly cnonce: string;
  readonly response: string;
}

/** What credentials claim, or undefined where they lack a part, or name another request or what was not offered [SB-120]. */
function readClaim({ scheme, params }: Auth, check: DigestCheck): Claim | undefined {
  const algorithm = algorithmOf(params.get('algorithm'), check.algorithms ?? DIGEST_ALGORITHMS);
  const [username, nonce, uri, nc, cnonce, response] = ['username', 'nonce', 'uri', 'nc', 'cnonce', 'response'].map(
    (name) => params.get(name) ?? '',
  ) as [string, string, string, string, string, string];
  if (scheme.toLowerCase() !== 'digest' || params.get('realm') !== check.realm || algorithm === undefined)
    return undefined;
  if (params.get('qop')?.toLowerCase() !== 'auth' || !/^[0-9a-f]{8}$/i.test(nc)) return undefined;
  if (username === '' || nonce === '' || cnonce === '' || !namesRequest(uri, check.requestUri)) return undefined;
  if (response.length !== HASH_LENGTH[algorithm]) return undefined;
  const nonceCount = parseInt(nc, 16);
  return { algorithm, username, nonce, uri, nc, nonceCount, cnonce, response: response.toLowerCase() };
}

/** No algorithm means MD5 [RFC7616 3.4]. */
function algorithmOf(name: string | undefined, offered: readonly DigestAlgorithm[]): DigestAlgorithm | undefined {
  const wanted = (name ?? 'MD5').toUpperCase();
  return offered.find((algorithm) => algorithm === wanted);
}

/** Equal, or of the same user: a proxy may have put another domain into the Request-URI on the way [RFC3261 22.4]. */
function namesRequest(uri: string, requestUri: string): boolean {
  if (uri === requestUri) return true;
  const named = parseUri(uri);
  const meant = parseUri(requestUri);
  if (named === undefined || meant === undefined) return false;
  return equalUri(named, meant) || (Boolean(named.user) && named.user === meant.user);
}

function responseOf(
  algorithm: DigestAlgorithm,
  ha1: string,
  method: string,
  { nonce, uri, nc, cnonce }: Pick<Claim, 'nonce' | 'uri' | 'nc' | 'cnonce'>,
): string {
  return hash(algorithm, `${ha1}:${nonce}:${nc}:${cnonce}:auth:${hash(algorithm, `${method}:${uri}`)}`);
}

function isEqual(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Which counts of one nonce were used: the highest, and the 31 below it as bits. The caller keeps one a nonce, for its lifetime. */
export interface NonceUse {
  readonly highest: number;
  readonly seen: number;
}

/**
 * Whether a count of this nonce is new [SB-117]. A count below the highest passes once, if it is near: datagrams of a
 * client with several requests under way may overtake each other.
 * @param use what was used until now; undefined for a nonce used for the first time.
 * @returns the record to keep, or `replayed`: answer with a new challenge and stale=true.
 */
export function countNonce(use: NonceUse | undefined, count: number): NonceUse | 'replayed' {
  if (count < 1) return 'replayed';
  if (use === undefined) return { highest: count, seen: 1 };
  const ahead = count - use.highest;
  if (ahead > 0) return { highest: count, seen: ahead > 31 ? 1 : ((use.seen << ahead) | 1) >>> 0 };
  const bit = 2 ** -ahead;
  if (ahead < -31 || Math.floor(use.seen / bit) % 2 === 1) return 'replayed';
  return { highest: use.highest, seen: use.seen + bit };
}

/** What a client answers a challenge with. */
export interface DigestAnswer {
  readonly username: string;
  readonly password: string;
  readonly method: string;
  /** The Request-URI of the request that will bear the answer. */
  readonly uri: string;
  /** Unguessable, new for every answer. */
  readonly cnonce: string;
  /** How often this nonce was answered, this time included. */
  readonly nonceCount: number;
}

/**
 * The value of Authorization (or Proxy-Authorization) for the strongest challenge that can be answered [RFC8760 2.4].
 * @param challenges the values of WWW-Authenticate (or Proxy-Authenticate).
 * @returns undefined if none is a Digest challenge with a known algorithm, and qop=auth or none.
 */
export function answerDigest(challenges: readonly string[], answer: DigestAnswer): string | undefined {
  const known = challenges.flatMap((value) => {
    const auth = parseAuth(value);
    return auth?.scheme.toLowerCase() === 'digest' ? [auth.params] : [];
  });
  for (const algorithm of DIGEST_ALGORITHMS)
    for (const params of known)
      if (algorithmOf(params.get('algorithm'), [algorithm]) !== undefined) {
        const value = answerTo(params, algorithm, answer);
        if (value !== undefined) return value;
      }
  return undefined;
}

function answerTo(
  params: ReadonlyMap<string, string>,
  algorithm: DigestAlgorithm,
  { username, password, method, uri, cnonce, nonceCount }: DigestAnswer,
): string | undefined {
  const realm = params.get('realm');
  const nonce = params.get('nonce');
  const qop = params.get('qop');
  const opaque = params.get('opaque');
  const named = params.get('algorithm');
  if (realm === undefined || nonce === undefined) return undefined;
  const ha1 = digestHa1(algorithm, username, realm, password);
  const nc = nonceCount.toString(16).padStart(8, '0');
  const common =
    `Digest username=${quote(username)}, realm=${quote(realm)}, nonce=${quote(nonce)}, uri=${quote(uri)}` +
    (named !== undefined && isToken(named) ? `, algorithm=${named}` : '') +
    (opaque === undefined ? '' : `, opaque=${quote(opaque)}`);
  // A challenge without qop comes from a server of RFC 2069 [RFC3261 22.4].
  if (qop === undefined) {
    const response = hash(algorithm, `${ha1}:${nonce}:${hash(algorithm, `${method}:${uri}`)}`);
    return `${common}, response="${response}"`;
  }
  if (!qop.split(',').some((option) => option.trim().toLowerCase() === 'auth')) return undefined;
  const response = responseOf(algorithm, ha1, method, { nonce, uri, nc, cnonce });
  return `${common}, qop=auth, nc=${nc}, cnonce=${quote(cnonce)}, response="${response}"`;
}
