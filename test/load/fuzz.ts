/** What every fuzz run shares: its options, its numbers, damage to bytes of any kind, and the run with its bounds. */
import { parseArgs } from 'node:util';
import { seeded } from './plan';

/** A number from 0 to below `below`; 0 where nothing is below. */
export type Pick = (below: number) => number;
export type Mutation = (input: Buffer, pick: Pick, all: readonly Buffer[]) => Buffer;

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  /** The number of the one input to run. */
  readonly only?: number;
  readonly maxNs: bigint;
  readonly maxHeapGrowth: number;
  readonly corpus: string;
}

/** Reads the command line; ends with code 2 where an option is no whole number. */
export function readFuzzOptions(defaults: { readonly count: number; readonly corpus?: string }): FuzzOptions {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: String(defaults.count) },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      'max-ms': { type: 'string', default: '50' },
      'max-heap-growth-mb': { type: 'string', default: '64' },
      ...(defaults.corpus !== undefined && { corpus: { type: 'string', default: defaults.corpus } as const }),
    },
  });
  const corpus = (values as { corpus?: string }).corpus ?? '';
  return {
    count: numberOf('count', values.count),
    seed: numberOf('seed', values.seed),
    ...(values.only !== undefined && { only: numberOf('only', values.only) }),
    maxNs: BigInt(numberOf('max-ms', values['max-ms'])) * 1_000_000n,
    maxHeapGrowth: numberOf('max-heap-growth-mb', values['max-heap-growth-mb']) * 1024 * 1024,
    corpus,
  };
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) {
    console.error(`--${name} takes a whole number, not "${text}"`);
    process.exit(2);
  }
  return value;
}

/** What the input of that number is made with: equal seeds give equal inputs on every machine. */
export function pickerOf(seed: number, number: number): Pick {
  const next = seeded(Math.imul(seed, 0x9e3779b1) ^ number);
  return (below) => (below <= 0 ? 0 : Math.floor(next() * below));
}

export const truncation: Mutation = (input, pick) => input.subarray(0, pick(input.length + 1));

export const splice: Mutation = (input, pick, all) => {
  const other = all[pick(all.length)] ?? input;
  return Buffer.concat([input.subarray(0, pick(input.length + 1)), other.subarray(pick(other.length + 1))]);
};

export const removal: Mutation = (input, pick) => {
  const from = pick(input.length + 1);
  return Buffer.concat([input.subarray(0, from), input.subarray(from + pick(40))]);
};

/** One of the corpus, damaged once, and now and then up to six times. */
export function damaged(all: readonly Buffer[], mutations: readonly Mutation[], maxInput: number, pick: Pick): Buffer {
  let input = all[pick(all.length)] ?? Buffer.alloc(0);
  for (let n = pick(4) > 0 ? 1 : 2 + pick(5); n > 0; n--) {
    const mutate = mutations[pick(mutations.length)];
    if (mutate !== undefined) input = mutate(input, pick, all).subarray(0, maxInput);
  }
  return input;
}

export interface FuzzRun<Mutant> {
  readonly name: string;
  readonly options: FuzzOptions;
  /** Inputs after which the heap is taken for what it should stay. */
  readonly warm: number;
  readonly mutant: (number: number) => Mutant;
  /** Throws where it finds something. */
  readonly feed: (mutant: Mutant) => void;
  readonly show: (mutant: Mutant, number: number, what: string) => string;
  /** What was seen, at the end. */
  readonly kinds: () => string;
}

/** Runs all inputs and tells what was found; returns the exit code. */
export function runFuzz<Mutant>({ name, options, warm, mutant, feed, show, kinds }: FuzzRun<Mutant>): number {
  const { count, seed, only, maxNs, maxHeapGrowth } = options;
  const [first, last] = only === undefined ? [0, count] : [only, only + 1];
  let found = 0;
  const report = (each: Mutant, number: number, what: string): void => {
    found++;
    console.error(show(each, number, what));
  };
  const timed = (each: Mutant, number: number): bigint => {
    const before = process.hrtime.bigint();
    try {
      feed(each);
    } catch (error) {
      report(each, number, String(error));
    }
    return process.hrtime.bigint() - before;
  };
  let slowest = 0n;
  const warmed = Math.min(last, first + warm);
  let heapBefore = heapUsed();
  const started = process.hrtime.bigint();
  for (let number = first; number < last && found < 20; number++) {
    const each = mutant(number);
    let took = timed(each, number);
    // A pause of the machine or the collector is no fault of the input: only what is slow three times is slow.
    for (let again = 0; took > maxNs && again < 2; again++) {
      const repeated = timed(each, number);
      if (repeated < took) took = repeated;
    }
    if (took > slowest) slowest = took;
    if (took > maxNs) report(each, number, `took ${took / 1_000_000n} ms`);
    if (number + 1 === warmed) heapBefore = heapUsed();
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const growth = heapUsed() - heapBefore;
  if (growth > maxHeapGrowth) {
    found++;
    console.error(`the heap grew by ${Math.round(growth / 1048576)} MB`);
  }
  const rate = Math.round((last - first) / seconds);
  const cost = `slowest ${(Number(slowest) / 1e6).toFixed(2)} ms, heap ${(growth / 1048576).toFixed(1)} MB`;
  console.log(`${name}: ${last - first} inputs, seed ${seed}, ${rate} inputs/s, ${kinds()}, ${cost}, found ${found}`);
  return found === 0 ? 0 : 1;
}

/** The live heap: collected first where node was started with --expose-gc. */
function heapUsed(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed;
}
