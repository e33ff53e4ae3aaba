import type { Party } from '@linewatch/call';
import { namedParty, type Bindings, type DirectoryView, type LegOwner } from '@linewatch/edge';
import type { Flow, SipRequest } from '@linewatch/sip';
import { identify } from '../watcher-identity';
import { trunkCallerOf } from './trunk-caller';

/** Who calls: the line and the phone, of which a call over a trunk has none, and how the called side sees them. */
export interface Caller {
  readonly owner?: LegOwner;
  readonly party: Party;
}

/**
 * Who sent an INVITE: a phone of ours that speaks for one of its numbers [cme-presence 4.2], or a trunk, which is known
 * by the address that a dial peer sends calls to. Undefined: a stranger, whatever From says.
 * @throws UnavailableError when the bindings cannot be read
 */
export async function callerOf(
  invite: SipRequest,
  flow: Flow,
  view: DirectoryView,
  bindings: Pick<Bindings, 'of'>,
  now: number,
): Promise<Caller | undefined> {
  const identity = await identify(invite, flow, view, bindings, now);
  if (identity.kind !== 'local') {
    return view.dialPeers.at(flow.remote.host) && { party: trunkCallerOf(invite) };
  }
  const { device, number } = identity;
  const instance = view.lines.resolve(number)?.instances.find(({ devices }) => devices.includes(device));
  if (!instance) return undefined;
  const owner: LegOwner = { line: number, device, instance: instance.id };
  return { owner, party: namedParty(view, number, instance.id) };
}
