import type { Clock } from './clock';

/** A timer that was set; give it to `cancel`. */
export interface TimerHandle {
  readonly pending: boolean;
}

class Node implements TimerHandle {
  previous: Node = this;
  next: Node = this;
  pending = false;
  constructor(
    readonly due: number,
    readonly callback: () => void,
  ) {}

  insertBefore(head: Node): void {
    this.previous = head.previous;
    this.next = head;
    head.previous.next = this;
    head.previous = this;
    this.pending = true;
  }

  remove(): void {
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.pending = false;
  }
}

export interface TimerWheelSettings {
  /** Width of a slot in milliseconds: a timer fires at most so much late, never early; 10 when absent. */
  readonly slotMs?: number;
  /** What a callback threw; the other timers run on. Thrown out of the event loop when absent. */
  readonly onError?: (error: unknown) => void;
  /** False: nobody calls `tick` but the owner, as tests with a clock of their own do. */
  readonly driven?: boolean;
}

/** 41 s around with slots of 10 ms: longer timers are passed over once a round. */
const SLOTS = 4096;

/**
 * Hundreds of thousands of timers at the price of two pointers each: set and cancel are O(1), and one system timer runs
 * while there are any. All SIP timers are here.
 */
export class TimerWheel {
  private readonly slots: Node[] = Array.from({ length: SLOTS }, () => new Node(0, () => undefined));
  /** The timers of the slot that is being run. */
  private readonly due = new Node(0, () => undefined);
  private readonly slotMs: number;
  private readonly origin: number;
  private readonly onError: (error: unknown) => void;
  private readonly driven: boolean;
  /** The last slot that was run. */
  private at = 0;
  private count = 0;
  private driver: NodeJS.Timeout | undefined;

  constructor(
    private readonly clock: Pick<Clock, 'monotonic'>,
    settings: TimerWheelSettings = {},
  ) {
    this.slotMs = settings.slotMs ?? 10;
    this.onError =
      settings.onError ??
      ((error) =>
        setImmediate(() => {
          throw error;
        }));
    this.driven = settings.driven ?? true;
    this.origin = clock.monotonic();
  }

  /** Timers that are set. */
  get size(): number {
    return this.count;
  }

  /** Calls back once, in `ms` milliseconds or up to a slot later. */
  set(ms: number, callback: () => void): TimerHandle {
    const elapsed = this.clock.monotonic() - this.origin;
    // An empty wheel does not turn: it stands where the clock is.
    if (this.count === 0) this.at = Math.max(this.at, Math.floor(elapsed / this.slotMs));
    const due = Math.max(this.at + 1, Math.ceil((elapsed + Math.max(0, ms)) / this.slotMs));
    const node = new Node(due, callback);
    node.insertBefore(this.slot(due));
    this.count++;
    if (this.driven) this.driver ??= setInterval(() => this.tick(), this.slotMs);
    return node;
  }

  /** Forgets a timer; one that fired or was cancelled is left alone. */
  cancel(handle: TimerHandle | undefined): void {
    if (!(handle instanceof Node) || !handle.pending) return;
    handle.remove();
    this.countDown();
  }

  /** Runs all timers that are due, those of an earlier slot first. */
  tick(): void {
    const until = Math.floor((this.clock.monotonic() - this.origin) / this.slotMs);
    while (this.at < until && this.count > 0) {
      this.at++;
      this.run(this.slot(this.at), this.at);
    }
    this.at = Math.max(this.at, until);
  }

  /** Cancels everything. */
  close(): void {
    for (const head of this.slots) while (head.next !== head) this.cancel(head.next);
  }

  private slot(due: number): Node {
    return this.slots[due % SLOTS] as Node;
  }

  private run(head: Node, slot: number): void {
    for (let node = head.next; node !== head;) {
      const next = node.next;
      if (node.due <= slot) {
        // Taken out by way of a list of its own: a callback may cancel the neighbour that would come next.
        node.remove();
        node.insertBefore(this.due);
      }
      node = next;
    }
    while (this.due.next !== this.due) {
      const node = this.due.next;
      node.remove();
      this.countDown();
      try {
        node.callback();
      } catch (error) {
        this.onError(error);
      }
    }
  }

  private countDown(): void {
    this.count--;
    if (this.count > 0 || this.driver === undefined) return;
    clearInterval(this.driver);
    this.driver = undefined;
  }
}
