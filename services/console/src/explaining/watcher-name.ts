import {
  type Config,
  type DeviceDirectory,
  deviceNameOf,
  type EphoneDirectory,
  ephoneDirectory,
  ephoneId,
  type LineDirectory,
  macOfDeviceName,
  phoneKeys,
  poolDirectory,
  poolId,
} from '@linewatch/config';
import type { DeviceName, LineNumber, WatcherName } from '@linewatch/presence';
import type { WatcherPhone } from './facts';

/** Who an operator means by a watcher. */
export interface NamedWatcher {
  readonly who: WatcherName;
  /** Only those phones are meant, and not whoever has the same number. */
  readonly isPhone: boolean;
  /** The phones that may be meant, each with the number it watches under. */
  readonly phones: readonly { readonly device: DeviceName; readonly primary: LineNumber | undefined }[];
}

/** What the configuration is looked up in. */
export interface Directories {
  readonly config: Config;
  readonly lines: LineDirectory;
  readonly devices: DeviceDirectory;
}

/**
 * A watcher by its number, `number@host`, or its phone: `SEP020000000001`, `ephone:1`, `pool:1`. Undefined: it is written
 * like a phone, and there is none of that name.
 */
export function namedWatcher(text: string, { config, lines, devices }: Directories): NamedWatcher | undefined {
  const primaryOf = (device: DeviceName): LineNumber | undefined => {
    const own = devices.linesOf(device);
    return (own.find(({ primary }) => primary) ?? own[0])?.number;
  };
  const device = deviceOf(text, config, lines);
  if (device !== undefined) {
    const primary = primaryOf(device);
    const who = { devices: [device], ...(primary !== undefined && { number: primary }) };
    return { who, isPhone: true, phones: [{ device, primary }] };
  }
  if (/^(?:(?:SEP|ATA|VGC|AN|BR)[0-9a-f]{12,13}|(?:ephone|pool):\d+)$/i.test(text)) return undefined;
  const [, number = text, host] = /^([^@]+)@(.+)$/.exec(text) ?? [];
  const carriers = new Set((lines.resolve(number)?.instances ?? []).flatMap((instance) => instance.devices));
  return {
    who: { number, devices: [...carriers].slice(0, 64), ...(host !== undefined && { host }) },
    isPhone: false,
    phones: [...carriers].map((carrier) => ({ device: carrier, primary: primaryOf(carrier) })),
  };
}

function deviceOf(text: string, config: Config, lines: LineDirectory): DeviceName | undefined {
  const [, kind, tag] = /^(ephone|pool):(\d{1,10})$/i.exec(text) ?? [];
  if (kind !== undefined && tag !== undefined) {
    const isEphone = kind.toLowerCase() === 'ephone';
    const isThere = isEphone ? config.ephones[Number(tag)] : config.pools[Number(tag)];
    return isThere && (isEphone ? ephoneId(Number(tag)) : poolId(Number(tag)));
  }
  const mac = macOfDeviceName(text);
  if (mac === undefined) return undefined;
  const ephones: EphoneDirectory = ephoneDirectory(config);
  const ephone = ephones.byDeviceName(text);
  if (ephone) return ephoneId(ephone.tag);
  const pool = poolDirectory(config, lines).byMac(mac);
  return pool && poolId(pool.tag);
}

/** What the configuration has of a phone: its name, and its key for a number. */
export function configuredPhone(
  device: DeviceName,
  number: LineNumber,
  config: Config,
): Pick<WatcherPhone, 'device' | 'kind' | 'name' | 'key'> {
  const tag = Number(device.slice(device.indexOf(':') + 1));
  const ephone = device.startsWith('ephone:') ? config.ephones[tag] : undefined;
  if (ephone) {
    const shown = phoneKeys(config, ephone).find((key) => key.kind === 'blf-speed-dial' && key.number === number);
    if (shown?.kind === 'blf-speed-dial')
      return { device, kind: 'sccp', name: deviceNameOf(ephone), key: { kind: 'shown', tag: shown.index } };
    const template = ephone.template === undefined ? undefined : config.ephoneTemplates[ephone.template];
    const hidden = tagOf({ ...template?.blfSpeedDials, ...ephone.blfSpeedDials }, number);
    const key = hidden === undefined ? ({ kind: 'none' } as const) : ({ kind: 'hidden', tag: hidden } as const);
    return { device, kind: 'sccp', name: deviceNameOf(ephone), key };
  }
  const pool = config.pools[tag];
  const shown = tagOf(pool?.blfSpeedDials ?? {}, number);
  const name = pool?.idMac === undefined ? undefined : `SEP${pool.idMac.toUpperCase()}`;
  return { device, kind: 'sip', name, key: shown === undefined ? { kind: 'none' } : { kind: 'shown', tag: shown } };
}

function tagOf(keys: Readonly<Record<number, { readonly number: string }>>, number: string): number | undefined {
  const found = Object.entries(keys).find(([, key]) => key.number === number);
  return found && Number(found[0]);
}
