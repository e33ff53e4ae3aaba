/** The phone's side of digest authentication: MD5 and SHA-256, with and without qop [RFC7616 3.4; RFC8760]. */
import { createHash } from 'node:crypto';
import { headerOf, listOf, type HeardResponse } from './sip-text';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The request that will bear the answer. */
interface Answered {
  readonly method: string;
  readonly uri: string;
  readonly cnonce: string;
  readonly nonceCount?: number;
}

type Challenge = Readonly<Record<string, string>>;

/**
 * The header that answers a 401 or 407, or undefined when no challenge can be answered.
 * @param request `nonceCount` is how often this nonce was answered, this time included; 1 when absent
 * @param only answers this algorithm alone, as a phone that knows no other
 */
export function answerChallenge(
  response: HeardResponse,
  request: Answered,
  credentials: Credentials,
  only?: 'MD5' | 'SHA-256',
): readonly [name: string, value: string] | undefined {
  const [asked, answered] =
    response.status === 407 ? ['proxy-authenticate', 'Proxy-Authorization'] : ['www-authenticate', 'Authorization'];
  if (headerOf(response, asked) === undefined) return undefined;
  const challenge = challengesOf(response, asked).find((candidate) => {
    const algorithm = (candidate['algorithm'] ?? 'MD5').toUpperCase();
    return only ? algorithm === only : algorithm === 'MD5' || algorithm === 'SHA-256';
  });
  return challenge && [answered, answerOf(challenge, request, credentials)];
}

function challengesOf(response: HeardResponse, name: string): Challenge[] {
  const challenges: Record<string, string>[] = [];
  for (const part of listOf(response, name)) {
    if (/^Digest\s/i.test(part)) challenges.push({});
    const pair = /^(?:Digest\s+)?([A-Za-z-]+)\s*=\s*(?:"((?:\\.|[^"])*)"|(\S+))$/i.exec(part);
    const last = challenges.at(-1);
    if (pair && last) last[(pair[1] ?? '').toLowerCase()] = pair[2] ?? pair[3] ?? '';
  }
  return challenges;
}

function answerOf(challenge: Challenge, request: Answered, { username, password }: Credentials): string {
  const algorithm = challenge['algorithm'] ?? 'MD5';
  const hash = (text: string) =>
    createHash(algorithm.toUpperCase() === 'SHA-256' ? 'sha256' : 'md5')
      .update(text)
      .digest('hex');
  const { realm = '', nonce = '', opaque } = challenge;
  const qop = challenge['qop']
    ?.split(',')
    .map((word) => word.trim())
    .includes('auth')
    ? 'auth'
    : undefined;
  const ha1 = hash(`${username}:${realm}:${password}`);
  const ha2 = hash(`${request.method}:${request.uri}`);
  const nc = (request.nonceCount ?? 1).toString(16).padStart(8, '0');
  const answer = hash(qop ? `${ha1}:${nonce}:${nc}:${request.cnonce}:${qop}:${ha2}` : `${ha1}:${nonce}:${ha2}`);
  const parts = [
    `username="${username}"`, `realm="${realm}"`, `nonce="${nonce}"`, `uri="${request.uri}"`, `response="${answer}"`,
    ...(challenge['algorithm'] ? [`algorithm=${algorithm}`] : []),
    ...(qop ? [`qop=${qop}`, `nc=${nc}`, `cnonce="${request.cnonce}"`] : []),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ]; // prettier-ignore
  return `Digest ${parts.join(', ')}`;
}
