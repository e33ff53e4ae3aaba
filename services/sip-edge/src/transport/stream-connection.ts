import type { Socket } from 'node:net';
import { type Flow, type FramingLimits, StreamFramer } from '@linewatch/sip';
import type { Seat, Seats, TurnedAway } from './seats';
import type { TransportEvents } from './transport';

/** Bounds of one connection, in milliseconds and octets. */
export interface ConnectionLimits {
  /** How long connecting may take. */
  readonly connectTimeoutMs: number;
  /** How long the TLS handshake of a peer may take. */
  readonly handshakeMs: number;
  /** A connection that has not brought a whole message by then is half-open, and closed. */
  readonly firstMessageMs: number;
  /** From a message's first octet to its last. */
  readonly messageMs: number;
  /** A connection that nobody was served on, and over which nothing came or went for so long, is closed. */
  readonly strangerIdleMs: number;
  /** The same for one that somebody was served on. */
  readonly idleMs: number;
  /** What may wait to be sent, also while connecting: a peer that reads slower than this is closed. */
  readonly maxUnsentBytes: number;
  /** How long anything may wait to be sent while the peer takes nothing. */
  readonly unsentMs: number;
  /** The longest message that is taken. */
  readonly framing: FramingLimits;
}

/**
 * Why a connection ended. `evicted`: it had to make room; `waiting-full`: too much waits in all connections together, and
 * this one had more; the last but one: it was never let in.
 */
export type StreamEnding =
  | 'peer'
  | 'reset'
  | 'not-connected'
  | 'no-handshake'
  | 'half-open'
  | 'slow-message'
  | 'idle'
  | 'slow'
  | 'malformed'
  | 'evicted'
  | 'waiting-full'
  | TurnedAway
  | 'closing';

/** A connection that is not usable yet: the event that says it is, and why it ends when that does not come. */
export interface Opening {
  readonly event: 'connect' | 'secureConnect' | 'secure';
  readonly failure: 'not-connected' | 'no-handshake';
  /** Whether this edge opens it: it needs no first message, as there is something to say. */
  readonly isOwn: boolean;
}

/** What a connection needs of its transport. `onEnd` is called once. */
export interface ConnectionParts {
  readonly limits: ConnectionLimits;
  readonly seats: Pick<Seats, 'waiting' | 'hasRoomToWait'>;
  readonly events: TransportEvents;
  readonly onEnd: (ending: StreamEnding) => void;
}

const PONG = Buffer.from('\r\n');
/** How long a peer that broke its framing may take to read why, before the connection is reset. */
const LINGER_MS = 1_000;

/** One connection: its bytes cut into messages [SB-104], its bounds kept. */
export class StreamConnection {
  private readonly framer: StreamFramer;
  private readonly since = performance.now();
  private lastUsed = this.since;
  /** When the message that is not whole yet began. */
  private messageSince: number | undefined;
  /** When the peer last took something, or had taken everything. */
  private lastTaken = this.since;
  private isReady: boolean;
  private hasSpoken: boolean;
  private isProven = false;
  private seat: Seat | undefined;
  private ending: StreamEnding | undefined;
  private linger: NodeJS.Timeout | undefined;
  private resume: NodeJS.Timeout | undefined;
  private readonly opening: NodeJS.Timeout | undefined;
  /** What was sent before the connection was ready: nothing leaves before the peer has proved its name. */
  private early: Buffer[] = [];
  private earlyBytes = 0;
  /** Told once whether the connection came about. */
  private awaiting: ((isOpen: boolean) => void)[] = [];
  /** Octets of this connection in the sum of all. */
  private waiting = 0;

  constructor(
    private readonly socket: Socket,
    readonly flow: Flow,
    private readonly parts: ConnectionParts,
    opening?: Opening,
  ) {
    this.framer = new StreamFramer(parts.limits.framing);
    this.isReady = opening === undefined;
    this.hasSpoken = this.isProven = opening?.isOwn ?? false;
    if (opening) {
      const { connectTimeoutMs, handshakeMs } = parts.limits;
      this.opening = setTimeout(() => this.end(opening.failure), opening.isOwn ? connectTimeoutMs : handshakeMs);
      socket.once(opening.event, () => this.becomeReady());
    }
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    // 'close' follows every error.
    socket.on('error', () => (this.ending ??= this.isReady ? 'reset' : (opening?.failure ?? 'reset')));
    socket.once('close', () => {
      for (const timer of [this.opening, this.linger, this.resume]) clearTimeout(timer);
      this.account(0);
      this.tellOpened(false);
      this.seat?.leave();
      parts.onEnd(this.ending ?? (this.isReady ? 'peer' : (opening?.failure ?? 'peer')));
    });
  }

  /** Takes its place; given back when it ends. */
  sit(seat: Seat): void {
    this.seat = seat;
    if (this.isProven) seat.prove();
  }

  /** Whether the connection came about; false when it ended before. */
  get opened(): Promise<boolean> {
    if (this.isReady || this.socket.destroyed) return Promise.resolve(this.isReady);
    return new Promise((resolve) => this.awaiting.push(resolve));
  }

  /** Whether bytes written now may arrive. */
  get isUsable(): boolean {
    return this.ending === undefined && this.socket.writable;
  }

  /** Sends, or keeps while connecting. False when the connection is given up. */
  write(bytes: Buffer): boolean {
    if (!this.isUsable) return false;
    this.lastUsed = performance.now();
    if (this.unsent === 0) this.lastTaken = this.lastUsed;
    if (this.isReady) this.socket.write(bytes, this.wasTaken);
    else {
      this.early.push(bytes);
      this.earlyBytes += bytes.length;
    }
    const isSlow = this.unsent > this.parts.limits.maxUnsentBytes;
    if (!isSlow && (this.hasRoom() || this.isProven)) return true;
    this.end(isSlow ? 'slow' : 'waiting-full');
    return false;
  }

  /** Somebody was served on it. */
  prove(): void {
    this.isProven = true;
    this.seat?.prove();
  }

  /** Reads nothing for so long; what comes waits with the peer, which costs nothing here. */
  pause(ms: number): void {
    if (this.ending !== undefined) return;
    this.socket.pause();
    clearTimeout(this.resume);
    this.resume = setTimeout(() => this.socket.resume(), ms);
  }

  /** Closes the connection when it has been of no use for too long. */
  check(now: number): void {
    if (this.ending !== undefined || !this.isReady) return;
    const { firstMessageMs, messageMs, idleMs, strangerIdleMs, unsentMs } = this.parts.limits;
    if (!this.hasSpoken && now - this.since > firstMessageMs) this.end('half-open');
    else if (this.messageSince !== undefined && now - this.messageSince > messageMs) this.end('slow-message');
    else if (this.unsent > 0 && now - this.lastTaken > unsentMs) this.end('slow');
    else if (now - this.lastUsed > (this.isProven ? idleMs : strangerIdleMs)) this.end('idle');
  }

  /** Ends the connection at once. */
  end(ending: StreamEnding): void {
    this.ending ??= ending;
    this.seat?.leave();
    this.socket.destroy();
  }

  private get unsent(): number {
    return this.earlyBytes + this.socket.writableLength;
  }

  private readonly wasTaken = (): void => {
    this.lastTaken = performance.now();
    this.account(this.framer.held + this.unsent);
  };

  private becomeReady(): void {
    clearTimeout(this.opening);
    this.isReady = true;
    this.tellOpened(true);
    for (const bytes of this.early) this.socket.write(bytes, this.wasTaken);
    this.early = [];
    this.earlyBytes = 0;
  }

  private tellOpened(isOpen: boolean): void {
    for (const tell of this.awaiting.splice(0)) tell(isOpen);
  }

  private receive(chunk: Buffer): void {
    if (this.ending !== undefined) return;
    this.lastUsed = performance.now();
    const frames = this.framer.push(chunk);
    if (this.framer.held === 0) this.messageSince = undefined;
    else if (this.messageSince === undefined || frames.length > 0) this.messageSince = this.lastUsed;
    if (!this.hasRoom() && !this.isProven) return this.end('waiting-full');
    for (const frame of frames) {
      if (frame === 'keepalive-ping') {
        this.write(PONG);
      } else if (Buffer.isBuffer(frame)) {
        this.hasSpoken = true;
        this.parts.events.message(frame, this.flow);
      } else {
        this.parts.events.malformed(this.flow, frame.reason, frame);
        this.endGently('malformed');
      }
    }
  }

  /** Tells how much waits here, and whether there is room for it. */
  private hasRoom(): boolean {
    const before = this.waiting;
    this.account(this.framer.held + this.unsent);
    return this.waiting <= before || this.parts.seats.hasRoomToWait;
  }

  private account(waiting: number): void {
    this.parts.seats.waiting += waiting - this.waiting;
    this.waiting = waiting;
  }

  /** Lets the peer read what was sent to it before the connection is gone; what still comes is thrown away. */
  private endGently(ending: StreamEnding): void {
    if (this.ending !== undefined) return;
    this.ending = ending;
    this.socket.end();
    this.linger = setTimeout(() => this.socket.destroy(), LINGER_MS);
  }
}
