/**
 * The bytes after the message id, read and written field by field. Integers are little-endian [sccp-wire 1]. Reading
 * never fails: what lies beyond the end is absent. Writing never fails: what is too long is cut.
 */

/** What decides how a payload is laid out: the protocol version both sides agreed on, and how the phone encodes text. */
export interface Dialect {
  readonly version: number;
  readonly text: 'utf8' | 'latin1';
}

/** A payload being read. */
export class PayloadReader {
  /** Where the next field begins; may lie beyond the end. */
  offset = 0;

  constructor(
    readonly payload: Buffer,
    readonly dialect: Dialect,
  ) {}

  /** An unsigned integer of so many bytes; undefined unless all of them are there. */
  uint(width: 1 | 2 | 4): number | undefined {
    const at = this.offset;
    this.offset += width;
    return this.offset <= this.payload.length ? this.payload.readUIntLE(at, width) : undefined;
  }

  /** The next bytes, fewer where the payload ends. */
  take(width: number): Buffer {
    const at = Math.min(this.offset, this.payload.length);
    this.offset += width;
    return this.payload.subarray(at, Math.max(at, Math.min(this.offset, this.payload.length)));
  }

  /** The bytes up to the next NUL, which is passed over, at most `most` of them. */
  takeToNul(most: number): Buffer {
    const start = Math.min(this.offset, this.payload.length);
    const nul = this.payload.subarray(start, start + most + 1).indexOf(0);
    const stop = nul < 0 ? Math.min(start + most, this.payload.length) : start + nul;
    this.offset = nul < 0 ? stop : stop + 1;
    return this.payload.subarray(start, stop);
  }

  get remaining(): number {
    return Math.max(0, this.payload.length - this.offset);
  }
}

/**
 * Where payloads are written before they are copied into their frame: one writer at a time, as writing never waits. A
 * buffer of its own for each, and larger ones as it grows, would cost more than all fields.
 */
const scratch = Buffer.allocUnsafe(4_096);

/** A payload being written. What `payload` gives is valid until the next writer is made. */
export class PayloadWriter {
  private bytes = scratch;
  private length = 0;
  /** Where the last field ends that must be there. */
  private used = 0;

  constructor(readonly dialect: Dialect) {}

  /** A number that does not fit is cut to its low bytes. */
  uint(width: 1 | 2 | 4, value: number): void {
    const at = this.grow(width);
    const whole = Math.trunc(Number.isFinite(value) ? value : 0) >>> 0;
    for (let index = 0; index < width; index++) this.bytes[at + index] = (whole >>> (8 * index)) & 0xff;
    this.used = this.length;
  }

  /** Bytes in a field of that width: cut, or filled up with zeros. */
  fixed(bytes: Uint8Array, width: number): void {
    const at = this.grow(width);
    const taken = Math.min(bytes.length, width);
    this.bytes.set(taken < bytes.length ? bytes.subarray(0, taken) : bytes, at);
    this.bytes.fill(0, at + taken, at + width);
    this.used = this.length;
  }

  zeros(width: number): void {
    this.absent(width);
    this.used = this.length;
  }

  /** A field that is left out where nothing follows it. */
  absent(width: number): void {
    const at = this.grow(width);
    this.bytes.fill(0, at, at + width);
  }

  /** What was written. */
  payload(): Buffer {
    return this.bytes.subarray(0, this.used);
  }

  private grow(width: number): number {
    const at = this.length;
    this.length += width;
    if (this.length > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.length, 2 * this.bytes.length));
      this.bytes.copy(grown, 0, 0, at);
      this.bytes = grown;
    }
    return at;
  }
}

/** Text of a phone. Bytes that are no text of the encoding become U+FFFD. */
export function decodeText(bytes: Buffer, dialect: Dialect): string {
  return bytes.toString(dialect.text);
}

/**
 * Text for a phone in at most so many bytes, cut at a character's border, without NUL. What ISO-8859-1 does not have
 * becomes `?`.
 */
export function encodeText(text: string, most: number, dialect: Dialect): Buffer {
  const nul = text.indexOf('\0');
  const visible = nul < 0 ? text : text.slice(0, nul);
  if (dialect.text === 'latin1') {
    return Buffer.from(visible.slice(0, most).replace(/[^\0-\xff]/g, '?'), 'latin1');
  }
  const bytes = Buffer.from(visible.slice(0, most), 'utf8');
  if (bytes.length <= most) return bytes;
  let end = most;
  // A byte 10xxxxxx continues a character that began before.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
