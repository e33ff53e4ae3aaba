import { flowSchema } from '@linewatch/presence';
import { z } from 'zod';

const text = z.string().max(4096);
const count = z.number().int().nonnegative();

/** A SIP dialog as it stands in a record: `DialogState` of libs/sip. */
const dialogSchema = z.object({
  state: z.enum(['early', 'confirmed']),
  callId: text,
  localTag: text,
  remoteTag: text,
  local: text,
  remote: text,
  remoteTarget: text,
  routeSet: z.array(text).max(32),
  localCSeq: count,
  remoteCSeq: count.optional(),
  secure: z.boolean(),
});

/**
 * What a SIP edge keeps in the `protocol` part of a subscription: the dialog, the flow on which NOTIFYs go, and the domain
 * in which the watcher knows the line.
 */
export const protocolRecordSchema = z.object({ dialog: dialogSchema, flow: flowSchema, domain: text });
export type ProtocolRecord = z.infer<typeof protocolRecordSchema>;
