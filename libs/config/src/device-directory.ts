import type { Config } from './config';
import {
  type LineAppearance,
  type LineDirectory,
  type LineEntry,
  type LineInstance,
  lineDirectory,
} from './line-directory';

/** A line as one phone has it. */
export interface PhoneLine {
  number: string;
  /** `ephone-dn:1`, `voice-register-dn:1`. */
  instance: string;
  /** Only watchable lines contribute to what a `device` key shows [cme-presence 3.6 V-8]. */
  watchable: boolean;
  /** On button 1, or on that of `auto-line`. */
  primary: boolean;
}

/** What a `device` key on a number watches [cme-presence 3.6]. */
export type DeviceMonitoring =
  /** This phone: whether anything happens on it. */
  | { kind: 'phone'; device: string; phone: 'sip' | 'sccp' }
  /** The line, as a key without `device`: the number of a park slot [V-4], or one that SIP and SCCP phones share [V-9]. */
  | { kind: 'line' }
  /** Nothing, so that it is unknown: no phone's primary number [U-7], or one that may not be watched [V-8]. */
  | { kind: 'none' };

/** Phones of both kinds by their names, and device-based monitoring. */
export interface DeviceDirectory {
  /** The lines of `ephone:1` or `pool:1` that have a number, in order of the numbers' configuration. */
  linesOf(device: string): readonly PhoneLine[];
  /**
   * What a `device` key on a number watches, whoever has it. For a watcher or a presentity beyond a trunk, and for a SIP
   * watcher on TCP, the key watches the line instead [P-8, P-9]: the caller knows that.
   */
  monitoring(number: string): DeviceMonitoring;
}

/** Builds the directory: O(size of the configuration); build it once per Config and keep it. */
export function deviceDirectory(config: Config, lines: LineDirectory = lineDirectory(config)): DeviceDirectory {
  const lineLists = new Map<string, PhoneLine[]>();
  for (const number of lines.numbers()) {
    for (const { id, watchable, appearances } of lines.resolve(number)?.instances ?? []) {
      for (const { device, primary } of appearances) {
        const line = { number, instance: id, watchable, primary };
        const list = lineLists.get(device);
        if (list) list.push(line);
        else lineLists.set(device, [line]);
      }
    }
  }
  return {
    linesOf: (device) => lineLists.get(device) ?? [],
    monitoring: (number) => monitoringOf(lines.resolve(number)),
  };
}

function monitoringOf(entry: LineEntry | undefined): DeviceMonitoring {
  const instances = entry?.instances ?? [];
  if (instances.some(({ kind }) => kind === 'park-slot') || isMixed(instances)) return { kind: 'line' };
  const candidates = instances.flatMap(({ appearances, watchable }) =>
    appearances.filter(({ primary }) => primary).map((appearance) => ({ ...appearance, watchable })),
  );
  const [first] = candidates.sort(preferred);
  if (first === undefined || !first.watchable) return { kind: 'none' };
  return { kind: 'phone', device: first.device, phone: first.kind };
}

/** A phone that selects the number by `auto-line` goes before one that has it on button 1; then the lowest tag [T-15]. */
function preferred(a: LineAppearance, b: LineAppearance): number {
  if (a.autoLine !== b.autoLine) return a.autoLine ? -1 : 1;
  return tagOf(a.device) - tagOf(b.device);
}

function tagOf(device: string): number {
  return Number(device.slice(device.indexOf(':') + 1));
}

/** SIP and SCCP phones have dns with the number [cme-presence 3.6 V-9]. */
function isMixed(instances: readonly LineInstance[]): boolean {
  const isSip = ({ id }: LineInstance): boolean => id.startsWith('voice-register-dn:');
  return instances.some(isSip) && !instances.every(isSip);
}
