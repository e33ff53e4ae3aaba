const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DAY_MS = 86_400_000;

/** What `pastTime` takes, for `?` and for who wrote something else. */
export const PAST_TIME_HELP = 'hh:mm[:ss], 2026-11-24[T14:00[:00]] (UTC), or [-]15m (s, m, h, d)';

/**
 * The time that a text names, in milliseconds since the epoch: the last time that it was `hh:mm` or `hh:mm:ss` in UTC, a
 * date with or without a time (UTC, unless it names a zone), or so long ago (`-15m`). Undefined: it names none, or one to come.
 */
export function pastTime(text: string, now: number): number | undefined {
  const [, count, unit] = /^-?(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return Math.max(0, now - Number(count) * (UNIT_MS[unit] ?? 0));
  const [, hour, minute, second = '0', fraction = '0'] =
    /^(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?$/.exec(text) ?? [];
  if (hour !== undefined && minute !== undefined) {
    if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
    const time = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1_000 + Number(fraction.padEnd(3, '0'));
    const today = now - (now % DAY_MS) + time;
    return today <= now ? today : today - DAY_MS;
  }
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/i.test(text)) return undefined;
  const time = Date.parse(/(Z|T.*[+-]\d\d:\d\d)$/i.test(text) || text.length === 10 ? text : `${text}Z`);
  return Number.isNaN(time) || time > now ? undefined : time;
}

/** `2026-11-28 06:00:00.123`, in UTC. @param at milliseconds since the epoch */
export function momentText(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').slice(0, 23);
}
