import { z } from 'zod';
import { subscriptionSchema, type FlowRecord, type Lamp, type Subscription, type Watcher } from './events';

/** `lw.ask.<edge>.explain`: what one edge holds of who watches a line, for an operator who asks why a lamp shows what it shows. */

const count = z.number().int().nonnegative();
const name = z.string().min(1).max(256);
const word = z.string().max(256);

/**
 * Who watches, as an operator says it: a number (with the address where several have it), or phones. Somebody is meant
 * when the number or one of the phones is theirs.
 */
export const watcherNameSchema = z.object({
  number: z.string().max(256).optional(),
  host: name.optional(),
  devices: z.array(name).max(64).default([]),
});
export type WatcherName = z.infer<typeof watcherNameSchema>;

/** Whether that watcher is meant by the name. */
export function isMeant(
  { number, host, device }: Pick<Watcher, 'number' | 'host' | 'device'>,
  named: WatcherName,
): boolean {
  if (named.host !== undefined && named.host !== host) return false;
  return number === named.number || (device !== undefined && named.devices.includes(device));
}

/** `line` is the number that is watched, as the watcher asked for it. */
export const explainRequestSchema = z.object({ line: name, watcher: watcherNameSchema });
export type ExplainRequest = z.input<typeof explainRequestSchema>;

/** What a watcher's lamp says, as one word: `idle`, `in-use+dnd`; `dnd` alone where a phone's lamp says no more. */
export function lampWordOf({ state, dnd }: Lamp): string {
  return dnd ? `${state}+dnd` : state;
}

/** Where a phone is reached, as one text: `udp 192.0.2.11:5060`. */
export function flowText({ transport, remote }: Pick<FlowRecord, 'transport' | 'remote'>): string {
  return `${transport} ${remote.host}:${remote.port}`;
}

/** The last message that told a watcher of the line. Times are milliseconds since the epoch. */
export const lastWordSchema = z.object({
  message: z.enum(['NOTIFY', 'FeatureStat', 'Notification']),
  at: count,
  /** Its CSeq; for an SCCP phone the how manieth it was. */
  number: count,
  lamp: word.optional(),
  /** What the watcher's phone answered, as a SIP status (408: nothing), and when; an SCCP phone answers nothing. */
  answer: z.object({ status: count, at: count }).optional(),
});
export type LastWord = z.infer<typeof lastWordSchema>;

/** One subscription as its owner holds it in memory. */
export const heldSubscriptionSchema = z.object({
  subId: count,
  token: count,
  /** As it was last made durable, without the owner's protocol state. */
  record: subscriptionSchema.omit({ protocol: true }),
  /** Where its phone is reached: `udp 192.0.2.11:5060`. */
  reachedAt: word,
  /** The last message, once there was one. */
  last: lastWordSchema.optional(),
  /** It was sent, and is neither answered nor given up. */
  inFlight: z.boolean(),
  /** What is to be told next, behind what is in flight or in the queue of a fan-out. */
  waiting: word.optional(),
  /** Until when the phone asked to be left alone (Retry-After). */
  retryAt: count.optional(),
  /** What its lamp ought to show by what this edge knows of the line. */
  due: word,
});
export type HeldSubscription = z.infer<typeof heldSubscriptionSchema>;

/** A request to watch that this edge refused, as long as it is remembered. */
export const rememberedRefusalSchema = z.object({
  at: count,
  /** A word of the authorization service, or what was wrong with the request. */
  why: word,
  /** The SIP status that the phone heard. */
  status: count.optional(),
  /** Where the request came from: `udp 192.0.2.11:5060`. */
  from: word.optional(),
  /** What of the request was not taken: `Accept: text/plain`. */
  asked: word.optional(),
  /** When the edge asks again by itself, as it does for the keys of SCCP phones. */
  againAt: count.optional(),
});
export type RememberedRefusal = z.infer<typeof rememberedRefusalSchema>;

/** Most of either that one answer holds. */
export const MOST_EXPLAINED = 20;

export const explainReplySchema = z.object({
  edge: name,
  epoch: count,
  /** Whether it may speak to its watchers: an edge that could not renew its beat may not [design law 5]. */
  speaks: z.boolean(),
  /** The version of the line that it knows, 0 when it knows of none. */
  version: count,
  subscriptions: z.array(heldSubscriptionSchema).max(MOST_EXPLAINED),
  refusals: z.array(rememberedRefusalSchema).max(MOST_EXPLAINED),
});
export type ExplainReply = z.infer<typeof explainReplySchema>;

/** A subscription without what only its owner reads. */
export function withoutProtocol({ protocol: _protocol, ...record }: Subscription): HeldSubscription['record'] {
  return record;
}
