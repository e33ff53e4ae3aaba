/**
 * A simulated SIP desk phone on a real socket: registers, watches lines, calls and is called, and judges what it gets.
 * Everything it waits for has a deadline; everything it finds wrong is a sentence in `violations`.
 */
import { randomBytes } from 'node:crypto';
import type { Address } from '@linewatch/sip';
import { Conditions } from './conditions';
import { audioSdp, SipCall } from './sip-call';
import { dialogOfRequest, fieldsOfDialog, nextHopOf, type PhoneDialog } from './sip-dialog';
import { type Credentials } from './sip-digest';
import { faultsOf } from './sip-message-rules';
import { newCallId, newTag, type RequestPlan, RequestSender, USER_AGENT } from './sip-sender';
import { openSipSocket, type PhoneTransport, type SipSocket } from './sip-socket';
import { SipSubscription, type Notification, type NotifyAnswer, type SubscribeOptions } from './sip-subscription';
import {
  cseqOf, headerOf, idsOf, listOf, paramOf, readMessage, summaryOf, uriOf, userOf, writeAnswer, type Field,
  type HeardMessage, type HeardRequest, type HeardResponse,
} from './sip-text'; // prettier-ignore
import { Transactions, type SentRequest } from './sip-transactions';

export interface SipPhoneOptions {
  /** The phone's numbers; the first one is in From unless another is named. */
  readonly numbers: readonly [string, ...string[]];
  /** Where REGISTER and everything outside of a dialog goes. */
  readonly registrar: Address;
  /** The address it binds; 127.0.0.1 and a free port when absent. */
  readonly host?: string;
  readonly port?: number;
  readonly transport?: PhoneTransport;
  /** With TLS: the authority that the registrar's certificate has to come from, as PEM; any will do when absent. */
  readonly ca?: string;
  /** 12 hexadecimal digits, dots allowed: in Contact, From tag and Call-ID as Cisco phones send it. */
  readonly mac?: string;
  /** The domain of its URIs; the registrar's host when absent. */
  readonly domain?: string;
  readonly credentials?: Credentials;
  /** Answers challenges of this algorithm only. */
  readonly digestAlgorithm?: 'MD5' | 'SHA-256';
  /** What it calls itself; a Cisco phone when absent. */
  readonly userAgent?: string;
  /** T1 in ms; 500 when absent. */
  readonly t1Ms?: number;
  /** The deadline of every wait in ms; 5000 when absent. */
  readonly withinMs?: number;
  /** Sends 180 to an INVITE by itself; true when absent. */
  readonly autoRing?: boolean;
  /** Answers an INVITE by itself after so many ms; never when absent. */
  readonly autoAnswerMs?: number;
}

/** What REGISTER brought. */
export interface Registration {
  /** Seconds granted to this phone's own contact. */
  readonly grantedSeconds: number;
  /** Every binding that the registrar lists. */
  readonly contacts: readonly string[];
  readonly response: HeardResponse;
}

/** A request was answered with something else than 2xx. */
export class SipRefusedError extends Error {
  override readonly name = 'SipRefusedError';
  constructor(
    readonly response: HeardResponse,
    readonly status = response.status,
  ) {
    super(`${response.method} was answered ${response.status} ${response.reason}`);
  }
}

/** How a phone was told to start again: `check-sync;reboot=true`, or `service-control` with its `action`. */
export interface RestartAsked {
  readonly event: string;
  readonly action?: string;
}

/** Messages a phone remembers. */
const MOST_HEARD = 20_000;

export class SipPhone {
  /** What this phone found wrong, one sentence each. A clean test expects `[]`. */
  readonly violations: string[] = [];
  /** Everything heard, oldest first. */
  readonly heard: HeardMessage[] = [];
  readonly subscriptions: SipSubscription[] = [];
  readonly calls: SipCall[] = [];
  /** What it was told by a NOTIFY outside of any dialog: to register again, or to start anew. */
  readonly restartsAsked: RestartAsked[] = [];
  /** Other NOTIFYs that belong to no subscription and no call; they are answered 481. */
  readonly unsolicited: HeardRequest[] = [];
  /** How NOTIFYs are answered; may be changed at any time, and per subscription. */
  answerNotify: NotifyAnswer = 'as it should';
  /** How a new INVITE is treated; may be changed at any time. */
  autoRing: boolean;
  autoAnswerMs?: number;
  readonly mac: string;
  readonly domain: string;
  private readonly conditions: Conditions;
  private transactions!: Transactions;
  private socket!: SipSocket;
  private sender!: RequestSender;
  private readonly registerCallId: string;
  private registerCSeq = 100;
  private heardUpTo = 0;
  private callsGiven = 0;

  private constructor(private readonly options: SipPhoneOptions) {
    this.mac = (options.mac ?? `0200${randomBytes(4).toString('hex')}`).replace(/[.:-]/g, '').toUpperCase();
    this.domain = options.domain ?? options.registrar.host;
    this.autoRing = options.autoRing ?? true;
    this.autoAnswerMs = options.autoAnswerMs;
    this.registerCallId = newCallId(this.mac);
    this.conditions = new Conditions(`phone ${this.number}`, () => this.heard.slice(-6).map(summaryOf).join(', '));
  }

  /** Opens the phone's socket. It sends nothing by itself. */
  static async open(options: SipPhoneOptions): Promise<SipPhone> {
    const phone = new SipPhone(options);
    const { transport = 'udp', host = '127.0.0.1', port = 0, t1Ms = 500 } = options;
    const receive = (bytes: Buffer, source: Address) => phone.receive(bytes, source);
    phone.socket = await openSipSocket(transport, { host, port }, receive, options.ca);
    phone.transactions = new Transactions((text, to) => phone.socket.send(text, to), t1Ms, transport !== 'udp');
    phone.sender = new RequestSender(phone.socket, phone.transactions, options);
    return phone;
  }

  /** The first number. */
  get number(): string {
    return this.options.numbers[0];
  }

  /** The bound address. */
  get address(): Address {
    return this.socket.local;
  }

  /** Requests that came again with a branch already seen. */
  get retransmissionsHeard(): number {
    return this.transactions.repeatedRequests;
  }

  /** The address of record of a number. */
  uri(number: string): string {
    return `sip:${number}@${this.domain}`;
  }

  /** The Contact for a number, as in SUBSCRIBE and INVITE. */
  contactOf(number = this.number): string {
    const { host, port } = this.address;
    return `<sip:${number}@${host}:${port};transport=${this.socket.transport}>`;
  }

  /** REGISTER for every number. @returns what the last one brought @throws SipRefusedError */
  async register(
    options: { readonly expires?: number; readonly fields?: readonly Field[] } = {},
  ): Promise<Registration> {
    let last: Registration | undefined;
    for (const number of this.options.numbers) last = await this.registerNumber(number, options);
    return last as Registration;
  }

  /** REGISTER with Expires 0 for every number. */
  unregister(): Promise<Registration> {
    return this.register({ expires: 0 });
  }

  /** REGISTER for one number. @throws SipRefusedError */
  async registerNumber(
    number: string,
    options: { readonly expires?: number; readonly fields?: readonly Field[] } = {},
  ): Promise<Registration> {
    const { expires = 3600, fields = [] } = options;
    const instance = `"<urn:uuid:00000000-0000-0000-0000-${this.mac.toLowerCase()}>"`;
    const contact = `${this.contactOf(number)};+sip.instance=${instance};+u.sip!devicename.ccm.cisco.com="SEP${this.mac}"`;
    const response = await this.sender.request({
      method: 'REGISTER',
      uri: `sip:${this.domain}`,
      fields: [
        ['From', `<${this.uri(number)}>;tag=${newTag(this.mac)}`],
        ['To', `<${this.uri(number)}>`],
        ['Call-ID', `${number}-${this.registerCallId}`],
        ['Contact', `${contact};expires=${expires}`],
        ['Expires', String(expires)],
        ...fields,
      ],
      to: this.options.registrar,
      nextCSeq: () => ++this.registerCSeq,
    });
    this.mustSucceed(response);
    const contacts = listOf(response, 'contact');
    const own = contacts.find((listed) => uriOf(listed) === uriOf(this.contactOf(number)));
    if (expires > 0 && !own) this.violations.push(`200 to REGISTER of ${number} does not list its contact [SB-77]`);
    return { grantedSeconds: Number(own ? paramOf(own, 'expires') : 0), contacts, response };
  }

  /**
   * SUBSCRIBE to a number, in a dialog of its own.
   * @returns the subscription; its first NOTIFY may still be on the way
   * @throws SipRefusedError, and NoAnswerError after 64*T1
   */
  async subscribe(number: string, options: SubscribeOptions = {}): Promise<SipSubscription> {
    const subscription = new SipSubscription(this, number, this.newDialog(number, options.from), options);
    // Listed before the answer: a NOTIFY may overtake the 2xx [RFC6665 4.1.2.4].
    this.subscriptions.push(subscription);
    const { dialog } = subscription;
    const response = await this.sender.request({
      method: 'SUBSCRIBE',
      uri: dialog.target,
      fields: [...fieldsOfDialog(dialog), ...subscription.fields(options.expires)],
      to: this.options.registrar,
      nextCSeq: () => ++dialog.cseq,
    });
    if (response.status >= 300) this.subscriptions.splice(this.subscriptions.indexOf(subscription), 1);
    subscription.take(response);
    dialog.routes = listOf(response, 'record-route').reverse();
    return subscription;
  }

  /** One look at a line: SUBSCRIBE with Expires 0 [RFC6665 4.4.3]. */
  async fetch(number: string, options: SubscribeOptions = {}): Promise<Notification> {
    const subscription = await this.subscribe(number, { ...options, expires: 0 });
    return subscription.next(({ state }) => state === 'terminated', 'the only NOTIFY');
  }

  /** Calls a number. The handle is there at once; await `ringing()`, `answered()` or `ended()`. */
  call(
    number: string,
    options: { readonly sdp?: string; readonly from?: string; readonly fields?: readonly Field[] } = {},
  ): SipCall {
    const dialog = this.newDialog(number, options.from);
    const call = new SipCall(this, 'out', number, dialog, options.sdp || audioSdp(this.address.host));
    call.offerless = options.sdp === '';
    this.calls.push(call);
    const fields: Field[] = [['Contact', this.contactOf(options.from)], ['Allow', allowed], ...(options.fields ?? [])];
    let sent: SentRequest | undefined;
    call.withdraw = () => sent && this.sender.cancel(sent);
    const plan: RequestPlan = {
      method: 'INVITE',
      uri: dialog.target,
      fields: [
        ...fieldsOfDialog(dialog),
        ...fields,
        ...(call.offerless ? [] : [['Content-Type', 'application/sdp'] as const]),
      ],
      body: call.offerless ? '' : call.localSdp,
      to: this.options.registrar,
      nextCSeq: () => ++dialog.cseq,
      onProvisional: (provisional) => call.onResponse(provisional),
      onSent: (request) => (sent = request),
    };
    this.sender
      .request(plan)
      .then((final) => call.onResponse(final))
      .catch((error: unknown) => call.onFailure(error));
    return call;
  }

  /** The next call that came in and was not given out yet. */
  nextCall(withinMs?: number): Promise<SipCall> {
    const probe = () => {
      const coming = this.calls.filter((call) => call.direction === 'in');
      return coming.length > this.callsGiven ? coming[this.callsGiven++] : undefined;
    };
    return this.until('a call', probe, withinMs);
  }

  /** Sends text as it is, to the registrar unless told otherwise. Nothing is repeated. */
  sendRaw(text: string | Buffer, to: Address = this.options.registrar): void {
    this.socket.send(text, to);
  }

  /** The next message that passes; those it skips are not given out later. */
  nextMessage(test: (message: HeardMessage) => boolean, what = 'a message', withinMs?: number): Promise<HeardMessage> {
    const probe = () => {
      const index = this.heard.findIndex((message, at) => at >= this.heardUpTo && test(message));
      if (index >= 0) this.heardUpTo = index + 1;
      return this.heard[index];
    };
    return this.until(what, probe, withinMs);
  }

  /** A request outside of any dialog, with From, To and Call-ID of its own (OPTIONS, PUBLISH, MESSAGE …). */
  send(method: string, number: string, fields: readonly Field[] = [], body = ''): Promise<HeardResponse> {
    const dialog = this.newDialog(number);
    return this.sender.request({
      method, uri: dialog.target, fields: [...fieldsOfDialog(dialog), ...fields], body, to: this.options.registrar,
      nextCSeq: () => ++dialog.cseq,
    }); // prettier-ignore
  }

  /** A request in a dialog; any final answer is returned. */
  sendInDialog(dialog: PhoneDialog, method: string, fields: readonly Field[] = [], body = ''): Promise<HeardResponse> {
    return this.sender.request({
      method, uri: dialog.target, fields: [...fieldsOfDialog(dialog), ...fields], body, to: nextHopOf(dialog),
      nextCSeq: () => ++dialog.cseq,
    }); // prettier-ignore
  }

  /** The ACK of a 2xx: a request of its own that nobody answers [RFC3261 13.2.2.4]. */
  sendAck(dialog: PhoneDialog, cseq: number, sdp: string): void {
    const fields: Field[] = [...fieldsOfDialog(dialog), ...(sdp ? [['Content-Type', 'application/sdp'] as const] : [])];
    this.sender.sendUnanswered('ACK', dialog.target, cseq, fields, sdp, nextHopOf(dialog));
  }

  /** Answers a request; a final answer to INVITE is repeated until its ACK comes. */
  answer(request: HeardRequest, status: number, reason: string, fields: readonly Field[] = [], body = ''): void {
    const call = this.calls.find((candidate) => candidate.invite === request);
    const text = writeAnswer(
      request,
      status,
      reason,
      call?.dialog.localTag ?? newTag(this.mac),
      [...fields, ['User-Agent', USER_AGENT]],
      body,
    );
    this.transactions.answer(request, text, { untilAck: request.method === 'INVITE' && status >= 200 });
  }

  /** The ACK of that INVITE's 2xx came. */
  acknowledged(invite: HeardRequest): void {
    this.transactions.acknowledged(invite);
  }

  /** @throws SipRefusedError unless the answer is a 2xx */
  mustSucceed(response: HeardResponse): HeardResponse {
    if (response.status >= 300) throw new SipRefusedError(response);
    return response;
  }

  /** Waits for any condition on this phone; see `Conditions.until`. */
  until<T>(
    what: string,
    probe: () => T | undefined,
    withinMs = this.options.withinMs ?? 5_000,
    account?: () => string,
  ): Promise<T> {
    return this.conditions.until(what, probe, withinMs, account);
  }

  /** Something about the phone changed: awaited conditions are looked at again. */
  changed(): void {
    this.conditions.changed();
  }

  /** Ends the open connections (TCP), as a restart of the phone's network would. */
  disconnect(): void {
    this.socket.disconnect();
  }

  /** Closes the socket without a word to anybody, as a power cut would. */
  async close(): Promise<void> {
    this.conditions.close();
    this.transactions.close();
    await this.socket.close();
  }

  private receive(bytes: Buffer, source: Address): void {
    const message = readMessage(bytes, source, Date.now());
    if (!message) {
      if (bytes.toString('latin1').trim() !== '')
        this.violations.push(`no SIP message: ${JSON.stringify(bytes.toString('latin1', 0, 80))}`);
      return this.conditions.changed();
    }
    this.heard.push(message);
    if (this.heard.length > MOST_HEARD)
      this.heardUpTo = Math.max(0, this.heardUpTo - this.heard.splice(0, MOST_HEARD / 2).length);
    this.violations.push(...faultsOf(message));
    if (message.kind === 'request') this.onRequest(message);
    else if (!this.transactions.onResponse(message)) this.onStrayResponse(message);
    this.conditions.changed();
  }

  /** A 2xx to INVITE that came again wants its ACK again [RFC3261 13.2.2.4]. */
  private onStrayResponse(response: HeardResponse): void {
    if (response.method !== 'INVITE' || response.status < 200 || response.status >= 300) return;
    const { callId, fromTag } = idsOf(response);
    const call = this.calls.find(({ dialog }) => dialog.callId === callId && dialog.localTag === fromTag);
    if (call) call.sendAck(response);
    else this.violations.push(`${summaryOf(response)} belongs to no call`);
  }

  private onRequest(request: HeardRequest): void {
    const owner = () => this.calls.find((call) => call.owns(request));
    if (request.method === 'ACK') {
      if (!this.transactions.onAck(request) || idsOf(request).toTag !== undefined) owner()?.onRequest(request);
      return;
    }
    if (!this.transactions.isNew(request)) return;
    if (request.method === 'NOTIFY') return this.onNotify(request);
    if (request.method === 'CANCEL') return this.onCancel(request);
    if (idsOf(request).toTag !== undefined) {
      const call = owner();
      // A BYE that crosses our own is answered like any other.
      return call ? call.onRequest(request) : this.answer(request, 481, 'Call/Transaction Does Not Exist');
    }
    if (request.method === 'INVITE') return this.onInvite(request);
    if (request.method === 'REFER') return this.answer(request, 202, 'Accepted');
    if (['OPTIONS', 'MESSAGE', 'INFO'].includes(request.method))
      return this.answer(request, 200, 'OK', [['Allow', allowed]]);
    this.answer(request, 501, 'Not Implemented', [['Allow', allowed]]);
  }

  private onNotify(request: HeardRequest): void {
    const { callId, toTag } = idsOf(request);
    const subscription = this.subscriptions.find(({ dialog }) => dialog.callId === callId && dialog.localTag === toTag);
    if (!subscription) {
      const call = this.calls.find((candidate) => candidate.owns(request));
      if (call) return call.onRequest(request);
      const restart = restartOf(request);
      if (restart) {
        this.restartsAsked.push(restart);
        this.changed();
        return this.answer(request, 200, 'OK');
      }
      this.unsolicited.push(request);
      return this.answer(request, 481, 'Subscription Does Not Exist');
    }
    const deserved = subscription.onNotify(request);
    const answer = subscription.answerNotify ?? this.answerNotify;
    if (answer === 'silent') return;
    const { status, afterMs = 0, fields = [] } = answer === 'as it should' ? { status: deserved } : answer;
    const give = () => this.answer(request, status, reasonOf(status), fields);
    if (afterMs === 0) give();
    else this.transactions.after(afterMs, give);
  }

  private onInvite(request: HeardRequest): void {
    const number = userOf(request.requestUri);
    const dialog = dialogOfRequest(request, newTag(this.mac), uriOf(headerOf(request, 'to') ?? ''));
    const call = new SipCall(this, 'in', userOf(dialog.remoteUri), dialog, audioSdp(this.address.host), request);
    if (!this.options.numbers.includes(number))
      this.violations.push(`INVITE for ${number}, which is none of this phone's numbers`);
    this.calls.push(call);
    if (this.autoRing) call.ring();
    if (this.autoAnswerMs === undefined) return;
    this.transactions.after(this.autoAnswerMs, () => {
      if (call.state !== 'ended') call.answer().catch((error: Error) => this.violations.push(error.message));
    });
  }

  private onCancel(request: HeardRequest): void {
    const branchOf = (message: HeardMessage) => paramOf(headerOf(message, 'via') ?? '', 'branch');
    const call = this.calls.find(
      ({ invite }) => invite && branchOf(invite) === branchOf(request) && cseqOf(invite) === cseqOf(request),
    );
    if (!call) return this.answer(request, 481, 'Call/Transaction Does Not Exist');
    this.answer(request, 200, 'OK');
    call.onCancel();
  }

  private newDialog(number: string, from = this.number): PhoneDialog {
    const uri = this.uri(number);
    return {
      callId: newCallId(this.mac), localTag: newTag(this.mac), localUri: this.uri(from), remoteUri: uri, target: uri, routes: [], cseq: 999,
    }; // prettier-ignore
  }
}

const allowed = 'INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY, UPDATE, INFO, REFER, MESSAGE';

function reasonOf(status: number): string {
  const reasons: Readonly<Record<number, string>> = {
    200: 'OK', 408: 'Request Timeout', 481: 'Subscription Does Not Exist', 486: 'Busy Here', 489: 'Bad Event', 500: 'Server Internal Error', 503: 'Service Unavailable',
  }; // prettier-ignore
  return reasons[status] ?? 'Refused';
}

/** What a NOTIFY outside of any dialog tells a phone to do; undefined when it is another one. */
function restartOf(request: HeardRequest): RestartAsked | undefined {
  const event = headerOf(request, 'event') ?? '';
  if (idsOf(request).toTag !== undefined || !/^(service-control|check-sync)\b/.test(event)) return undefined;
  const [, action] = /^action=(\w+)/m.exec(request.body) ?? [];
  return { event, ...(action !== undefined && { action }) };
}
