import type { Clock } from '@linewatch/runtime';

/** A full turn so lately says that answers may still wait in the socket. */
const LATELY_MS = 50;
/** For so long after a full turn the next ones have to read before anything else. */
const FULL_MS = 2;
/** A timer that fires so much late comes out of a loop that was held up: what was heard meanwhile is unread. */
const LATE_MS = 50;

/**
 * Knows whether this process is behind with reading. The answer to a request may then wait in the socket, and to send the
 * request again would only lengthen the queue: that is how servers collapse past saturation.
 */
export class Reading {
  /** What one turn of the loop reads at most: one that read as many has left some unread. */
  mostInATurn = Number.POSITIVE_INFINITY;
  private count = 0;
  private lastFull = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly afterTurn: (callback: () => void) => void = setImmediate,
  ) {}

  /** One message was read. */
  heard(): void {
    this.count += 1;
    if (this.count === 1) {
      this.afterTurn(() => {
        if (this.count >= this.mostInATurn) this.lastFull = this.clock.monotonic();
        this.count = 0;
      });
    }
  }

  /** Whether more waits in the socket: reading goes before sending, or every request would wait behind the answers. */
  get isFull(): boolean {
    return this.count >= this.mostInATurn || this.clock.monotonic() - this.lastFull < FULL_MS;
  }

  /** Whether what a timer waits for may have come already. `due` is when it should have fired, by the monotonic clock. */
  isBehind(due: number): boolean {
    const now = this.clock.monotonic();
    return now - due > LATE_MS || now - this.lastFull < LATELY_MS;
  }
}
