import { AnswerError, type Bus, UnavailableError } from '@linewatch/bus';
import {
  type SubscriptionRecord,
  type SubscriptionsReply,
  type SubscriptionsRequest,
  subscriptionsReplySchema,
} from '@linewatch/presence';
import { ConsoleError } from './console-io';

/** Longer than other questions may take: lost tables are rebuilt before it is answered. */
const ASK_MS = 3000;
const SERVICE = 'subscription-authorization';

/** How many subscriptions there are. @throws ConsoleError */
export async function countSubscriptions(bus: Pick<Bus, 'ask' | 'subjects'>): Promise<number> {
  return (await ask(bus, { limit: 1 })).total;
}

/**
 * Gives all subscriptions, or those of one presentity or SubID, one by one in the order of their SubIDs; asks for page
 * after page, so only what `take` keeps is held.
 * @returns how many subscriptions there are in all
 * @throws ConsoleError
 */
export async function readSubscriptions(
  bus: Pick<Bus, 'ask' | 'subjects'>,
  wanted: { presentity?: string; subId?: number },
  take: (record: SubscriptionRecord) => void,
): Promise<number> {
  for (let after = 0; ;) {
    const { total, records, more } = await ask(bus, { ...wanted, after });
    for (const record of records) {
      // A page that does not go on would be asked for without end.
      if (record.subId <= after) throw new ConsoleError(`${SERVICE} gave SubID ${record.subId} after ${after}.`);
      after = record.subId;
      take(record);
    }
    if (!more) return total;
    if (records.length === 0) throw new ConsoleError(`${SERVICE} says that there are more records, and gives none.`);
  }
}

async function ask(bus: Pick<Bus, 'ask' | 'subjects'>, question: SubscriptionsRequest): Promise<SubscriptionsReply> {
  const reply = await bus.ask(bus.subjects.ask('subscriptions'), question, { timeoutMs: ASK_MS }).catch(explain);
  const read = subscriptionsReplySchema.safeParse(reply);
  if (!read.success)
    throw new ConsoleError(`The answer of ${SERVICE} cannot be read: ${read.error.issues[0]?.message ?? ''}`);
  return read.data;
}

function explain(error: unknown): never {
  if (error instanceof UnavailableError)
    throw new ConsoleError(`The service ${SERVICE} does not answer. Is it running? (${error.message})`);
  if (error instanceof AnswerError)
    throw new ConsoleError(`The service ${SERVICE} cannot answer now: ${error.word} (${error.message})`);
  throw error;
}
