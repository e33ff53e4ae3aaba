const UNITS = [
  ['year', 31_536_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** `2026-11-28 06:00:00`, in UTC. @param at milliseconds since the epoch */
export function timeText(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').slice(0, 19);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A moment as a router's log has it, in UTC: `Sep  4 07:18:26.307`. @param at milliseconds since the epoch */
export function logTime(at: number): string {
  const time = new Date(at);
  return `${MONTHS[time.getUTCMonth()]} ${String(time.getUTCDate()).padStart(2)} ${time.toISOString().slice(11, 23)}`;
}

/** A time span as IOS says it: `1 day, 2 hours, 3 minutes`; less than a minute is `0 minutes`. */
export function spanText(ms: number): string {
  let left = Math.max(0, Math.floor(ms / 1000));
  const parts: string[] = [];
  for (const [unit, seconds] of UNITS) {
    const count = Math.floor(left / seconds);
    left %= seconds;
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
  }
  return parts.length === 0 ? '0 minutes' : parts.join(', ');
}

/** A time span as short as in the tables of IOS: `00:01:05`, `1d02h`, `3w4d`, `1y12w`. */
export function shortSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24];
  if (days >= 365) return `${Math.floor(days / 365)}y${Math.floor((days % 365) / 7)}w`;
  if (days >= 7) return `${Math.floor(days / 7)}w${days % 7}d`;
  if (days > 0) return `${days}d${pad(hours)}h`;
  return [hours, Math.floor(seconds / 60) % 60, seconds % 60].map(pad).join(':');
}

function pad(count: number): string {
  return String(count).padStart(2, '0');
}
