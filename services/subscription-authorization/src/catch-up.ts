import { UnavailableError, type Consumer } from '@linewatch/bus';
import type { SubscriptionProjector } from './projector';
import type { SubscriptionStream } from './subscription-stream';

/**
 * Events that may be in the hands of the copies at once: a few batches each. With more behind, nobody knows yet whether
 * the quota is full.
 */
const WINDOW = 2_000;

/**
 * Brings the tables up to the end of the stream before somebody is refused for want of a place. Copies share the
 * consumer, so the end that would free one may be in another copy's hands: it is not waited for but projected here as
 * well [T-21].
 */
export class CatchUp {
  /** Everything up to here has been projected by this copy, or was long before. */
  private upTo = 0;
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(
    private readonly stream: Pick<SubscriptionStream, 'end' | 'since'>,
    private readonly projector: Pick<SubscriptionProjector, 'project'>,
    private readonly consumer: Pick<Consumer, 'lag'>,
  ) {}

  /**
   * Resolves when every end that was in the stream at the call is in the tables. Calls that come while one is at work
   * share the one after it.
   * @throws UnavailableError when the copies are far behind the stream
   */
  now(): Promise<void> {
    if (!this.running) return (this.running = this.catchUp().finally(() => (this.running = undefined)));
    this.next ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.now();
      });
    return this.next;
  }

  private async catchUp(): Promise<void> {
    if (this.consumer.lag() > WINDOW) throw new UnavailableError('the tables are behind the stream');
    const end = await this.stream.end();
    if (end <= this.upTo) return;
    const events = await this.stream.since(Math.max(this.upTo + 1, end - WINDOW));
    await this.projector.project(events.filter(({ event }) => event.type === 'linewatch.subscription.terminated'));
    this.upTo = Math.max(end, events.at(-1)?.streamSeq ?? 0);
  }
}
