import type { Party } from '@linewatch/call';
import { header, headerValues, parseNameAddr, type SipRequest, userOf } from '@linewatch/sip';

const MAX_LENGTH = 256;

/**
 * Who calls over a trunk, as the called phone shows it: whom the trunk vouches for, unless that one wants to stay unnamed
 * [RFC3325 9.1, RFC3323 4.2], else whom From names.
 */
export function trunkCallerOf(invite: SipRequest): Party {
  const isPrivate = /(^|;)\s*(id|user|header)\s*(;|$)/i.test(header(invite, 'Privacy') ?? '');
  const asserted = isPrivate
    ? []
    : headerValues(invite, 'P-Asserted-Identity').flatMap((value) => partyOf(value) ?? []);
  const named = asserted[0] ?? partyOf(header(invite, 'From') ?? '');
  const display = named?.display ?? asserted.find((each) => each.display !== undefined)?.display;
  return { number: named?.number ?? '', ...(display !== undefined && { display }) };
}

function partyOf(value: string): Party | undefined {
  const address = parseNameAddr(value);
  const number = address && userOf(address.uri);
  if (number === undefined || number.length > MAX_LENGTH) return undefined;
  const display = address?.display?.slice(0, MAX_LENGTH);
  return { number, ...(display !== undefined && display !== '' && { display }) };
}
