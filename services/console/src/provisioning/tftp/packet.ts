/** TFTP on the wire [RFC1350 5, RFC2347]: pure, of any bytes. */

/** What a client asks for. Names and values of options are as they were sent, names in lower case. */
export interface TftpRequest {
  readonly kind: 'read' | 'write';
  readonly file: string;
  /** In lower case: `octet`, `netascii`, or one that is not served. */
  readonly mode: string;
  readonly options: ReadonlyMap<string, string>;
}

export type TftpPacket =
  | TftpRequest
  | { readonly kind: 'data'; readonly block: number; readonly data: Uint8Array }
  | { readonly kind: 'ack'; readonly block: number }
  | { readonly kind: 'error'; readonly code: TftpError; readonly message: string }
  | { readonly kind: 'oack'; readonly options: ReadonlyMap<string, string> };

/** Error codes [RFC1350 5, RFC2347]. */
export const TFTP_ERROR = {
  notDefined: 0,
  notFound: 1,
  accessViolation: 2,
  diskFull: 3,
  illegalOperation: 4,
  unknownTransfer: 5,
  fileExists: 6,
  noSuchUser: 7,
  optionsRefused: 8,
} as const;
export type TftpError = number;

const OPCODE = { read: 1, write: 2, data: 3, ack: 4, error: 5, oack: 6 } as const;
/** A request is no longer than that [RFC2347]. */
const LONGEST_REQUEST = 512;
/** No known client sends more than five. */
const MOST_OPTIONS = 16;

/** Reads a datagram; undefined when it is no TFTP. */
export function parseTftp(bytes: Uint8Array): TftpPacket | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 4) return undefined;
  const rest = buffer.subarray(2);
  switch (buffer.readUInt16BE(0)) {
    case OPCODE.read:
      return requestOf('read', buffer);
    case OPCODE.write:
      return requestOf('write', buffer);
    case OPCODE.data:
      return { kind: 'data', block: rest.readUInt16BE(0), data: rest.subarray(2) };
    case OPCODE.ack:
      return buffer.length === 4 ? { kind: 'ack', block: rest.readUInt16BE(0) } : undefined;
    case OPCODE.error: {
      // Some clients leave out the zero at the end.
      const [message = ''] = rest.subarray(2).toString('latin1').split('\0', 1);
      return { kind: 'error', code: rest.readUInt16BE(0), message };
    }
    case OPCODE.oack: {
      const options = optionsOf(stringsOf(rest));
      return options && { kind: 'oack', options };
    }
    default:
      return undefined;
  }
}

/** Makes a datagram. Strings are of one byte a character and hold no zero. */
export function encodeTftp(packet: TftpPacket): Buffer {
  switch (packet.kind) {
    case 'read':
    case 'write': {
      const strings = [packet.file, packet.mode, ...[...packet.options].flat()];
      return Buffer.concat([numbers(OPCODE[packet.kind]), zeroTerminated(strings)]);
    }
    case 'data':
      return Buffer.concat([numbers(OPCODE.data, packet.block), packet.data]);
    case 'ack':
      return numbers(OPCODE.ack, packet.block);
    case 'error':
      return Buffer.concat([numbers(OPCODE.error, packet.code), zeroTerminated([packet.message])]);
    case 'oack':
      return Buffer.concat([numbers(OPCODE.oack), zeroTerminated([...packet.options].flat())]);
  }
}

function requestOf(kind: TftpRequest['kind'], buffer: Buffer): TftpRequest | undefined {
  if (buffer.length > LONGEST_REQUEST) return undefined;
  const [file, mode, ...more] = stringsOf(buffer.subarray(2)) ?? [];
  if (file === undefined || mode === undefined) return undefined;
  const options = optionsOf(more);
  return options && { kind, file, mode: mode.toLowerCase(), options };
}

/** Texts that end with a zero each; undefined when the last one does not. */
function stringsOf(bytes: Buffer): string[] | undefined {
  if (bytes.length > 0 && bytes.at(-1) !== 0) return undefined;
  return bytes.toString('latin1').split('\0').slice(0, -1);
}

/** Names and values in turn; of an option that is given twice the first counts. */
function optionsOf(strings: string[] | undefined): ReadonlyMap<string, string> | undefined {
  if (strings === undefined || strings.length % 2 !== 0 || strings.length > 2 * MOST_OPTIONS) return undefined;
  const options = new Map<string, string>();
  for (let at = 0; at < strings.length; at += 2) {
    const name = (strings[at] as string).toLowerCase();
    if (!options.has(name)) options.set(name, strings[at + 1] as string);
  }
  return options;
}

function numbers(...values: number[]): Buffer {
  const buffer = Buffer.alloc(2 * values.length);
  values.forEach((value, at) => buffer.writeUInt16BE(value, 2 * at));
  return buffer;
}

function zeroTerminated(strings: readonly string[]): Buffer {
  return Buffer.from(strings.map((text) => `${text}\0`).join(''), 'latin1');
}
