/**
 * Feeds the SIP readers with damaged messages: no input may throw, take longer than a bound, or make the heap grow.
 *
 *     node fuzz-sip.js [--count 1000000] [--seed 1] [--max-ms 50] [--corpus libs/sip/src/testdata/torture]
 *
 * Everything follows from the seed and the number of the input: what it finds is shown as base64 with both, and
 * `--seed S --only N` runs that one input again. Ends with code 1 when anything was found.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  failureResponse,
  fillReceivedAndRport,
  formatNameAddr,
  formatUri,
  header,
  isKeepAlive,
  parseMessage,
  parseNameAddr,
  parseUri,
  responseTarget,
  responseTo,
  scanResponse,
  serialize,
  StreamFramer,
} from '@linewatch/sip';
import { damaged, type Mutation, pickerOf, readFuzzOptions, removal, runFuzz, splice, truncation } from './fuzz';

const options = readFuzzOptions({ count: 1_000_000, corpus: join('libs', 'sip', 'src', 'testdata', 'torture') });
const SOURCE = { host: '127.0.0.1', port: 5060 };
const LIMITS = { maxHeaderBytes: 8192, maxBodyBytes: 8192 };
/** No mutant is longer than what a datagram can carry. */
const MAX_INPUT = 65_507;

const PHONE = [
  'SUBSCRIBE sip:3001@10.0.0.1:5060;transport=udp SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK1;rport\r\n' +
    'From: "Bob" <sip:3002@10.0.0.1>;tag=1\r\nTo: <sip:3001@10.0.0.1>\r\nCall-ID: a@10.0.0.2\r\nCSeq: 101 SUBSCRIBE\r\n' +
    'Max-Forwards: 70\r\nContact: <sip:3002@10.0.0.2:5060;transport=udp>\r\nEvent: dialog\r\nExpires: 3600\r\n' +
    'Accept: application/dialog-info+xml\r\nAuthorization: Digest username="3002",realm="cme",nonce="x",uri="sip:cme",' +
    'response="y",qop=auth,nc=00000001\r\nContent-Length: 0\r\n\r\n',
  'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK2;rport=5060\r\nFrom: <sip:3001@10.0.0.1>;tag=2\r\n' +
    'To: <sip:3002@10.0.0.1>;tag=1\r\nCall-ID: a@10.0.0.2\r\nCSeq: 7 NOTIFY\r\nServer: Phone/1.0\r\nContent-Length: 0\r\n\r\n',
].map((text) => Buffer.from(text));

function corpus(folder: string): Buffer[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const messages = files
    .filter((file) => file.isFile() && file.name.endsWith('.dat'))
    .map((file) => join(file.parentPath, file.name))
    .sort();
  if (messages.length === 0) {
    console.error(`no .dat files below ${folder}: run from the project's folder or name it with --corpus`);
    process.exit(2);
  }
  return [...messages.map((path) => readFileSync(path)), ...PHONE];
}

/** Texts that parsers stumble over: signs of the grammar, line ends, numbers at their limits, long runs. */
const SHARP = [
  '\r\n', '\r\n\r\n', '\r', '\n', '\r\n ', '\0', '"', '\\', '<', '>', ';', ',', ':', '@', '%', '%00', '%zz', '?', '=', '[', ']', '[::1]', '*',
  '\ufeff', 'é', '4294967296', '-1', '99999999999999999999', '0', 'SIP/2.0', 'Content-Length: 9999\r\n', 'l: 0\r\n', 'Via: ', ';tag=', ';branch=',
  '"'.repeat(999), '\\"'.repeat(999), ','.repeat(999), ';'.repeat(999), ' '.repeat(999), '<'.repeat(999), '['.repeat(99), '%41'.repeat(999), 'a:'.repeat(999),
  '\r\n '.repeat(999), ';a=b'.repeat(999), ':::', 'sip:a@b,'.repeat(400),
].map((text) => Buffer.from(text)); // prettier-ignore

const MUTATIONS: readonly Mutation[] = [
  function bitFlips(input, pick) {
    const output = Buffer.from(input);
    for (let n = 1 + pick(8); n > 0; n--) {
      const at = pick(output.length);
      output[at] = (output[at] ?? 0) ^ (1 << pick(8));
    }
    return output;
  },
  function anyBytes(input, pick) {
    const output = Buffer.from(input);
    for (let n = 1 + pick(8); n > 0; n--) output[pick(output.length)] = pick(256);
    return output;
  },
  truncation,
  splice,
  function duplication(input, pick) {
    const from = pick(input.length + 1);
    const part = input.subarray(from, from + pick(80));
    return Buffer.concat([
      input.subarray(0, from),
      ...Array.from({ length: 1 + pick(20) }, () => part),
      input.subarray(from),
    ]);
  },
  removal,
  function sharpText(input, pick) {
    const at = pick(input.length + 1);
    return Buffer.concat([input.subarray(0, at), SHARP[pick(SHARP.length)] ?? input, input.subarray(at)]);
  },
  function lineFromAnother(input, pick, all) {
    const lines = input.toString('latin1').split('\r\n');
    const others = (all[pick(all.length)] ?? input).toString('latin1').split('\r\n');
    lines[pick(lines.length)] = others[pick(others.length)] ?? '';
    return Buffer.from(lines.join('\r\n'), 'latin1');
  },
  function sharpValue(input, pick) {
    const lines = input.toString('latin1').split('\r\n');
    const at = pick(lines.length);
    const line = lines[at] ?? '';
    const cut = line.indexOf(':') + 1 + pick(line.length);
    lines[at] = line.slice(0, cut) + (SHARP[pick(SHARP.length)] ?? input).toString('latin1') + line.slice(cut);
    return Buffer.from(lines.join('\r\n'), 'latin1');
  },
  function lengthLie(input, pick) {
    const lies = ['0', '1', '-1', '65536', '4294967295', '99999999999999999999', String(pick(2000)), '0x10', ''];
    const lie = lies[pick(lies.length)] ?? '0';
    return Buffer.from(
      input.toString('latin1').replace(/^(Content-Length|l)[ \t]*:[^\r\n]*/im, `$1: ${lie}`),
      'latin1',
    );
  },
];

/** Content-Length put right again, so that the damage elsewhere is reached. */
function withTrueLength(input: Buffer): Buffer {
  const text = input.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return input;
  const head = text.slice(0, end).replace(/^(Content-Length|l)[ \t]*:[^\r\n]*/im, `$1: ${text.length - end - 4}`);
  return Buffer.from(head + text.slice(end), 'latin1');
}

const all = corpus(options.corpus);

function mutant(number: number): Buffer {
  const pick = pickerOf(options.seed, number);
  const input = damaged(all, MUTATIONS, MAX_INPUT, pick);
  return pick(3) === 0 ? withTrueLength(input) : input;
}

const seen = { requests: 0, responses: 0, failures: 0, scanned: 0, frames: 0 };

/** Everything a server does with bytes from anywhere; what contradicts itself throws. */
function feed(input: Buffer): void {
  isKeepAlive(input);
  const scanned = scanResponse(input);
  if (scanned !== undefined) seen.scanned++;
  const message = parseMessage(input);
  if (message.kind === 'failure') {
    seen.failures++;
    const answer = failureResponse(message, SOURCE);
    if (answer !== undefined && parseMessage(serialize(answer)).kind === 'request')
      throw new Error('the answer is a request');
  } else {
    if (message.kind === 'request') {
      seen.requests++;
      const filled = fillReceivedAndRport(message, SOURCE);
      const response = responseTo(filled, 200, undefined, { toTag: 't' });
      responseTarget(response);
      if (parseMessage(serialize(response)).kind !== 'response') throw new Error('the response to it cannot be read');
    } else seen.responses++;
    const again = parseMessage(serialize(message));
    if (again.kind !== message.kind) throw new Error(`written again it is a ${again.kind}`);
    for (const name of ['From', 'To', 'Contact']) {
      const text = header(message, name);
      const address = text === undefined ? undefined : parseNameAddr(text);
      if (address === undefined) continue;
      if (parseNameAddr(formatNameAddr(address)) === undefined) throw new Error(`${name} written again cannot be read`);
      const uri = parseUri(address.uri);
      if (uri !== undefined && parseUri(formatUri(uri)) === undefined)
        throw new Error(`the URI of ${name} written again cannot be read`);
    }
  }
  const text = input.toString('utf8');
  parseUri(text);
  parseNameAddr(text);
  const framer = new StreamFramer(LIMITS);
  const middle = input.length >> 1;
  for (const frame of [...framer.push(input.subarray(0, middle)), ...framer.push(input.subarray(middle))]) {
    seen.frames++;
    if (Buffer.isBuffer(frame)) parseMessage(frame);
  }
  if (framer.held > LIMITS.maxHeaderBytes + LIMITS.maxBodyBytes + 4)
    throw new Error('the framer holds more than its limits');
}

process.exitCode = runFuzz({
  name: 'fuzz-sip',
  options,
  warm: 20_000,
  mutant,
  feed,
  show: (input, number, what) => `seed ${options.seed} input ${number}: ${what}\n${input.toString('base64')}`,
  kinds: () =>
    `${seen.requests} requests, ${seen.responses} responses, ${seen.failures} refused, ${seen.scanned} scanned, ${seen.frames} frames`,
});
