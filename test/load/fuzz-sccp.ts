/**
 * Feeds the Skinny codec with damaged frames: no input may throw, take longer than a bound, or make the heap grow.
 *
 *     npm run fuzz:sccp -- [--count 10000000] [--seed 1] [--max-ms 50]
 *
 * Everything follows from the seed and the number of the input: what it finds is shown as hexadecimal digits with both,
 * and `--seed S --only N` runs that one input again. Ends with code 1 when anything was found.
 */
import { decodeMessage, type Dialect, dumpMessage, encodeMessage, messageNameOf, SccpFramer } from '@linewatch/sccp';
import { damaged, type Mutation, pickerOf, readFuzzOptions, removal, runFuzz, splice, truncation } from './fuzz';
import { seeded } from './plan';

const options = readFuzzOptions({ count: 10_000_000 });
const LIMITS = { maxLength: 4096 };
const MAX_INPUT = 8192;
const VERSIONS = [3, 5, 8, 11, 15, 16, 17, 18, 20, 22];

/** Every message of the table at several versions: with plain letters in its texts, with bytes of every kind, and empty. */
function corpus(): Buffer[] {
  const next = seeded(options.seed);
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
  truncation,
  splice,
  function duplication(input, pick) {
    const from = pick(input.length + 1);
    const part = input.subarray(from, from + pick(80));
    const copies = Array.from({ length: 1 + pick(10) }, () => part);
    return Buffer.concat([input.subarray(0, from), ...copies, input.subarray(from)]);
  },
  removal,
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

const all = corpus();

function mutant(number: number): Mutant {
  const pick = pickerOf(options.seed, number);
  let input = damaged(all, MUTATIONS, MAX_INPUT, pick);
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

process.exitCode = runFuzz({
  name: 'fuzz-sccp',
  options,
  warm: 50_000,
  mutant,
  feed,
  show: ({ input, dialect }, number, what) =>
    `seed ${options.seed} input ${number}: ${what} (version ${dialect.version}, ${dialect.text})\n${input.toString('hex')}`,
  kinds: () => `${seen.messages} messages, ${seen.unknown} unknown, ${seen.short} short, ${seen.malformed} malformed`,
});
