import { type EventPackage, grantExpires, type Refusal } from './event-package';
import { parseDeltaSeconds } from './headers';
import { header, type SipRequest } from './message';

const BAD_EXPIRES: Refusal = { status: 400, reason: 'Expires Malformed', headers: [] };

/** The time that a SUBSCRIBE or PUBLISH is granted for what its Expires header asks, or what it gets instead [SB-2, SB-65]. */
export function grantRequested(
  request: SipRequest,
  eventPackage: EventPackage,
): { readonly seconds: number } | { readonly refusal: Refusal } {
  const text = header(request, 'Expires');
  const asked = text === undefined ? undefined : parseDeltaSeconds(text);
  if (text !== undefined && asked === undefined) return { refusal: BAD_EXPIRES };
  const grant = grantExpires(eventPackage, asked);
  return grant.kind === 'refused' ? { refusal: grant.refusal } : { seconds: grant.seconds };
}
