import { UnavailableError, type Bus, type Stored } from '@linewatch/bus';
import { subscriptionIdOf, type LineNumber, type SubscriptionEvent, type SubscriptionId } from '@linewatch/presence';
import type { KnownWatch, SubscriptionTable } from '@linewatch/tables';
import { certainFrom, followKnown } from './follow';
import type { StreamedWatch, SubscriptionStream } from './subscription-stream';

/** Races with other copies end after a round or two; more than this says that something is wrong. */
const MAX_ROUNDS = 20;

/** The events of one subscription, in their order. */
interface Story {
  readonly line: LineNumber;
  readonly id: SubscriptionId;
  readonly events: { readonly event: SubscriptionEvent; readonly seq: number }[];
}

/**
 * Keeps the subscription tables in step with stream SUBSCRIPTIONS. Any number of copies may do so side by side, with
 * events delivered in any order and more than once.
 */
export class SubscriptionProjector {
  constructor(
    private readonly subjects: Bus['subjects'],
    private readonly stream: Pick<SubscriptionStream, 'ofLine'>,
    private readonly table: Pick<SubscriptionTable, 'read' | 'put' | 'end' | 'index' | 'ensureIndexed'>,
  ) {}

  /** Projects a batch as it was delivered; rejects when the tables could not be written. */
  async project(batch: readonly Stored[]): Promise<void> {
    const stories = new Map<SubscriptionId, Story>();
    for (const stored of batch) {
      const subject = this.subjects.parse(stored.address);
      if (subject?.kind !== 'subscription') continue;
      const entry = { event: stored.event as SubscriptionEvent, seq: stored.streamSeq };
      const id = subscriptionIdOf(entry.event);
      const story = stories.get(id);
      if (story) story.events.push(entry);
      else stories.set(id, { line: subject.line, id, events: [entry] });
    }
    await Promise.all([...stories.values()].map((story) => this.projectOne(story)));
  }

  private async projectOne(story: Story): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const before = await this.table.read(story.line, story.id);
      if ((await this.write(story, before, await this.after(story, before))) !== 'conflict') return;
    }
    // Not the events' fault: they are delivered again.
    throw new UnavailableError(`subscription ${story.id}: ${MAX_ROUNDS} rounds lost against other copies`);
  }

  /** What is known after all events of the story. */
  private async after({ line, id, events }: Story, before: KnownWatch): Promise<KnownWatch> {
    let known = before;
    for (const { event, seq } of events) {
      const next = followKnown(known, event, seq);
      if (next === 'unsure')
        return asKnown((await this.stream.ofLine(line, certainFrom(before, events))).get(id), before);
      known = next;
    }
    return known;
  }

  private async write({ line, id, events }: Story, before: KnownWatch, after: KnownWatch): Promise<'ok' | 'conflict'> {
    if (after.watch && after.watch !== before.watch) {
      return this.table.put(after.watch, before);
    }
    if (!after.watch && (before.watch || after.ended > before.ended)) {
      return this.table.end({ line, id, seq: after.ended }, before.watch);
    }
    await this.ensureIndexed({ line, id, events }, after);
    return 'ok';
  }

  /** Nothing new in the row. Whoever wrote or removed it may have died before its place and indexes followed. */
  private async ensureIndexed({ line, id, events }: Story, { watch, ended }: KnownWatch): Promise<void> {
    const came = (last: number): boolean => events.some(({ seq }) => seq === last);
    if (watch && watch.seq === watch.subId) await this.table.ensureIndexed(watch);
    else if (came(watch ? watch.seq : ended)) await this.table.index(line, id, watch);
  }
}

/** What the stream says, as the tables know it. What it holds no more of (it is limited by age) stays as it was. */
function asKnown(streamed: StreamedWatch | undefined, before: KnownWatch): KnownWatch {
  if (!streamed || streamed.watch.status === 'init') return before;
  const { watch } = streamed;
  if (watch.status === 'terminated') return { ended: watch.seq };
  return { watch, ended: before.ended };
}
