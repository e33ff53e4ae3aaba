import type { Config } from '@linewatch/config';
import {
  formatParams,
  header,
  headerValues,
  intervalTooBrief,
  type NameAddr,
  parseDeltaSeconds,
  parseNameAddr,
  parseUri,
  type Refusal,
  type SipRequest,
} from '@linewatch/sip';

/** What a REGISTER asks for, read from its Contact and Expires fields [RFC3261 10.3 step 6]. */

/** One contact: its URI's text, its parameters but for q and expires, and how long it is bound; 0 removes it. */
export interface WantedContact {
  readonly contact: string;
  readonly params: string;
  readonly q: number;
  readonly seconds: number;
}

export type Wanted =
  | { readonly kind: 'query' }
  | { readonly kind: 'remove-all' }
  | { readonly kind: 'update'; readonly contacts: readonly WantedContact[] };

const DEFAULT_SECONDS = 3_600;
const MAX_CONTACT_LENGTH = 2_048;
const MAX_PARAMS_LENGTH = 4_096;
const BAD_CONTACT: Refusal = { status: 400, reason: 'Bad Contact', headers: [] };
const BAD_WILDCARD: Refusal = { status: 400, reason: 'Contact * Not Alone Or Without Expires 0', headers: [] };

/**
 * Reads them. `*` stands alone and with Expires 0 [SB-79]; the expires of a contact beats Expires [SB-78]; one time that
 * is too short refuses the whole request [SB-81, SB-84]. All other parameters are kept [SB-80].
 */
export function wantedOf(request: SipRequest, bounds: Pick<Config['registrar'], 'minExpires' | 'maxExpires'>) {
  const values = headerValues(request, 'Contact');
  const expires = header(request, 'Expires');
  if (values.length === 0) return { kind: 'query' } satisfies Wanted;
  if (values.some((value) => value.startsWith('*'))) {
    const isRight = values.length === 1 && values[0] === '*' && parseDeltaSeconds(expires ?? '') === 0;
    return isRight ? ({ kind: 'remove-all' } satisfies Wanted) : BAD_WILDCARD;
  }
  const contacts: WantedContact[] = [];
  for (const value of values) {
    const contact = parseNameAddr(value);
    const wanted = contact && wantedContact(contact, expires, bounds);
    if (!wanted) return BAD_CONTACT;
    if ('status' in wanted) return wanted;
    contacts.push(wanted);
  }
  return { kind: 'update', contacts } satisfies Wanted;
}

function wantedContact(
  { uri, params }: NameAddr,
  expires: string | undefined,
  bounds: Pick<Config['registrar'], 'minExpires' | 'maxExpires'>,
): WantedContact | Refusal | undefined {
  const parsed = parseUri(uri);
  if (!parsed || (parsed.scheme !== 'sip' && parsed.scheme !== 'sips') || uri.length > MAX_CONTACT_LENGTH)
    return undefined;
  const others = new Map(params);
  others.delete('q');
  others.delete('expires');
  const text = formatParams(others);
  if (text.length > MAX_PARAMS_LENGTH) return undefined;
  const own = params.get('expires');
  const granted = grantSeconds(typeof own === 'string' ? own : expires, bounds);
  if (typeof granted !== 'number') return granted;
  return { contact: uri, params: text, q: qualityOf(params.get('q')), seconds: granted };
}

/** The time granted for the one asked, never longer. Without one, or with one that is no number, it is an hour [RFC3261 20.10]. */
function grantSeconds(
  asked: string | undefined,
  { minExpires, maxExpires }: Pick<Config['registrar'], 'minExpires' | 'maxExpires'>,
): number | Refusal {
  const seconds = asked === undefined ? undefined : parseDeltaSeconds(asked);
  if (seconds === undefined) return Math.min(Math.max(DEFAULT_SECONDS, minExpires), maxExpires);
  // An hour is never too brief [RFC3261 10.3 step 7], nor is the longest time that can be had.
  const least = Math.min(minExpires, maxExpires, DEFAULT_SECONDS);
  if (seconds > 0 && seconds < least) return intervalTooBrief(least);
  return Math.min(seconds, maxExpires);
}

/** A q that is no qvalue counts as none. */
function qualityOf(value: string | true | undefined): number {
  return typeof value === 'string' && /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(value) ? Number(value) : 1;
}
