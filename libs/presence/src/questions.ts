import { z } from 'zod';
import { addressSchema, flowSchema, lampSchema, legStates, lineStateSchema, subscriptionSchema } from './events';

/** The questions that services ask one another on the bus, with their answers; checked where they enter. */

const count = z.number().int().nonnegative();
const name = z.string().min(1).max(256);

/**
 * `lw.ask.state`: a line as it is now. Before it is answered the line's row and bindings are rebuilt where Redis lost
 * them, so that the asker may read them there.
 */
export const stateRequestSchema = z.object({ line: name });
export type StateRequest = z.infer<typeof stateRequestSchema>;

/** `version` is the PRESENCE sequence of the last state, 0 when nothing was ever published of the line. */
export const stateReplySchema = z.object({ line: name, version: count, state: lineStateSchema.optional() });
export type StateReply = z.infer<typeof stateReplySchema>;

/** Lines in one question of `lw.ask.lines`. */
export const MAX_LINES_ASKED = 200;

/** `lw.ask.lines`: what an operator is shown of some lines. Rows that Redis lost are rebuilt before it is answered. */
export const linesRequestSchema = z.object({ lines: z.array(name).max(MAX_LINES_ASKED) });
export type LinesRequest = z.infer<typeof linesRequestSchema>;

/** One binding of a phone that is believed now. */
export const bindingOverviewSchema = z.object({
  device: name,
  contact: z.string(),
  transport: flowSchema.shape.transport,
  remote: addressSchema,
  callId: z.string(),
  expiresAt: count,
  edge: name,
  userAgent: z.string().optional(),
});
export type BindingOverview = z.infer<typeof bindingOverviewSchema>;

/** One leg of a call; `believed` is false while nobody knows whether it is still up [design law 4]. */
export const legOverviewSchema = z.object({
  call: name,
  device: name,
  instance: name,
  state: z.enum(legStates).exclude(['terminated']),
  direction: z.enum(['initiator', 'recipient']),
  held: z.boolean(),
  believed: z.boolean(),
});
export type LegOverview = z.infer<typeof legOverviewSchema>;

/** A line as it is now, for a listing: its lamp, where its phones are, its calls, and its phones in do-not-disturb. */
export const lineOverviewSchema = z.object({
  line: name,
  lamp: lampSchema,
  bindings: z.array(bindingOverviewSchema),
  legs: z.array(legOverviewSchema),
  dnd: z.array(name),
});
export type LineOverview = z.infer<typeof lineOverviewSchema>;

/** In the order of the question. */
export const linesReplySchema = z.object({ lines: z.array(lineOverviewSchema) });
export type LinesReply = z.infer<typeof linesReplySchema>;

/** Records in one answer to `lw.ask.subscriptions`: what fits into the smallest payload that NATS is set up with. */
export const MAX_SUBSCRIPTIONS_ANSWERED = 200;

/**
 * `lw.ask.subscriptions`: subscriptions in the order of their SubIDs, those after `after`, of one presentity or of one
 * SubID where that is asked. Before it is answered the tables are rebuilt where Redis lost them.
 */
export const subscriptionsRequestSchema = z.object({
  after: count.default(0),
  limit: count.max(MAX_SUBSCRIPTIONS_ANSWERED).default(MAX_SUBSCRIPTIONS_ANSWERED),
  presentity: name.optional(),
  subId: count.optional(),
});
export type SubscriptionsRequest = z.input<typeof subscriptionsRequestSchema>;

/** A subscription as an operator sees it. `status` is what its line shows now [cme-presence 3.1]. */
export const subscriptionRecordSchema = z.object({
  subId: count,
  subscription: subscriptionSchema,
  status: z.enum(['idle', 'busy', 'unknown']),
});
export type SubscriptionRecord = z.infer<typeof subscriptionRecordSchema>;

/** `total` counts all subscriptions there are; `more`: ask again after the last SubID. */
export const subscriptionsReplySchema = z.object({
  total: count,
  records: z.array(subscriptionRecordSchema),
  more: z.boolean(),
});
export type SubscriptionsReply = z.infer<typeof subscriptionsReplySchema>;
