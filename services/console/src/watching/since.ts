const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * The time that `--since` names, in milliseconds since the epoch: so long ago (`30s`, `5m`, `2h`, `1d`), or a date and
 * time (`2026-11-24T14:00`, of this machine's zone unless it names one). `undefined`: it names none, or one to come.
 */
export function sinceTime(text: string, now: number): number | undefined {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return Math.max(0, now - Number(count) * (unitMs[unit] ?? 0));
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) || time > now ? undefined : time;
}
