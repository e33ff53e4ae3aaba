import type { Bus, FollowOptions, Stored } from '@linewatch/bus';
import {
  evolveWatch,
  initialWatch,
  subscriptionIdOf,
  type LineNumber,
  type SubscriptionEvent,
  type SubscriptionId,
  type Watch,
} from '@linewatch/presence';

/** A subscription as the stream has it. */
export interface StreamedWatch {
  readonly line: LineNumber;
  readonly watch: Watch;
  /** When the stream took its last event, in milliseconds since the epoch. */
  readonly storedAt: number;
}

/** Every live subscription was restated by `accepted` or `refreshed` within its longest grant; twice that is plenty. */
const REPLAY_MS = 2 * 3_600_000;

/** Stream SUBSCRIPTIONS read in order: what is true of subscriptions, whatever the tables say [design law 1]. */
export class SubscriptionStream {
  constructor(private readonly bus: Pick<Bus, 'subjects' | 'follow' | 'lastSequence'>) {}

  /** Every subscription that can be alive at `now`, and those that ended lately. */
  all(now: number): Promise<Map<SubscriptionId, StreamedWatch>> {
    return this.fold({ from: { time: now - REPLAY_MS } });
  }

  /** The subscriptions of one line by its events from that sequence on. */
  ofLine(line: LineNumber, from: number): Promise<Map<SubscriptionId, StreamedWatch>> {
    return this.fold({ from: { seq: from }, filter: this.bus.subjects.subscriptionsOf(line) });
  }

  /** The events from that sequence on, in order. */
  async since(from: number): Promise<Stored[]> {
    const events: Stored[] = [];
    await this.read({ from: { seq: from } }, (stored) => void events.push(stored));
    return events;
  }

  /** The last sequence of the stream; 0 when it is empty. */
  end(): Promise<number> {
    return this.bus.lastSequence('SUBSCRIPTIONS');
  }

  private async fold(options: FollowOptions): Promise<Map<SubscriptionId, StreamedWatch>> {
    const watches = new Map<SubscriptionId, StreamedWatch>();
    await this.read(options, ({ address, event, streamSeq, storedAt }) => {
      const subject = this.bus.subjects.parse(address);
      if (subject?.kind !== 'subscription') return;
      const said = event as SubscriptionEvent;
      const id = subscriptionIdOf(said);
      const watch = evolveWatch(watches.get(id)?.watch ?? initialWatch, said, streamSeq);
      watches.set(id, { line: subject.line, watch, storedAt });
    });
    return watches;
  }

  private async read(options: FollowOptions, take: (stored: Stored) => void): Promise<void> {
    const follower = await this.bus.follow('SUBSCRIPTIONS', options, take);
    await follower.caughtUp;
    follower.stop();
  }
}
