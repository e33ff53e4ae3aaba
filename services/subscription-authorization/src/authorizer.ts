import { UnavailableError, type Bus } from '@linewatch/bus';
import { decideWatch, type AuthorizeReply, type AuthorizeRequest, type PresenceRules } from '@linewatch/presence';
import type { Clock, LabelledCounter } from '@linewatch/runtime';
import type { SubscriptionTable } from '@linewatch/tables';
import type { SubscriptionProjector } from './projector';

/** How long a place in the quota is kept for a request whose event is still on its way. */
const RESERVATION_MS = 30_000;

/**
 * Answers `lw.ask.authorize`: decides, takes a place in the one quota set, makes the subscription durable and writes its
 * row; only then it says yes [design 5, law 2].
 */
export class Authorizer {
  constructor(
    private readonly bus: Pick<Bus, 'subjects' | 'append'>,
    private readonly table: Pick<SubscriptionTable, 'get' | 'reserve' | 'put'>,
    private readonly projector: Pick<SubscriptionProjector, 'catchUp' | 'rebuild'>,
    private readonly rules: () => PresenceRules,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly answers: LabelledCounter,
  ) {}

  /** The answer to one question. Never rejects: a neighbour that failed is the word `could-not-ask`. */
  async authorize(request: AuthorizeRequest): Promise<AuthorizeReply> {
    const reply = await this.decide(request).catch((error: unknown): AuthorizeReply => {
      if (isUnavailable(error)) return { word: 'could-not-ask' };
      throw error;
    });
    this.answers.of(reply.word).add();
    return reply;
  }

  private async decide({ protocol, subscription }: AuthorizeRequest): Promise<AuthorizeReply> {
    const rules = this.rules();
    const verdict = decideWatch(rules, {
      protocol,
      watcher: subscription.watcher.kind,
      presentity: subscription.presentity.kind,
    });
    if (verdict !== 'allow') return { word: verdict };
    const known = await this.table.get(subscription.line, subscription.id);
    if (known) return { word: 'allow', subscription: known.subscription, subId: known.subId, token: known.token };
    if (!(await this.takePlace(subscription.id, rules.maxSubscription))) return { word: 'limit-reached' };
    return this.accept(subscription);
  }

  private async takePlace(id: string, max: number): Promise<boolean> {
    const first = await this.reserve(id, max);
    if (first === 'ok') return true;
    // Someone may have left a moment ago: before anybody is refused, the table catches up with the stream [T-21].
    await this.projector.catchUp();
    return (await this.reserve(id, max)) === 'ok';
  }

  private async reserve(id: string, max: number): Promise<'ok' | 'full'> {
    const answer = await this.table.reserve(id, max, this.clock.now(), RESERVATION_MS);
    if (answer !== 'MISS') return answer;
    await this.projector.rebuild();
    const again = await this.table.reserve(id, max, this.clock.now(), RESERVATION_MS);
    if (again === 'MISS') throw new UnavailableError('the subscription tables were lost again while they were rebuilt');
    return again;
  }

  private async accept(subscription: AuthorizeRequest['subscription']): Promise<AuthorizeReply> {
    const { seq } = await this.bus.append(
      this.bus.subjects.subscription(subscription.line, 'accepted'),
      { type: 'linewatch.subscription.accepted', data: { subscription } },
      { about: subscription.line, id: `${subscription.id}:${subscription.acceptedAt}` },
    );
    await this.table.put({ status: 'active', subscription, subId: seq, token: seq, seq });
    return { word: 'allow', subscription, subId: seq, token: seq };
  }
}

/** NATS and Redis each have their own class of that name; both mean that a neighbour could not be reached in time. */
function isUnavailable(error: unknown): boolean {
  return error instanceof Error && error.name === 'UnavailableError';
}
