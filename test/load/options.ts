/** The command line of the load tool. */
import { parseArgs } from 'node:util';

export interface LoadOptions {
  readonly lines: number;
  /** Watchers of each line. */
  readonly watchers: number;
  /** Subscriptions in all; `lines * watchers` unless given. */
  readonly subscriptions: number;
  /** Calls per second. */
  readonly rate: number;
  /** Seconds of the same load before what is measured: lamps must be right in them too, their times are not recorded. */
  readonly warmUp: number;
  /** Seconds of steady load. */
  readonly duration: number;
  readonly ringMs: number;
  readonly holdMs: number;
  /** How long a line stays out of calls after one. */
  readonly restMs: number;
  /** REGISTERs, and SUBSCRIBEs, per second while the phones are set up. */
  readonly setupRate: number;
  /** Changes of the running configuration per second while calls run; only with `start`. */
  readonly configRate: number;
  readonly package: 'presence' | 'dialog';
  readonly seed: number;
  readonly target: { readonly host: string; readonly port: number };
  readonly start: boolean;
  readonly printConfig: boolean;
  readonly json?: string;
}

export const usage = `npm run load -- [options]
  --lines 1000          lines, one phone each
  --watchers 10         watchers of each line
  --subscriptions n     subscriptions in all, instead of --watchers
  --rate 200            calls per second; each changes four lamps
  --warm-up 0           seconds of that before, in which lamps are judged and times not taken
  --duration 60         seconds of steady load, at most 1500
  --ring-ms 300         from 180 to 200
  --hold-ms 500         from 200 to BYE
  --rest-ms 500         a line takes no call for so long after one
  --setup-rate 500      REGISTERs, then SUBSCRIBEs, per second
  --config-rate 0       changes of the running configuration per second while calls run; needs --start
  --package presence    or dialog
  --target host:port    the SIP service under load, 127.0.0.1:5060 unless given
  --start               starts a private linewatch and stops it at the end
  --print-config        prints the configuration that the phones need, and ends
  --json file           the result as JSON
  --seed 1              the same seed, the same watchers and calls`;

/** Reads the command line. @throws Error with one line that says which option is wrong */
export function readOptions(args: readonly string[]): LoadOptions | 'help' {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      lines: { type: 'string' }, watchers: { type: 'string' }, subscriptions: { type: 'string' }, rate: { type: 'string' },
      'warm-up': { type: 'string' }, duration: { type: 'string' }, 'ring-ms': { type: 'string' }, 'hold-ms': { type: 'string' }, 'rest-ms': { type: 'string' },
      'setup-rate': { type: 'string' }, 'config-rate': { type: 'string' }, package: { type: 'string' }, seed: { type: 'string' }, target: { type: 'string' },
      json: { type: 'string' }, start: { type: 'boolean' }, 'print-config': { type: 'boolean' }, help: { type: 'boolean', short: 'h' },
    },
  }); // prettier-ignore
  if (values.help) return 'help';
  const number = numberReader(values);
  const lines = Math.floor(number('lines', 1000, 2, 100_000));
  const given =
    values.subscriptions === undefined ? undefined : Math.floor(number('subscriptions', 1, 1, lines * (lines - 1)));
  const watchers = given ? Math.ceil(given / lines) : Math.floor(number('watchers', 10, 1, lines - 1));
  const eventPackage = values.package ?? 'presence';
  if (eventPackage !== 'presence' && eventPackage !== 'dialog')
    throw new Error(`--package is presence or dialog, not ${eventPackage}`);
  return {
    lines,
    watchers,
    subscriptions: given ?? lines * watchers,
    rate: number('rate', 200, 0, 5_000),
    warmUp: number('warm-up', 0, 0, 300),
    // Registrations and subscriptions are granted for an hour and not refreshed here.
    duration: number('duration', 60, 0, 1_500),
    ringMs: number('ring-ms', 300, 0, 60_000),
    holdMs: number('hold-ms', 500, 0, 60_000),
    restMs: number('rest-ms', 500, 0, 60_000),
    configRate: values.start ? number('config-rate', 0, 0, 1_000) : number('config-rate', 0, 0, 0),
    setupRate: number('setup-rate', 500, 1, 50_000),
    package: eventPackage,
    seed: Math.floor(number('seed', 1, 0, 2 ** 32 - 1)),
    target: readTarget(values.target ?? '127.0.0.1:5060'),
    start: values.start ?? false,
    printConfig: values['print-config'] ?? false,
    json: values.json,
  };
}

/** How the numbers of a command line are read: each with what stands when it is absent, and its bounds. */
export function numberReader<Values extends Readonly<Record<string, unknown>>>(values: Values) {
  /** @throws Error with one line that names the option */
  return (name: keyof Values & string, fallback: number, least: number, most: number): number => {
    const text = values[name];
    const value = text === undefined ? fallback : Number(text);
    if (!(value >= least && value <= most))
      throw new Error(`--${name} must be a number from ${least} to ${most}, not ${String(text)}`);
    return value;
  };
}

/** Reads `host:port`. @throws Error with one line */
export function readTarget(text: string): { host: string; port: number } {
  const parts = /^([\d.]+):(\d{1,5})$/.exec(text);
  if (!parts) throw new Error(`--target is an IPv4 address and a port such as 127.0.0.1:5060, not ${text}`);
  return { host: parts[1] ?? '', port: Number(parts[2]) };
}
