import type { Config, VoiceRegisterDn } from './config';
import type { Ephone, EphoneDn } from './sccp-config';
import { wildcardIndex } from './wildcards';

/** One directory number with everything that carries it: the presentity of cme-presence.md 3.3. */
export interface LineEntry {
  /** The primary number as configured; a pattern such as `21..` when it has wildcards. */
  number: string;
  /** Every voice register dn and ephone-dn with this primary number, each kind in order of its tags. */
  instances: LineInstance[];
}

/** One configured DN. Several may carry the same number and are then one presentity. */
export interface LineInstance {
  /** Names the command that made it: `voice-register-dn:1`, `ephone-dn:1`. */
  id: string;
  /** Anything but `phone` is a floating number, which needs no phone to be registered [cme-presence 3.4]. */
  kind: 'phone' | 'park-slot' | 'paging' | 'conference';
  /** How many calls an ephone-dn takes; absent for a voice register dn, which has no channels. */
  channels?: 1 | 2 | 8;
  /** `name` of the dn: what the other party of a call is shown. */
  name?: string;
  /** `allow watch` is in force, by the dn itself or else by its template [cme-presence 2.3]. */
  watchable: boolean;
  /** Phones that carry it, e.g. `pool:1`, `ephone:1`, in order of their tags [P-4]. */
  devices: string[];
  /** The same phones, with how each of them carries it. */
  appearances: LineAppearance[];
  /** `shared-line` was given, or `shared-line sip` for an ephone-dn. */
  sharedLine: boolean;
}

/** A dn on a phone. */
export interface LineAppearance {
  /** `pool:1` or `ephone:1`. */
  device: string;
  kind: 'sip' | 'sccp';
  /** The first button that carries it; for a SIP phone the tag of `number`. */
  button: number;
  /** It is on button 1, or on the button that `auto-line` selects; first in an overlay set [cme-presence 3.5, 3.6]. */
  primary: boolean;
  /** It is primary by `auto-line`. */
  autoLine: boolean;
}

/** Directory numbers by number. */
export interface LineDirectory {
  /** The line a dialled number means: the exact number first, then the pattern with the fewest wildcards. */
  resolve(number: string): LineEntry | undefined;
  /** Every configured number, patterns included, each once. */
  numbers(): Iterable<string>;
}

/** The name of a voice register pool as a phone. */
export function poolId(tag: number): string {
  return `pool:${tag}`;
}

/** The name of an ephone as a phone. */
export function ephoneId(tag: number): string {
  return `ephone:${tag}`;
}

/** The name of a voice register dn in `LineInstance.id`. */
export function voiceRegisterDnId(tag: number): string {
  return `voice-register-dn:${tag}`;
}

/** The name of an ephone-dn in `LineInstance.id`. */
export function ephoneDnId(tag: number): string {
  return `ephone-dn:${tag}`;
}

/** Whether an ephone-dn may be watched: what it says itself, `no allow watch` too, else its template [cme-presence 2.3]. */
export function isWatchable(config: Config, { allowWatch, template }: EphoneDn): boolean {
  if (allowWatch !== undefined) return allowWatch;
  return template !== undefined && config.ephoneDnTemplates[template]?.allowWatch === true;
}

/** Whether two configurations have the same lines and phones, so that directories of the one serve the other. */
export function hasSameLines(a: Config, b: Config): boolean {
  return (
    a.dns === b.dns &&
    a.pools === b.pools &&
    a.templates === b.templates &&
    a.ephoneDns === b.ephoneDns &&
    a.ephoneDnTemplates === b.ephoneDnTemplates &&
    a.ephones === b.ephones &&
    a.ephoneTemplates === b.ephoneTemplates
  );
}

/** Builds the directory of lines: O(size of the configuration); build it once per Config and keep it. */
export function lineDirectory(config: Config): LineDirectory {
  const entries = new Map<string, LineEntry>();
  const enter = (number: string | undefined, instance: () => LineInstance) => {
    if (number === undefined) return;
    const entry = entries.get(number);
    if (entry) entry.instances.push(instance());
    else entries.set(number, { number, instances: [instance()] });
  };
  const onPools = poolAppearances(config);
  for (const dn of Object.values(config.dns)) enter(dn.number, () => sipInstance(dn, onPools.get(dn.tag) ?? []));
  const onEphones = ephoneAppearances(config);
  for (const dn of Object.values(config.ephoneDns)) {
    enter(dn.number, () => sccpInstance(config, dn, onEphones.get(dn.tag) ?? []));
  }
  const wildcards = wildcardIndex(entries);
  return {
    resolve: (number) => entries.get(number) ?? entries.get(wildcards.find(number) ?? ''),
    numbers: () => entries.keys(),
  };
}

function sipInstance(dn: VoiceRegisterDn, appearances: LineAppearance[]): LineInstance {
  return {
    id: voiceRegisterDnId(dn.tag),
    kind: 'phone',
    ...(dn.name !== undefined && { name: dn.name }),
    watchable: dn.allowWatch === true,
    devices: appearances.map(({ device }) => device),
    appearances,
    sharedLine: dn.sharedLine !== undefined,
  };
}

const CHANNELS = { 'dual-line': 2, 'octo-line': 8 } as const;

function sccpInstance(config: Config, dn: EphoneDn, appearances: LineAppearance[]): LineInstance {
  return {
    id: ephoneDnId(dn.tag),
    kind: kindOf(dn),
    channels: dn.lineMode === undefined ? 1 : CHANNELS[dn.lineMode],
    ...(dn.name !== undefined && { name: dn.name }),
    watchable: isWatchable(config, dn),
    devices: appearances.map(({ device }) => device),
    appearances,
    sharedLine: dn.sharedLineSip !== undefined,
  };
}

function kindOf({ parkSlot, paging, conference }: EphoneDn): LineInstance['kind'] {
  if (parkSlot) return 'park-slot';
  if (paging) return 'paging';
  return conference ? 'conference' : 'phone';
}

/** By dn-tag. The lines of a SIP phone fill its keys in order, so that its lowest `number` is on button 1. */
function poolAppearances(config: Config): Map<number, LineAppearance[]> {
  const found = new Map<number, LineAppearance[]>();
  for (const { tag, numbers } of Object.values(config.pools)) {
    Object.entries(numbers).forEach(([button, dn], at) => {
      appear(found, dn, poolId(tag), 'sip', { button: Number(button), primary: at === 0, autoLine: false });
    });
  }
  return found;
}

/** By dn-tag. Buttons that monitor or watch are no lines of the phone, and an expansion has no dn of its own. */
function ephoneAppearances(config: Config): Map<number, LineAppearance[]> {
  const found = new Map<number, LineAppearance[]>();
  for (const { tag, buttons, autoLine } of Object.values(config.ephones)) {
    const selected = selectedButton(autoLine);
    for (const [at, { separator, tags }] of Object.entries(buttons)) {
      if (separator === 'm' || separator === 'w' || separator === 'x') continue;
      const button = Number(at);
      tags.forEach((dn, place) => {
        const isSelected = button === selected && place === 0;
        const primary = isSelected || (button === 1 && place === 0);
        appear(found, dn, ephoneId(tag), 'sccp', { button, primary, autoLine: isSelected });
      });
    }
  }
  return found;
}

function selectedButton(autoLine: Ephone['autoLine']): number | undefined {
  return typeof autoLine === 'object' ? autoLine.button : undefined;
}

/** A dn appears once on a phone, by its first button, however many carry it. */
function appear(
  found: Map<number, LineAppearance[]>,
  dn: number,
  device: string,
  kind: LineAppearance['kind'],
  how: Pick<LineAppearance, 'button' | 'primary' | 'autoLine'>,
): void {
  const list = found.get(dn);
  const last = list?.at(-1);
  if (list === undefined) found.set(dn, [{ device, kind, ...how }]);
  else if (last?.device !== device) list.push({ device, kind, ...how });
  else {
    last.primary ||= how.primary;
    last.autoLine ||= how.autoLine;
  }
}
