import type { Party } from '@linewatch/call';
import { voiceRegisterDnId, type Config } from '@linewatch/config';
import type { Bindings, DirectoryView } from '@linewatch/edge';
import type { Flow, SipRequest } from '@linewatch/sip';
import { identify } from '../watcher-identity';
import type { LegOwner } from './edge-leg';

/** Who calls: the line and the phone, and how the called side sees them. */
export interface Caller {
  readonly owner: LegOwner;
  readonly party: Party;
}

/**
 * Who sent an INVITE: a phone of ours that speaks for one of its numbers [cme-presence 4.2]. Undefined: a stranger. Calls
 * from a trunk will be told apart here.
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
  if (identity.kind !== 'local') return undefined;
  const { device, number } = identity;
  const instance = view.lines.resolve(number)?.instances.find(({ devices }) => devices.includes(device));
  if (!instance) return undefined;
  const owner: LegOwner = { line: number, device, instance: instance.id };
  return { owner, party: namedParty(view, number, instance.id) };
}

/** A number with the name that its dn shows: that of one instance, or of the first that has a name. */
export function namedParty({ lines, config }: DirectoryView, number: string, instance?: string): Party {
  const instances = lines.resolve(number)?.instances ?? [];
  for (const { id } of instances) {
    const name = instance === undefined || id === instance ? nameOf(config, id) : undefined;
    if (name !== undefined) return { number, display: name };
  }
  return { number };
}

const DN_PREFIX = voiceRegisterDnId(0).slice(0, -1);

function nameOf(config: Config, instance: string): string | undefined {
  return instance.startsWith(DN_PREFIX) ? config.dns[Number(instance.slice(DN_PREFIX.length))]?.name : undefined;
}
