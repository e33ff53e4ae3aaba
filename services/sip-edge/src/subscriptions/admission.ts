import type { DirectoryView } from '@linewatch/edge';
import {
  acceptsBody,
  BAD_EVENT,
  type Event,
  type EventPackage,
  findPackage,
  grantRequested,
  header,
  headerValues,
  notAcceptable,
  parseAccept,
  parseEvent,
  parseNameAddr,
  parseUri,
  type Refusal,
  type SipRequest,
} from '@linewatch/sip';

/** The checks of a SUBSCRIBE that need nobody's answer, in the order of cme-presence.md 4.3. Pure. */

/** What a SUBSCRIBE asks for, once its own text has passed. Seconds; `granted` 0 ends or fetches. */
export interface Asked {
  readonly event: Event;
  readonly package: EventPackage;
  readonly granted: number;
  /** The Contact, where NOTIFYs go unless there is a route. */
  readonly contact: string;
}

type Checked<T> = { readonly ok: T } | { readonly refusal: Refusal };

const NO_CONTACT: Refusal = { status: 400, reason: 'Contact Missing', headers: [] };

/** What a SUBSCRIBE asks for, or the answer that it gets instead. */
export function checkSubscribe(request: SipRequest, { config }: Pick<DirectoryView, 'config'>): Checked<Asked> {
  const text = header(request, 'Event');
  const event = text === undefined ? undefined : parseEvent(text);
  const eventPackage = findPackage(event?.package);
  if (event === undefined || eventPackage === undefined) return { refusal: BAD_EVENT };
  if (!config.presence.enabled || !config.sipUa.presenceEnable) return { refusal: BAD_EVENT };
  if (!acceptsBody(eventPackage, parseAccept(request))) return { refusal: notAcceptable(eventPackage) };
  const grant = grantRequested(request, eventPackage);
  if ('refusal' in grant) return grant;
  const contact = parseNameAddr(headerValues(request, 'Contact')[0] ?? '')?.uri;
  if (contact === undefined || parseUri(contact) === undefined) return { refusal: NO_CONTACT };
  return { ok: { event, package: eventPackage, granted: grant.seconds, contact } };
}

/** A line as a SUBSCRIBE names it: the number, and the line that answers to it, if there is one here [cme-presence 4.2]. */
export interface NamedLine {
  readonly number: string;
  /** The domain in which the watcher knows the line: the host of the Request-URI. */
  readonly domain: string;
  /** The configured number, a pattern where it has wildcards; undefined when the number is not local. */
  readonly line: string | undefined;
}

/** The line that a Request-URI names; undefined when it names none. */
export function namedLine(request: SipRequest, { lines }: Pick<DirectoryView, 'lines'>): NamedLine | undefined {
  const uri = parseUri(request.requestUri);
  // A record and its subject bear the number: what is longer than any number is none.
  if (uri?.user === undefined || uri.user === '' || uri.user.length > 64) return undefined;
  const domain =
    uri.host === '' ? (parseUri(parseNameAddr(header(request, 'To') ?? '')?.uri ?? '')?.host ?? '') : uri.host;
  return {
    number: uri.user,
    domain: domain.includes(':') ? `[${domain}]` : domain,
    line: lines.resolve(uri.user)?.number,
  };
}
