import { type RemoteInfo, type Socket, createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { ServiceContext } from '@linewatch/runtime';
import type { FoundFile, PhoneFiles } from '../phone-files';
import { TFTP_ERROR, type TftpPacket, type TftpRequest, encodeTftp, parseTftp } from './packet';
import { type Transfer, type TransferEffect, type TransferInput, type TransferResult, begin, step } from './transfer';

/** How many transfers there may be at once. A request beyond is not answered: the client asks again a little later. */
export interface TftpLimits {
  readonly total: number;
  /** To one address. */
  readonly perSource: number;
}

const LIMITS: TftpLimits = { total: 512, perSource: 16 };
const MODES = ['octet', 'netascii'];
const UNKNOWN_TRANSFER = { kind: 'error', code: TFTP_ERROR.unknownTransfer, message: 'Unknown transfer ID' } as const;

/** What is answered instead of a file. */
const REFUSALS: Record<Exclude<FoundFile['kind'], 'file'>, { code: number; message: string }> = {
  not_found: { code: TFTP_ERROR.notFound, message: 'File not found' },
  traversal: { code: TFTP_ERROR.accessViolation, message: 'Access violation' },
  oversized: { code: TFTP_ERROR.accessViolation, message: 'The file name is too long' },
};

/** A transfer with its socket, whose port is its identifier [RFC1350 4]. */
interface Running {
  readonly source: RemoteInfo;
  readonly socket: Socket;
  transfer: Transfer;
  timer?: NodeJS.Timeout;
}

/**
 * Phones' files over TFTP [RFC1350, RFC2347, RFC2348, RFC2349, RFC7440], read only. A request costs at most one small
 * answer, and options are acknowledged before any block is sent: who writes somebody else's address upon a request makes
 * this server no louder than they are.
 */
export class TftpServer {
  private socket?: Socket;
  private bind: { host: string; type: 'udp4' | 'udp6' } = { host: '0.0.0.0', type: 'udp4' };
  /** By address and port of the client. */
  private readonly running = new Map<string, Running>();
  private readonly perSource = new Map<string, number>();
  private readonly requests;

  constructor(
    private readonly context: Pick<ServiceContext, 'metrics' | 'clock' | 'log'>,
    private readonly files: Pick<PhoneFiles, 'find'>,
    private readonly limits: TftpLimits = LIMITS,
  ) {
    this.requests = context.metrics.counters('tftp_requests_total', 'Requests over TFTP by how they ended', 'result');
    context.metrics.gauge('tftp_transfers', 'Files that are being sent over TFTP', () => this.running.size);
  }

  /** Listens; gives the port. @throws when it is taken */
  async listen(host: string, port: number): Promise<number> {
    this.bind = { host, type: isIPv6(host) ? 'udp6' : 'udp4' };
    const socket = await this.open(port);
    this.socket = socket;
    socket.on('message', (bytes, source) => this.takeRequest(bytes, source));
    return socket.address().port;
  }

  /** Ends every transfer without a word: the client asks again. */
  async stop(): Promise<void> {
    for (const one of [...this.running.values()]) this.end(one);
    const { socket } = this;
    if (socket) await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  private takeRequest(bytes: Buffer, source: RemoteInfo): void {
    // Nobody can be answered at port 0.
    if (source.port === 0) return this.requests.of('malformed').add();
    const packet = parseTftp(bytes);
    switch (packet?.kind) {
      case 'read':
        return this.read(packet, source);
      case 'write':
        return this.refuse(source, 'write', { code: TFTP_ERROR.accessViolation, message: 'Nothing can be written' });
      case 'error':
        // Never an error for an error.
        return this.requests.of('malformed').add();
      default:
        return this.refuse(source, 'malformed', { code: TFTP_ERROR.illegalOperation, message: 'No request' });
    }
  }

  private read(request: TftpRequest, source: RemoteInfo): void {
    const key = keyOf(source);
    // Asked again: the transfer sends again by itself.
    if (this.running.has(key)) return;
    if (!MODES.includes(request.mode))
      return this.refuse(source, 'malformed', { code: TFTP_ERROR.illegalOperation, message: 'Unknown mode' });
    const ofSource = this.perSource.get(source.address) ?? 0;
    if (this.running.size >= this.limits.total || ofSource >= this.limits.perSource)
      return this.requests.of('flood').add();
    const found = this.files.find(request.file);
    if (found.kind !== 'file') return this.refuse(source, found.kind, REFUSALS[found.kind]);
    const socket = this.newSocket();
    const { transfer, effects } = begin(request, found.content, this.context.clock.monotonic());
    const one: Running = { source, socket, transfer };
    this.running.set(key, one);
    this.perSource.set(source.address, ofSource + 1);
    socket.on('error', (err) => this.fail(one, err));
    socket.on('message', (bytes, from) => this.takeAnswer(one, bytes, from));
    socket.bind(0, this.bind.host, () => this.carryOut(one, effects));
  }

  private takeAnswer(one: Running, bytes: Buffer, from: RemoteInfo): void {
    const packet = parseTftp(bytes);
    if (packet === undefined || from.port === 0) return;
    if (keyOf(from) === keyOf(one.source)) return this.input(one, { kind: 'packet', packet });
    if (packet.kind !== 'error') send(one.socket, from, UNKNOWN_TRANSFER);
  }

  private input(one: Running, input: TransferInput): void {
    const { transfer, effects } = step(one.transfer, input, this.context.clock.monotonic());
    one.transfer = transfer;
    this.carryOut(one, effects);
  }

  private carryOut(one: Running, effects: readonly TransferEffect[]): void {
    if (!this.isRunning(one)) return;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          send(one.socket, one.source, effect.packet);
          break;
        case 'timer':
          clearTimeout(one.timer);
          one.timer = setTimeout(() => this.input(one, { kind: 'timeout' }), effect.ms);
          break;
        case 'done':
          this.done(one, effect.result);
          break;
      }
    }
  }

  private done(one: Running, result: TransferResult | 'failed'): void {
    this.requests.of(result).add();
    this.end(one);
  }

  private fail(one: Running, err: Error): void {
    this.context.log.warn({ err, to: one.source.address }, 'a file could not be sent over TFTP');
    if (this.isRunning(one)) this.done(one, 'failed');
  }

  private end(one: Running): void {
    const { address } = one.source;
    clearTimeout(one.timer);
    this.running.delete(keyOf(one.source));
    const left = (this.perSource.get(address) ?? 1) - 1;
    if (left === 0) this.perSource.delete(address);
    else this.perSource.set(address, left);
    one.socket.close();
  }

  private isRunning(one: Running): boolean {
    return this.running.get(keyOf(one.source)) === one;
  }

  private refuse(source: RemoteInfo, result: string, error: { code: number; message: string }): void {
    this.requests.of(result).add();
    if (this.socket) send(this.socket, source, { kind: 'error', ...error });
  }

  private async open(port: number): Promise<Socket> {
    const socket = this.newSocket();
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ port, address: this.bind.host, exclusive: true }, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    socket.on('error', (err) => this.context.log.warn({ err }, 'tftp'));
    return socket;
  }

  /** One whose addresses are addresses: what is sent leaves at once. */
  private newSocket(): Socket {
    const { type } = this.bind;
    const family = type === 'udp6' ? 6 : 4;
    return createSocket({ type, lookup: (host, _options, found) => found(null, host, family) });
  }
}

/** What cannot be sent is lost, as any datagram may be. */
function send(socket: Socket, { port, address }: RemoteInfo, packet: TftpPacket): void {
  socket.send(encodeTftp(packet), port, address, () => undefined);
}

function keyOf({ address, port }: RemoteInfo): string {
  return `${address} ${port}`;
}
