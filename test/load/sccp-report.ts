/** The result of a load run of SCCP: the same fields every time, as JSON and as a table. */
import type { OwnTimes } from './edge-metrics';
import type { Percentiles } from './histogram';
import type { KeyCounts } from './key-judge';
import {
  failuresOf,
  percent,
  percentilesHead,
  percentilesRow,
  processRows,
  type ProcessCost,
  verdictLine,
} from './report';
import type { RegistrationResult } from './sccp-fleet';

/** What a part of the run cost. */
export interface PartCost {
  readonly seconds: number;
  readonly processes: readonly ProcessCost[];
  /** CPU of this tool as a share of one core. */
  readonly own: number;
  readonly ownLoopDelayMaxMs: number;
}

export interface SccpLoadReport {
  readonly at: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly registration: RegistrationResult;
  /** From the first connection until every key showed an idle line. */
  readonly settledSeconds: number;
  readonly registrationCost: PartCost;
  readonly changes: { readonly first: Percentiles; readonly all: Percentiles; readonly each: Percentiles };
  readonly changesCost: PartCost;
  /** From a state heard to its last lamp written, by the edge's own clock; absent when it is not ours. */
  readonly fanOut?: OwnTimes;
  readonly lamps: KeyCounts;
  readonly failures: Readonly<Record<string, number>>;
  /** What the edge holds more with all stations than with none. */
  readonly edgeKiBPerStation?: number;
  readonly verdict: readonly string[];
}

/** Why a run is not clean; empty when it is. */
export function sccpVerdictOf(lamps: KeyCounts, failures: Readonly<Record<string, number>>): string[] {
  return failuresOf([
    [lamps.lost, 'lamps lost'],
    [lamps.wrong, 'lamps wrong'],
    [lamps.repeated, 'lamps repeated'],
    ...Object.entries(failures).map(([why, count]) => [count, `stations failed: ${why}`] as const),
  ]);
}

/** The report for a terminal. */
export function sccpTableOf(report: SccpLoadReport): string {
  const { registration, changes, lamps, fanOut, edgeKiBPerStation } = report;
  const { count, seconds, perSecond, each } = registration;
  const keys = Number(report.options['stations']) * Number(report.options['keys']);
  return [
    `register   ${count} in ${seconds.toFixed(1)} s, ${perSecond.toFixed(0)}/s, each p50 ${each.p50.toFixed(0)} p99 ${each.p99.toFixed(0)} ms`,
    `keys       ${keys} right after ${report.settledSeconds.toFixed(1)} s, ${(keys / report.settledSeconds).toFixed(0)}/s`,
    ...(edgeKiBPerStation === undefined
      ? []
      : [`memory     ${edgeKiBPerStation.toFixed(1)} KiB per station in the sccp-edge`]),
    ...costRows(report.registrationCost),
    '',
    percentilesHead(`one line, ${String(report.options['watchers'])} keys, ms`),
    percentilesRow('until the first key has it', changes.first),
    percentilesRow('until all have it', changes.all),
    percentilesRow('each key', changes.each),
    ...(fanOut === undefined
      ? []
      : [
          `edge       state heard to last lamp written: ${fanOut.count} times, mean ${fanOut.meanMs.toFixed(1)}, p50 at most ${fanOut.p50AtMostMs}, p99 at most ${fanOut.p99AtMostMs} ms`,
        ]),
    ...costRows(report.changesCost),
    '',
    `lamps      ${lamps.told} told, lost ${lamps.lost}, wrong ${lamps.wrong}, repeated ${lamps.repeated}`,
    '',
    verdictLine(report.verdict),
  ].join('\n');
}

function costRows({ seconds, processes, own, ownLoopDelayMaxMs }: PartCost): string[] {
  return [
    `${'this tool'.padEnd(28)} CPU ${percent(own)}  loop delay max ${ownLoopDelayMaxMs.toFixed(1)} ms, over ${seconds.toFixed(1)} s`,
    ...processRows(processes),
  ];
}
