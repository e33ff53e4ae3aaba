import type { Config, VoiceRegisterDn, VoiceRegisterPool } from './config';
import { parseIpv4, parseMask } from './ip';
import { normaliseMac } from './mac';

/** One directory number with everything that carries it: the presentity of cme-presence.md 3.3. */
export interface LineEntry {
  /** The primary number as configured; a pattern such as `21..` when it has wildcards. */
  number: string;
  instances: LineInstance[];
}

/** One configured DN. Several may carry the same number and are then one presentity. */
export interface LineInstance {
  /** Names the command that made it, e.g. `voice-register-dn:1`. */
  id: string;
  /** `allow watch` is in force. */
  watchable: boolean;
  /** Phones that carry it, e.g. `pool:1`, in order of their tags; only by `number <tag> dn <dn-tag>` [P-4]. */
  devices: string[];
  /** `shared-line` was given. */
  sharedLine: boolean;
}

/** Directory numbers by number. */
export interface LineDirectory {
  /** The line a dialled number means: the exact number first, then the pattern with the fewest wildcards. */
  resolve(number: string): LineEntry | undefined;
  /** Every configured number, patterns included, each once. */
  numbers(): Iterable<string>;
}

/** Phones by what they can be known by. All lists are in order of the pools' tags. */
export interface PoolDirectory {
  /** `pool:1` → the pool. */
  byId(id: string): VoiceRegisterPool | undefined;
  /** By MAC address in any notation; of several with the same `id mac` the lowest tag. */
  byMac(mac: string): VoiceRegisterPool | undefined;
  /** Pools whose `id ip` is this address. */
  byIp(address: string): VoiceRegisterPool[];
  /** Pools whose `id network` holds this address, the longest mask first. */
  byNetwork(address: string): VoiceRegisterPool[];
  /** Pools that carry this number, found as by `LineDirectory.resolve`. */
  byNumber(number: string): VoiceRegisterPool[];
}

/** The name of a pool in `LineInstance.devices`. */
export function poolId(tag: number): string {
  return `pool:${tag}`;
}

/** The name of a voice register dn in `LineInstance.id`. */
export function voiceRegisterDnId(tag: number): string {
  return `voice-register-dn:${tag}`;
}

/** Builds the directory of lines: O(size of the configuration); build it once per Config and keep it. */
export function lineDirectory(config: Config): LineDirectory {
  const devicesOf = new Map<number, string[]>();
  for (const pool of Object.values(config.pools)) {
    for (const dnTag of new Set(Object.values(pool.numbers))) append(devicesOf, dnTag, poolId(pool.tag));
  }
  const entries = new Map<string, LineEntry>();
  for (const dn of Object.values(config.dns)) {
    if (dn.number === undefined) continue;
    const entry = entries.get(dn.number) ?? { number: dn.number, instances: [] };
    entry.instances.push(instanceOf(dn, devicesOf.get(dn.tag) ?? []));
    entries.set(dn.number, entry);
  }
  const shapes = wildcardShapes(entries.keys());
  return {
    resolve: (number) => entries.get(number) ?? resolveWildcard(entries, shapes.get(number.length) ?? [], number),
    numbers: () => entries.keys(),
  };
}

/** Builds the directory of phones: O(size of the configuration); build it once per Config and keep it. */
export function poolDirectory(config: Config, lines: LineDirectory = lineDirectory(config)): PoolDirectory {
  const macs = new Map<string, VoiceRegisterPool>();
  const ips = new Map<number, VoiceRegisterPool[]>();
  const networks = new Map<number, Map<number, VoiceRegisterPool[]>>();
  for (const pool of Object.values(config.pools)) {
    if (pool.idMac !== undefined && !macs.has(pool.idMac)) macs.set(pool.idMac, pool);
    if (pool.idIp !== undefined) append(ips, parseIpv4(pool.idIp) ?? -1, pool);
    if (pool.idNetwork !== undefined) {
      const mask = parseMask(pool.idNetwork.mask) ?? 0xffffffff;
      const inside = networks.get(mask) ?? new Map<number, VoiceRegisterPool[]>();
      networks.set(mask, inside);
      append(inside, masked(parseIpv4(pool.idNetwork.address) ?? 0, mask), pool);
    }
  }
  const longestFirst = [...networks].sort(([a], [b]) => b - a);
  const byId = (id: string) => config.pools[id.startsWith('pool:') ? Number(id.slice(5)) : -1];
  return {
    byId,
    byMac: (mac) => macs.get(normaliseMac(mac) ?? ''),
    byIp: (address) => ips.get(parseIpv4(address) ?? -1) ?? [],
    byNetwork: (address) => {
      const host = parseIpv4(address);
      if (host === undefined) return [];
      return longestFirst.flatMap(([mask, inside]) => inside.get(masked(host, mask)) ?? []);
    },
    byNumber: (number) => {
      const ids = new Set(lines.resolve(number)?.instances.flatMap((instance) => instance.devices));
      const pools = [...ids].map(byId).filter((pool) => pool !== undefined);
      return pools.sort((a, b) => a.tag - b.tag);
    },
  };
}

function instanceOf(dn: VoiceRegisterDn, devices: string[]): LineInstance {
  return {
    id: voiceRegisterDnId(dn.tag),
    watchable: dn.allowWatch === true,
    devices,
    sharedLine: dn.sharedLine !== undefined,
  };
}

/**
 * The shapes of the patterns in use, by length: where each has its wildcards. Real systems have a handful of shapes
 * whatever the number of patterns, so a lookup probes one map per shape instead of trying every pattern.
 */
function wildcardShapes(numbers: Iterable<string>): Map<number, number[][]> {
  const shapes = new Map<string, number[]>();
  for (const number of numbers) {
    if (!number.includes('.')) continue;
    const positions = [...number].flatMap((char, at) => (char === '.' ? [at] : []));
    shapes.set(`${number.length}:${positions.join()}`, positions);
  }
  const byLength = new Map<number, number[][]>();
  for (const [key, positions] of shapes) append(byLength, Number(key.split(':')[0]), positions);
  for (const list of byLength.values()) list.sort(mostSpecificFirst);
  return byLength;
}

/** Fewest wildcards first; among equals the one whose first wildcard stands furthest right. */
function mostSpecificFirst(a: number[], b: number[]): number {
  if (a.length !== b.length) return a.length - b.length;
  const at = a.findIndex((position, index) => position !== b[index]);
  return at < 0 ? 0 : (b[at] ?? 0) - (a[at] ?? 0);
}

function resolveWildcard(entries: Map<string, LineEntry>, shapes: number[][], number: string): LineEntry | undefined {
  for (const positions of shapes) {
    const pattern = [...number];
    const digitsOnly = positions.every((at) => /\d/.test(pattern[at] ?? ''));
    if (!digitsOnly) continue;
    for (const at of positions) pattern[at] = '.';
    const entry = entries.get(pattern.join(''));
    if (entry !== undefined) return entry;
  }
  return undefined;
}

function masked(address: number, mask: number): number {
  return (address & mask) >>> 0;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
