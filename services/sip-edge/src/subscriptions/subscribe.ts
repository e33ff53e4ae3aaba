import type { Directory, Hold, Refusals, SubscriptionRecords, WatchAuthorization } from '@linewatch/edge';
import { type AuthorizeReply, flowText, type Subscription, type Watcher } from '@linewatch/presence';
import type { Clock, LabelledCounter, RateLimitedLog } from '@linewatch/runtime';
import {
  checkRemoteCSeq,
  CSEQ_BLOCK,
  dialogKeyOf,
  type DialogState,
  fromTag,
  type HeaderField,
  isLive,
  parseNameAddr,
  header,
  receivedInDialog,
  type Refusal,
  responseTo,
  routeOf,
  startNotifier,
  toTag,
  uasDialog,
  userOf,
} from '@linewatch/sip';
import type { Endpoint } from '../endpoint/endpoint';
import { targetFlow } from '../endpoint/target-flow';
import type { ServerRequest } from '../endpoint/user-agent';
import { type Asked, checkSubscribe, type NamedLine, namedLine } from './admission';
import type { Notifications } from './notifications';
import type { ProtocolRecord } from './protocol-record';
import { refusalOf } from './refusals';
import { subscriptionNames } from './subscription-id';
import { newWatched, notifierRecord, type Watched, type WatchedTable } from './watched';

/** Who sent a request: a phone of ours with one of its numbers, or anybody else [cme-presence 4.2]. */
export type SubscriberIdentity =
  | { readonly kind: 'local'; readonly device: string; readonly number: string; readonly dialPeerTag: number }
  | { readonly kind: 'remote' };

/** What the handling of SUBSCRIBE needs of the world. */
export interface SubscribePorts {
  readonly directory: Directory;
  readonly identify: (incoming: ServerRequest) => Promise<SubscriberIdentity>;
  /** The 401 for a watcher from outside, which must prove who it is [cme-presence 4.10]; undefined when it has. */
  readonly challenge: (incoming: ServerRequest) => Refusal | undefined;
  readonly authorization: Pick<WatchAuthorization, 'ask'>;
  /** Repeats what a neighbour that is away made fail, for up to 20 s [design law 8]. */
  readonly hold: Pick<Hold, 'run'>;
  readonly endpoint: Pick<Endpoint, 'contact' | 'flowTo'>;
  readonly table: WatchedTable;
  readonly notifications: Notifications;
  readonly records: Pick<SubscriptionRecords, 'renew' | 'end'>;
  readonly edge: string;
  /** Where another living edge is reached; undefined when it is not alive. */
  readonly contactOfEdge: (edge: string) => string | undefined;
  readonly clock: Pick<Clock, 'now'>;
  /** Requests by status. */
  readonly answers: LabelledCounter;
  readonly refusals: Pick<Refusals, 'remember'>;
  readonly floodLog: Pick<RateLimitedLog, 'info'>;
}

/** Takes SUBSCRIBE [RFC6665 4.2.1]: each check of cme-presence.md 4.3 is one named step, in its order. */
export class SubscribeHandler {
  constructor(private readonly ports: SubscribePorts) {}

  async handle(incoming: ServerRequest): Promise<void> {
    const checked = checkSubscribe(incoming.request, this.ports.directory.current());
    if ('refusal' in checked) return this.refuse(incoming, checked.refusal);
    if (toTag(incoming.request) !== undefined) return this.inDialog(incoming, checked.ok);
    return this.subscribe(incoming, checked.ok);
  }

  // A first SUBSCRIBE

  private async subscribe(incoming: ServerRequest, asked: Asked): Promise<void> {
    const { directory, hold, identify } = this.ports;
    const named = namedLine(incoming.request, directory.current());
    if (!named) return this.refuse(incoming, NOT_FOUND);
    const identity = await hold.run(() => identify(incoming));
    if (identity === 'gave-up') return this.refuse(incoming, refusalOf['could-not-ask'], 'could-not-ask');
    const refusal = this.checkOutsider(incoming, identity);
    if (refusal === OUTSIDERS_REFUSED) return this.refuse(incoming, refusal, 'external-watcher-refused');
    if (refusal) return this.refuse(incoming, refusal);
    const record = this.record(incoming, asked, named, identity);
    if (!record) return this.refuse(incoming, UNUSABLE_DIALOG);
    const reply = await this.ports.authorization.ask(record);
    if (reply.word !== 'allow') return this.refuse(incoming, refusalOf[reply.word], reply.word);
    this.accept(incoming, reply);
  }

  /** nothing goes to the bus for a stranger that may not ask [design law 7]. */
  private checkOutsider(incoming: ServerRequest, identity: Pick<SubscriberIdentity, 'kind'>): Refusal | undefined {
    if (identity.kind === 'local') return undefined;
    const { config } = this.ports.directory.current();
    const challenge = config.voiceRegisterGlobal.authenticate.presence ? this.ports.challenge(incoming) : undefined;
    return challenge ?? (config.presence.watcherAll ? undefined : OUTSIDERS_REFUSED);
  }

  private record(
    { request, flow }: ServerRequest,
    { event, package: eventPackage, granted }: Asked,
    { number, domain, line }: NamedLine,
    identity: SubscriberIdentity,
  ): Subscription | undefined {
    const { id, localTag } = subscriptionNames(request, event);
    const dialog = uasDialog(request, responseTo(request, 200, undefined, { toTag: localTag }));
    if (!dialog) return undefined;
    const now = this.ports.clock.now();
    const { nextHop } = routeOf(dialog);
    const protocol: ProtocolRecord = {
      dialog: { ...dialog, routeSet: [...dialog.routeSet] },
      flow: targetFlow(this.ports.endpoint, request, flow, nextHop),
      domain,
    };
    const from = userOf(parseNameAddr(header(request, 'From') ?? '')?.uri ?? '') ?? '';
    const watcher: Watcher = {
      number: identity.kind === 'local' ? identity.number : from.slice(0, 256),
      host: flow.remote.host,
      kind: identity.kind,
      ...(identity.kind === 'local' && { device: identity.device }),
      phoneType: 'SIP Phone',
      dialPeerTag: identity.kind === 'local' ? identity.dialPeerTag : 0,
    };
    return {
      id,
      line: line ?? number,
      package: eventPackage.name,
      ...(event.id !== undefined && { eventId: event.id }),
      contentType: eventPackage.contentType,
      watcher,
      presentity: { number, host: domain === '' ? 'unknown' : domain, kind: line === undefined ? 'remote' : 'local' },
      deviceBased: false,
      granted,
      expiresAt: now + granted * 1000,
      acceptedAt: now,
      owner: this.ports.edge,
      ceiling: dialog.localCSeq + CSEQ_BLOCK,
      protocol,
    };
  }

  /** The subscription is durable: 200, then the first NOTIFY at once [SB-1 to SB-4]. */
  private accept(incoming: ServerRequest, reply: Extract<AuthorizeReply, { word: 'allow' }>): void {
    const { subscription, subId, token } = reply;
    const { dialog, flow, domain } = subscription.protocol as ProtocolRecord;
    const { clock, table, edge, notifications } = this.ports;
    const now = clock.now();
    const left = Math.max(0, Math.ceil((subscription.expiresAt - now) / 1000));
    const known = table.get(subscription.id);
    if (known || subscription.owner !== edge) {
      // The same request again, after its transaction was forgotten: its record answers, and its owner notifies.
      const owner = known ? undefined : this.ports.contactOfEdge(subscription.owner);
      this.answer(incoming, dialog.localTag, left, owner);
      if (known) this.refreshed(known, known.state.dialog, known.state.expiresAt);
      return;
    }
    const step = startNotifier(
      notifierRecord(subscription, dialog),
      notifications.viewFor({ record: subscription, domain }),
      now,
    );
    const watched = newWatched({ record: subscription, subId, token, domain, flow, state: step.state });
    this.answer(incoming, dialog.localTag, left);
    notifications.begin(watched, step);
  }

  // A SUBSCRIBE in its dialog

  /** stand before A-7: who has to prove who it is proves it at each request. */
  private async inDialog(incoming: ServerRequest, asked: Asked): Promise<void> {
    const { hold, identify, table } = this.ports;
    const watched = table.ofDialog(dialogKeyOf(incoming.request) ?? '');
    const identity = watched ? watched.record.watcher : await hold.run(() => identify(incoming));
    if (identity === 'gave-up') return this.refuse(incoming, refusalOf['could-not-ask']);
    const refusal = this.checkOutsider(incoming, identity);
    return refusal ? this.refuse(incoming, refusal) : this.refresh(incoming, asked, watched);
  }

  /** Refresh or end [RFC6665 4.2.1.4; A-7, SB-16, SB-17, SB-20, SB-21, SB-32]. */
  private async refresh(incoming: ServerRequest, asked: Asked, watched: Watched | undefined): Promise<void> {
    const { request } = incoming;
    if (!watched || !isLive(watched.state)) return this.refuse(incoming, NO_SUBSCRIPTION);
    const { package: name, eventId } = watched.state;
    if (asked.package.name !== name || asked.event.id !== eventId) return this.refuse(incoming, NO_SUBSCRIPTION);
    const { dialog: before } = watched.state;
    if (checkRemoteCSeq(before, request) === 'stale') return this.refuse(incoming, STALE);
    const dialog = receivedInDialog(before, request);
    // At once: a second request of the same dialog is judged by this one's CSeq.
    watched.state = { ...watched.state, dialog: { ...before, remoteCSeq: dialog.remoteCSeq } };
    if (asked.granted === 0) return this.unsubscribe(incoming, watched);
    return this.renew(incoming, watched, dialog, asked.granted);
  }

  private async unsubscribe(incoming: ServerRequest, watched: Watched): Promise<void> {
    const { hold, records, notifications, clock } = this.ports;
    const ended = await hold.run(() => records.end(watched, 'request', 'unsubscribed'));
    if (ended === 'gave-up') return this.refuse(incoming, refusalOf['could-not-ask'], 'could-not-ask');
    this.answer(incoming, watched.state.dialog.localTag, 0);
    const view = notifications.viewFor(watched);
    notifications.input(watched, { type: 'unsubscribed', now: clock.now(), view });
  }

  private async renew(incoming: ServerRequest, watched: Watched, dialog: DialogState, granted: number): Promise<void> {
    const { hold, records, endpoint, clock } = this.ports;
    const expiresAt = clock.now() + granted * 1000;
    const flow = targetFlow(endpoint, incoming.request, incoming.flow, routeOf(dialog).nextHop);
    const protocol: ProtocolRecord = {
      dialog: { ...dialog, routeSet: [...dialog.routeSet] },
      flow,
      domain: watched.domain,
    };
    const renewed = await hold.run(() =>
      records.renew(watched, 'request', (record) => ({ ...record, granted, expiresAt, protocol })),
    );
    if (renewed === 'gave-up') return this.refuse(incoming, refusalOf['could-not-ask'], 'could-not-ask');
    if (renewed === 'gone' || !isLive(watched.state)) return this.refuse(incoming, NO_SUBSCRIPTION);
    watched.flow = flow;
    watched.head = undefined;
    this.answer(incoming, dialog.localTag, granted);
    this.refreshed(watched, dialog, expiresAt);
  }

  private refreshed(watched: Watched, dialog: DialogState, expiresAt: number): void {
    const { notifications, clock } = this.ports;
    const view = notifications.viewFor(watched);
    const { remoteCSeq } = watched.state.dialog;
    const counted = { ...dialog, remoteCSeq: Math.max(remoteCSeq ?? 0, dialog.remoteCSeq ?? 0) };
    notifications.input(watched, { type: 'refreshed', now: clock.now(), expiresAt, dialog: counted, view });
    notifications.scheduleExpiry(watched);
  }

  // Answers

  private answer(incoming: ServerRequest, toTag: string, expires: number, contact?: string): void {
    const { request, flow } = incoming;
    this.ports.answers.of('200').add();
    incoming.respond(200, {
      toTag,
      headers: [
        { name: 'Contact', value: contact ?? this.ports.endpoint.contact(flow, undefined, request.requestUri) },
        { name: 'Expires', value: String(expires) },
      ],
    });
  }

  /** @param why the word of who refused it; without one the request itself was at fault, or the service is off */
  private refuse(incoming: ServerRequest, { status, reason, headers }: Refusal, why = reason): void {
    const { request, flow } = incoming;
    this.ports.answers.of(String(status)).add();
    this.ports.floodLog.info(`subscribe ${status}`, 'a SUBSCRIBE was refused', {
      status,
      reason,
      line: userOf(request.requestUri),
      from: fromTag(request),
      remote: `${flow.remote.host}:${flow.remote.port}`,
    });
    this.remember(incoming, { status, why });
    incoming.respond(status, { reason, headers: headers as HeaderField[] });
  }

  /** For who asks later why a key is dark. The parties are those that the request names. */
  private remember({ request, flow }: ServerRequest, { status, why }: { status: number; why: string }): void {
    const userIn = (name: string) => (userOf(parseNameAddr(header(request, name) ?? '')?.uri ?? '') ?? '').slice(0, 64);
    const blamed = BLAMED[status];
    const text = blamed && header(request, blamed);
    this.ports.refusals.remember({ number: userIn('From'), host: flow.remote.host }, userIn('To'), {
      at: this.ports.clock.now(),
      status,
      why,
      from: flowText(flow),
      ...(text !== undefined && { asked: `${blamed}: ${text}`.slice(0, 200) }),
    });
  }
}

/** The header field that a refusal is about. */
const BLAMED: Readonly<Record<number, string>> = { 406: 'Accept', 423: 'Expires', 489: 'Event' };
const OUTSIDERS_REFUSED = refusalOf['external-watcher-refused'];
const NOT_FOUND: Refusal = { status: 404, reason: 'Not Found', headers: [] };
const UNUSABLE_DIALOG: Refusal = { status: 400, reason: 'Contact Or Record-Route Malformed', headers: [] };
const NO_SUBSCRIPTION: Refusal = { status: 481, reason: 'Subscription Does Not Exist', headers: [] };
const STALE: Refusal = { status: 500, reason: 'CSeq Out Of Order', headers: [{ name: 'Retry-After', value: '1' }] };
