import type { Appended, AppendOptions, Bus } from './bus';
import type { BusEvent } from './envelope';
import { ConflictError, OutboxFullError, RejectedError } from './errors';

/** A fact to be stored, however long NATS is away. */
export interface OutboxEntry {
  readonly subject: string;
  readonly event: BusEvent;
  /** Unique for ever: a retry with it is stored once. */
  readonly id: string;
  /** What the fact is about, for the envelope. */
  readonly about?: string;
  readonly epoch?: number;
  readonly seq?: number;
  readonly traceparent?: string;
  /** Facts of one key tell of the same thing (a leg, a device). */
  readonly key?: string;
  /** Whether this fact makes waiting ones of the same subject and key needless; true when absent. */
  readonly replaces?: boolean;
}

export interface OutboxSettings {
  /** Facts that may wait; 100,000 when absent. */
  readonly capacity?: number;
  /** Subjects that are appended to at the same time; 512 when absent. */
  readonly parallel?: number;
  /** The shortest and the longest pause before a retry; 50 and 500 when absent. */
  readonly shortestRetryMs?: number;
  readonly longestRetryMs?: number;
  /** Told of a failure that is retried, at most once per pause. */
  readonly onRetry?: (error: unknown, depth: number) => void;
}

export interface OutboxCounters {
  /** Facts that wait or are on their way. */
  readonly depth: number;
  readonly stored: number;
  readonly coalesced: number;
  readonly retries: number;
  readonly refused: number;
}

interface Waiting {
  readonly entry: OutboxEntry;
  readonly settle: { resolve(appended: Appended): void; reject(error: unknown): void }[];
}

/**
 * Keeps the facts of an edge until JetStream has them: in order per subject, subjects beside one another. A fact that can
 * never be stored is given back to its caller; everything else is tried for ever [design law 3].
 */
export class Outbox {
  private readonly capacity: number;
  private readonly parallel: number;
  private readonly shortestRetryMs: number;
  private readonly longestRetryMs: number;
  /** The first of each list is on its way when its subject is in `sending`. */
  private readonly lists = new Map<string, Waiting[]>();
  private readonly sending = new Set<string>();
  /** Subjects that wait for a place among the parallel ones. */
  private readonly queued = new Set<string>();
  private depth = 0;
  private stored = 0;
  private coalesced = 0;
  private retries = 0;
  private refused = 0;
  private closed = false;
  private lastReport = -Infinity;
  private readonly wake = new Set<() => void>();
  private readonly stopListening: () => void;

  constructor(
    private readonly bus: Pick<Bus, 'append' | 'onStatus'>,
    private readonly settings: OutboxSettings = {},
  ) {
    this.capacity = settings.capacity ?? 100_000;
    this.parallel = settings.parallel ?? 512;
    this.shortestRetryMs = settings.shortestRetryMs ?? 50;
    this.longestRetryMs = settings.longestRetryMs ?? 500;
    // The pause ends when the connection is back.
    this.stopListening = bus.onStatus((status) => {
      if (status.connected) this.wakeAll();
    });
  }

  /**
   * Resolves when the fact, or a newer one that replaces it, is acknowledged.
   * @throws OutboxFullError at the bound, RejectedError when it can never be stored
   */
  put(entry: OutboxEntry): Promise<Appended> {
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(new OutboxFullError('The outbox is closed.'));
      const waiting: Waiting = { entry, settle: [{ resolve, reject }] };
      const list = this.lists.get(entry.subject);
      if (list) this.replaceIn(list, waiting);
      if (this.depth >= this.capacity) {
        this.refused++;
        return reject(
          new OutboxFullError(`${this.capacity} facts wait for NATS; the fact for ${entry.subject} was not taken.`),
        );
      }
      this.depth++;
      if (list) list.push(waiting);
      else this.lists.set(entry.subject, [waiting]);
      this.schedule(entry.subject);
    });
  }

  counters(): OutboxCounters {
    const { depth, stored, coalesced, retries, refused } = this;
    return { depth, stored, coalesced, retries, refused };
  }

  /** Resolves when all that waits is stored; `false` when the time is over first. */
  async drained(withinMs: number): Promise<boolean> {
    const until = performance.now() + withinMs;
    while (this.depth > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
    return this.depth === 0;
  }

  /** Ends retries; what still waits is given back as OutboxFullError. */
  close(): void {
    this.closed = true;
    this.stopListening();
    this.wakeAll();
    for (const [subject, list] of this.lists) {
      const kept = this.sending.has(subject) ? 1 : 0;
      for (const waiting of list.splice(kept)) this.giveBack(waiting, new OutboxFullError('The outbox was closed.'));
    }
  }

  /** Takes what the newer fact makes needless out of the list; its callers hear of the newer one. */
  private replaceIn(list: Waiting[], newer: Waiting): void {
    const { key, replaces = true, subject } = newer.entry;
    if (key === undefined || !replaces) return;
    const first = this.sending.has(subject) ? 1 : 0;
    for (let at = list.length - 1; at >= first; at--) {
      const older = list[at];
      if (older === undefined || older.entry.key !== key) continue;
      list.splice(at, 1);
      newer.settle.push(...older.settle);
      this.depth--;
      this.coalesced++;
    }
  }

  private schedule(subject: string): void {
    if (this.sending.has(subject)) return;
    if (this.sending.size >= this.parallel) {
      this.queued.add(subject);
      return;
    }
    this.queued.delete(subject);
    this.sending.add(subject);
    void this.send(subject);
  }

  private async send(subject: string): Promise<void> {
    const list = this.lists.get(subject) ?? [];
    for (let first = list[0]; first !== undefined; first = list[0]) {
      const outcome = await this.store(first);
      list.shift();
      if ('appended' in outcome) this.settle(first, outcome.appended);
      else this.giveBack(first, outcome.error);
    }
    this.lists.delete(subject);
    this.sending.delete(subject);
    for (const next of this.queued) {
      this.schedule(next);
      break;
    }
  }

  private async store({ entry }: Waiting): Promise<{ appended: Appended } | { error: unknown }> {
    const options: AppendOptions = entry;
    for (let pause = this.shortestRetryMs; ; pause = Math.min(pause * 2, this.longestRetryMs)) {
      try {
        return { appended: await this.bus.append(entry.subject, entry.event, options) };
      } catch (error) {
        if (this.closed || error instanceof ConflictError || isPermanent(error)) return { error };
        this.retries++;
        this.reportRetry(error);
        await this.pause(pause);
      }
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        this.wake.delete(go);
        resolve();
      };
      const timer = setTimeout(go, ms);
      this.wake.add(go);
    });
  }

  private wakeAll(): void {
    for (const go of this.wake) go();
  }

  private reportRetry(error: unknown): void {
    const now = performance.now();
    if (now - this.lastReport < 1000) return;
    this.lastReport = now;
    this.settings.onRetry?.(error, this.depth);
  }

  private settle(waiting: Waiting, appended: Appended): void {
    this.depth--;
    this.stored++;
    for (const { resolve } of waiting.settle) resolve(appended);
  }

  private giveBack(waiting: Waiting, error: unknown): void {
    this.depth--;
    for (const { reject } of waiting.settle) reject(error);
  }
}

/** Too big for NATS, or a mistake of ours: trying again changes nothing. */
function isPermanent(error: unknown): boolean {
  if (error instanceof RejectedError) return error.permanent;
  return (error as Error | undefined)?.name !== 'UnavailableError';
}
