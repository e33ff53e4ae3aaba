import { type Flow, type SipRequest, topVia } from '@linewatch/sip';
import type { SipSender } from './user-agent';

/**
 * Where requests go that answer a request's invitation to be called back: NOTIFY to a watcher, INVITE to a registered
 * contact, requests inside a dialog. The next hop's URI says it [SB-31, SB-32], unless the sender does not know its own
 * address: what comes through a NAT is reached only on the flow it came on.
 *
 * @param nextHop the first Route, or the Contact
 */
export function targetFlow(sender: Pick<SipSender, 'flowTo'>, request: SipRequest, flow: Flow, nextHop: string): Flow {
  return isBehindNat(request) ? flow : sender.flowTo(nextHop, flow);
}

/** Whether the sender's own idea of its address, in its Via, differs from where it was heard. */
function isBehindNat(request: SipRequest): boolean {
  const via = topVia(request);
  const received = via?.params.get('received');
  return via !== undefined && typeof received === 'string' && received.toLowerCase() !== via.host;
}
