import { z } from 'zod';

/**
 * `lw.ask.<edge>.order`: an operator's `restart` or `reset`, to the edges that hold the phones' connections. A phone that
 * is told registers again (`restart`), or starts anew and loads its file before (`reset`).
 */
export const phoneOrderSchema = z.object({
  order: z.enum(['restart', 'reset']),
  /** The phone, as `ephone:1` or `pool:1`; absent: every one at that edge. */
  device: z.string().min(1).max(256).optional(),
  /** The revision of the configuration that a phone is to find when it comes again. */
  revision: z.number().int().nonnegative(),
});
export type PhoneOrderRequest = z.infer<typeof phoneOrderSchema>;

/** How many phones an edge tells, at once or in their turn. */
export const phoneOrderReplySchema = z.object({ edge: z.string(), phones: z.number().int().nonnegative() });
export type PhoneOrderReply = z.infer<typeof phoneOrderReplySchema>;

/** Where every phone is told, one is told so long after another, as a router does it. */
export const PHONE_ORDER_INTERVAL_MS = 15_000;
