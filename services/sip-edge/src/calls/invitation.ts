import type { CallTarget, LegCommand, Party } from '@linewatch/call';
import type { DialPeerTarget } from '@linewatch/config';
import { escapeUser, formatNameAddr, parseUri, type Flow, type SipRequest } from '@linewatch/sip';
import type { Binding } from '@linewatch/presence';
import { targetFlow } from '../endpoint/target-flow';
import type { SipSender } from '../endpoint/user-agent';
import type { Invitation } from './sip-leg-callee';

/** How a phone is called, and on which way it is reached. */

type Offer = Extract<LegCommand, { type: 'offer' }>;
type PhoneTarget = Extract<CallTarget, { kind: 'phone' }>;

/**
 * The INVITE to a registered phone: nothing of the caller's own message passes but who calls, who is called, and the
 * session. Request-URI is the registered contact byte for byte [SB-92]; credentials stay here [SB-97].
 */
export function invitationOf(
  sender: Pick<SipSender, 'contact' | 'host' | 'newTag' | 'newCallId'>,
  { caller, called, session, maxForwards }: Offer,
  { binding }: PhoneTarget,
): Invitation {
  return {
    contact: sender.contact(binding.flow, caller.number, binding.contact),
    uri: binding.contact,
    route: binding.path,
    from: partyAddress(sender.host, caller),
    to: partyAddress(sender.host, { number: called }),
    callId: sender.newCallId(),
    localTag: sender.newTag(),
    ...(session && { session }),
    ...(maxForwards !== undefined && { maxForwards }),
  };
}

/** What was not heard by a trunk within four sendings will not be heard: the next dial peer is tried. */
const TRUNK_SILENCE_MS = 5_000;

/**
 * The INVITE to a trunk: out of any registration, from the caller's number at our address [cme-presence 6.3]. The trunk is
 * told who calls by P-Asserted-Identity as well, as we vouch for our phones [RFC3325 4].
 */
export function trunkInvitationOf(
  sender: Pick<SipSender, 'contact' | 'host' | 'newTag' | 'newCallId'>,
  { caller, session, maxForwards }: Offer,
  number: string,
  { host, port, transport }: DialPeerTarget,
): Invitation {
  const parameter = transport === 'udp' ? '' : `;transport=${transport}`;
  return {
    contact: sender.contact({ transport }, caller.number),
    uri: `sip:${escapeUser(number)}@${host}:${port}${parameter}`,
    route: [],
    from: partyAddress(sender.host, caller),
    to: partyAddress(host, { number }),
    callId: sender.newCallId(),
    localTag: sender.newTag(),
    headers: [{ name: 'P-Asserted-Identity', value: partyAddress(sender.host, caller) }],
    silenceMs: TRUNK_SILENCE_MS,
    ...(session && { session }),
    ...(maxForwards !== undefined && { maxForwards }),
  };
}

/** A party here as a name-addr, without a tag. */
export function partyAddress(host: string, { number, display }: Party): string {
  const authority = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const uri = `sip:${escapeUser(number)}@${authority}`;
  return formatNameAddr({ uri, params: new Map(), ...(display !== undefined && { display }) });
}

/**
 * Whether a registered phone is reached only on the flow it was heard on: its contact names another host than the one it
 * registered from, as behind a NAT, and no Path leads to it.
 */
export function sticksToFlow({ contact, flow, path }: Pick<Binding, 'contact' | 'flow' | 'path'>): boolean {
  return path.length === 0 && parseUri(contact)?.host !== flow.remote.host.toLowerCase();
}

/** Whether a caller is reached only on its flow: asks the one function that knows, with nowhere else to go. */
export function isBehindNat(request: SipRequest, flow: Flow): boolean {
  const elsewhere: Flow = { ...flow };
  return targetFlow({ flowTo: () => elsewhere }, request, flow, '') === flow;
}
