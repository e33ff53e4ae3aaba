/** What a process has used until a moment. */
export interface UsageSample {
  /** Of a clock that only runs forward. */
  readonly atMs: number;
  /** Processor time since the process began, all its threads together. */
  readonly cpuMs: number;
}

/** How often a sample is taken, and how many are kept: a minute of them. */
export const SAMPLE_MS = 5_000;
const KEPT = 13;

/** The share of one core that was used between two samples, in percent with one decimal; above 100 with several threads. */
export function percentBetween(from: UsageSample, to: UsageSample): number {
  const spanMs = to.atMs - from.atMs;
  return spanMs <= 0 ? 0 : Math.round(((to.cpuMs - from.cpuMs) / spanMs) * 1000) / 10;
}

/** How busy this process was in the last five seconds and in the last minute, as `show processes` tells it. */
export class ProcessUsage {
  private readonly samples: UsageSample[];
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly sample: () => UsageSample = ownSample) {
    this.samples = [sample()];
    this.timer = setInterval(() => this.take(), SAMPLE_MS).unref();
  }

  /** Percent of one core: since the sample before the last (5 to 10 s), and since the oldest one of the last minute. */
  percent(): { readonly fiveSeconds: number; readonly minute: number } {
    const now = this.sample();
    const oldest = this.samples[0] ?? now;
    const recent = this.samples.at(-2) ?? oldest;
    return { fiveSeconds: percentBetween(recent, now), minute: percentBetween(oldest, now) };
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private take(): void {
    this.samples.push(this.sample());
    if (this.samples.length > KEPT) this.samples.shift();
  }
}

function ownSample(): UsageSample {
  const { user, system } = process.cpuUsage();
  return { atMs: performance.now(), cpuMs: (user + system) / 1000 };
}
