import type { Forwarding } from '@linewatch/call';
import type { CallForward, Config, LineEntry } from '@linewatch/config';
import type { InstanceId } from '@linewatch/presence';

/** What call forwarding makes of calls to a number. */
export interface LineForwarding {
  /** Every dn of the number sends its calls there, at once. */
  readonly all?: string;
  /** Dns that do not ring, as they send all calls on. */
  readonly silent: ReadonlySet<InstanceId>;
  /** No phone of the number can be reached. */
  readonly unreachable?: string;
  readonly later?: Forwarding;
}

interface Forwards {
  readonly id: InstanceId;
  readonly order: number;
  readonly all?: CallForward;
  readonly busy?: CallForward;
  readonly noAnswer?: CallForward;
  readonly unreachable?: CallForward;
}

/**
 * Where a call to a number goes now, by `call-forward` of its dns. A dn that forwards all calls does not ring, and the call
 * goes on when none is left that does. Of several dns the first that says where counts, by `preference`, then tag. A call
 * that nobody can take because no phone is registered goes where it would go without an answer, unless
 * `call-forward b2bua unreachable` says otherwise. Watchers see none of it [cme-presence 3.3 rule 8].
 */
export function forwardingOf(config: Config, { instances }: Pick<LineEntry, 'instances'>): LineForwarding {
  const dns = instances.map(({ id }) => forwardsOf(config, id)).sort((a, b) => a.order - b.order);
  const first = (which: 'all' | 'busy' | 'noAnswer' | 'unreachable') => dns.find((dn) => dn[which])?.[which];
  const silent = new Set(dns.flatMap(({ id, all }) => (all ? [id] : [])));
  const all = silent.size === dns.length ? first('all')?.target : undefined;
  const [busy, noAnswer] = [first('busy'), first('noAnswer')];
  const unreachable = (first('unreachable') ?? noAnswer)?.target;
  const later: Forwarding = {
    ...(busy && { busy: busy.target }),
    ...(noAnswer?.timeout !== undefined && { noAnswer: { number: noAnswer.target, ms: noAnswer.timeout * 1_000 } }),
  };
  return {
    silent,
    ...(all !== undefined && { all }),
    ...(unreachable !== undefined && { unreachable }),
    ...(Object.keys(later).length > 0 && { later }),
  };
}

function forwardsOf({ dns, ephoneDns }: Config, id: InstanceId): Forwards {
  const tag = Number(id.slice(id.indexOf(':') + 1));
  const ephoneDn = id.startsWith('ephone-dn:') ? ephoneDns[tag] : undefined;
  const dn = ephoneDn ?? dns[tag];
  const { forwardAll, forwardBusy, forwardNoAnswer } = dn ?? {};
  const unreachable = dn && 'forwardUnreachable' in dn ? dn.forwardUnreachable : undefined;
  return {
    id,
    order: ephoneDn?.preference?.order ?? 0,
    ...ofPrimary('all', forwardAll),
    ...ofPrimary('busy', forwardBusy),
    ...ofPrimary('noAnswer', forwardNoAnswer),
    ...ofPrimary('unreachable', unreachable),
  };
}

/** Calls come to primary numbers alone: what is for the others never applies. */
function ofPrimary<K extends string>(as: K, forward: CallForward | undefined): { readonly [P in K]?: CallForward } {
  const isForIt = forward && (forward.scope === undefined || forward.scope === 'primary');
  return isForIt ? ({ [as]: forward } as { [P in K]: CallForward }) : {};
}
