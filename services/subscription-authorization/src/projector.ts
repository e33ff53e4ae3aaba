import type { Bus, Stored } from '@linewatch/bus';
import {
  evolveWatch,
  initialWatch,
  subscriptionIdOf,
  type SubscriptionEvent,
  type SubscriptionId,
  type Watch,
} from '@linewatch/presence';
import type { Clock } from '@linewatch/runtime';
import type { ActiveWatch, SubscriptionTable } from '@linewatch/tables';

/** Every live subscription was restated by `accepted` or `refreshed` within its longest grant; twice that is plenty. */
const REPLAY_MS = 2 * 3_600_000;
const REBUILD_BATCH = 2_000;

/** Keeps the subscription tables in step with stream SUBSCRIPTIONS, and makes them anew when they were lost. */
export class SubscriptionProjector {
  private position = 0;
  private waiting: { readonly seq: number; readonly done: () => void }[] = [];
  private rebuilding: Promise<void> | undefined;

  constructor(
    private readonly bus: Pick<Bus, 'subjects' | 'follow' | 'lastSequence'>,
    private readonly table: SubscriptionTable,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** Projects a batch as it was delivered; rejects when the tables could not be written. */
  async project(batch: readonly Stored[]): Promise<void> {
    const bySubscription = new Map<SubscriptionId, Stored[]>();
    for (const stored of batch) {
      const id = subscriptionIdOf(stored.event as SubscriptionEvent);
      const events = bySubscription.get(id);
      if (events) events.push(stored);
      else bySubscription.set(id, [stored]);
    }
    await Promise.all([...bySubscription].map(([id, events]) => this.projectOne(id, events)));
    this.moveTo(Math.max(this.position, ...batch.map((stored) => stored.streamSeq)));
  }

  /** Resolves when everything that is in the stream now is in the tables. Bounded: a stuck stream is not waited for. */
  async catchUp(): Promise<void> {
    const seq = await this.bus.lastSequence('SUBSCRIPTIONS');
    if (seq <= this.position) return;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      new Promise<void>((done) => this.waiting.push({ seq, done })),
      new Promise<void>((done) => (timer = setTimeout(done, 400))),
    ]);
    clearTimeout(timer);
  }

  /** Makes the tables anew from the stream unless another copy is doing it. Concurrent calls share one rebuild. */
  rebuild(): Promise<void> {
    this.rebuilding ??= this.replay().finally(() => (this.rebuilding = undefined));
    return this.rebuilding;
  }

  private async replay(): Promise<void> {
    const turn = await this.table.beginRebuild();
    if (turn === 'done-by-another') return;
    const watches = new Map<SubscriptionId, Watch>();
    const from = { time: this.clock.now() - REPLAY_MS };
    const follower = await this.bus.follow('SUBSCRIPTIONS', { from }, (stored) => {
      const event = stored.event as SubscriptionEvent;
      const id = subscriptionIdOf(event);
      const watch = evolveWatch(watches.get(id) ?? initialWatch, event, stored.streamSeq);
      watches.set(id, watch);
    });
    await follower.caughtUp;
    follower.stop();
    const active = [...watches.values()].filter((watch): watch is ActiveWatch => watch.status === 'active');
    for (let start = 0; start < active.length; start += REBUILD_BATCH) {
      await this.table.applyRebuilt(active.slice(start, start + REBUILD_BATCH));
    }
    await this.table.finishRebuild(turn);
  }

  private async projectOne(id: SubscriptionId, events: readonly Stored[]): Promise<void> {
    const first = events[0];
    if (!first) return;
    const subject = this.bus.subjects.parse(first.address);
    if (subject?.kind !== 'subscription') return;
    let watch: Watch = (await this.table.get(subject.line, id)) ?? initialWatch;
    for (const stored of events) watch = evolveWatch(watch, stored.event as SubscriptionEvent, stored.streamSeq);
    if (watch.status === 'active') {
      await this.table.put(watch);
    } else if (watch.status === 'terminated') {
      await this.table.remove(subject.line, id, watch.seq);
    }
  }

  private moveTo(position: number): void {
    this.position = position;
    const reached = this.waiting.filter((waiter) => waiter.seq <= position);
    this.waiting = this.waiting.filter((waiter) => waiter.seq > position);
    for (const waiter of reached) waiter.done();
  }
}
