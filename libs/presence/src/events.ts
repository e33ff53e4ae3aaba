import { z } from 'zod';
import { credentialsLoadedSchema } from './credentials';
import type { LineFold } from './line';
import { refusalWords } from './policy';

/**
 * Every event of linewatch, as one union, with the schema that checks it where bytes enter.
 *
 * Facts (stream LINES) say what an edge witnessed; a line's state (stream PRESENCE) is their fold. Subscriptions,
 * configuration changes and edge epochs have streams of their own. Times are milliseconds since the epoch.
 */

const count = z.number().int().nonnegative();
const text = z.string().max(4096);
const name = z.string().min(1).max(256);

/** An IP address and port as JSON. */
export const addressSchema = z.object({ host: name, port: count });

/** The flow on which a phone was heard; NOTIFY and INVITE go back on it [SB-107]. */
export const flowSchema = z.object({
  transport: z.enum(['udp', 'tcp', 'tls']),
  local: addressSchema,
  remote: addressSchema,
  connection: name.optional(),
});
export type FlowRecord = z.infer<typeof flowSchema>;

/** One contact of a phone for one line [RFC3261 10]. */
export const bindingSchema = z.object({
  contact: z.string().min(1).max(2048),
  /** Contact parameters other than q and expires, as received (`;+sip.instance="…"`). */
  params: text.default(''),
  q: z.number().min(0).max(1).default(1),
  expiresAt: count,
  callId: text,
  cseq: count,
  /** Where requests for this contact go. */
  flow: flowSchema,
  /** The flow on which its REGISTER was heard, where that is another one: the phone's own requests come on it too. */
  heardOn: flowSchema.optional(),
  path: z.array(text).max(16).default([]),
  userAgent: text.optional(),
  edge: name,
  epoch: count,
  /** True when the binding lives and dies with its connection (TCP, TLS). */
  connectionBound: z.boolean(),
});
export type Binding = z.infer<typeof bindingSchema>;

/** `lw.line.<dn>.registration`: all bindings that a device now has for this line. None means it is unregistered. */
export const registrationFactSchema = z.object({
  device: name,
  cause: z.enum(['registered', 'refreshed', 'unregistered', 'expired', 'connection-lost']),
  bindings: z.array(bindingSchema).max(32),
});
export type RegistrationFact = z.infer<typeof registrationFactSchema>;

/** States of a leg in their rank: a lower rank never replaces a higher one [design law 3]. */
export const legStates = ['trying', 'early', 'confirmed', 'terminated'] as const;
export type LegStateName = (typeof legStates)[number];

/** `lw.line.<dn>.call`: what happened to one leg of one call. */
export const legFactSchema = z.object({
  leg: name,
  call: name,
  device: name,
  instance: name,
  state: z.enum(legStates),
  direction: z.enum(['initiator', 'recipient']),
  held: z.boolean().default(false),
  peer: z.object({ number: text, display: text.optional() }),
  /** The leg's SIP dialog as the phone knows it, for dialog-info [RFC4235 4.1.1]. */
  dialog: z.object({ callId: text, localTag: text, remoteTag: text.optional() }).optional(),
  /** What a restarted edge needs to go on with this leg; only that kind of edge reads it. */
  restore: z.unknown().optional(),
  edge: name,
  epoch: count,
  /** Counts the facts of this edge epoch: of two facts of equal rank the later one holds. */
  seq: count,
  /** When the leg is no longer believed unless its edge speaks of it again [design law 4]. */
  leaseUntil: count,
  /** Why a leg ended: a SIP status, `lease`, `restart`. */
  cause: text.optional(),
});
export type LegFact = z.infer<typeof legFactSchema>;

/** `lw.line.<dn>.feature`: do-not-disturb and the like, per device. */
export const featureFactSchema = z.object({ device: name, dnd: z.boolean() });
export type FeatureFact = z.infer<typeof featureFactSchema>;

/** `lw.line.<dn>.lease`: the end of a lease or the loss of an edge; it holds for facts up to `upTo`, a LINES sequence. */
export const leaseFactSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('edge-lost'), edge: name, epoch: count, upTo: count }),
  z.object({ kind: z.literal('leg-lapsed'), leg: name, upTo: count }),
  z.object({ kind: z.literal('leg-abandoned'), leg: name, upTo: count }),
  z.object({ kind: z.literal('registration-lapsed'), device: name, upTo: count }),
  z.object({ kind: z.literal('relayed-lapsed'), source: name, upTo: count }),
]);
export type LeaseFact = z.infer<typeof leaseFactSchema>;

/** One phone that carries an instance. `primary` means button 1 (or `auto-line`) of that phone. */
export const deviceRefSchema = z.object({ name, kind: z.enum(['sip', 'sccp']), primary: z.boolean() });
export type DeviceRef = z.infer<typeof deviceRefSchema>;

/** One directory number entry of the configuration that carries this line. */
export const lineInstanceSchema = z.object({
  id: name,
  kind: z.enum(['phone', 'park-slot', 'paging', 'conference']),
  watchable: z.boolean(),
  devices: z.array(deviceRefSchema).max(256),
});
export type LineInstance = z.infer<typeof lineInstanceSchema>;

/** `lw.line.<dn>.config`: what the running configuration means for this line. No instance: there is no such line. */
export const lineConfigFactSchema = z.object({ instances: z.array(lineInstanceSchema).max(256) });
export type LineConfigFact = z.infer<typeof lineConfigFactSchema>;

/** What a watcher may see of a line [cme-presence 3.1]. */
export const lampSchema = z.object({ state: z.enum(['idle', 'in-use', 'unknown']), dnd: z.boolean() });
export type Lamp = z.infer<typeof lampSchema>;

/** One live dialog of a line, as dialog-info tells it [RFC4235 4.1]. */
export const dialogViewSchema = z.object({
  id: name,
  callId: text.optional(),
  localTag: text.optional(),
  remoteTag: text.optional(),
  direction: z.enum(['initiator', 'recipient']),
  state: z.enum(['trying', 'early', 'confirmed']),
  held: z.boolean(),
  peer: z.object({ number: text, display: text.optional() }),
});
export type DialogView = z.infer<typeof dialogViewSchema>;

/** Why a source of a relayed line tells nothing, and when it is asked again. */
export const relayFailureSchema = z.object({
  /** It refused, did not answer in time, or ended the subscription. */
  kind: z.enum(['refused', 'timeout', 'terminated']),
  /** The SIP status of a refusal. */
  status: z.number().int().min(300).max(699).optional(),
  /** The reason of a subscription that was terminated [RFC6665 4.1.3]. */
  reason: z.string().max(64).optional(),
  /** Seconds after which it wants to be asked again. */
  retryAfter: count.optional(),
  /** Attempts in a row that failed, the first included. */
  attempts: count,
  /** When the last of them failed. */
  at: count,
  /** When it is asked again, if anybody still wants to know. */
  nextAttemptAt: count.optional(),
});
export type RelayFailure = z.infer<typeof relayFailureSchema>;

/**
 * `lw.line.<dn>.relayed`: all that a source elsewhere knows of a line that has no phone here. It takes the place of what
 * that source said before. With neither lamp, dialogs nor failure the source withdraws.
 */
export const relayedFactSchema = z.object({
  /** Who says so, the same in every fact: `192.0.2.7 presence`, `crm`. */
  source: name,
  package: z.enum(['presence', 'dialog']).default('presence'),
  lamp: lampSchema.optional(),
  /** The live dialogs; the lamp follows from them unless some source tells it. */
  dialogs: z.array(dialogViewSchema).max(32).optional(),
  /** Until when this is confirmed: said again before then, or the line turns unknown [design law 4]. */
  until: count,
  failure: relayFailureSchema.optional(),
  /** The edge that asks the source, where one does: when it is lost, the source is not heard any more. */
  edge: name.optional(),
  epoch: count.optional(),
});
export type RelayedFact = z.infer<typeof relayedFactSchema>;

/** What of a source is told with the line's state. `stale`: it was not confirmed in time, and is not believed. */
export const relayViewSchema = z.object({
  package: z.enum(['presence', 'dialog']),
  stale: z.boolean(),
  failure: relayFailureSchema.optional(),
});
export type RelayView = z.infer<typeof relayViewSchema>;

/** What of a line happens on one of its phones [cme-presence 3.6]. */
export const phonePartSchema = z.object({
  registered: z.boolean(),
  use: z.enum(['idle', 'in-use', 'unknown']),
  dnd: z.boolean(),
});
export type PhonePart = z.infer<typeof phonePartSchema>;

/**
 * `lw.presence.<dn>`: a line's state. Its version is the sequence of this message in PRESENCE.
 *
 * `fold` is the whole fold, so that a rebuild is this message plus the later facts; `fold.seq` is the LINES sequence it
 * includes. On the wire it is JSON as a text of its own: every edge hears every state, and few ever open the fold.
 */
export const lineStateSchema = z
  .object({
    lamp: lampSchema,
    dialogs: z.array(dialogViewSchema),
    /** The phones of the line by device, for keys that show a phone. */
    phones: z.record(name, phonePartSchema).default({}),
    /** Of a line whose state other systems tell: those, by their names. */
    relayed: z.record(name, relayViewSchema).default({}),
    since: count,
    /** Id of the event that brought this state. */
    cause: text,
    fold: z
      .string()
      .startsWith('{')
      .or(z.custom<LineFold>((value) => typeof value === 'object' && value !== null))
      .describe('The whole fold: JSON as a text of its own'),
  })
  .transform(({ fold, ...state }) => withFold(state, fold));

const closed = Symbol('fold');

/** One getter for all states: with one each, every state would be a slow object of a shape of its own. */
const opened: PropertyDescriptor & ThisType<{ [closed]: string | LineFold }> = {
  enumerable: true,
  get(): LineFold {
    const fold = this[closed];
    if (typeof fold !== 'string') return fold;
    return (this[closed] = JSON.parse(fold) as LineFold);
  },
};

/** A state whose fold is read from its text when somebody looks at it. */
function withFold<S extends object>(state: S, fold: string | LineFold): S & { readonly fold: LineFold } {
  Object.defineProperty(state, closed, { value: fold, writable: true });
  return Object.defineProperty(state, 'fold', opened) as S & { readonly fold: LineFold };
}

/** A state as it travels. */
export function closedState(state: LineState): object {
  return { ...state, fold: JSON.stringify(state.fold) };
}

export type LineState = z.infer<typeof lineStateSchema>;

/** Who watches: `number@host`, on a phone of ours (`local`) or beyond a trunk (`remote`). */
export const watcherSchema = z.object({
  number: text,
  host: name,
  kind: z.enum(['local', 'remote']),
  device: name.optional(),
  phoneType: z.enum(['SIP Phone', 'SCCP [BLF Speed Dial]', 'SCCP [BLF Call List]']),
  dialPeerTag: count,
});
export type Watcher = z.infer<typeof watcherSchema>;

/** Everything that a successor needs to go on with a subscription, and what `show presence subscription` prints. */
export const subscriptionSchema = z.object({
  id: name,
  line: name,
  package: z.enum(['presence', 'dialog']),
  eventId: text.optional(),
  contentType: name,
  watcher: watcherSchema,
  presentity: z.object({ number: text, host: name, kind: z.enum(['local', 'remote']) }),
  deviceBased: z.boolean().default(false),
  granted: count,
  expiresAt: count,
  acceptedAt: count,
  owner: name,
  /** The end of the reserved block of CSeq and version numbers: a successor starts here [design law 1]. */
  ceiling: count,
  /** The owner's protocol state: for SIP the dialog and the flow. Only that kind of edge reads it. */
  protocol: z.unknown(),
  /** Of a line beyond the trunk: the SubID of the request that goes out for it, its sibling [cme-presence 4.1]. */
  sibling: count.optional(),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

export const subscriptionEndings = [
  'timeout',
  'unsubscribed',
  'fetched',
  'rejected',
  'noresource',
  'deactivated',
  'probation',
  'giveup',
  'notify-failed',
  'notify-timeout',
  'unregistered',
] as const;
export type SubscriptionEnding = (typeof subscriptionEndings)[number];

/** `lw.subscription.<dn>.accepted`: the first word on a subscription; its sequence is the SubID and the first token. */
export const subscriptionAcceptedSchema = z.object({ subscription: subscriptionSchema });
/**
 * `lw.subscription.<dn>.refreshed`: a new expiry, dialog or block (`renewed`, by the holder of `token`), or a new owner
 * (`taken`, from the holder of `token`; the sequence of this event is the new token).
 */
export const subscriptionRefreshedSchema = z.object({
  change: z.enum(['renewed', 'taken']),
  token: count,
  subId: count,
  subscription: subscriptionSchema,
});
/**
 * `lw.subscription.<dn>.outgoing`: for the subscription with that SubID a request goes out to the server; the sequence of
 * this event is the SubID of that request, the sibling. Edges hear by it that somebody watches a line beyond the trunk.
 */
export const subscriptionOutgoingSchema = z.object({
  id: name,
  subId: count,
  package: z.enum(['presence', 'dialog']),
  /** The number of the watcher. */
  watcher: text,
});
/** `lw.subscription.<dn>.terminated`. */
export const subscriptionTerminatedSchema = z.object({
  id: name,
  token: count,
  reason: z.enum(subscriptionEndings),
});

/** `lw.config.<section>`: commands that were applied, in running-config style, and by whom. Long texts come in parts. */
export const configAppliedSchema = z.object({
  author: name,
  commands: z.array(z.string().max(1024)).max(20_000),
  change: z.object({ id: name, part: count, parts: z.number().int().positive() }),
});
export type ConfigApplied = z.infer<typeof configAppliedSchema>;
/** `lw.config.startup-config`: the configuration of a revision was saved as startup-config. */
export const configSavedSchema = z.object({ author: name, revision: count });
export type ConfigSaved = z.infer<typeof configSavedSchema>;

/** `lw.edge.<id>.hello`: a new epoch begins; its sequence in EDGES is the epoch. `advertised` is what phones send to. */
export const edgeHelloSchema = z.object({ kind: z.enum(['sip', 'sccp']), advertised: addressSchema });
export const edgeByeSchema = z.object({ epoch: count });
/** `lw.edge.<id>.beat`: I am alive, in this epoch. */
export const edgeBeatSchema = z.object({ epoch: count });

/** `lw.notify.<dn>`: what was sent to a watcher and what it answered (sampled). */
export const notifySentSchema = z.object({
  id: name,
  cseq: count,
  lamp: lampSchema,
  status: count,
  milliseconds: z.number().nonnegative(),
});

/** What `debug presence` can be asked for, beside `all`. */
export const presenceDebugKinds = ['asnl', 'errors', 'event', 'info', 'timer', 'trace', 'xml'] as const;
export type PresenceDebugKind = (typeof presenceDebugKinds)[number];

/** `lw.debug.<session>.wish`: what a shell wants to be told of every process for the next seconds; nothing: no more. */
export const debugWishSchema = z.object({
  presence: z.array(z.enum(presenceDebugKinds)).max(presenceDebugKinds.length),
  /** BLF of every SCCP phone, or of those with these MAC addresses (twelve lower-case hex digits). */
  ephoneBlf: z.union([z.literal('all'), z.array(z.string().regex(/^[0-9a-f]{12}$/)).max(64)]),
});
export type DebugWish = z.infer<typeof debugWishSchema>;

/** `lw.debug.<session>.lines`: what a process tells that shell, and how many messages, of a line or more, it left out since. */
export const debugLinesSchema = z.object({
  lines: z.array(z.object({ at: z.number(), text: z.string().max(16_384) })).max(1024),
  dropped: count,
});
export type DebugLines = z.infer<typeof debugLinesSchema>;

/** Every event type with the schema of its data. The key is the CloudEvents `type`. */
export const eventSchemas = {
  'linewatch.line.registration': registrationFactSchema,
  'linewatch.line.call': legFactSchema,
  'linewatch.line.feature': featureFactSchema,
  'linewatch.line.lease': leaseFactSchema,
  'linewatch.line.config': lineConfigFactSchema,
  'linewatch.line.relayed': relayedFactSchema,
  'linewatch.line.state': lineStateSchema,
  'linewatch.subscription.accepted': subscriptionAcceptedSchema,
  'linewatch.subscription.outgoing': subscriptionOutgoingSchema,
  'linewatch.subscription.refreshed': subscriptionRefreshedSchema,
  'linewatch.subscription.terminated': subscriptionTerminatedSchema,
  'linewatch.config.applied': configAppliedSchema,
  'linewatch.config.saved': configSavedSchema,
  'linewatch.credentials.loaded': credentialsLoadedSchema,
  'linewatch.edge.hello': edgeHelloSchema,
  'linewatch.edge.bye': edgeByeSchema,
  'linewatch.edge.beat': edgeBeatSchema,
  'linewatch.notify.sent': notifySentSchema,
  'linewatch.debug.wish': debugWishSchema,
  'linewatch.debug.lines': debugLinesSchema,
} as const;

export type EventType = keyof typeof eventSchemas;
export type EventData<T extends EventType> = z.infer<(typeof eventSchemas)[T]>;

/** An event before it has an envelope: its type and its data. */
export type LinewatchEvent = { [T in EventType]: { readonly type: T; readonly data: EventData<T> } }[EventType];

/** The facts that the line fold takes. */
export type LineFactType =
  | 'linewatch.line.registration'
  | 'linewatch.line.call'
  | 'linewatch.line.feature'
  | 'linewatch.line.lease'
  | 'linewatch.line.config'
  | 'linewatch.line.relayed';
export type LineFact = Extract<LinewatchEvent, { type: LineFactType }>;

/** Which schema version `data` follows; raised when a field changes its meaning, never for an added optional field. */
export const SCHEMA_VERSION = 1;

/**
 * The question of `lw.ask.authorize`: may this watcher have this subscription, and then keep it. `revision` is the CONFIG
 * sequence that the edge went by: who answers by older rules would let in whom the edge has just ended, for good.
 */
export const authorizeRequestSchema = z.object({
  protocol: z.enum(['sip', 'sccp']),
  subscription: subscriptionSchema,
  revision: count.optional(),
});
export type AuthorizeRequest = z.infer<typeof authorizeRequestSchema>;

/** Its answer: a word; with `allow` the record as it stands now, its SubID and the owner's token. */
export const authorizeReplySchema = z.discriminatedUnion('word', [
  z.object({ word: z.literal('allow'), subscription: subscriptionSchema, subId: count, token: count }),
  z.object({ word: z.enum(refusalWords) }),
]);
export type AuthorizeReply = z.infer<typeof authorizeReplySchema>;
