import type { EdgeId, LineNumber, SubscriptionId } from '@linewatch/presence';
import type { RedisConnection } from './connection';
import { Generation, type GenerationSettings, type Turn } from './generation';
import { parseSubscriptionMember, type SubscriptionPlace } from './keys';
import { SubscriptionIndexes } from './subscription-indexes';
import { packWatch, unpackWatch, type ActiveWatch } from './watch-record';

/** How long an ended subscription is remembered, so that a late event does not revive it. Longer than any redelivery. */
const TOMBSTONE_MS = 300_000;
const BATCH = 500;

/**
 * Subscriptions in Redis: a projection of stream SUBSCRIPTIONS, with the one quota set. A row carries the sequence it
 * was folded up to, and an older one never overwrites it. Throws `UnavailableError` when Redis does not answer.
 */
export class SubscriptionTable {
  private readonly indexes: SubscriptionIndexes;
  private readonly making: Generation;

  constructor(
    private readonly redis: RedisConnection,
    settings: GenerationSettings = {},
  ) {
    this.indexes = new SubscriptionIndexes(redis);
    this.making = new Generation(redis, 'subscriptions', settings);
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

  /** Keeps the place until the subscription expires. A place that was given up meanwhile stays free. */
  async confirm(id: SubscriptionId, expiresAt: number): Promise<void> {
    await this.redis.run((redis) => redis.zadd(this.redis.keys.places, 'XX', expiresAt, id));
  }

  /** Gives a reserved place back at once, when the subscription was not made after all. */
  async release(id: SubscriptionId): Promise<void> {
    await this.redis.run((redis) => redis.zrem(this.redis.keys.places, id));
  }

  // Rows

  /** The subscription, or undefined when there is none. Says nothing of lost tables: `reserve` and `generation` do. */
  get(line: LineNumber, id: SubscriptionId): Promise<ActiveWatch | undefined> {
    return this.indexes.row({ line, id });
  }

  /** Writes row, place and indexes unless an event of this sequence or a later one, or its end, is there already. */
  async put(watch: ActiveWatch): Promise<void> {
    const { keys } = this.redis;
    const { line, id, owner } = watch.subscription;
    const [word, known] = await this.redis.run((redis) =>
      redis.lwPutSubscription(
        keys.subscriptions(line),
        keys.ended(line),
        id,
        String(watch.seq),
        String(watch.subId),
        packWatch(watch),
      ),
    );
    if (word === 'ended') return;
    const before = unpackWatch(known);
    // An event that comes again may be the one whose writer died before the indexes: they are written in any case.
    await this.indexes.follow(
      { line, id },
      word === 'ok' ? watch : before,
      before ? [before.subscription.owner, owner] : [],
    );
  }

  /** Removes row, place and indexes after the end with that sequence, and keeps earlier events from reviving it. */
  async remove(line: LineNumber, id: SubscriptionId, seq: number): Promise<void> {
    const { keys } = this.redis;
    const [word, known] = await this.redis.run((redis) =>
      redis.lwEndSubscription(keys.subscriptions(line), keys.ended(line), id, String(seq), String(TOMBSTONE_MS)),
    );
    const before = unpackWatch(known);
    await this.indexes.follow(
      { line, id },
      word === 'newer' ? before : undefined,
      before ? [before.subscription.owner] : [],
    );
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

  /** Names the making of the tables; undefined when they were lost. */
  generation(): Promise<string | undefined> {
    return this.making.current();
  }

  /** A turn to rebuild, or the word that another copy finished meanwhile; waits while another one rebuilds. */
  beginRebuild(): Promise<Turn | 'done-by-another'> {
    return this.making.beginRebuild();
  }

  /** Writes many watches made from the stream, unless newer rows stand there. Rejects when the turn was lost. */
  async applyRebuilt(watches: readonly ActiveWatch[]): Promise<void> {
    for (let start = 0; start < watches.length; start += BATCH * 4) {
      await this.making.renew();
      const chunk = watches.slice(start, start + BATCH * 4);
      await Promise.all(byLine(chunk).map(([line, some]) => this.putMany(line, some)));
      await this.addAndFollow(chunk);
    }
  }

  /** Names the rebuilt tables whole. Rejects when the turn was lost: begin again. */
  finishRebuild(turn: Turn): Promise<void> {
    return this.making.finishRebuild(turn);
  }

  /** Declares the tables lost, after a check found rows behind the stream. */
  discard(): Promise<void> {
    return this.making.discard();
  }

  private async putMany(line: LineNumber, watches: readonly ActiveWatch[]): Promise<void> {
    const { keys } = this.redis;
    for (let start = 0; start < watches.length; start += BATCH) {
      const args = watches
        .slice(start, start + BATCH)
        .flatMap((watch) => [watch.subscription.id, String(watch.seq), String(watch.subId), packWatch(watch)]);
      await this.redis.run((redis) => redis.lwPutSubscriptions(keys.subscriptions(line), keys.ended(line), ...args));
    }
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
