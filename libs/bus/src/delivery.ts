import type { Msg } from 'nats';

/** What the reply subject of a delivered message tells: `$JS.ACK.<stream>.<consumer>.<deliveries>.<seq>.<cseq>.<ns>.<pending>`. */
export interface Delivery {
  readonly deliveries: number;
  readonly streamSeq: number;
  readonly deliverySeq: number;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
  /** What the stream still holds for this consumer. */
  readonly pending: number;
}

const FIELDS = 9;
const FIELDS_WITH_DOMAIN = 11;

/** `undefined` when the message is not a delivery (a status, or a message of somebody else). */
export function deliveryOf(message: Pick<Msg, 'reply'>): Delivery | undefined {
  if (!message.reply?.startsWith('$JS.ACK.')) return undefined;
  const tokens = message.reply.split('.');
  // Newer servers put a domain and an account before the stream, and may put a token behind.
  const at = tokens.length === FIELDS ? 4 : tokens.length >= FIELDS_WITH_DOMAIN ? 6 : undefined;
  if (at === undefined) return undefined;
  const [deliveries, streamSeq, deliverySeq, , pending] = tokens.slice(at).map(Number);
  const nanoseconds = tokens[at + 3];
  if (!deliveries || !streamSeq || !deliverySeq || nanoseconds === undefined) return undefined;
  return { deliveries, streamSeq, deliverySeq, storedAt: Math.floor(Number(nanoseconds) / 1e6), pending: pending ?? 0 };
}

/** Status messages of JetStream have a code, a description and no payload. */
export const status = { HEARTBEAT: 100, NO_MESSAGES: 404, TIMEOUT: 408, CONFLICT: 409, NO_RESPONDERS: 503 } as const;

/** The status code of a message without payload; `undefined` for a real message. */
export function statusOf(message: Msg): number | undefined {
  const code = message.headers?.code;
  return code !== undefined && code > 0 && message.data.length === 0 ? code : undefined;
}
