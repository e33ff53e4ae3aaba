import { bindingSchema } from '@linewatch/presence';
import { z } from 'zod';
import { sessionSchema } from './session';

/**
 * What passes between the controller of a call (at the edge of the calling leg) and the edge of each of its legs. A leg
 * is driven by commands and speaks by events; neither knows a protocol: statuses are SIP's numbers because every
 * signalling protocol has a table from them.
 *
 * Rules that both sides keep:
 * - `refuse` and `release` are the last command to a leg. Its edge then ends the leg in whatever way the leg's own state
 *   asks (CANCEL, 487, ACK and BYE, BYE): an answer that crosses a release is confirmed and ended there, unasked.
 * - `refused`, `released` or `lost` is the last event of a leg, and every leg says one, also after a last command.
 * - A leg that was given `handOver` obeys its new controller alone.
 * - A request inside a call has an exchange id, made by who asks; the answer bears the same id. One with an id that is
 *   no longer known is ignored.
 * - An offer goes with its request when the asker has one. When it comes late (with `answered` or `modified`), the answer
 *   goes with `confirm`; only then does the edge wait for `confirm` before it acknowledges a `modified` [RFC3261 13.2.1, 14.1].
 */

const status = (from: number, to: number): z.ZodNumber => z.number().int().min(from).max(to);
const name = z.string().min(1).max(256);
const exchange = name;

/** A number and the name beside it, as a display shows them. */
export const partySchema = z.object({ number: z.string().max(256), display: z.string().max(256).optional() });
export type Party = z.infer<typeof partySchema>;

/**
 * What a leg that has no line of its own (a trunk's) asks its peer's line to keep, so that its edge finds it again after a
 * restart. `epoch` is the life of the edge that made the leg, `protocol` its edge's own affair.
 */
export const keptLegSchema = z.object({ epoch: z.number().int().nonnegative(), protocol: z.unknown().optional() });
export type KeptLeg = z.infer<typeof keptLegSchema>;

/** Where a leg goes: a phone at one of its bindings, a number beyond a dial peer (a trunk), or a slot where calls wait. */
export const callTargetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('phone'), line: name, device: name, instance: name, binding: bindingSchema }),
  z.object({ kind: z.literal('dial-peer'), tag: z.number().int().nonnegative(), number: name }),
  z.object({ kind: z.literal('park-slot'), line: name }),
]);
export type CallTarget = z.infer<typeof callTargetSchema>;

/**
 * Why a leg is released, as a word: `normal` somebody hung up, `cancelled` the caller gave up before the answer,
 * `answered-elsewhere` another phone won the fork, `no-answer` the timer ran out, `refused` somebody refused, `transferred`
 * the other party has a new peer, `edge-lost` the other leg's edge is gone, `silent` a leg answers no probe, `failed` the
 * exchange of offer and answer did not complete, `restart` the call could not be restored.
 */
export const releaseCauses = [
  'normal',
  'cancelled',
  'answered-elsewhere',
  'no-answer',
  'refused',
  'transferred',
  'edge-lost',
  'silent',
  'failed',
  'restart',
] as const;
export type ReleaseCause = (typeof releaseCauses)[number];
const cause = z.enum(releaseCauses);

/** INFO and its kin: a body that passes through a call unread. */
const info = z.object({
  type: z.literal('info'),
  exchange,
  contentType: z.string().max(256),
  body: z.string().max(65_536),
});
const infoAnswered = z.object({ type: z.literal('infoAnswered'), exchange, status: status(200, 699) });
const modify = z.object({ type: z.literal('modify'), exchange, session: sessionSchema.optional() });
const modified = z.object({ type: z.literal('modified'), exchange, session: sessionSchema });
const modifyRefused = z.object({ type: z.literal('modifyRefused'), exchange, status: status(300, 699) });
const progress = z.object({ type: z.literal('progress'), status: status(101, 199), session: sessionSchema.optional() });

/** The leg at the other side of a call, who is there, and what a trunk's leg wants to be kept. */
export const coupledPeerSchema = z.object({
  leg: name,
  edge: name,
  party: partySchema,
  kept: keptLegSchema.optional(),
});
export type CoupledPeer = z.infer<typeof coupledPeerSchema>;

/** The call that takes over a leg of another one, and the edge that controls it. */
export const takerSchema = z.object({ edge: name, call: name, exchange });
export type Taker = z.infer<typeof takerSchema>;

/** From the controller to a leg. */
export const legCommandSchema = z.discriminatedUnion('type', [
  /** To a called leg, its first: ring. Without a session its answer brings the offer. */
  z.object({
    type: z.literal('offer'),
    target: callTargetSchema,
    caller: partySchema,
    called: z.string().max(256),
    session: sessionSchema.optional(),
    /** Who sends the caller here by a transfer [RFC3892]: at a park slot that parks the call, and without it fetches one. */
    referredBy: partySchema.optional(),
    /** The phone has asked for this call, which rings elsewhere: it answers at once. */
    pickUp: z.literal(true).optional(),
    /** How many more servers may pass the call on [RFC3261 8.1.1.6]; written by the controller's shell. */
    maxForwards: z.number().int().min(0).max(255).optional(),
  }),
  /** To the calling leg, before its final answer. */
  progress,
  z.object({ type: z.literal('accept'), session: sessionSchema }),
  z.object({ type: z.literal('refuse'), status: status(300, 699), reason: z.string().max(256).optional() }),
  /** To a leg that said `answered`, or (with `exchange`) `modified` with a late offer: acknowledge it. */
  z.object({ type: z.literal('confirm'), exchange: exchange.optional(), session: sessionSchema.optional() }),
  modify,
  modified,
  modifyRefused,
  info,
  infoAnswered,
  /** The answer to `refer`: 100 accepts it; then how the new call goes, until a final status. */
  z.object({ type: z.literal('referProgress'), exchange, status: status(100, 699) }),
  z.object({ type: z.literal('referRefused'), exchange, status: status(300, 699) }),
  /** Is the phone still in this call? `alive` or any other event says yes (OPTIONS in the dialog; a station's keep-alive). */
  z.object({ type: z.literal('probe') }),
  /** The last command of this controller, but not the leg's: another call takes it over, and couples it with `peer`. */
  z.object({ type: z.literal('handOver'), taker: takerSchema, peer: coupledPeerSchema }),
  z.object({ type: z.literal('release'), cause }),
]);
export type LegCommand = z.infer<typeof legCommandSchema>;

/** From a leg to the controller. */
export const legEventSchema = z.discriminatedUnion('type', [
  progress.extend({ kept: keptLegSchema.optional() }),
  /** A called leg took the call (2xx). The session is the answer, or the offer when none was sent. */
  z.object({ type: z.literal('answered'), session: sessionSchema, kept: keptLegSchema.optional() }),
  /** A called leg will not take it. `redirect` are the numbers a 3xx names. */
  z.object({
    type: z.literal('refused'),
    status: status(300, 699),
    redirect: z.array(z.string().min(1).max(256)).max(16).optional(),
  }),
  /** The calling leg acknowledged `accept`, or (with `exchange`) a leg acknowledged `modified` with a late offer (ACK). */
  z.object({ type: z.literal('confirmed'), exchange: exchange.optional(), session: sessionSchema.optional() }),
  modify,
  modified,
  modifyRefused,
  info,
  infoAnswered,
  /**
   * Transfer: connect my peer to that number [RFC3515, RFC5589 6]; with `replaces`, to the peer of that other leg of this
   * phone [RFC3891, RFC5589 7].
   */
  z.object({
    type: z.literal('refer'),
    exchange,
    target: name,
    referredBy: z.string().max(256).optional(),
    replaces: z.object({ call: name, leg: name, controller: name }).optional(),
  }),
  /** To the new controller: I was handed over. */
  z.object({
    type: z.literal('joined'),
    exchange,
    edge: name,
    role: z.enum(['caller', 'callee']),
    party: partySchema,
    kept: keptLegSchema.optional(),
  }),
  z.object({ type: z.literal('alive') }),
  /** The phone ended the leg, or the end that was commanded is done. */
  z.object({ type: z.literal('released'), cause }),
  /** The leg's edge is gone, or never heard the offer. Said by who notices, for the edge cannot. */
  z.object({ type: z.literal('lost') }),
]);
export type LegEvent = z.infer<typeof legEventSchema>;

const address = {
  call: name,
  leg: name,
  /** The epoch of the sending edge, and a number that rises with each message that it sends about this leg in it. */
  epoch: z.number().int().nonnegative(),
  seq: z.number().int().positive(),
};

/**
 * `lw.call.<edge>`: a command to a leg at that edge, or an event to the controller there. A repeat (same leg, epoch and
 * `seq`) is acknowledged and not done again. A higher epoch is the same edge after a restart, and counts anew.
 */
export const callMessageSchema = z.discriminatedUnion('kind', [
  /**
   * `controller` is the edge where the leg's events go; `peer` the leg that it is coupled with, or will be if it answers:
   * both stand in its facts, so that a restarted edge finds the pair again.
   */
  z.object({
    kind: z.literal('command'),
    ...address,
    controller: name,
    peer: coupledPeerSchema.optional(),
    command: legCommandSchema,
  }),
  z.object({ kind: z.literal('event'), ...address, event: legEventSchema }),
  /** From one controller to another: hand me the leg that is coupled with this one, which ends; `peer` will be its peer. */
  z.object({ kind: z.literal('join'), ...address, taker: takerSchema, peer: coupledPeerSchema }),
  /** From a phone's edge to a controller: offer the call with that ringing leg to this phone as well, which will take it. */
  z.object({
    kind: z.literal('pickUp'),
    ...address,
    by: z.object({ leg: name, edge: name, target: callTargetSchema }),
  }),
  /** The answer to `join` when that cannot be; else the leg says `joined`. */
  z.object({ kind: z.literal('joinRefused'), ...address, exchange, status: status(300, 699) }),
]);
export type CallMessage = z.infer<typeof callMessageSchema>;

/** The answer. `gone`: no such leg (of a command), or no such call (of an event): whoever sent it must not wait for more. */
export const callMessageReplySchema = z.object({ ok: z.literal(true), gone: z.boolean().optional() });
export type CallMessageReply = z.infer<typeof callMessageReplySchema>;
