/** What pairs of runs with and without abuse say: pure. */
import type { Abuse } from './abuse-options';
import type { AbuserCounts } from './abusers';
import type { Percentiles } from './histogram';
import { failuresOf, milliseconds, percent, verdictLine } from './report';

/** One run. */
export interface AbuseRun {
  readonly isAbused: boolean;
  /** How late the lamps of the phones that behave were, ms. */
  readonly lamps: Percentiles;
  /** Lamps lost, wrong or contradicted. */
  readonly wrongLamps: number;
  readonly calls: number;
  readonly failedCalls: number;
  /** Requests of theirs that were sent again, as no answer came in time. */
  readonly sentAgain: number;
  /** New connections over which a phone registered, how long that took at the median and at most, and those that failed. */
  readonly newcomers: { readonly count: number; readonly p50: number; readonly max: number; readonly failed: number };
  /** The share of a core that sip-edge used. */
  readonly edgeCpu: number;
  /** What the abusers did, in a run with them. */
  readonly abusers?: AbuserCounts;
}

/** One kind of abuse. */
export interface AbuseResult {
  readonly abuse: Abuse;
  readonly pairs: readonly { readonly without: AbuseRun; readonly with: AbuseRun }[];
  /** With to without, of the 99th percentiles: the median of all pairs. */
  readonly ratio: number;
  /** Shares of a core of sip-edge, medians. */
  readonly cpu: { readonly without: number; readonly with: number };
}

export interface AbuseReport {
  readonly at: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly results: readonly AbuseResult[];
  /** Why the result is not clean; empty when it is. */
  readonly verdict: readonly string[];
}

/** The middle of some numbers; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
}

export function resultOf(abuse: Abuse, pairs: AbuseResult['pairs']): AbuseResult {
  return {
    abuse,
    pairs,
    ratio: median(pairs.map((pair) => pair.with.lamps.p99 / Math.max(0.001, pair.without.lamps.p99))),
    cpu: {
      without: median(pairs.map((pair) => pair.without.edgeCpu)),
      with: median(pairs.map((pair) => pair.with.edgeCpu)),
    },
  };
}

/** Why the results are not clean. */
export function verdictOfAbuse(results: readonly AbuseResult[], mostRatio: number): string[] {
  return results.flatMap(({ abuse, ratio, pairs }) => {
    const runs = pairs.flatMap((pair) => [pair.without, pair.with]);
    const sum = (of: (run: AbuseRun) => number): number => runs.reduce((total, run) => total + of(run), 0);
    const slower = ratio > mostRatio ? [`${abuse}: lamps ${ratio.toFixed(2)} times as late, at most ${mostRatio}`] : [];
    return [
      ...slower,
      ...failuresOf([
        [sum(({ wrongLamps }) => wrongLamps), `${abuse}: lamps lost or wrong`],
        [sum(({ failedCalls }) => failedCalls), `${abuse}: calls failed`],
        [sum(({ newcomers }) => newcomers.failed), `${abuse}: phones that could not connect`],
      ]),
    ];
  });
}

/** The report for a terminal. */
export function tableOfAbuse({ results, verdict }: AbuseReport): string {
  return [...results.flatMap((result) => [...tableOfResult(result), '']), verdictLine(verdict)].join('\n');
}

function tableOfResult({ abuse, pairs, ratio, cpu }: AbuseResult): string[] {
  const head = ['p50', 'p99', 'p99.9', 'max'].map((word) => word.padStart(9)).join('');
  const row = (name: string, run: AbuseRun): string => {
    const { lamps, newcomers } = run;
    const times = [lamps.p50, lamps.p99, lamps.p999, lamps.max].map(milliseconds).join('');
    const others = `sent again ${run.sentAgain}, connect p50 ${newcomers.p50.toFixed(1)} max ${newcomers.max.toFixed(1)}`;
    return `${name.padEnd(12)}${times}  sip-edge ${percent(run.edgeCpu)}  ${others}${run.abusers ? `  ${countsOf(run.abusers)}` : ''}`;
  };
  return [
    `${abuse.padEnd(12)}${head}   (lamps, ms)`,
    ...pairs.flatMap((pair, at) => [row(`${at + 1} without`, pair.without), row(`${at + 1} with`, pair.with)]),
    `${abuse}: p99 with abuse to without, median of ${pairs.length}: ${ratio.toFixed(2)}; sip-edge uses ${percent(cpu.with).trim()} of a core instead of ${percent(cpu.without).trim()}`,
  ];
}

function countsOf(counts: AbuserCounts): string {
  return Object.entries(counts).map(([what, count]) => `${what} ${count}`).join(', '); // prettier-ignore
}
