import type { Config } from './config';
import type { Draft } from './draft';
import type { EphoneDn } from './sccp-config';

/** How many ephone-dns have a number, and how many of them share it with SIP phones. */
interface Uses {
  all: number;
  shared: number;
}

/**
 * The numbers of ephone-dns, to tell at once whether one would be shared with SIP phones by an ephone-dn while another
 * has it too, which cannot be [cme-presence 2.8 `shared-line sip`].
 */
class SharedNumbers {
  private readonly uses = new Map<string, Uses>();

  constructor(config: Config) {
    for (const dn of Object.values(config.ephoneDns)) this.count(dn, 1);
  }

  count({ number, sharedLineSip }: EphoneDn, by: 1 | -1): void {
    if (number === undefined) return;
    const uses = this.uses.get(number) ?? { all: 0, shared: 0 };
    uses.all += by;
    if (sharedLineSip) uses.shared += by;
    if (uses.all === 0) this.uses.delete(number);
    else this.uses.set(number, uses);
  }

  /** Whether a dn could not have this number, shared or not, for what other dns have. */
  clash(dn: EphoneDn, number: string, isShared: boolean): boolean {
    const uses = this.uses.get(number);
    if (uses === undefined) return false;
    const isOwn = dn.number === number;
    const others = uses.all - (isOwn ? 1 : 0);
    const sharedOthers = uses.shared - (isOwn && dn.sharedLineSip ? 1 : 0);
    return others > 0 && (isShared || sharedOthers > 0);
  }
}

const build = (config: Config) => new SharedNumbers(config);

/** The refusal of IOS when a dn would share its number with SIP phones while another dn has it; undefined: it would not. */
export function refuseShared(
  draft: Draft,
  dn: EphoneDn,
  wanted: { number?: string; shared: boolean },
): string | undefined {
  const isClash = wanted.number !== undefined && draft.memo(build).clash(dn, wanted.number, wanted.shared);
  return isClash ? 'DN number already exists in the shared line database' : undefined;
}

/** Changes a dn's number or sharing, and what is known of numbers with it. */
export function renumber(draft: Draft, dn: EphoneDn, change: () => void): void {
  const numbers = draft.known(build);
  numbers?.count(dn, -1);
  change();
  numbers?.count(dn, 1);
}

/** Takes a dn out of what is known of numbers, before it is removed. */
export function forgetNumber(draft: Draft, dn: EphoneDn): void {
  draft.known(build)?.count(dn, -1);
}
