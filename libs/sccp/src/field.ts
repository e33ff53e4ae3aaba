import { nameOfCode, type Codes } from './codes';
import { bytesOfIp, bytesOfIp4, textOfIp4, textOfIp6 } from './ip-address';
import { decodeText, encodeText, type PayloadReader, type PayloadWriter } from './payload';

/**
 * The kinds of field a layout is made of. Each reads and writes; the order of fields in a layout is the order on the wire.
 */
export interface Field<T> {
  /** Total: an absent field has the value that all-zero bytes have, or undefined where the kind says so. */
  read(from: PayloadReader): T;
  write(to: PayloadWriter, value: T): void;
  /** The value for a reader of logs, where it is more than the number or the text. */
  show?(value: T): string;
}

function uint(width: 1 | 2 | 4): Field<number> {
  return { read: (from) => from.uint(width) ?? 0, write: (to, value) => to.uint(width, value) };
}

export const u8 = uint(1);
export const u16 = uint(2);
export const u32 = uint(4);

/** A word that older or smaller phones leave out together with everything after it. */
export const optionalU32: Field<number | undefined> = {
  read: (from) => from.uint(4),
  write: (to, value) => (value === undefined ? to.absent(4) : to.uint(4, value)),
};

/** A word out of a table of names. */
export function code(table: Codes, field: Field<number> = u32): Field<number> {
  return { ...field, show: (value) => nameOfCode(table, value) ?? String(value) };
}

/** Text in a field of fixed width, NUL-padded; its last byte stays NUL. A phone may cut it short after the NUL. */
export function text(width: number): Field<string> {
  return {
    read: (from) => {
      const bytes = from.take(width);
      const nul = bytes.indexOf(0);
      return decodeText(nul < 0 ? bytes : bytes.subarray(0, nul), from.dialect);
    },
    write: (to, value) => to.fixed(encodeText(value, width - 1, to.dialect), width),
  };
}

/** Text ended by one NUL, at most so many bytes without it. */
export function textToNul(most: number): Field<string> {
  return {
    read: (from) => decodeText(from.takeToNul(most), from.dialect),
    write: (to, value) => {
      const bytes = encodeText(value, most, to.dialect);
      to.fixed(bytes, bytes.length + 1);
    },
  };
}

/** Bytes as hexadecimal digits; absent ones are zero. */
export function hex(width: number): Field<string> {
  return {
    read: (from) =>
      from
        .take(width)
        .toString('hex')
        .padEnd(2 * width, '0'),
    write: (to, value) => to.fixed(Buffer.from(value, 'hex'), width),
  };
}

/** Four bytes in network order. */
export const ip4: Field<string> = {
  read: (from) => textOfIp4(from.take(4)),
  write: (to, value) => to.fixed(bytesOfIp4(value) ?? new Uint8Array(4), 4),
};

/** Sixteen bytes of IPv6. */
export const ip6: Field<string> = {
  read: (from) => textOfIp6(from.take(16)),
  write: (to, value) => {
    const bytes = bytesOfIp(value);
    to.fixed(bytes?.length === 16 ? bytes : new Uint8Array(16), 16);
  },
};

/** A type (0 IPv4, 1 IPv6, 2 both, 3 none) and sixteen bytes, of which IPv4 takes the first four. */
export const ip20: Field<string> = {
  read: (from) => {
    const type = from.uint(4);
    const bytes = from.take(16);
    return type === 1 ? textOfIp6(bytes) : type === 3 ? '0.0.0.0' : textOfIp4(bytes);
  },
  write: (to, value) => {
    const bytes = bytesOfIp(value) ?? new Uint8Array(4);
    to.uint(4, bytes.length === 16 ? 1 : 0);
    to.fixed(bytes, 16);
  },
};

/** One layout from a protocol version on, another one below it. */
export function byVersion<T>(from: number, newer: Field<T>, older: Field<T>): Field<T> {
  const pick = (version: number): Field<T> => (version >= from ? newer : older);
  return {
    read: (reader) => pick(reader.dialect.version).read(reader),
    write: (writer, value) => pick(writer.dialect.version).write(writer, value),
    ...(newer.show && { show: newer.show }),
  };
}

/** A field that exists from a protocol version on; below it there are no bytes and the value is `absent`. */
export function since<T>(version: number, field: Field<T>, absent: T): Field<T> {
  return byVersion(version, field, { read: () => absent, write: () => {} });
}

/**
 * Addresses are four bytes below version 17 and twenty from it on. A phone's own messages are told apart by their length
 * [sccp-wire 4]: `longFrom` is the payload length from which the long form is meant.
 */
export function address(longFrom?: number): Field<string> {
  const versioned = byVersion(17, ip20, ip4);
  if (longFrom === undefined) return versioned;
  return { ...versioned, read: (from) => (from.payload.length >= longFrom ? ip20 : ip4).read(from) };
}

/** Bytes of no use to us before a field: zero when written. */
export function after<T>(gap: number, field: Field<T>): Field<T> {
  return {
    ...field,
    read: (from) => {
      from.offset += gap;
      return field.read(from);
    },
    write: (to, value) => {
      to.zeros(gap);
      field.write(to, value);
    },
  };
}

/** Bytes of no use to us after the last field, from a protocol version on. */
export function before<T>(field: Field<T>, gap: number, version = 0): Field<T> {
  return {
    ...field,
    read: (from) => {
      const value = field.read(from);
      if (from.dialect.version >= version) from.offset += gap;
      return value;
    },
    write: (to, value) => {
      field.write(to, value);
      if (to.dialect.version >= version) to.zeros(gap);
    },
  };
}
