import type { LineNumber, SubscriptionId, Watch } from '@linewatch/presence';

export type ActiveWatch = Extract<Watch, { status: 'active' }>;

/** What the authorization needs of the subscription tables in Redis: projections that can be lost and made anew. */
export interface SubscriptionTable {
  /** Takes a place in the one quota set for a while. MISS: the tables were lost. */
  reserve(id: SubscriptionId, max: number, now: number, leaseMs: number): Promise<'ok' | 'full' | 'MISS'>;
  /** Keeps the place until the subscription expires. */
  confirm(id: SubscriptionId, expiresAt: number): Promise<void>;
  get(line: LineNumber, id: SubscriptionId): Promise<ActiveWatch | undefined>;
  /** Writes the row unless one of a newer owner or event stands there. */
  put(watch: ActiveWatch): Promise<void>;
  /** Removes row and place, and keeps an older event from bringing them back. */
  remove(line: LineNumber, id: SubscriptionId, seq: number): Promise<void>;
  /** Names the making of the tables; undefined when they were lost. */
  generation(): Promise<string | undefined>;
  /** A turn to rebuild, or the word that another copy finished it meanwhile. */
  beginRebuild(): Promise<{ readonly turn: string } | 'done-by-another'>;
  applyRebuilt(watches: readonly ActiveWatch[]): Promise<void>;
  finishRebuild(turn: { readonly turn: string }): Promise<void>;
  /** Subscriptions that expired before a time, at most `limit`. */
  expiredBefore(time: number, limit: number): Promise<ActiveWatch[]>;
}

/** Counts answers by word, for the metrics page. */
export interface Counter {
  add(count: number, labels?: Readonly<Record<string, string>>): void;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}
