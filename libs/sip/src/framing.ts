/**
 * Cuts a byte stream into messages [RFC3261 18.3] [SB-104]. Three answers: nothing yet, a message, malformed. A stream
 * that was malformed once has lost its place and is read no further: the connection is to be closed.
 */
import { failure, type ParseFailure } from './failure';
import { parseDigits } from './lexical';
import { decode } from './parse';

/** Bounds of one message on a stream, in octets. */
export interface FramingLimits {
  /** Start line and header together. */
  readonly maxHeaderBytes: number;
  readonly maxBodyBytes: number;
}

export const DEFAULT_FRAMING_LIMITS: FramingLimits = { maxHeaderBytes: 32 * 1024, maxBodyBytes: 256 * 1024 };

/**
 * What a stream held: one whole message, to be given to `parseMessage`; a keep-alive ping, to be answered with one CRLF
 * [RFC5626 4.4.1]; or what makes the rest unreadable.
 */
export type Frame = Buffer | 'keepalive-ping' | ParseFailure;

const CR = 13;
const LF = 10;
const DOUBLE_LINE_BREAK = '\r\n\r\n';
const END_OF_HEADER = Buffer.from('\r\n\r\n');

/** The reader of one connection. Holds at most one unfinished message, and so at most the sum of its limits. */
export class StreamFramer {
  /** Bytes of the unfinished message are `pending[0 … length)`. */
  private pending: Buffer = Buffer.alloc(0);
  private length = 0;
  /** The header's end is not before this position. */
  private searched = 0;
  /** How long the whole unfinished message is, once its header is complete. */
  private whole: number | undefined;
  private failed = false;

  constructor(private readonly limits: FramingLimits = DEFAULT_FRAMING_LIMITS) {}

  /** Whether the stream was malformed; everything pushed from then on is ignored. */
  get malformed(): boolean {
    return this.failed;
  }

  /** How many bytes of an unfinished message are held. */
  get held(): number {
    return this.length;
  }

  /** Takes the next bytes of the stream and gives what they completed, in order. Messages may share the memory of `chunk`. */
  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    let rest = chunk;
    while (rest.length > 0 && !this.failed) {
      if (this.length === 0) rest = this.startOn(rest, frames);
      else rest = this.continueWith(rest, frames);
    }
    return frames;
  }

  /** Nothing is held: whole messages are cut out of the chunk itself, and only what is left over is copied. */
  private startOn(chunk: Buffer, frames: Frame[]): Buffer {
    const pings = leadingPings(chunk);
    for (let i = 0; i < pings.count; i++) frames.push('keepalive-ping');
    const bytes = chunk.subarray(pings.end);
    if (bytes.length === 0) return bytes;
    if (bytes[0] === CR || bytes[0] === LF) {
      // At most three bytes are held here, as a fourth makes a ping or the start of a message of them.
      if (bytes.length < 4 && DOUBLE_LINE_BREAK.startsWith(bytes.toString('latin1'))) return this.hold(bytes);
      if (bytes[0] === CR && bytes[1] === LF) return bytes.subarray(2);
      this.fail(frames, 400, 'Bare CR Or LF Between Messages', '');
      return bytes;
    }
    this.searched = 0;
    const size = this.sizeOf(bytes, frames);
    if (size === undefined || size > bytes.length) return this.failed ? bytes : this.hold(bytes);
    frames.push(bytes.subarray(0, size));
    this.whole = undefined;
    return bytes.subarray(size);
  }

  /** Something is held: the chunk's bytes are added to it up to the end of the message. */
  private continueWith(chunk: Buffer, frames: Frame[]): Buffer {
    const before = this.length;
    if (this.pending[0] === CR) {
      // Line breaks between messages, cut short by the segment: so few that they are simply joined again.
      const joined = Buffer.concat([this.pending.subarray(0, before), chunk]);
      this.length = 0;
      return this.startOn(joined, frames);
    }
    // Before the header's end is known no more is taken than a header may have, so that a chunk of any size is bounded.
    const limit = this.whole ?? this.limits.maxHeaderBytes + END_OF_HEADER.length;
    const taken = Math.min(chunk.length, Math.max(limit - before, 0));
    this.append(chunk.subarray(0, taken));
    const size = this.sizeOf(this.pending.subarray(0, this.length), frames);
    if (this.failed) return chunk;
    if (size === undefined || size > this.length) return chunk.subarray(taken);
    frames.push(Buffer.from(this.pending.subarray(0, size)));
    const used = size - before;
    this.reset();
    return chunk.subarray(used);
  }

  /** The size of the message at the start of `bytes`, or undefined while its header is not complete. */
  private sizeOf(bytes: Buffer, frames: Frame[]): number | undefined {
    if (this.whole !== undefined) return this.whole;
    const { maxHeaderBytes, maxBodyBytes } = this.limits;
    const end = bytes.indexOf(END_OF_HEADER, Math.max(0, this.searched - 3));
    this.searched = bytes.length;
    if (end > maxHeaderBytes || (end === -1 && bytes.length >= maxHeaderBytes + END_OF_HEADER.length)) {
      return this.fail(frames, 513, 'Header Too Large', decode(bytes, 0, maxHeaderBytes));
    }
    if (end === -1) return undefined;
    const head = decode(bytes, 0, end);
    const contentLength = contentLengthOf(head);
    if (contentLength === undefined) return this.fail(frames, 400, 'Content-Length Missing Or Malformed', head);
    if (contentLength > maxBodyBytes) return this.fail(frames, 513, 'Body Too Large', head);
    this.whole = end + END_OF_HEADER.length + contentLength;
    return this.whole;
  }

  private fail(frames: Frame[], status: 400 | 513, reason: string, head: string): undefined {
    frames.push(failure(status, reason, head));
    this.reset();
    this.failed = true;
    return undefined;
  }

  private hold(bytes: Buffer): Buffer {
    this.append(bytes);
    return bytes.subarray(bytes.length);
  }

  /** Adds to what is held; capacity doubles, so that bytes that come one by one cost no more than a copy each. */
  private append(bytes: Buffer): void {
    const needed = this.length + bytes.length;
    if (needed > this.pending.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.pending.length * 2, 512));
      this.pending.copy(grown, 0, 0, this.length);
      this.pending = grown;
    }
    bytes.copy(this.pending, this.length);
    this.length = needed;
  }

  private reset(): void {
    this.length = 0;
    this.searched = 0;
    this.whole = undefined;
    // A connection that once had a large message does not keep its memory.
    if (this.pending.length > 4096) this.pending = Buffer.alloc(0);
  }
}

/** The double line breaks at the start, each a ping, and where they end. */
function leadingPings(bytes: Buffer): { count: number; end: number } {
  let end = 0;
  while (bytes[end] === CR && bytes[end + 1] === LF && bytes[end + 2] === CR && bytes[end + 3] === LF) end += 4;
  return { count: end / 4, end };
}

/**
 * Content-Length from the text of a header, by whichever name and however folded. Undefined when there is none, which a
 * stream must not do [RFC3261 18.3], when it is no number, or when two differ in text.
 */
function contentLengthOf(head: string): number | undefined {
  let found: number | undefined;
  let lineStart = head.indexOf('\r\n') + 2;
  while (lineStart > 1 && lineStart < head.length) {
    let lineEnd = head.indexOf('\r\n', lineStart);
    while (lineEnd !== -1 && isSpace(head.charCodeAt(lineEnd + 2))) lineEnd = head.indexOf('\r\n', lineEnd + 2);
    const first = head.charCodeAt(lineStart) | 32;
    if (first === 99 || first === 108) {
      const line = head.slice(lineStart, lineEnd === -1 ? head.length : lineEnd);
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).trimEnd().toLowerCase();
      if (name === 'content-length' || name === 'l') {
        const value = parseDigits(line.slice(colon + 1).trim(), Number.MAX_SAFE_INTEGER);
        if (value === undefined || found !== undefined) return undefined;
        found = value;
      }
    }
    if (lineEnd === -1) break;
    lineStart = lineEnd + 2;
  }
  return found;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9;
}

/** Whether a datagram is a keep-alive, to be dropped without an answer: nothing but line breaks or zeros [RFC5626 3.5]. */
export function isKeepAlive(datagram: Buffer): boolean {
  for (const byte of datagram) if (byte !== CR && byte !== LF && byte !== 0) return false;
  return true;
}
