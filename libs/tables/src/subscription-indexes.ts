import type { EdgeId, SubscriptionId } from '@linewatch/presence';
import type { RedisConnection } from './connection';
import { subscriptionMember, type SubscriptionPlace } from './keys';
import { upstreamMember } from './upstream-table';
import { unpackWatch, type ActiveWatch } from './watch-record';

/** Races over an index end after a round or two; more says that something is wrong, and the sweep will repair it. */
const MAX_ROUNDS = 8;
/** Members in one command: enough to be cheap, few enough not to hold the server up. */
const CHUNK = 1_000;
/** A row that is gone does not tell which it was. */
const PACKAGES = ['presence', 'dialog'] as const;

/**
 * The indexes over all subscriptions: by expiry, by SubID, by owner, those beyond the trunk, and the confirmed places in the
 * quota. They are
 * written after the row they follow.
 */
export class SubscriptionIndexes {
  constructor(private readonly redis: RedisConnection) {}

  /**
   * Brings the indexes up to a row. Looks at the row again afterwards and follows it, so that whoever changes a row last
   * also has the last word in the indexes.
   *
   * @param watch  what the row holds; undefined when there is none
   * @param owners edges that owned it before
   */
  async follow(place: SubscriptionPlace, watch: ActiveWatch | undefined, owners: Iterable<EdgeId>): Promise<void> {
    const left = new Set(owners);
    let current = watch;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      if (current) await this.add([current]);
      await this.take(place, left, current);
      const [seq] = await this.seqs(place.line, [place.id]);
      if (seq === (current?.seq ?? 0)) return;
      if (current) left.add(current.subscription.owner);
      current = await this.row(place);
    }
  }

  /** Whether the index by SubID knows the watch. All indexes of a row are written together. */
  async has({ subId, subscription }: ActiveWatch): Promise<boolean> {
    const member = subscriptionMember(subscription);
    const score = await this.redis.run((redis) => redis.zscore(this.redis.keys.subIds, member));
    return score !== null && Number(score) === subId;
  }

  /** Adds many watches, with one command an index and chunk. */
  async add(watches: readonly ActiveWatch[]): Promise<void> {
    for (let start = 0; start < watches.length; start += CHUNK) {
      await this.addChunk(watches.slice(start, start + CHUNK));
    }
  }

  /** The sequences of rows of one line, 0 where there is none. */
  async seqs(line: string, ids: readonly SubscriptionId[]): Promise<number[]> {
    const key = this.redis.keys.subscriptions(line);
    const seqs = await this.redis.run((redis) => redis.lwSubscriptionSeqs(key, ...ids));
    return seqs.map(Number);
  }

  /** The row as it stands now. */
  async row({ line, id }: SubscriptionPlace): Promise<ActiveWatch | undefined> {
    const packed = await this.redis.run((redis) => redis.hget(this.redis.keys.subscriptions(line), id));
    return packed === null ? undefined : unpackWatch(packed);
  }

  private async addChunk(watches: readonly ActiveWatch[]): Promise<void> {
    const { keys } = this.redis;
    const byExpiry: (string | number)[] = [];
    const bySubId: (string | number)[] = [];
    const places: (string | number)[] = [];
    const siblings: (string | number)[] = [];
    const upstream: (string | number)[] = [];
    const byOwner = new Map<EdgeId, string[]>();
    for (const { subscription, subId } of watches) {
      const member = subscriptionMember(subscription);
      byExpiry.push(subscription.expiresAt, member);
      bySubId.push(subId, member);
      places.push(subscription.expiresAt, subscription.id);
      if (subscription.sibling !== undefined) siblings.push(subscription.sibling, member);
      if (subscription.presentity.kind === 'remote') {
        upstream.push(0, upstreamMember(subscription, subscription.package, subscription.id));
      }
      const owned = byOwner.get(subscription.owner);
      if (owned) owned.push(member);
      else byOwner.set(subscription.owner, [member]);
    }
    await Promise.all([
      this.redis.run((redis) => redis.zadd(keys.expiry, ...byExpiry)),
      this.redis.run((redis) => redis.zadd(keys.subIds, ...bySubId)),
      this.redis.run((redis) => redis.zadd(keys.places, ...places)),
      ...(siblings.length > 0 ? [this.redis.run((redis) => redis.zadd(keys.siblings, ...siblings))] : []),
      ...(upstream.length > 0 ? [this.redis.run((redis) => redis.zadd(keys.upstream, ...upstream))] : []),
      ...[...byOwner].map(([edge, members]) =>
        this.redis.run((redis) => redis.sadd(keys.edgeSubscriptions(edge), ...members)),
      ),
    ]);
  }

  private async take(place: SubscriptionPlace, left: Set<EdgeId>, current: ActiveWatch | undefined): Promise<void> {
    const { keys } = this.redis;
    const member = subscriptionMember(place);
    const removals = [...left]
      .filter((edge) => edge !== current?.subscription.owner)
      .map((edge) => this.redis.run((redis) => redis.srem(keys.edgeSubscriptions(edge), member)));
    if (!current) {
      removals.push(
        this.redis.run((redis) => redis.zrem(keys.expiry, member)),
        this.redis.run((redis) => redis.zrem(keys.subIds, member)),
        this.redis.run((redis) => redis.zrem(keys.siblings, member)),
        this.redis.run((redis) =>
          redis.zrem(keys.upstream, ...PACKAGES.map((name) => upstreamMember(place, name, place.id))),
        ),
        this.redis.run((redis) => redis.zrem(keys.places, place.id)),
      );
    }
    await Promise.all(removals);
  }
}
