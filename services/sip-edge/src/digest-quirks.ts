import { DIGEST_ALGORITHMS, type DigestAlgorithm, header, type SipRequest } from '@linewatch/sip';

/**
 * User agents that know no algorithm but MD5 and give up at a challenge with another one, though they should pass it
 * over [RFC3261 22.1, RFC8760 2.4]: whoever is one of these is offered MD5 alone.
 */
const MD5_ALONE: readonly RegExp[] = [
  // Phones and gateways of Cisco: `Cisco-CP7971G-GE/8.0`, `CSCO/7`. Their firmware is older than any other algorithm.
  /^(cisco|csco)\b/i,
  // baresip before 3.12 ends its registration wherever the other challenge stands.
  /^baresip v?([0-2]|3\.(\d|1[01]))\b/i,
  // pjsip up to 2.10 looks at the first challenge only.
  /^pjsua v?([01]|2\.(\d|10))\b/i,
  // SIPp up to 3.6 takes all challenges for one.
  /^sipp\b/i,
];

/** What a request may be answered with, the preferred one first [SB-115]. */
export function algorithmsFor(request: SipRequest): readonly DigestAlgorithm[] {
  const userAgent = header(request, 'User-Agent') ?? '';
  return MD5_ALONE.some((pattern) => pattern.test(userAgent)) ? ['MD5'] : DIGEST_ALGORITHMS;
}
