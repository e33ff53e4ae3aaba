/** The command line of the load tool for SCCP. */
import { parseArgs } from 'node:util';
import { numberReader, readTarget } from './options';

export interface SccpLoadOptions {
  readonly stations: number;
  /** BLF keys of each station. */
  readonly keys: number;
  /** Keys that show the one line that changes. */
  readonly watchers: number;
  /** Changes of that line that are measured. */
  readonly changes: number;
  /** Changes before them, in which lamps are judged and times not taken. */
  readonly warmUp: number;
  /** From one change, once everybody has it, to the next one. */
  readonly pauseMs: number;
  /** Stations that are registering at one time. */
  readonly atOnce: number;
  readonly seed: number;
  readonly target: { readonly host: string; readonly port: number };
  readonly start: boolean;
  readonly printConfig: boolean;
  readonly json?: string;
}

export const usage = `npm run load:sccp -- [options]
  --stations 1000       stations of version 17, one line each
  --keys 20             BLF keys of each station, at most 50
  --watchers 500        keys that show the one line that changes, at most one a station
  --changes 200         changes of that line, in use and idle in turn
  --warm-up 20          changes before these, in which lamps are judged and times not taken
  --pause-ms 100        from one change, once everybody has it, to the next one
  --at-once 100         stations that are registering at one time
  --target host:port    the SCCP service under load, 127.0.0.1:2000 unless given
  --start               starts a private linewatch and stops it at the end
  --print-config        prints the configuration that the stations need, and ends
  --json file           the result as JSON
  --seed 1              the same seed, the same keys`;

/** Reads the command line. @throws Error with one line that says which option is wrong */
export function readSccpOptions(args: readonly string[]): SccpLoadOptions | 'help' {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      stations: { type: 'string' }, keys: { type: 'string' }, watchers: { type: 'string' }, changes: { type: 'string' },
      'warm-up': { type: 'string' }, 'pause-ms': { type: 'string' }, 'at-once': { type: 'string' }, seed: { type: 'string' },
      target: { type: 'string' }, json: { type: 'string' }, start: { type: 'boolean' }, 'print-config': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  }); // prettier-ignore
  if (values.help) return 'help';
  const number = numberReader(values);
  const whole = (...of: Parameters<typeof number>) => Math.floor(number(...of));
  const stations = whole('stations', 1_000, 3, 20_000);
  return {
    stations,
    keys: whole('keys', Math.min(20, stations - 2), 1, Math.min(50, stations - 2)),
    watchers: whole('watchers', Math.min(500, stations - 1), 1, stations - 1),
    changes: whole('changes', 200, 1, 1_000_000),
    warmUp: whole('warm-up', 20, 0, 1_000_000),
    pauseMs: number('pause-ms', 100, 0, 60_000),
    atOnce: whole('at-once', 100, 1, 20_000),
    seed: whole('seed', 1, 0, 2 ** 32 - 1),
    target: readTarget(values.target ?? '127.0.0.1:2000'),
    start: values.start ?? false,
    printConfig: values['print-config'] ?? false,
    json: values.json,
  };
}
