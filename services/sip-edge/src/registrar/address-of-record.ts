import type { DirectoryView } from '@linewatch/edge';
import type { LineNumber } from '@linewatch/presence';
import { header, parseNameAddr, parseUri, type Refusal, type SipRequest, type SipUri } from '@linewatch/sip';

/** Which number a REGISTER is about, and whether it is one of ours [RFC3261 10.3 steps 1 and 5]. */

export const NOT_FOUND: Refusal = { status: 404, reason: 'Not Found', headers: [] };
const BAD_TO: Refusal = { status: 400, reason: 'Bad To', headers: [] };

/** The answer where REGISTER is not served: `registrar server` was not given [cme-presence 2.8]. */
export const NOT_SERVED: Refusal = {
  status: 405,
  reason: 'Method Not Allowed',
  headers: [{ name: 'Allow', value: 'INVITE, ACK, CANCEL, BYE, OPTIONS, SUBSCRIBE, NOTIFY, UPDATE, INFO, REFER' }],
};

/**
 * The line that To names: the exact number of a directory number that a phone carries by `number <tag> dn <dn-tag>`
 * [P-4]. A foreign domain in Request-URI or To, and an unknown number, are not found [SB-85].
 * @param isOwnDomain whether that host, without brackets and in lower case, means this system
 */
export function addressOfRecord(
  request: SipRequest,
  { lines }: Pick<DirectoryView, 'lines'>,
  isOwnDomain: (host: string) => boolean,
): LineNumber | Refusal {
  const to = parseUri(parseNameAddr(header(request, 'To') ?? '')?.uri ?? '');
  if (!to) return BAD_TO;
  const target = parseUri(request.requestUri);
  if (!target || !isOurs(target, isOwnDomain) || !isOurs(to, isOwnDomain)) return NOT_FOUND;
  const line = to.user === undefined ? undefined : lines.resolve(to.user);
  if (!line || line.number !== to.user) return NOT_FOUND;
  return line.instances.some(({ devices }) => devices.length > 0) ? line.number : NOT_FOUND;
}

function isOurs({ scheme, host }: SipUri, isOwnDomain: (host: string) => boolean): boolean {
  // A tel URI names a number of everywhere, and so of here.
  return scheme === 'tel' || ((scheme === 'sip' || scheme === 'sips') && isOwnDomain(host));
}

/**
 * Whether a host in a URI means this system: an address of this edge, or a name that the configuration gives to it. One
 * of them is enough, as phones behind an address translation write what they were told.
 * @param addresses every address that this edge is reached by
 */
export function isOwnDomain(host: string, { config }: Pick<DirectoryView, 'config'>, addresses: readonly string[]) {
  const { sourceAddress, authenticate } = config.voiceRegisterGlobal;
  const name = config.hostname.toLowerCase();
  return (
    host === 'localhost' ||
    host === sourceAddress?.host ||
    host === name ||
    host.startsWith(`${name}.`) ||
    host === authenticate.realm?.toLowerCase() ||
    addresses.includes(host)
  );
}
