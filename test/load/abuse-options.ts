/** The command line of the abuse tool. */
import { parseArgs } from 'node:util';
import { numberReader } from './options';

export const ABUSES = ['loop', 'connections'] as const;
export type Abuse = (typeof ABUSES)[number];

export interface AbuseOptions {
  /** What is done to the system, one after the other. */
  readonly abuses: readonly Abuse[];
  /** Pairs of runs, one with and one without. */
  readonly pairs: number;
  /** Phones that behave, one line each. */
  readonly lines: number;
  /** Watchers of each line. */
  readonly watchers: number;
  /** Calls per second. */
  readonly rate: number;
  /** Seconds of each run before what is measured; abuse begins with them. */
  readonly warmUp: number;
  /** Seconds of each run that are measured. */
  readonly duration: number;
  readonly ringMs: number;
  readonly holdMs: number;
  readonly restMs: number;
  readonly loopers: number;
  /** SUBSCRIBEs per second of all looping phones together. */
  readonly loopRate: number;
  /** Half-open and slow connections at once. */
  readonly connections: number;
  /** The ratio of the 99th percentiles that is still clean. */
  readonly mostRatio: number;
  readonly seed: number;
  readonly start: true;
  readonly printConfig: boolean;
  readonly json?: string;
}

export const usage = `npm run load:abuse -- [options]      phones call while others loop or hold connections: runs with and without, in turns
  --abuse both          loop (phones that subscribe without end), connections (half-open and slow ones), or both
  --pairs 5             runs with and without
  --lines 200           phones that behave, one line each
  --watchers 10         watchers of each line
  --rate 10             calls per second
  --warm-up 5           seconds of each run before what is measured; abuse begins with them
  --duration 15         seconds of each run that are measured
  --loopers 10          registered phones that loop
  --loop-rate 600       SUBSCRIBEs per second of all of them
  --connections 10000   connections that are held; the limit of open files must allow them, here and in sip-edge
  --most-ratio 1.25     the median ratio of the 99th percentiles, with to without, that is still clean
  --print-config        prints the configuration that the phones need, and ends
  --json file           the result as JSON
  --seed 1              the same seed, the same watchers and calls`;

/** Reads the command line. @throws Error with one line that says which option is wrong */
export function readAbuseOptions(args: readonly string[]): AbuseOptions | 'help' {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      abuse: { type: 'string' }, pairs: { type: 'string' }, lines: { type: 'string' }, watchers: { type: 'string' }, rate: { type: 'string' },
      'warm-up': { type: 'string' }, duration: { type: 'string' }, loopers: { type: 'string' }, 'loop-rate': { type: 'string' },
      connections: { type: 'string' }, 'most-ratio': { type: 'string' }, seed: { type: 'string' }, json: { type: 'string' },
      'print-config': { type: 'boolean' }, help: { type: 'boolean', short: 'h' },
    },
  }); // prettier-ignore
  if (values.help) return 'help';
  const { abuse = 'both' } = values;
  const abuses = abuse === 'both' ? ABUSES : ABUSES.filter((one) => one === abuse);
  if (abuses.length === 0) throw new Error(`--abuse is loop, connections or both, not ${abuse}`);
  const number = numberReader(values);
  const lines = Math.floor(number('lines', 200, 4, 100_000));
  return {
    abuses,
    pairs: Math.floor(number('pairs', 5, 1, 100)),
    lines,
    watchers: Math.floor(number('watchers', 10, 1, lines - 1)),
    rate: number('rate', 10, 0.1, 5_000),
    warmUp: number('warm-up', 5, 0, 300),
    duration: number('duration', 15, 1, 600),
    ringMs: 300,
    holdMs: 500,
    restMs: 500,
    loopers: Math.floor(number('loopers', 10, 1, 250)),
    loopRate: number('loop-rate', 600, 1, 50_000),
    connections: Math.floor(number('connections', 10_000, 1, 60_000)),
    mostRatio: number('most-ratio', 1.25, 1, 100),
    seed: Math.floor(number('seed', 1, 0, 2 ** 32 - 1)),
    start: true,
    printConfig: values['print-config'] ?? false,
    ...(values.json !== undefined && { json: values.json }),
  };
}
