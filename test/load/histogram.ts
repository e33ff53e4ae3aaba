/** Counts durations in buckets of three per cent: a fixed size, whatever the number of values. */

const PER_DOUBLING = 32;

/** The percentiles of one measure, in ms. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export class Histogram {
  private readonly counts = new Float64Array(40 * PER_DOUBLING);
  private largest = 0;
  count = 0;

  /** @param ms a duration; below a microsecond counts as one */
  record(ms: number): void {
    const bucket = Math.floor(Math.log2(Math.max(1, ms * 1000)) * PER_DOUBLING);
    const last = Math.min(bucket, this.counts.length - 1);
    this.counts[last] = (this.counts[last] ?? 0) + 1;
    this.count += 1;
    if (ms > this.largest) this.largest = ms;
  }

  /** Takes over what another one counted. */
  add(other: Histogram): void {
    other.counts.forEach((count, bucket) => (this.counts[bucket] = (this.counts[bucket] ?? 0) + count));
    this.count += other.count;
    this.largest = Math.max(this.largest, other.largest);
  }

  clear(): void {
    this.counts.fill(0);
    this.count = this.largest = 0;
  }

  /** The value that a share of all values does not exceed, in ms; 0 when there are none. */
  percentile(share: number): number {
    let left = Math.ceil(this.count * share);
    if (left === 0) return 0;
    for (let bucket = 0; bucket < this.counts.length; bucket += 1) {
      left -= this.counts[bucket] ?? 0;
      if (left <= 0) return Math.min(this.largest, 2 ** ((bucket + 1) / PER_DOUBLING) / 1000);
    }
    return this.largest;
  }

  summary(): Percentiles {
    const [p50, p90, p99, p999] = [0.5, 0.9, 0.99, 0.999].map((share) => this.percentile(share)) as [
      number,
      number,
      number,
      number,
    ];
    return { count: this.count, p50, p90, p99, p999, max: this.largest };
  }
}
