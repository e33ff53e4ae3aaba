/** Who is who in a load run of SCCP: which key of which station shows which line, and the configuration for it. */
import { macOf, makePlan, numberOf, seeded } from './plan';
import type { SccpLoadOptions } from './sccp-options';

/** The line that changes: that of the first station. */
export const CHANGING = 0;

export interface SccpPlan {
  readonly stations: number;
  /** BLF keys of each station. */
  readonly keys: number;
  /** Stations 1 to this one show the changing line on their first key; nobody else shows it. */
  readonly watchers: number;
  /** The other stations' lines, by how far behind the watcher they are in the circle. */
  readonly offsets: readonly number[];
}

/** The plan of these options: the same for the configuration text and for the run. */
export function sccpPlanOf({ stations, keys, watchers, seed }: SccpLoadOptions): SccpPlan {
  const others = stations - 1;
  const { offsets } = makePlan(others, others * keys, seeded(seed));
  return { stations, keys, watchers, offsets };
}

/** The line that a key shows. @param key counted from 0 */
export function lineOfKey(plan: SccpPlan, station: number, key: number): number {
  if (key === 0 && showsChanging(plan, station)) return CHANGING;
  // Lines from 1 on stand in a circle; the first station looks from its beginning.
  const from = Math.max(0, station - 1);
  return 1 + ((from + (plan.offsets[key] ?? 0)) % (plan.stations - 1));
}

/** Whether a station's first key shows the line that changes. */
export function showsChanging({ watchers }: SccpPlan, station: number): boolean {
  return station >= 1 && station <= watchers;
}

/** The configuration text: an ephone with its keys and a watchable number for each station, and room for all of them. */
export function sccpConfigurationOf(plan: SccpPlan): string {
  const { stations, keys } = plan;
  const head = [
    'presence', ` max-subscription ${Math.max(100, stations * keys)}`, '!', 'sip-ua', ' presence enable', '!',
    'telephony-service', ` max-ephones ${stations}`, ` max-dn ${stations}`, '!',
  ]; // prettier-ignore
  const dns: string[] = [];
  const phones: string[] = [];
  for (let station = 0; station < stations; station += 1) {
    const tag = station + 1;
    const mac = macOf(station).replace(/(.{4})(.{4})(.{4})/, '$1.$2.$3');
    dns.push(`ephone-dn ${tag}`, ` number ${numberOf(station)}`, ' allow watch', '!');
    phones.push(`ephone ${tag}`, ` mac-address ${mac}`, ' type 7961 addon 1 7916-24 2 7916-24');
    for (let key = 0; key < keys; key += 1) {
      const number = numberOf(lineOfKey(plan, station, key));
      phones.push(` blf-speed-dial ${key + 1} ${number} label "${number}"`);
    }
    phones.push(` button 1:${tag}`, '!');
  }
  return [...head, ...dns, ...phones, 'end', ''].join('\n');
}
