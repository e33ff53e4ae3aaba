import type { CoupledPeer, LegStanding, Party } from '@linewatch/call';
import {
  flowSchema,
  type CallId,
  type DeviceName,
  type EdgeId,
  type InstanceId,
  type LegId,
  type LineNumber,
} from '@linewatch/presence';
import type { ClientRequest, ServerRequest } from '../endpoint/user-agent';
import type { DialogState, Flow, SipResponse } from '@linewatch/sip';
import type { TimerHandle } from '@linewatch/runtime';
import { z } from 'zod';
import type { LegTimer, SipLeg } from './sip-leg-state';

/** Whose leg it is: the line and the phone, as its facts name them. */
export interface LegOwner {
  readonly line: LineNumber;
  readonly device: DeviceName;
  readonly instance: InstanceId;
}

/** A leg that ends at this edge: the machine, what its line shows, and what its effects need. Changed in place by `Legs`. */
export interface EdgeLeg {
  readonly id: LegId;
  readonly call: CallId;
  readonly role: 'caller' | 'callee';
  readonly owner: LegOwner;
  /** Who is at its far end: the phone's own number and name. */
  readonly party: Party;
  /** The edge that controls the call, and the last of its commands that was done. */
  controller: EdgeId;
  commanded: { epoch: number; seq: number };
  peer?: CoupledPeer;
  /** The other side, as facts tell it. */
  facing: Party;
  machine: SipLeg;
  standing: LegStanding;
  /** The key under which requests within the dialog find the leg: Call-ID and the tag of this side. */
  readonly dialogKey: string;
  /** Where the phone was heard last. */
  flow: Flow;
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
  lease?: TimerHandle;
  isDone: boolean;
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

/** The table key of a dialog by what this side chose of it, which no two legs share. */
export function legDialogKey(callId: string, localTag: string): string {
  return `${callId}\n${localTag}`;
}
