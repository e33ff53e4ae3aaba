/**
 * Feeds the Skinny codec with damaged frames: no input may throw, take longer than a bound, or make the heap grow.
 *
 *     npm run fuzz:sccp -- [--count 10000000] [--seed 1] [--max-ms 50]
 *
 * Everything follows from the seed and the number of the input: what it finds is shown as hexadecimal digits with both,
 * and `--seed S --only N` runs that one input again. Ends with code 1 when anything was found.
 */
import { parseArgs } from 'node:util';
import { decodeMessage, type Dialect, dumpMessage, encodeMessage, messageNameOf, SccpFramer } from '@linewatch/sccp';

const { values: given } = parseArgs({
  options: {
    count: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    'max-ms': { type: 'string', default: '50' },
    'max-heap-growth-mb': { type: 'string', default: '64' },
  },
});

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) {
    console.error(`--${name} takes a whole number, not "${text}"`);
    process.exit(2);
  }
  return value;
}

const COUNT = numberOf('count', given.count);
const SEED = numberOf('seed', given.seed);
const MAX_NS = BigInt(numberOf('max-ms', given['max-ms'])) * 1_000_000n;
const MAX_HEAP_GROWTH = numberOf('max-heap-growth-mb', given['max-heap-growth-mb']) * 1024 * 1024;
const LIMITS = { maxLength: 4096 };
const MAX_INPUT = 8192;
const VERSIONS = [3, 5, 8, 11, 15, 16, 17, 18, 20, 22];

/** Mulberry32: equal seeds give equal inputs on every machine. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Every message of the table at several versions: with plain letters in its texts, with bytes of every kind, and empty. */
function corpus(): Buffer[] {
  const next = random(SEED);
  const fillings: ((at: number) => number)[] = [
    () => 0,
    (at) => (at % 8 === 7 ? 0 : 48 + (at % 10)),
    () => Math.floor(next() * 256),
  ];
  const ids = Array.from({ length: 0x8200 }, (_, id) => id).filter((id) => messageNameOf(id) !== undefined);
  return ids.flatMap((id) =>
    fillings.flatMap((byteAt) =>
      [5, 11, 17, 22].map((version) => {
        const dialect: Dialect = { version, text: 'utf8' };
        const payload = Buffer.from(Array.from({ length: 700 }, (_, at) => byteAt(at)));
        const message = decodeMessage({ headerVersion: 0, id, payload }, dialect);
        if (message.name === 'raw') throw new Error(`message ${id} has no sample`);
        return encodeMessage(message, dialect);
      }),
    ),
  );
}

const SHARP = [0, 1, 3, 4, 0x7f, 0xff, 0x100, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8];

type Mutation = (input: Buffer, pick: (below: number) => number, all: readonly Buffer[]) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  function bitFlips(input, pick) {
    const output = Buffer.from(input);
    for (let n = 1 + pick(8); n > 0 && output.length > 0; n--) {
      const at = pick(output.length);
      output[at] = (output[at] ?? 0) ^ (1 << pick(8));
    }
    return output;
  },
  function anyBytes(input, pick) {
    const output = Buffer.from(input);
    for (let n = 1 + pick(16); n > 0 && output.length > 0; n--) output[pick(output.length)] = pick(256);
    return output;
  },
  function truncation(input, pick) {
    return input.subarray(0, pick(input.length + 1));
  },
  function splice(input, pick, all) {
    const other = all[pick(all.length)] ?? input;
    return Buffer.concat([input.subarray(0, pick(input.length + 1)), other.subarray(pick(other.length + 1))]);
  },
  function duplication(input, pick) {
    const from = pick(input.length + 1);
    const part = input.subarray(from, from + pick(80));
    const copies = Array.from({ length: 1 + pick(10) }, () => part);
    return Buffer.concat([input.subarray(0, from), ...copies, input.subarray(from)]);
  },
  function removal(input, pick) {
    const from = pick(input.length + 1);
    return Buffer.concat([input.subarray(0, from), input.subarray(from + pick(40))]);
  },
  function sharpWord(input, pick) {
    const output = Buffer.from(input);
    if (output.length >= 4) output.writeUInt32LE(SHARP[pick(SHARP.length)] ?? 0, pick((output.length >> 2) - 1) * 4);
    return output;
  },
  function anotherMessage(input, pick) {
    const output = Buffer.from(input);
    if (output.length >= 12) output.writeUInt32LE(pick(4) === 0 ? pick(0x200) : (input[8] ?? 0) + 256 * pick(2), 8);
    return output;
  },
  function lengthLie(input, pick) {
    const output = Buffer.from(input);
    if (output.length >= 4) output.writeUInt32LE(pick(3) === 0 ? (SHARP[pick(SHARP.length)] ?? 0) : pick(5000), 0);
    return output;
  },
];

/** The length put right again, so that the damage behind it is reached. */
function withTrueLength(input: Buffer): Buffer {
  if (input.length < 12) return input;
  const output = Buffer.from(input.subarray(0, LIMITS.maxLength + 8));
  output.writeUInt32LE(output.length - 8, 0);
  return output;
}

interface Mutant {
  readonly input: Buffer;
  readonly dialect: Dialect;
  readonly cut: number;
}

function mutant(all: readonly Buffer[], number: number): Mutant {
  const next = random(Math.imul(SEED, 0x9e3779b1) ^ number);
  const pick = (below: number): number => (below <= 0 ? 0 : Math.floor(next() * below));
  let input = all[pick(all.length)] ?? Buffer.alloc(0);
  for (let n = pick(4) > 0 ? 1 : 2 + pick(5); n > 0; n--) {
    const mutate = MUTATIONS[pick(MUTATIONS.length)];
    if (mutate !== undefined) input = mutate(input, pick, all).subarray(0, MAX_INPUT);
  }
  if (pick(3) > 0) input = withTrueLength(input);
  const dialect: Dialect = { version: VERSIONS[pick(VERSIONS.length)] ?? 17, text: pick(2) === 0 ? 'utf8' : 'latin1' };
  return { input, dialect, cut: pick(input.length + 1) };
}

const seen = { messages: 0, unknown: 0, short: 0, malformed: 0 };

/** Everything a server does with bytes from anywhere; what contradicts itself throws. */
function feed({ input, dialect, cut }: Mutant): void {
  const framer = new SccpFramer(LIMITS);
  const found = [...framer.push(input.subarray(0, cut)), ...framer.push(input.subarray(cut))];
  if (framer.heldBytes > LIMITS.maxLength + 8) throw new Error('the framer holds more than its limit');
  for (const frame of found) {
    if ('malformed' in frame) {
      seen.malformed++;
      continue;
    }
    const message = decodeMessage(frame, dialect);
    if (dumpMessage(message).length > 8192) throw new Error('the dump is not bounded');
    if (message.name === 'raw') {
      seen[message.reason]++;
      continue;
    }
    seen.messages++;
    const [again] = new SccpFramer(LIMITS).push(encodeMessage(message, dialect));
    if (again === undefined || 'malformed' in again) throw new Error('written again it is no frame');
    if (decodeMessage(again, dialect).name !== message.name) throw new Error('written again it is another message');
  }
}

function report(number: number, { input, dialect }: Mutant, what: string): void {
  console.error(`seed ${SEED} input ${number}: ${what} (version ${dialect.version}, ${dialect.text})`);
  console.error(input.toString('hex'));
}

/** The live heap: collected first where node was started with --expose-gc. */
function heapUsed(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed;
}

function timed(number: number, given: Mutant, onFound: () => void): bigint {
  const before = process.hrtime.bigint();
  try {
    feed(given);
  } catch (error) {
    onFound();
    report(number, given, String(error));
  }
  return process.hrtime.bigint() - before;
}

function main(): number {
  const all = corpus();
  const only = given.only === undefined ? undefined : numberOf('only', given.only);
  const [first, last] = only === undefined ? [0, COUNT] : [only, only + 1];
  let found = 0;
  const onFound = (): number => found++;
  let slowest = 0n;
  const warm = Math.min(last, first + 50_000);
  let heapBefore = heapUsed();
  const started = process.hrtime.bigint();
  for (let number = first; number < last && found < 20; number++) {
    const each = mutant(all, number);
    let took = timed(number, each, onFound);
    // A pause of the machine or the collector is no fault of the input: only what is slow three times is slow.
    for (let again = 0; took > MAX_NS && again < 2; again++) {
      const repeated = timed(number, each, onFound);
      if (repeated < took) took = repeated;
    }
    if (took > slowest) slowest = took;
    if (took > MAX_NS) {
      found++;
      report(number, each, `took ${took / 1_000_000n} ms`);
    }
    if (number + 1 === warm) heapBefore = heapUsed();
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const growth = heapUsed() - heapBefore;
  if (growth > MAX_HEAP_GROWTH) {
    found++;
    console.error(`the heap grew by ${Math.round(growth / 1048576)} MB`);
  }
  const rate = Math.round((last - first) / seconds);
  const kinds = `${seen.messages} messages, ${seen.unknown} unknown, ${seen.short} short, ${seen.malformed} malformed`;
  const cost = `slowest ${(Number(slowest) / 1e6).toFixed(2)} ms, heap ${(growth / 1048576).toFixed(1)} MB`;
  console.log(`fuzz-sccp: ${last - first} inputs, seed ${SEED}, ${rate} inputs/s, ${kinds}, ${cost}, found ${found}`);
  return found === 0 ? 0 : 1;
}

process.exitCode = main();
