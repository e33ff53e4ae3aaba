import type { Socket } from 'node:net';
import type { FlowRecord } from '@linewatch/presence';
import { type Frame, SccpFramer } from '@linewatch/sccp';

/** Bounds of one connection [design law 8]. */
export interface ConnectionLimits {
  /** The longest length that a frame may state. */
  readonly maxFrameBytes: number;
  /** What may wait to be sent: a phone that reads slower than this is closed. */
  readonly maxUnsentBytes: number;
  /** Messages in one second: more than any phone sends. */
  readonly maxMessagesPerSecond: number;
}

/** Why a connection ended. `turned-away`: there were too many; `station`: the phone's machine wanted it. */
export type ConnectionEnding =
  'peer' | 'reset' | 'slow' | 'malformed' | 'flood' | 'turned-away' | 'no-handshake' | 'station' | 'closing';

/** Whom a connection tells of what comes. `closed` is called once, and nothing after it. */
export interface ConnectionUser {
  frame(frame: Frame): void;
  closed(): void;
}

/** How long a phone may take to read its last message before the connection is reset. */
const LINGER_MS = 1_000;

/** One connection of a phone: its bytes cut into frames, its bounds kept. `onEnd` is called once, before the user hears. */
export class SccpConnection {
  private readonly framer: SccpFramer;
  private user: ConnectionUser | undefined;
  private ending: ConnectionEnding | undefined;
  private linger: NodeJS.Timeout | undefined;
  private isCorked = false;
  /** The second that messages are counted in. */
  private second = 0;
  private messages = 0;

  constructor(
    private readonly socket: Socket,
    readonly flow: FlowRecord & { readonly connection: string },
    private readonly limits: ConnectionLimits,
    onEnd: (ending: ConnectionEnding) => void,
  ) {
    this.framer = new SccpFramer({ maxLength: limits.maxFrameBytes });
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    // 'close' follows every error.
    socket.on('error', () => (this.ending ??= 'reset'));
    socket.once('close', () => {
      clearTimeout(this.linger);
      onEnd(this.ending ?? 'peer');
      this.user?.closed();
    });
  }

  /** Who is told of what comes; nothing has come yet when a connection is new. */
  tell(user: ConnectionUser): void {
    this.user = user;
  }

  get isOpen(): boolean {
    return this.ending === undefined && !this.socket.destroyed;
  }

  /** Sends; what is written in one turn of the loop leaves together. */
  write(bytes: Buffer): void {
    if (!this.isOpen || !this.socket.writable) return;
    if (!this.isCorked) {
      this.isCorked = true;
      this.socket.cork();
      process.nextTick(() => this.uncork());
    }
    this.socket.write(bytes);
    if (this.socket.writableLength > this.limits.maxUnsentBytes) this.end('slow');
  }

  /** Ends the connection at once. */
  end(ending: ConnectionEnding): void {
    this.ending ??= ending;
    this.socket.destroy();
  }

  /** Ends it once the phone has read what was sent; what still comes is thrown away. */
  endGently(ending: ConnectionEnding): void {
    if (this.ending !== undefined) return;
    this.ending = ending;
    this.uncork();
    this.socket.end();
    this.linger = setTimeout(() => this.socket.destroy(), LINGER_MS);
  }

  private uncork(): void {
    if (!this.isCorked) return;
    this.isCorked = false;
    this.socket.uncork();
  }

  private receive(chunk: Buffer): void {
    if (this.ending !== undefined) return;
    for (const frame of this.framer.push(chunk)) {
      if (this.ending !== undefined) return;
      if ('malformed' in frame) return this.end('malformed');
      if (this.isFlood()) return this.end('flood');
      this.user?.frame(frame);
    }
  }

  private isFlood(): boolean {
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.second) {
      this.second = second;
      this.messages = 0;
    }
    this.messages += 1;
    return this.messages > this.limits.maxMessagesPerSecond;
  }
}
