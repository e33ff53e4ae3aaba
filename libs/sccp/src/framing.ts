import type { Frame } from './codec';

/**
 * Cuts a byte stream into frames [sccp-wire 1]. Three answers: nothing yet, a frame, malformed. A stream that was
 * malformed once has lost its place and is read no further: the connection is to be closed.
 */

/** Bounds of the length that a frame states, in bytes from the message id to the end. */
export interface FramingLimits {
  readonly maxLength: number;
}

/** The longest that phones send is about 2,400. */
export const DEFAULT_FRAMING_LIMITS: FramingLimits = { maxLength: 4096 };

/** The stream states a length that no message has. */
export interface MalformedStream {
  readonly malformed: 'length below 4' | 'length above the limit';
  readonly length: number;
}

const HEADER = 12;
/** The length counts the message id. */
const LEAST_LENGTH = 4;

/** The reader of one connection. Holds at most one unfinished frame. */
export class SccpFramer {
  private pending: Buffer = Buffer.alloc(0);
  private held = 0;
  private failed = false;

  constructor(private readonly limits: FramingLimits = DEFAULT_FRAMING_LIMITS) {}

  /** Whether the stream was malformed; everything pushed from then on is ignored. */
  get malformed(): boolean {
    return this.failed;
  }

  /** How many bytes of an unfinished frame are held. */
  get heldBytes(): number {
    return this.held;
  }

  /** Takes the next bytes and gives what they completed, in order. Payloads may share the memory of `chunk`. */
  push(chunk: Buffer): (Frame | MalformedStream)[] {
    const found: (Frame | MalformedStream)[] = [];
    let rest = chunk;
    while (rest.length > 0 && !this.failed) {
      rest = this.held === 0 ? this.cut(rest, found) : this.complete(rest, found);
    }
    return found;
  }

  /** Nothing is held: frames are cut out of the chunk itself, and what is left over is kept. */
  private cut(chunk: Buffer, found: (Frame | MalformedStream)[]): Buffer {
    const size = this.sizeOf(chunk, found);
    if (this.failed) return chunk;
    if (size === undefined || size > chunk.length) return this.hold(chunk, chunk.length);
    found.push(frameOf(chunk.subarray(0, size)));
    return chunk.subarray(size);
  }

  /** Something is held: it is completed with no more of the chunk than it needs. */
  private complete(chunk: Buffer, found: (Frame | MalformedStream)[]): Buffer {
    const known = this.pending.subarray(0, this.held);
    const wanted = this.held < HEADER ? HEADER : (this.sizeOf(known, found) ?? HEADER);
    const rest = this.hold(chunk, Math.min(chunk.length, wanted - this.held));
    const whole = this.pending.subarray(0, this.held);
    const size = this.sizeOf(whole, found);
    if (!this.failed && size === this.held && size !== undefined) {
      found.push(frameOf(whole));
      // The frame keeps this memory.
      this.pending = Buffer.alloc(0);
      this.held = 0;
    }
    return rest;
  }

  /** The size of the frame that begins here; undefined while its length is not known. */
  private sizeOf(bytes: Buffer, found: (Frame | MalformedStream)[]): number | undefined {
    if (bytes.length < 4) return undefined;
    const length = bytes.readUInt32LE(0);
    if (length < LEAST_LENGTH || length > this.limits.maxLength) {
      found.push({ malformed: length < LEAST_LENGTH ? 'length below 4' : 'length above the limit', length });
      this.failed = true;
      this.pending = Buffer.alloc(0);
      this.held = 0;
      return undefined;
    }
    return length + 8;
  }

  /** Keeps the first bytes of a chunk. @returns the others */
  private hold(chunk: Buffer, count: number): Buffer {
    const needed = this.held + count;
    if (needed > this.pending.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.pending.length, 64));
      this.pending.copy(grown, 0, 0, this.held);
      this.pending = grown;
    }
    chunk.copy(this.pending, this.held, 0, count);
    this.held = needed;
    return chunk.subarray(count);
  }
}

function frameOf(bytes: Buffer): Frame {
  return { headerVersion: bytes.readUInt32LE(4), id: bytes.readUInt32LE(8), payload: bytes.subarray(HEADER) };
}
