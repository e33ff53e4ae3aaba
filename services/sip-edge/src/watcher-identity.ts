import { poolId } from '@linewatch/config';
import type { Bindings, DirectoryView } from '@linewatch/edge';
import type { Binding, DeviceName, LineNumber } from '@linewatch/presence';
import { type Flow, header, parseNameAddr, parseUri, type SipRequest, userOf } from '@linewatch/sip';

/** Who sent a request: a phone of ours that speaks for one of its numbers, or anybody else [cme-presence 4.2]. */
export type WatcherIdentity =
  | {
      readonly kind: 'local';
      /** Tag of its voice register pool. */
      readonly pool: number;
      readonly device: DeviceName;
      readonly number: LineNumber;
      readonly dialPeerTag: number;
    }
  | { readonly kind: 'remote' };

const REMOTE: WatcherIdentity = { kind: 'remote' };

/** The dial peer of a SIP phone, as `show presence subscription` prints it: 40001 is that of pool 1 [cme-presence 4.2]. */
export function dialPeerTagOf(pool: number): number {
  return 40_000 + pool;
}

/**
 * Tells phones of ours from everybody else: the From user is a number that the sender's pool registered, and the
 * request comes on the flow of that REGISTER, or from the registered contact's address and port.
 * @throws UnavailableError when the bindings cannot be read: hold the request
 */
export async function identify(
  request: SipRequest,
  flow: Flow,
  { lines, pools }: Pick<DirectoryView, 'lines' | 'pools'>,
  bindings: Pick<Bindings, 'of'>,
  now: number,
): Promise<WatcherIdentity> {
  const number = userOf(parseNameAddr(header(request, 'From') ?? '')?.uri ?? '');
  if (number === undefined || lines.resolve(number)?.number !== number) return REMOTE;
  const carriers = pools.byNumber(number);
  // Strangers with made-up numbers cost no look at the bindings [design law 7].
  if (carriers.length === 0) return REMOTE;
  const all = await bindings.of(number);
  for (const { tag } of carriers) {
    const device = poolId(tag);
    const isItsOwn = (all[device]?.bindings ?? []).some(
      (binding) => binding.expiresAt > now && isBoundTo(binding, flow),
    );
    if (isItsOwn) return { kind: 'local', pool: tag, device, number, dialPeerTag: dialPeerTagOf(tag) };
  }
  return REMOTE;
}

/** Whether a request on this flow comes from where a binding was made, or where its contact is. */
export function isBoundTo(binding: Pick<Binding, 'contact' | 'flow' | 'heardOn'>, flow: Flow): boolean {
  return isFlow(binding.heardOn ?? binding.flow, flow) || isContactAt(binding.contact, flow);
}

function isFlow(known: Binding['flow'], { transport, remote }: Flow): boolean {
  return known.transport === transport && known.remote.host === remote.host && known.remote.port === remote.port;
}

function isContactAt(contact: string, { remote }: Flow): boolean {
  const uri = parseUri(contact);
  if (!uri || uri.host !== remote.host.toLowerCase()) return false;
  return (uri.port ?? (uri.scheme === 'sips' ? 5061 : 5060)) === remote.port;
}
