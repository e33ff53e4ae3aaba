/** Who is who in a load run: numbers, MAC addresses, who watches whom, and the configuration that all of them need. */

export interface Plan {
  readonly lines: number;
  readonly subscriptions: number;
  /** The watcher of line `l`'s k-th subscription is line `(l + offsets[k]) % lines`. */
  readonly offsets: readonly number[];
}

/** A small seeded generator of numbers from 0 to 1: the same seed gives the same run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every line gets its watchers from other lines, each once, and watches as many as it is watched by. */
export function makePlan(lines: number, subscriptions: number, random: () => number): Plan {
  const distances = new Set<number>();
  while (distances.size < Math.ceil(subscriptions / lines)) distances.add(1 + Math.floor(random() * (lines - 1)));
  return { lines, subscriptions, offsets: [...distances] };
}

/** The line that a subscription watches. */
export function watchedLine(plan: Plan, subscription: number): number {
  return subscription % plan.lines;
}

/** The line whose phone made a subscription. */
export function watcherLine(plan: Plan, subscription: number): number {
  const offset = plan.offsets[Math.floor(subscription / plan.lines)] ?? 0;
  return (subscription + offset) % plan.lines;
}

/** The directory number of a line. */
export function numberOf(line: number): string {
  return String(200_001 + line);
}

/** The line of a directory number; NaN or out of range when it is none of this run. */
export function lineOf(number: string): number {
  return Number(number) - 200_001;
}

/** The MAC address of a line's phone: 12 lower-case hexadecimal digits, locally administered. */
export function macOf(line: number): string {
  return `0200${line.toString(16).padStart(8, '0')}`;
}

/** The configuration text: a pool and a watchable number for each line, and room for all subscriptions. */
export function configurationOf(plan: Plan, sipPort: number): string {
  const head = [
    'voice service voip', ' sip', '  registrar server expires max 3600 min 60', '!',
    'voice register global', ' mode cme', ` source-address 127.0.0.1 port ${sipPort}`, ` max-dn ${plan.lines}`, ` max-pool ${plan.lines}`, '!',
    'presence', ` max-subscription ${Math.max(100, plan.subscriptions)}`, '!',
    'sip-ua', ' presence enable', '!',
  ]; // prettier-ignore
  const lines: string[] = [];
  for (let line = 0; line < plan.lines; line += 1) {
    const tag = line + 1;
    const mac = macOf(line).replace(/(.{4})(.{4})(.{4})/, '$1.$2.$3');
    lines.push(`voice register dn ${tag}`, ` number ${numberOf(line)}`, ' allow watch', '!');
    lines.push(`voice register pool ${tag}`, ` id mac ${mac}`, ` number 1 dn ${tag}`, '!');
  }
  return [...head, ...lines, 'end', ''].join('\n');
}
