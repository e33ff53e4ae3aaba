import { UnavailableError, type Bus } from '@linewatch/bus';
import {
  decideWatch,
  withSibling,
  type AuthorizeReply,
  type AuthorizeRequest,
  type PresenceRules,
  type Subscription,
} from '@linewatch/presence';
import { isTransient, type Clock, type LabelledCounter } from '@linewatch/runtime';
import type { ActiveWatch, KnownWatch, SubscriptionTable } from '@linewatch/tables';
import type { CatchUp } from './catch-up';
import type { SubscriptionRebuilder } from './rebuilder';

/** How long a place in the quota is kept for a request whose event is still on its way. */
const RESERVATION_MS = 30_000;
/** Tables that are lost more often than this while one question is answered are not there. */
const MOST_REBUILDS = 2;

/**
 * Answers `lw.ask.authorize`: decides, takes a place in the one quota set, makes the subscription durable and writes its
 * row; only then it says yes [design 5, law 2].
 */
export class Authorizer {
  constructor(
    private readonly bus: Pick<Bus, 'subjects' | 'append' | 'next'>,
    private readonly table: Pick<SubscriptionTable, 'read' | 'reserve' | 'release' | 'put'>,
    private readonly rebuilder: Pick<SubscriptionRebuilder, 'whole'>,
    private readonly catchUp: Pick<CatchUp, 'now'>,
    private readonly config: { rules(): PresenceRules; revision(): number },
    private readonly clock: Pick<Clock, 'now'>,
    private readonly answers: LabelledCounter,
  ) {}

  /** The answer to one question. A neighbour that failed is the word `could-not-ask`; only our own mistakes reject. */
  async authorize(request: AuthorizeRequest): Promise<AuthorizeReply> {
    const reply = await this.decide(request).catch((error: unknown): AuthorizeReply => {
      if (isTransient(error)) return { word: 'could-not-ask' };
      throw error;
    });
    this.answers.of(reply.word).add();
    return reply;
  }

  private async decide({ protocol, subscription, revision = 0 }: AuthorizeRequest): Promise<AuthorizeReply> {
    if (revision > this.config.revision()) return { word: 'could-not-ask' };
    const rules = this.config.rules();
    const verdict = decideWatch(rules, {
      protocol,
      watcher: subscription.watcher.kind,
      presentity: subscription.presentity.kind,
    });
    if (verdict !== 'allow') return { word: verdict };
    const { line, id } = subscription;
    let caughtUp = false;
    for (let rebuilds = 0; rebuilds <= MOST_REBUILDS;) {
      // Both at once, in one round trip: a place for one that has its record already is its own.
      const [known, place] = await Promise.all([
        this.table.read(line, id),
        this.table.reserve(id, rules.maxSubscription, this.clock.now(), RESERVATION_MS),
      ]);
      if (place === 'MISS') {
        rebuilds += 1;
        await this.rebuilder.whole();
      } else if (known.watch) {
        return allowed(await this.withSibling(known.watch, known));
      } else if (place === 'ok') {
        return this.accept(subscription, known).catch(async (error: unknown) => {
          // What is asked again keeps its place; what can never be stored needs none.
          if (!isTransient(error)) await this.table.release(id);
          throw error;
        });
      } else if (caughtUp) {
        return { word: 'limit-reached' };
      } else {
        // Someone may have left a moment ago: before anybody is refused, the tables catch up with the stream [T-21].
        await this.catchUp.now();
        caughtUp = true;
      }
    }
    throw new UnavailableError('the subscription tables were lost again while they were rebuilt');
  }

  /**
   * @param known its last end goes into the event's id: of copies that are asked the same at once, or again after a
   * failure, all get the one event of this life of the subscription.
   */
  private async accept(subscription: Subscription, known: KnownWatch): Promise<AuthorizeReply> {
    const { line, id } = subscription;
    const subject = this.bus.subjects.subscription(line, 'accepted');
    const { seq, duplicate } = await this.bus.append(
      subject,
      { type: 'linewatch.subscription.accepted', data: { subscription } },
      { about: line, id: `${id}:${known.ended}` },
    );
    const accepted = duplicate ? await this.acceptedAs(subject, seq) : subscription;
    const first: ActiveWatch = { status: 'active', subscription: accepted, subId: seq, token: seq, seq };
    const watch = await this.outgoing(first, known.ended);
    if ((await this.table.put(watch, known)) === 'ok') return allowed(watch);
    const now = await this.table.read(line, id);
    if (!now.watch) throw new UnavailableError(`subscription ${id} ended while it was accepted; ask again`);
    return allowed(await this.withSibling(now.watch, now));
  }

  /** Of a line beyond the trunk a request goes out, which is a record of its own [cme-presence 4.1, 4.8]. */
  private async outgoing(watch: ActiveWatch, ended: number): Promise<ActiveWatch> {
    const { subscription, subId } = watch;
    if (subscription.presentity.kind === 'local' || subscription.sibling !== undefined) return watch;
    const { line, id, watcher } = subscription;
    const data = { id, subId, package: subscription.package, watcher: watcher.number };
    const { seq } = await this.bus.append(
      this.bus.subjects.subscription(line, 'outgoing'),
      { type: 'linewatch.subscription.outgoing', data },
      { about: line, id: `${id}:${ended}:outgoing` },
    );
    return withSibling(watch, subId, seq);
  }

  /** A record whose acceptance went no further than its own event. */
  private async withSibling(watch: ActiveWatch, known: KnownWatch): Promise<ActiveWatch> {
    const whole = await this.outgoing(watch, known.ended);
    // What another copy writes meanwhile comes of the same events.
    if (whole !== watch) await this.table.put(whole, known);
    return whole;
  }

  /** The record that the first of two equal questions made durable: it is the truth. */
  private async acceptedAs(subject: string, seq: number): Promise<Subscription> {
    const stored = await this.bus.next('SUBSCRIPTIONS', subject, seq);
    if (stored?.streamSeq !== seq || stored.event.type !== 'linewatch.subscription.accepted')
      throw new UnavailableError(`the event ${seq} of ${subject} cannot be read yet`);
    return stored.event.data.subscription;
  }
}

function allowed({ subscription, subId, token }: ActiveWatch): AuthorizeReply {
  return { word: 'allow', subscription, subId, token };
}
