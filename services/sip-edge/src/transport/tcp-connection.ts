import type { Socket } from 'node:net';
import { type Flow, StreamFramer } from '@linewatch/sip';
import type { TransportEvents } from './transport';

/** Bounds of one connection. */
export interface TcpLimits {
  /** How long connecting may take. */
  readonly connectTimeoutMs: number;
  /** A connection that has not brought a whole message by then is half-open, and closed. */
  readonly firstMessageMs: number;
  /** A connection over which nothing came or went for so long is closed. */
  readonly idleMs: number;
  /** What may wait to be sent, also while connecting: a peer that reads slower than this is closed. */
  readonly maxUnsentBytes: number;
}

/** Why a connection ended. `turned-away`: there were too many. */
export type TcpEnding =
  'peer' | 'reset' | 'not-connected' | 'half-open' | 'idle' | 'slow' | 'malformed' | 'turned-away' | 'closing';

const PONG = Buffer.from('\r\n');
/** How long a peer that broke its framing may take to read why, before the connection is reset. */
const LINGER_MS = 1_000;

/** One connection: its bytes cut into messages [SB-104], its bounds kept. `onEnd` is called once. */
export class TcpConnection {
  private readonly framer = new StreamFramer();
  private readonly since = performance.now();
  private lastUsed = this.since;
  private isConnected: boolean;
  private hasSpoken = false;
  private ending: TcpEnding | undefined;
  private linger: NodeJS.Timeout | undefined;
  private readonly connecting: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: Socket,
    readonly flow: Flow,
    private readonly limits: TcpLimits,
    private readonly events: TransportEvents,
    onEnd: (ending: TcpEnding) => void,
  ) {
    this.isConnected = !socket.connecting;
    if (socket.connecting) {
      // One that this edge opens needs no first message: it is there because there is something to say.
      this.hasSpoken = true;
      this.connecting = setTimeout(() => this.end('not-connected'), limits.connectTimeoutMs);
      socket.once('connect', () => {
        this.isConnected = true;
        clearTimeout(this.connecting);
      });
    }
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    // 'close' follows every error.
    socket.on('error', () => (this.ending ??= this.isConnected ? 'reset' : 'not-connected'));
    socket.once('close', () => {
      clearTimeout(this.connecting);
      clearTimeout(this.linger);
      onEnd(this.ending ?? 'peer');
    });
  }

  /** Whether bytes written now may arrive. */
  get isUsable(): boolean {
    return this.ending === undefined && this.socket.writable;
  }

  /** Sends, or keeps while connecting. False when the connection is given up. */
  write(bytes: Buffer): boolean {
    if (!this.isUsable) return false;
    this.lastUsed = performance.now();
    this.socket.write(bytes);
    if (this.socket.writableLength <= this.limits.maxUnsentBytes) return true;
    this.end('slow');
    return false;
  }

  /** Closes the connection when it has been of no use for too long. */
  checkIdle(now: number): void {
    if (this.ending !== undefined) return;
    if (!this.hasSpoken && now - this.since > this.limits.firstMessageMs) this.end('half-open');
    else if (now - this.lastUsed > this.limits.idleMs) this.end('idle');
  }

  /** Ends the connection at once. */
  end(ending: TcpEnding): void {
    this.ending ??= ending;
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    if (this.ending !== undefined) return;
    this.lastUsed = performance.now();
    for (const frame of this.framer.push(chunk)) {
      if (frame === 'keepalive-ping') {
        this.write(PONG);
      } else if (Buffer.isBuffer(frame)) {
        this.hasSpoken = true;
        this.events.message(frame, this.flow);
      } else {
        this.events.malformed(this.flow, frame.reason, frame);
        this.endGently('malformed');
      }
    }
  }

  /** Lets the peer read what was sent to it before the connection is gone; what still comes is thrown away. */
  private endGently(ending: TcpEnding): void {
    if (this.ending !== undefined) return;
    this.ending = ending;
    this.socket.end();
    this.linger = setTimeout(() => this.socket.destroy(), LINGER_MS);
  }
}
