/** What an sccp-edge says of its own work in `/metrics`, over a part of a run. */

/** One histogram of durations as a process tells it: how many took at most so many seconds. */
export interface Buckets {
  readonly upTo: readonly (readonly [seconds: number, count: number])[];
  readonly count: number;
  readonly seconds: number;
}

/** What the histogram of a process's metrics holds. @throws Error when it has none of that name */
export function bucketsIn(text: string, name: string): Buckets {
  const values = (suffix: string) =>
    [...text.matchAll(new RegExp(`^${name}_${suffix}(?:\\{([^}]*)\\})? (\\S+)$`, 'gm'))].map(
      ([, labels = '', value]) => [/le="([^"]*)"/.exec(labels)?.[1] ?? '', Number(value)] as const,
    );
  const upTo = values('bucket').map(([le, count]) => [le === '+Inf' ? Infinity : Number(le), count] as const);
  if (upTo.length === 0) throw new Error(`the metrics hold no histogram ${name}`);
  return { upTo, count: values('count')[0]?.[1] ?? 0, seconds: values('sum')[0]?.[1] ?? 0 };
}

/** In ms: the mean, and the bounds of the buckets that hold so many of all. */
export interface OwnTimes {
  readonly count: number;
  readonly meanMs: number;
  readonly p50AtMostMs: number;
  readonly p99AtMostMs: number;
}

/** What came between two looks. */
export function timesBetween(before: Buckets, after: Buckets): OwnTimes {
  const count = after.count - before.count;
  const atMost = (share: number) => {
    const bucket = after.upTo.find(([, sum], at) => sum - (before.upTo[at]?.[1] ?? 0) >= count * share);
    return (bucket?.[0] ?? Infinity) * 1_000;
  };
  return {
    count,
    meanMs: count === 0 ? 0 : ((after.seconds - before.seconds) / count) * 1_000,
    p50AtMostMs: atMost(0.5),
    p99AtMostMs: atMost(0.99),
  };
}
