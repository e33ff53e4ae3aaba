import type { DialPeerTarget } from '@linewatch/config';
import type { EdgeLeg, LegProtocolFact } from '@linewatch/edge';
import { flowSchema } from '@linewatch/presence';
import type { TimerHandle } from '@linewatch/runtime';
import type { DialogState, Flow, SipResponse } from '@linewatch/sip';
import { z } from 'zod';
import type { ClientRequest, ServerRequest } from '../endpoint/user-agent';
import type { LegTimer, SipLeg } from './sip-leg-state';

/** A leg to a SIP phone or over a trunk: the machine, and what its effects need. Changed in place by `SipLegs`. */
export interface SipEdgeLeg extends EdgeLeg {
  machine: SipLeg;
  /** The key under which requests within the dialog find the leg: Call-ID and the tag of this side. */
  readonly dialogKey: string;
  /** Where the phone was heard last. */
  flow: Flow;
  /** Where its call was sent, when this side called a trunk. */
  readonly trunk?: DialPeerTarget;
  /** Behind a NAT the phone is reached only on its flow. */
  readonly sticksToFlow: boolean;
  /** Requests of the phone that wait for their answer, by number. */
  readonly asked: Map<number, ServerRequest>;
  /** How many the phone has sent. */
  askedCount: number;
  /** The 2xx that is sent again until its ACK. */
  accepted?: { readonly n: number; readonly server: ServerRequest; readonly response: SipResponse };
  /** INVITEs of this side that may still be cancelled. */
  invite?: { readonly n: number; readonly client: ClientRequest };
  readonly timers: Map<LegTimer, TimerHandle>;
}

const name = z.string().max(4096);

const dialogSchema: z.ZodType<DialogState> = z.object({
  state: z.enum(['early', 'confirmed']),
  callId: name,
  localTag: name,
  remoteTag: name,
  local: name,
  remote: name,
  remoteTarget: name,
  routeSet: z.array(name).max(64),
  localCSeq: z.number().int().nonnegative(),
  remoteCSeq: z.number().int().nonnegative().optional(),
  secure: z.boolean(),
});

/** What a SIP edge keeps in `LegRestore.protocol`: enough to talk within the dialog after a restart. */
export const sipRestoreSchema = z.object({
  dialog: dialogSchema,
  contact: name,
  flow: flowSchema,
  sticksToFlow: z.boolean(),
});
export type SipRestore = z.infer<typeof sipRestoreSchema>;

/** A leg's dialog as its facts tell it, and what a restarted edge needs of it; none while a called phone has not told its tag. */
export function sipFactOf({ machine, flow, sticksToFlow }: SipEdgeLeg): LegProtocolFact {
  const { dialog, contact } = machine;
  if (!dialog) return { restore: undefined };
  const restore: SipRestore = { dialog, contact, flow, sticksToFlow };
  return { dialog: { callId: dialog.callId, localTag: dialog.remoteTag, remoteTag: dialog.localTag }, restore };
}

/** The table key of a dialog by what this side chose of it, which no two legs share. */
export function legDialogKey(callId: string, localTag: string): string {
  return `${callId}\n${localTag}`;
}
