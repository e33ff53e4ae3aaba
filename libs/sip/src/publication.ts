import { BAD_EVENT, type EventPackage, findPackage, type PackageName, type Refusal } from './event-package';
import { headerValues, parseEvent } from './headers';
import { header, type SipRequest } from './message';
import { grantRequested } from './requested-expires';

/** PUBLISH as its own text tells it [RFC3903 6]: what it asks for, or the answer that it gets instead. Pure. */

/** What a PUBLISH asks for. `etag` names the publication that it is about; `expires` is in seconds. */
export type AskedPublication =
  | { readonly kind: 'initial'; readonly package: PackageName; readonly expires: number; readonly body: Buffer }
  | { readonly kind: 'refresh'; readonly package: PackageName; readonly expires: number; readonly etag: string }
  | {
      readonly kind: 'modify';
      readonly package: PackageName;
      readonly expires: number;
      readonly etag: string;
      readonly body: Buffer;
    }
  | { readonly kind: 'remove'; readonly package: PackageName; readonly etag: string };

/** 412 for an entity-tag that is not, or no longer, the publication's [SB-64]. */
export const CONDITION_FAILED: Refusal = { status: 412, reason: 'Conditional Request Failed', headers: [] };

const badRequest = (reason: string): { refusal: Refusal } => ({ refusal: { status: 400, reason, headers: [] } });

/** Reads a PUBLISH. The order of the checks is that of RFC 3903 6. */
export function askedPublication(request: SipRequest): { ok: AskedPublication } | { refusal: Refusal } {
  const text = header(request, 'Event');
  const eventPackage = findPackage(text === undefined ? undefined : parseEvent(text)?.package);
  if (!eventPackage) return { refusal: BAD_EVENT };
  const { name } = eventPackage;
  const tags = headerValues(request, 'SIP-If-Match');
  const [etag] = tags;
  if (tags.length > 1) return badRequest('More Than One SIP-If-Match');
  const { body } = request;
  if (etag === undefined && body.length === 0) return badRequest('Nothing Is Published');
  const expires = grantRequested(request, eventPackage);
  if ('refusal' in expires) return expires;
  const { seconds } = expires;
  if (seconds === 0) {
    return etag === undefined ? badRequest('Nothing To Remove') : { ok: { kind: 'remove', package: name, etag } };
  }
  if (body.length === 0) return { ok: { kind: 'refresh', package: name, expires: seconds, etag: etag ?? '' } };
  const type = header(request, 'Content-Type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== eventPackage.contentType) return { refusal: unsupportedBody(eventPackage) };
  if (etag === undefined) return { ok: { kind: 'initial', package: name, expires: seconds, body } };
  return { ok: { kind: 'modify', package: name, expires: seconds, etag, body } };
}

/** 415 for a body of a type that the package does not have [SB-67]. */
function unsupportedBody({ contentType }: EventPackage): Refusal {
  return { status: 415, reason: 'Unsupported Media Type', headers: [{ name: 'Accept', value: contentType }] };
}
