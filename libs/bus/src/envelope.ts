import { z } from 'zod';
import {
  type EventData,
  type EventType,
  type LinewatchEvent,
  SCHEMA_VERSION,
  closedState,
  eventSchemas,
} from '@linewatch/presence';

/**
 * The one envelope of the bus: CloudEvents 1.0 as structured JSON. It is made here and checked here, where bytes enter.
 */

/** `lw.deadletter.<service>`: a message that could not be used, and why. `payload` is its text, or base64 of its bytes. */
export const deadLetterSchema = z.object({
  stream: z.string(),
  seq: z.number().int().nonnegative(),
  subject: z.string(),
  deliveries: z.number().int().nonnegative(),
  reason: z.string().max(4096),
  payload: z.string(),
  encoding: z.enum(['utf-8', 'base64']),
  truncated: z.boolean(),
});
export type DeadLetter = z.infer<typeof deadLetterSchema>;

/** Every type that travels in an envelope, with the schema of its `data`. */
export const dataSchemas = { ...eventSchemas, 'linewatch.deadletter': deadLetterSchema } as const;
export type BusEvent = LinewatchEvent | { readonly type: 'linewatch.deadletter'; readonly data: DeadLetter };
export type BusEventType = EventType | 'linewatch.deadletter';
export type { EventData };

/** The context attributes of CloudEvents 1.0, as far as linewatch uses them. */
export const attributesSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(512),
  type: z.string().min(1),
  /** RFC 3339. */
  time: z.iso.datetime({ offset: true }),
  /** Who says it, a URI reference: `/sip-edge/1`. */
  source: z.string().min(1).max(256),
  /** The line, or whatever else the event is about. */
  subject: z.string().max(512).optional(),
  /** Names schema and version of `data`: see `dataSchemaOf`. */
  dataschema: z.string().optional(),
  datacontenttype: z.literal('application/json').optional(),
  /** Extension: the epoch of the edge that says it. */
  epoch: z.number().int().nonnegative().optional(),
  /** Extension: counts what that epoch said. */
  seq: z.number().int().nonnegative().optional(),
});
export type Attributes = z.infer<typeof attributesSchema>;

/** An event with its context. `event` is what the core reads; `id` is also its Nats-Msg-Id. */
export interface Envelope {
  readonly id: string;
  readonly source: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly subject?: string;
  readonly epoch?: number;
  readonly seq?: number;
  readonly event: BusEvent;
}

export type Decoded =
  { readonly ok: true; readonly envelope: Envelope } | { readonly ok: false; readonly reason: string };

/** A URN, as it names a schema and promises no host: `urn:linewatch:schema:linewatch.line.call:1`. */
export function dataSchemaOf(type: string): string {
  return `urn:linewatch:schema:${type}:${SCHEMA_VERSION}`;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The bytes of an envelope. What it holds is not checked here: it is ours. */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  const { id, source, time, subject, epoch, seq, event } = envelope;
  return encoder.encode(
    JSON.stringify({
      specversion: '1.0',
      id,
      type: event.type,
      time: new Date(time).toISOString(),
      source,
      subject,
      dataschema: dataSchemaOf(event.type),
      epoch,
      seq,
      data: event.type === 'linewatch.line.state' ? closedState(event.data) : event.data,
    }),
  );
}

/** The envelope of some bytes, or why they are none. Never throws. */
export function decodeEnvelope(bytes: Uint8Array): Decoded {
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    return { ok: false, reason: `not JSON: ${(error as Error).message}` };
  }
  const attributes = attributesSchema.safeParse(json);
  if (!attributes.success) return { ok: false, reason: `not an envelope: ${reasonOf(attributes.error)}` };
  const { id, source, time, subject, epoch, seq, type, dataschema } = attributes.data;
  if (!Object.hasOwn(dataSchemas, type)) return { ok: false, reason: `unknown event type "${type}"` };
  if (dataschema !== undefined && dataschema !== dataSchemaOf(type))
    return { ok: false, reason: `"${type}" follows "${dataschema}"; this version reads "${dataSchemaOf(type)}"` };
  const data = dataSchemas[type as BusEventType].safeParse((json as { data?: unknown }).data);
  if (!data.success) return { ok: false, reason: `data of "${type}": ${reasonOf(data.error)}` };
  return {
    ok: true,
    envelope: {
      id,
      source,
      time: Date.parse(time),
      ...(subject !== undefined && { subject }),
      ...(epoch !== undefined && { epoch }),
      ...(seq !== undefined && { seq }),
      event: { type, data: data.data } as BusEvent,
    },
  };
}

function reasonOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || '(whole)'}: ${issue.message}`)
    .join('; ');
}
