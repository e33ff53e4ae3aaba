import type { EdgeId, LineNumber, SubscriptionId } from '@linewatch/presence';
import type { RedisConnection } from './connection';
import { parseSubscriptionMember, type SubscriptionPlace } from './keys';
import { SubscriptionIndexes } from './subscription-indexes';
import { headOf, packWatch, unpackWatch, type ActiveWatch, type EndedWatch, type KnownWatch } from './watch-record';

/** How long an ended subscription is remembered, so that a late event does not revive it. Longer than any redelivery. */
const TOMBSTONE_MS = 300_000;
const BATCH = 500;

/**
 * Subscriptions in Redis: a projection of stream SUBSCRIPTIONS, with the one quota set. A row carries the sequence it
 * was folded up to, and an older one never overwrites it. Throws `UnavailableError` when Redis does not answer.
 */
export class SubscriptionTable {
  private readonly indexes: SubscriptionIndexes;

  constructor(private readonly redis: RedisConnection) {
    this.indexes = new SubscriptionIndexes(redis);
  }

  // The quota

  /**
   * Takes a place in the one quota set until `now + leaseMs`; a member keeps its place. `MISS`: the tables were lost;
   * rebuild them first.
   */
  reserve(id: SubscriptionId, max: number, now: number, leaseMs: number): Promise<'ok' | 'full' | 'MISS'> {
    const { keys } = this.redis;
    const most = String(Math.min(max, Number.MAX_SAFE_INTEGER));
    return this.redis.run((redis) =>
      redis.lwReserve(keys.places, keys.generation('subscriptions'), id, most, String(now), String(now + leaseMs)),
    );
  }

  /** Gives a reserved place back at once, when the subscription was not made after all. */
  async release(id: SubscriptionId): Promise<void> {
    await this.redis.run((redis) => redis.zrem(this.redis.keys.places, id));
  }

  // Rows

  /** The subscription, or undefined when there is none. Says nothing of lost tables: `reserve` and `Generation` do. */
  get(line: LineNumber, id: SubscriptionId): Promise<ActiveWatch | undefined> {
    return this.indexes.row({ line, id });
  }

  /** The subscription and its last end, in one step. Says nothing of lost tables either. */
  async read(line: LineNumber, id: SubscriptionId): Promise<KnownWatch> {
    const { keys } = this.redis;
    const [row, ended] = await this.redis.run((redis) =>
      redis.lwReadSubscription(keys.subscriptions(line), keys.ended(line), id),
    );
    const watch = unpackWatch(row);
    return { ...(watch && { watch }), ended: Number.parseInt(ended, 10) || 0 };
  }

  /**
   * Writes row, place and indexes if what is known of the subscription is still what was read (`before`). Of two copies
   * that project neighbouring events of one subscription the slower is told `conflict`, reads again, and loses nothing.
   */
  async put(watch: ActiveWatch, before: KnownWatch): Promise<'ok' | 'conflict'> {
    const { keys } = this.redis;
    const { line, id, owner } = watch.subscription;
    const [word] = await this.redis.run((redis) =>
      redis.lwPutSubscription(
        keys.subscriptions(line),
        keys.ended(line),
        id,
        headOf(before.watch),
        String(before.ended),
        packWatch(watch),
      ),
    );
    const owners = before.watch ? [before.watch.subscription.owner, owner] : [];
    if (word === 'ok') await this.indexes.follow({ line, id }, watch, owners);
    return word;
  }

  /**
   * Brings place and indexes up to what was read (undefined: no row) once more: who wrote the row may have died before it
   * did that, or be about to.
   */
  index(line: LineNumber, id: SubscriptionId, watch: ActiveWatch | undefined): Promise<void> {
    return this.indexes.follow({ line, id }, watch, []);
  }

  /** Writes the indexes of a new row unless they are there. */
  async ensureIndexed(watch: ActiveWatch): Promise<void> {
    const { line, id } = watch.subscription;
    if (!(await this.indexes.has(watch))) await this.index(line, id, watch);
  }

  /**
   * Removes row, place and indexes if the row is still the one that was read, and keeps earlier events from reviving it.
   * A subscription that has no row can end as well.
   */
  async end({ line, id, seq }: EndedWatch, before: ActiveWatch | undefined): Promise<'ok' | 'conflict'> {
    const { keys } = this.redis;
    const [word] = await this.redis.run((redis) =>
      redis.lwEndSubscription(
        keys.subscriptions(line),
        keys.ended(line),
        id,
        headOf(before),
        String(seq),
        String(TOMBSTONE_MS),
      ),
    );
    if (word === 'ok') await this.indexes.follow({ line, id }, undefined, before ? [before.subscription.owner] : []);
    return word;
  }

  // Views

  /** How many subscriptions there are. */
  count(): Promise<number> {
    return this.redis.run((redis) => redis.zcard(this.redis.keys.subIds));
  }

  /** The subscription with that SubID. */
  async bySubId(subId: number): Promise<ActiveWatch | undefined> {
    const [member] = await this.redis.run((redis) =>
      redis.zrangebyscore(this.redis.keys.subIds, subId, subId, 'LIMIT', 0, 1),
    );
    if (member === undefined) return undefined;
    const watch = await this.indexes.row(parseSubscriptionMember(member));
    return watch?.subId === subId ? watch : undefined;
  }

  /** The subscription whose sibling has that SubID [cme-presence 4.1]. */
  async bySibling(subId: number): Promise<ActiveWatch | undefined> {
    const [member] = await this.redis.run((redis) =>
      redis.zrangebyscore(this.redis.keys.siblings, subId, subId, 'LIMIT', 0, 1),
    );
    const watch = member === undefined ? undefined : await this.indexes.row(parseSubscriptionMember(member));
    return watch?.subscription.sibling === subId ? watch : undefined;
  }

  /** All subscriptions with a SubID after that one, in its order, in batches of at most `batch`. */
  async *list(after = 0, batch = BATCH): AsyncGenerator<readonly ActiveWatch[]> {
    let last = after;
    for (;;) {
      const flat = await this.redis.run((redis) =>
        redis.zrangebyscore(this.redis.keys.subIds, `(${last}`, '+inf', 'WITHSCORES', 'LIMIT', 0, batch),
      );
      if (flat.length === 0) return;
      last = Number(flat[flat.length - 1]);
      const places = flat.filter((_each, at) => at % 2 === 0).map(parseSubscriptionMember);
      const watches = (await this.rows(places)).filter((watch) => watch !== undefined);
      if (watches.length > 0) yield watches;
    }
  }

  /** The subscriptions to a line, in bounded batches. */
  async *ofLine(line: LineNumber): AsyncGenerator<readonly ActiveWatch[]> {
    const seen = new Set<SubscriptionId>();
    for await (const watches of this.scanLine(line)) {
      const fresh = watches.filter(({ subscription: { id } }) => !seen.has(id));
      for (const { subscription } of fresh) seen.add(subscription.id);
      if (fresh.length > 0) yield fresh;
    }
  }

  /** The subscriptions that an edge owns, in bounded batches. One may come twice. */
  async *ofOwner(edge: EdgeId): AsyncGenerator<readonly ActiveWatch[]> {
    const key = this.redis.keys.edgeSubscriptions(edge);
    let cursor = '0';
    do {
      const from = cursor;
      const [next, members] = await this.redis.run((redis) => redis.sscan(key, from, 'COUNT', BATCH));
      cursor = next;
      const owned = await this.current(members.map(parseSubscriptionMember), [edge], (watch) => {
        return watch.subscription.owner === edge;
      });
      if (owned.length > 0) yield owned;
    } while (cursor !== '0');
  }

  /** Subscriptions that expired before a time, the longest ago first, at most `limit`. */
  async expiredBefore(time: number, limit: number): Promise<ActiveWatch[]> {
    const members = await this.redis.run((redis) =>
      redis.zrangebyscore(this.redis.keys.expiry, '-inf', `(${time}`, 'LIMIT', 0, limit),
    );
    return this.current(members.map(parseSubscriptionMember), [], (watch) => watch.subscription.expiresAt < time);
  }

  /** Indexes every row anew: repairs what a copy left undone that died between row and index. Returns how many rows. */
  async sweepIndexes(): Promise<number> {
    let swept = 0;
    for await (const keys of this.redis.scan(this.redis.keys.everyLine('subscriptions'))) {
      for (const key of keys) {
        const line = this.redis.keys.lineOf(key);
        if (line === undefined) continue;
        for await (const watches of this.scanLine(line)) {
          await this.addAndFollow(watches);
          swept += watches.length;
        }
      }
    }
    return swept;
  }

  // Rebuilding

  /**
   * Writes watches as the stream has them, at most some thousands, unless a row of a later owner, or of the same and a
   * later event, stands there; removes those that ended. For a rebuild, and to mend what a failover set back.
   */
  async apply(watches: readonly ActiveWatch[], ended: readonly EndedWatch[]): Promise<void> {
    await Promise.all([
      ...byLine(watches).map(([line, some]) => this.putMany(line, some)),
      ...ended.map((end) => this.endAny(end)),
    ]);
    await this.addAndFollow(watches);
  }

  private async putMany(line: LineNumber, watches: readonly ActiveWatch[]): Promise<void> {
    const { keys } = this.redis;
    for (let start = 0; start < watches.length; start += BATCH) {
      const args = watches.slice(start, start + BATCH).flatMap((watch) => [watch.subscription.id, packWatch(watch)]);
      await this.redis.run((redis) => redis.lwPutSubscriptions(keys.subscriptions(line), keys.ended(line), ...args));
    }
  }

  private async endAny({ line, id, seq }: EndedWatch): Promise<void> {
    const { keys } = this.redis;
    const [word, known] = await this.redis.run((redis) =>
      redis.lwEndSubscription(keys.subscriptions(line), keys.ended(line), id, '*', String(seq), String(TOMBSTONE_MS)),
    );
    const before = unpackWatch(known);
    if (word === 'ok' && before) await this.indexes.follow({ line, id }, undefined, [before.subscription.owner]);
  }

  /** Indexes many watches in bulk, then one by one those whose row is another by now. */
  private async addAndFollow(watches: readonly ActiveWatch[]): Promise<void> {
    await this.indexes.add(watches);
    await Promise.all(
      byLine(watches).map(async ([line, some]) => {
        const seqs = await this.indexes.seqs(
          line,
          some.map(({ subscription }) => subscription.id),
        );
        await Promise.all(
          some
            .filter((watch, at) => watch.seq !== seqs[at])
            .map(async ({ subscription: { id, owner } }) =>
              this.indexes.follow({ line, id }, await this.indexes.row({ line, id }), [owner]),
            ),
        );
      }),
    );
  }

  /** The rows that an index spoke of and that it is right about; it is brought up to the others. */
  private async current(
    places: readonly SubscriptionPlace[],
    owners: readonly EdgeId[],
    isRight: (watch: ActiveWatch) => boolean,
  ): Promise<ActiveWatch[]> {
    const rows = await this.rows(places);
    await Promise.all(
      places.map(async (place, at) => {
        const row = rows[at];
        if (!row || !isRight(row)) await this.indexes.follow(place, row, owners);
      }),
    );
    return rows.filter((row): row is ActiveWatch => row !== undefined && isRight(row));
  }

  private rows(places: readonly SubscriptionPlace[]): Promise<(ActiveWatch | undefined)[]> {
    return Promise.all(places.map((place) => this.indexes.row(place)));
  }

  private async *scanLine(line: LineNumber): AsyncGenerator<readonly ActiveWatch[]> {
    let cursor = '0';
    do {
      const from = cursor;
      const [next, flat] = await this.redis.run((redis) =>
        redis.hscan(this.redis.keys.subscriptions(line), from, 'COUNT', BATCH),
      );
      cursor = next;
      const watches = flat.filter((_each, at) => at % 2 === 1).map(unpackWatch);
      yield watches.filter((watch) => watch !== undefined);
    } while (cursor !== '0');
  }
}

function byLine(watches: readonly ActiveWatch[]): [LineNumber, ActiveWatch[]][] {
  const lines = new Map<LineNumber, ActiveWatch[]>();
  for (const watch of watches) {
    const some = lines.get(watch.subscription.line);
    if (some) some.push(watch);
    else lines.set(watch.subscription.line, [watch]);
  }
  return [...lines];
}
