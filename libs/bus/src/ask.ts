import type { Msg, NatsConnection, Subscription } from 'nats';
import type { AskOptions, GatherOptions, Listening } from './bus';
import { AnswerError, UnavailableError } from './errors';
import type { ReplyInbox } from './reply-inbox';

/** Questions and answers on core NATS. A question is a JSON text; an answer is `{"body": …}` or `{"error": {"word", "text"}}`. */

const ASK_TIMEOUT_MS = 500;
const ATTEMPTS = 2;
/** Nobody listens right now: a copy that restarts may be back this much later. */
const NOBODY_WAIT_MS = 100;
const MOST_ANSWERS = 1000;
/** Questions in hand for one subject; more are answered with the word `busy`. */
export const ANSWERS_IN_HAND = 1024;

const encoder = new TextEncoder();

/** @throws UnavailableError when no copy answered, AnswerError when one answered with an error */
export async function ask(
  inbox: ReplyInbox,
  subject: string,
  body: unknown,
  options: AskOptions = {},
): Promise<unknown> {
  const { timeoutMs = ASK_TIMEOUT_MS, attempts = ATTEMPTS } = options;
  const payload = encoder.encode(JSON.stringify(body ?? null));
  for (let attempt = 1; ; attempt++) {
    const before = performance.now();
    try {
      return readAnswer(subject, await inbox.request(subject, payload, timeoutMs));
    } catch (error) {
      if (!(error instanceof UnavailableError) || attempt >= attempts) throw error;
      const wait = Math.min(NOBODY_WAIT_MS, timeoutMs) - (performance.now() - before);
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** The answers that came in time; errors and what cannot be read are left out. */
export async function gather(
  inbox: ReplyInbox,
  subject: string,
  body: unknown,
  options: GatherOptions = {},
): Promise<unknown[]> {
  const payload = encoder.encode(JSON.stringify(body ?? null));
  const replies = await inbox.collect(subject, payload, options.forMs ?? ASK_TIMEOUT_MS, options.max ?? MOST_ANSWERS);
  return replies.flatMap((reply) => {
    const answer = parseAnswer(reply);
    return answer && 'body' in answer ? [answer.body] : [];
  });
}

type Answer = { readonly body: unknown } | { readonly error: { readonly word: string; readonly text: string } };

function parseAnswer(reply: Msg): Answer | undefined {
  try {
    const json = reply.json<{ body?: unknown; error?: { word?: unknown; text?: unknown } }>();
    if (typeof json !== 'object' || json === null) return undefined;
    if (typeof json.error === 'object' && json.error !== null)
      return { error: { word: String(json.error.word), text: String(json.error.text) } };
    return { body: json.body };
  } catch {
    return undefined;
  }
}

function readAnswer(subject: string, reply: Msg): unknown {
  const answer = parseAnswer(reply);
  if (answer === undefined) throw new AnswerError('unreadable', `The answer to ${subject} cannot be read.`);
  if ('error' in answer) throw new AnswerError(answer.error.word, answer.error.text);
  return answer.body;
}

/** Answers questions until stopped. What the handler throws becomes an answer: an AnswerError its word, all else `failed`. */
export function answer(
  connection: NatsConnection,
  subject: string,
  queue: string | undefined,
  handler: (body: unknown, subject: string) => Promise<unknown>,
  onFailure: (error: unknown, subject: string) => void,
): Subscription {
  let inHand = 0;
  const respond = async (message: Msg): Promise<void> => {
    if (inHand >= ANSWERS_IN_HAND) return say(message, refusal('busy', `${inHand} questions are in hand already`));
    inHand++;
    try {
      say(message, await answerTo(message, handler, onFailure));
    } finally {
      inHand--;
    }
  };
  return connection.subscribe(subject, {
    ...(queue !== undefined && { queue }),
    callback: (_error, message) => void respond(message),
  });
}

async function answerTo(
  message: Msg,
  handler: (body: unknown, subject: string) => Promise<unknown>,
  onFailure: (error: unknown, subject: string) => void,
): Promise<Answer> {
  let body: unknown;
  try {
    body = message.json();
  } catch (error) {
    return refusal('malformed', `the question is not JSON: ${(error as Error).message}`);
  }
  try {
    return { body: (await handler(body, message.subject)) ?? null };
  } catch (error) {
    if (error instanceof AnswerError) return refusal(error.word, error.message);
    onFailure(error, message.subject);
    return refusal('failed', (error as Error)?.message ?? String(error));
  }
}

function refusal(word: string, text: string): Answer {
  return { error: { word, text } };
}

function say(message: Msg, answer: Answer): void {
  try {
    message.respond(encoder.encode(JSON.stringify(answer)));
  } catch (error) {
    // Larger than NATS takes, or the connection closed meanwhile: the asker's time-out covers the second.
    try {
      message.respond(encoder.encode(JSON.stringify(refusal('too-large', (error as Error).message))));
    } catch {
      return;
    }
  }
}

/** As `Listening`, once the server knows of the subscription: before that a question finds nobody. */
export async function listening(
  connection: NatsConnection,
  subscription: Subscription,
  isConnected: () => boolean,
): Promise<Listening> {
  // While there is no connection the client subscribes at the next one by itself.
  await connection.flush().catch(() => undefined);
  return { stop: () => endSubscription(subscription, isConnected) };
}

/** Unsubscribes, and resolves when what the server had sent before has been given to the callback. */
export async function endSubscription(subscription: Subscription, isConnected: () => boolean): Promise<void> {
  if (isConnected()) await subscription.drain().catch(() => undefined);
  else if (!subscription.isClosed()) subscription.unsubscribe();
}
