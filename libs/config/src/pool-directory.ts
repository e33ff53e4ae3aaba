import type { Config, VoiceRegisterPool } from './config';
import { parseIpv4, parseMask } from './ip';
import { type LineDirectory, lineDirectory } from './line-directory';
import { normaliseMac } from './mac';

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

function masked(address: number, mask: number): number {
  return (address & mask) >>> 0;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
