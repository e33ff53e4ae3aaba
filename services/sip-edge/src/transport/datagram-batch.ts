import type koffi from 'koffi';
import { createRequire } from 'node:module';
import { endianness } from 'node:os';

/**
 * Many datagrams a system call: Linux's `sendmmsg` and `recvmmsg`, which Node's `dgram` does not use. They are called
 * through the optional package koffi; where it or Linux is missing, `openBatchSocket` says so and `dgram` serves alone.
 */

/** Messages of one system call. */
export const BATCH = 64;
/** A longer message is not sent in a batch. */
export const LONGEST_SENT = 4096;
const LONGEST_READ = 65_536;

/** `struct mmsghdr` and `struct sockaddr_in` of 64-bit Linux, in octets. */
const HEADER = 64;
const NAME_LENGTH_AT = 8;
const LENGTH_AT = 56;
const VECTOR = 16;
const ADDRESS = 16;

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;

const DOT = 0x2e;
const ZERO = 0x30;

/** An IPv4 address and a port as one number, for tables: the address in the upper 32 bits of 48. */
export type Endpoint = number;

/** The endpoint of a dotted address, or undefined for anything else. Every datagram passes here: no pattern, no pieces. */
export function endpointOf(host: string, port: number): Endpoint | undefined {
  let address = 0;
  let octet = -1;
  let dots = 0;
  for (let at = 0; at < host.length; at += 1) {
    const code = host.charCodeAt(at);
    if (code === DOT && octet >= 0) {
      address = address * 256 + octet;
      octet = -1;
      dots += 1;
    } else if (code >= ZERO && code <= ZERO + 9) {
      octet = Math.max(0, octet) * 10 + code - ZERO;
      if (octet > 255) return undefined;
    } else return undefined;
  }
  return dots === 3 && octet >= 0 && port > 0 && port <= 65_535 ? (address * 256 + octet) * 65_536 + port : undefined;
}

/** The dotted address and the port of an endpoint. */
export function addressOf(endpoint: Endpoint): { host: string; port: number } {
  const address = Math.floor(endpoint / 65_536);
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
  return { host: octets.join('.'), port: endpoint % 65_536 };
}

interface SystemCalls {
  readonly koffi: typeof koffi;
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Buffer, length: number): number;
  close(fd: number): number;
  sendmmsg(fd: number, headers: unknown, count: number, flags: number): number;
  recvmmsg(fd: number, headers: unknown, count: number, flags: number, timeout: null): number;
}

let known: SystemCalls | null | undefined;

/** The system calls, or null where they cannot be had. */
function systemCalls(): SystemCalls | null {
  if (known !== undefined) return known;
  known = null;
  const is64Bit = process.arch === 'x64' || process.arch === 'arm64';
  if (process.platform !== 'linux' || !is64Bit || endianness() !== 'LE') return known;
  try {
    const library = createRequire(__filename)('koffi') as typeof koffi;
    const libc = library.load(null);
    known = {
      koffi: library,
      socket: libc.func('int socket(int domain, int type, int protocol)'),
      bind: libc.func('int bind(int fd, const uint8_t *address, uint32_t length)'),
      close: libc.func('int close(int fd)'),
      sendmmsg: libc.func('int sendmmsg(int fd, void *headers, unsigned int count, int flags)'),
      recvmmsg: libc.func('int recvmmsg(int fd, void *headers, unsigned int count, int flags, void *timeout)'),
    };
  } catch {
    // Not installed here, or made for another libc.
  }
  return known;
}

/**
 * A bound, non-blocking IPv4 datagram socket, as its descriptor; whoever takes it closes it.
 * @returns undefined where there are no batches, or where it could not be bound: `dgram` tells why
 */
export function openBatchSocket(host: string, port: number): number | undefined {
  const calls = systemCalls();
  // Port 0 is any free port, and no endpoint.
  const endpoint = calls ? endpointOf(host, port || 1) : undefined;
  if (!calls || endpoint === undefined) return undefined;
  const fd = calls.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return undefined;
  const address = Buffer.alloc(ADDRESS);
  writeAddress(address, 0, endpoint);
  address.writeUInt16BE(port, 2);
  if (calls.bind(fd, address, ADDRESS) === 0) return fd;
  calls.close(fd);
  return undefined;
}

function writeAddress(block: Buffer, at: number, endpoint: Endpoint): void {
  block.writeUInt16LE(AF_INET, at);
  block.writeUInt16BE(endpoint % 65_536, at + 2);
  block.writeUInt32BE(Math.floor(endpoint / 65_536), at + 4);
}

/** Memory that the kernel reads and writes: headers, vectors, addresses and texts of a batch, laid out once. */
class Block {
  readonly bytes: Buffer;
  readonly pointer: unknown;
  private readonly addresses = BATCH * (HEADER + VECTOR);
  private readonly texts = BATCH * (HEADER + VECTOR + ADDRESS);

  constructor(
    { koffi: library }: SystemCalls,
    private readonly longest: number,
  ) {
    const size = BATCH * (HEADER + VECTOR + ADDRESS + longest);
    this.pointer = library.alloc('uint8_t', size);
    this.bytes = Buffer.from(library.view(this.pointer, size));
    const origin = library.address(this.pointer) as bigint;
    for (let n = 0; n < BATCH; n += 1) {
      const header = n * HEADER;
      const vector = BATCH * HEADER + n * VECTOR;
      this.bytes.writeBigUInt64LE(origin + BigInt(this.addressAt(n)), header);
      this.bytes.writeUInt32LE(ADDRESS, header + NAME_LENGTH_AT);
      this.bytes.writeBigUInt64LE(origin + BigInt(vector), header + 16);
      this.bytes.writeBigUInt64LE(1n, header + 24);
      this.bytes.writeBigUInt64LE(origin + BigInt(this.textAt(n)), vector);
      this.bytes.writeBigUInt64LE(BigInt(longest), vector + 8);
    }
  }

  addressAt(n: number): number {
    return this.addresses + n * ADDRESS;
  }

  textAt(n: number): number {
    return this.texts + n * this.longest;
  }

  /** The part of slot `n` that says how many octets its text has. */
  lengthAt(n: number): number {
    return BATCH * HEADER + n * VECTOR + 8;
  }
}

/** Sends and reads batches on a socket that `openBatchSocket` made. */
export class DatagramBatch {
  private readonly out: Block;
  private readonly in: Block;
  private readonly calls: SystemCalls;
  private readonly endpoints = new Array<Endpoint>(BATCH).fill(0);
  private readonly lengths = new Array<number>(BATCH).fill(0);
  private count = 0;

  /** @param refused takes what the kernel did not: a copy, to be sent another way */
  constructor(
    private readonly fd: number,
    private readonly refused: (bytes: Buffer, to: Endpoint) => void,
  ) {
    const calls = systemCalls();
    if (!calls) throw new Error('DatagramBatch needs a descriptor of openBatchSocket.');
    this.calls = calls;
    this.out = new Block(calls, LONGEST_SENT);
    this.in = new Block(calls, LONGEST_READ);
  }

  /** Messages that wait for `flush`. */
  get waiting(): number {
    return this.count;
  }

  /** Takes a message of up to `LONGEST_SENT` octets. A full batch leaves at once. */
  add(bytes: Uint8Array, to: Endpoint): void {
    const n = this.count;
    const { bytes: block } = this.out;
    block.set(bytes, this.out.textAt(n));
    block.writeUInt32LE(bytes.length, this.out.lengthAt(n));
    writeAddress(block, this.out.addressAt(n), to);
    this.endpoints[n] = to;
    this.lengths[n] = bytes.length;
    this.count = n + 1;
    if (this.count === BATCH) this.flush();
  }

  /** Sends what was taken. */
  flush(): void {
    const { count } = this;
    this.count = 0;
    if (count === 0) return;
    const sent = Math.max(0, this.calls.sendmmsg(this.fd, this.out.pointer, count, MSG_DONTWAIT));
    // A full send buffer, or an address without a route: no reason to lose the rest.
    for (let n = sent; n < count; n += 1) {
      const at = this.out.textAt(n);
      this.refused(Buffer.from(this.out.bytes.subarray(at, at + (this.lengths[n] ?? 0))), this.endpoints[n] ?? 0);
    }
  }

  /** Gives the memory back; nothing may be called after it. */
  close(): void {
    this.calls.koffi.free(this.out.pointer);
    this.calls.koffi.free(this.in.pointer);
  }

  /** Reads what waits, up to a batch; the bytes are the receiver's to keep. @returns how many there were */
  read(received: (bytes: Buffer, from: Endpoint) => void): number {
    const { bytes: block } = this.in;
    const count = Math.max(0, this.calls.recvmmsg(this.fd, this.in.pointer, BATCH, MSG_DONTWAIT, null));
    for (let n = 0; n < count; n += 1) {
      const at = this.in.textAt(n);
      const address = this.in.addressAt(n);
      const from = block.readUInt32BE(address + 4) * 65_536 + block.readUInt16BE(address + 2);
      received(Buffer.from(block.subarray(at, at + block.readUInt32LE(n * HEADER + LENGTH_AT))), from);
    }
    return count;
  }
}
