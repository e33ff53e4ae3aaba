import { AnswerError, type Bus } from '@linewatch/bus';
import {
  authorizeReplySchema,
  type AuthorizeReply,
  type AuthorizeRequest,
  type Subscription,
} from '@linewatch/presence';
import { Gate } from '../gate';
import type { Hold } from '../hold';

/** Questions to subscription-authorization at once: enough to keep it busy, few enough to be answered in time. */
const QUESTIONS_AT_ONCE = 256;

/** What asking needs of the world. */
export interface WatchAuthorizationPorts {
  readonly bus: Pick<Bus, 'ask' | 'subjects'>;
  /** Repeats what a neighbour that is away made fail, for up to 20 s [design law 8]. */
  readonly hold: Pick<Hold, 'run'>;
  readonly protocol: AuthorizeRequest['protocol'];
  /** The running configuration of this edge. */
  readonly config: { revision(): number };
}

/** Asks subscription-authorization whether a watcher may watch. */
export class WatchAuthorization {
  private readonly asking = new Gate(QUESTIONS_AT_ONCE);

  constructor(private readonly ports: WatchAuthorizationPorts) {}

  /** The answer, with the durable record where it is `allow`; `could-not-ask` when nobody could be asked in time. */
  async ask(subscription: Subscription): Promise<AuthorizeReply> {
    const reply = await this.ports.hold.run(() => this.asking.run(() => this.askOnce(subscription)));
    return reply === 'gave-up' ? { word: 'could-not-ask' } : reply;
  }

  private async askOnce(subscription: Subscription): Promise<AuthorizeReply> {
    const { bus, protocol, config } = this.ports;
    const answered = await bus
      .ask(bus.subjects.ask('authorize'), { protocol, subscription, revision: config.revision() })
      .catch((error: unknown) => {
        throw error instanceof AnswerError && error.word === 'busy' ? new CouldNotAskError() : error;
      });
    const reply = authorizeReplySchema.parse(answered);
    if (reply.word === 'could-not-ask') throw new CouldNotAskError();
    return reply;
  }
}

/** The authorization service lives and could not reach its own neighbours: as good as no answer, so it is asked again. */
class CouldNotAskError extends Error {
  override readonly name = 'UnavailableError';
}
