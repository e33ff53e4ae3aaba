import type { Config, VoiceRegisterPool } from './config';
import { normaliseMac } from './mac';
import type { Ephone } from './sccp-config';

/** SCCP phones by what they can be known by; of several with the same MAC address the lowest tag. */
export interface EphoneDirectory {
  /** `ephone:1` → the phone. */
  byId(id: string): Ephone | undefined;
  /** By MAC address in any notation. */
  byMac(mac: string): Ephone | undefined;
  /**
   * By the device name of RegisterMessage: `SEP…`, and `ATA…`, `VGC…`, `AN…`, `BR…` of analogue endpoints, whose MAC address
   * is that of their port.
   */
  byDeviceName(name: string): Ephone | undefined;
  /** Every phone in order of its tag. */
  all(): Iterable<Ephone>;
  /** The place of `ephone:1` among all phones, from 0, as listings print it behind the tag; -1 when there is none. */
  placeOf(id: string): number;
}

/** Builds the directory: O(number of phones); build it once per Config and keep it. */
export function ephoneDirectory(config: Config): EphoneDirectory {
  const macs = new Map<string, Ephone>();
  for (const phone of Object.values(config.ephones)) {
    if (phone.mac !== undefined && !macs.has(phone.mac)) macs.set(phone.mac, phone);
  }
  let places: ReadonlyMap<number, number> | undefined;
  return {
    placeOf: (id) => {
      places ??= new Map(Object.values(config.ephones).map(({ tag }, place) => [tag, place]));
      return places.get(Number(id.replace(/^ephone:/, ''))) ?? -1;
    },
    byId: (id) => config.ephones[id.startsWith('ephone:') ? Number(id.slice(7)) : -1],
    byMac: (mac) => macs.get(normaliseMac(mac) ?? ''),
    byDeviceName: (name) => macs.get(macOfDeviceName(name) ?? ''),
    all: () => Object.values(config.ephones),
  };
}

/** Types of `ephone` whose device names do not start with SEP. */
const PREFIXES: Readonly<Record<string, string>> = { ata: 'ATA', 'vgc-phone': 'VGC', anl: 'AN', bri: 'BR' };

/**
 * The device name that a phone registers with, by its type and MAC address; undefined without a MAC address. Analogue and
 * BRI ports have three digits for the port, where their MAC address has two.
 */
export function deviceNameOf({ mac, type }: Ephone): string | undefined {
  if (mac === undefined) return undefined;
  const digits = mac.toUpperCase();
  const prefix = PREFIXES[type ?? ''] ?? 'SEP';
  return prefix.length === 3 ? prefix + digits : `${prefix}${digits.slice(0, 10)}0${digits.slice(10)}`;
}

/** The MAC address that a device name holds, as twelve lower-case hex digits; undefined when it holds none. */
export function macOfDeviceName(name: string): string | undefined {
  const [, digits, board, port] =
    /^(?:(?:SEP|ATA|VGC)([0-9a-f]{12})|(?:AN|BR)([0-9a-f]{10})0([0-9a-f]{2}))$/i.exec(name) ?? [];
  return (digits ?? (board !== undefined && port !== undefined ? board + port : undefined))?.toLowerCase();
}

/** BLF call-list is in force for a phone: by the global command, or by the phone's own [cme-presence 2.5, T-16]. */
export function hasCallList({ presence }: Config, phone: Pick<Ephone | VoiceRegisterPool, 'callList'>): boolean {
  return presence.callList || phone.callList;
}

/** Seconds between two KeepAlive of a phone: its own value, else that of the system. */
export function keepaliveOf({ telephonyService }: Config, phone: Pick<Ephone, 'keepalive'>): number {
  return phone.keepalive ?? telephonyService.keepalive;
}
