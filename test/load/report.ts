/** The result of a load run: the same columns every time, as JSON and as a table. */
import type { CallCounts } from './calls';
import type { ConfigChangeCounts } from './config-changes';
import type { PhaseResult } from './fleet';
import type { Percentiles } from './histogram';
import type { JudgeCounts } from './lamp-judge';
import type { ProcessSample } from './system';

/** CPU as a share of one core during the steady phase, memory at its end. */
export interface ProcessCost {
  readonly name: string;
  readonly cpu: number;
  readonly rssMiB: number;
}

export interface LoadReport {
  readonly at: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly register: PhaseResult;
  readonly subscribe: PhaseResult;
  readonly steadySeconds: number;
  readonly transitions: readonly (Percentiles & { readonly name: string })[];
  readonly notifyPerSecond: number;
  readonly busiestSecond: number;
  readonly lamps: JudgeCounts;
  readonly retransmissionsSent: number;
  readonly foreignNotifications: number;
  readonly calls: CallCounts;
  readonly configChanges?: ConfigChangeCounts;
  readonly own: {
    readonly cpu: number;
    readonly cpuPerNotifyMicros: number;
    readonly loopDelayP99Ms: number;
    readonly loopDelayMaxMs: number;
    readonly rssMiB: number;
  };
  readonly processes: readonly ProcessCost[];
  readonly rssMiBPer10000Subscriptions?: number;
  readonly verdict: readonly string[];
}

/** Why a run is not clean; empty when it is. */
export function verdictOf(
  lamps: JudgeCounts,
  calls: CallCounts,
  register: PhaseResult,
  subscribe: PhaseResult,
): string[] {
  return failuresOf([
    [lamps.lost, 'lamp changes lost'],
    [lamps.wrongAtEnd, 'lamps wrong at the end'],
    [lamps.outOfOrder, 'NOTIFYs with a lower CSeq'],
    [lamps.contradictions, 'lamps that were right and turned wrong, or unknown, or were ended by the server'],
    [calls.failed, `calls failed (${summaryOf(calls.reasons)})`],
    [sum(register.refused), `REGISTERs refused (${summaryOf(register.refused)})`],
    [sum(subscribe.refused), `SUBSCRIBEs refused (${summaryOf(subscribe.refused)})`],
  ]);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function summaryOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts).map(([what, count]) => `${what}: ${count}`).join(', '); // prettier-ignore
}

/** The report for a terminal. */
export function tableOf(report: LoadReport): string {
  const phase = (name: string, { count, seconds, perSecond, answered }: PhaseResult) =>
    `${name.padEnd(10)} ${count} in ${seconds.toFixed(1)} s, ${perSecond.toFixed(0)}/s, answered p50 ${answered.p50.toFixed(1)} p99 ${answered.p99.toFixed(1)} ms`;
  const { lamps, calls, own } = report;
  return [
    phase('register', report.register),
    phase('subscribe', report.subscribe),
    '',
    percentilesHead('lamp latency, ms'),
    ...report.transitions.map((transition) => percentilesRow(transition.name, transition)),
    '',
    `NOTIFY     ${lamps.notifications} in ${report.steadySeconds.toFixed(1)} s, ${report.notifyPerSecond.toFixed(0)}/s, busiest second ${report.busiestSecond}`,
    `lamps      lost ${lamps.lost} (overtaken ${lamps.overtaken}), wrong at end ${lamps.wrongAtEnd}, contradictions ${lamps.contradictions}, CSeq lower ${lamps.outOfOrder}, duplicate ${lamps.duplicates}, stale ${lamps.stale}`,
    `again      NOTIFY retransmitted ${lamps.retransmissions}, requests sent again ${report.retransmissionsSent}, foreign NOTIFY ${report.foreignNotifications}`,
    `calls      ok ${calls.ok}, failed ${calls.failed}${calls.failed > 0 ? ` (${summaryOf(calls.reasons)})` : ''}, no free line ${calls.starved}`,
    ...(report.configChanges ? [changesRow(report.configChanges)] : []),
    `this tool  CPU ${percent(own.cpu)}, ${own.cpuPerNotifyMicros.toFixed(1)} us per NOTIFY (calls included), loop delay p99 ${own.loopDelayP99Ms.toFixed(1)} max ${own.loopDelayMaxMs.toFixed(1)} ms, ${own.rssMiB.toFixed(0)} MiB`,
    ...processRows(report.processes),
    ...(report.rssMiBPer10000Subscriptions === undefined
      ? []
      : [`memory     ${report.rssMiBPer10000Subscriptions.toFixed(1)} MiB per 10,000 subscriptions, all processes`]),
    '',
    verdictLine(report.verdict),
  ].join('\n');
}

function changesRow({ typed, perSecond, restarted }: ConfigChangeCounts): string {
  return `config     ${typed} changes, ${perSecond.toFixed(0)}/s, services restarted: ${restarted.length}`;
}

/** Milliseconds in a column of a table. */
export function milliseconds(value: number): string {
  return (value >= 100 ? value.toFixed(0) : value.toFixed(2)).padStart(9);
}

/** The head of a table of {@link percentilesRow}s. */
export function percentilesHead(title: string): string {
  return `${title.padEnd(32)}${['count', 'p50', 'p90', 'p99', 'p99.9', 'max'].map((word) => word.padStart(9)).join('')}`;
}

export function percentilesRow(name: string, { count, p50, p90, p99, p999, max }: Percentiles): string {
  return `${name.padEnd(32)}${String(count).padStart(9)}${[p50, p90, p99, p999, max].map(milliseconds).join('')}`;
}

/** One row for each process. */
export function processRows(processes: readonly ProcessCost[]): string[] {
  return processes.map(({ name, cpu, rssMiB }) => `${name.padEnd(28)} CPU ${percent(cpu)}  ${rssMiB.toFixed(0)} MiB`);
}

/** What the processes used between two samples, by the second. */
export function costsOf(
  before: readonly ProcessSample[],
  after: readonly ProcessSample[],
  seconds: number,
): ProcessCost[] {
  return after.map(({ name, pid, cpuSeconds, rssBytes }) => {
    const then = before.find((sample) => sample.pid === pid)?.cpuSeconds ?? 0;
    return { name, cpu: (cpuSeconds - then) / seconds, rssMiB: rssBytes / 2 ** 20 };
  });
}

/** The words of each failure that happened. */
export function failuresOf(failures: readonly (readonly [number, string])[]): string[] {
  return failures.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
}

/** The last line of a report. */
export function verdictLine(verdict: readonly string[]): string {
  return verdict.length === 0 ? 'clean: nothing lost, nothing wrong' : `NOT CLEAN: ${verdict.join('; ')}`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`.padStart(8);
}
