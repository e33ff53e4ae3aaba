/** A simulated presence server beyond a trunk, on a real socket: the far side of lines that are not ours. */
import { createHash, randomUUID } from 'node:crypto';
import { openSipSocket, type SipSocket } from './sip-socket';
import {
  cseqOf,
  headerOf,
  idsOf,
  paramOf,
  readMessage,
  uriOf,
  userOf,
  writeAnswer,
  writeMessage,
  type Field,
  type HeardRequest,
} from './sip-text';
import { until } from './until';

export interface PresenceServerOptions {
  /** An address of the loopback network that nobody else uses; its port is that of SIP. */
  readonly host: string;
  /** Seconds granted at most; 3600 when absent. */
  readonly mostSeconds?: number;
  /** Who may subscribe; everybody without a challenge when absent. */
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** What it does with a SUBSCRIBE: serves it, does not answer, or refuses it. */
export type ServerMood = 'serving' | 'silent' | { readonly status: number; readonly fields?: readonly Field[] };

export type ServedLamp = 'idle' | 'in-use' | 'unknown';

interface Served {
  readonly number: string;
  readonly event: string;
  /** The SUBSCRIBE that made it. */
  readonly request: HeardRequest;
  readonly localTag: string;
  expiresAt: number;
  cseq: number;
  version: number;
}

const SIP_PORT = 5060;
const REALM = 'far side';

export class PresenceServer {
  mood: ServerMood = 'serving';
  /** SUBSCRIBEs outside of a dialog that came, without retransmissions. */
  readonly asked: HeardRequest[] = [];
  /** Answers to NOTIFYs. */
  readonly answers: number[] = [];
  private readonly served = new Map<string, Served>();
  private readonly lamps = new Map<string, ServedLamp>();
  private readonly answered = new Map<string, string | undefined>();
  private socket: SipSocket | undefined;

  private constructor(private readonly options: PresenceServerOptions) {}

  static async open(options: PresenceServerOptions): Promise<PresenceServer> {
    const server = new PresenceServer(options);
    const local = { host: options.host, port: SIP_PORT };
    server.socket = await openSipSocket('udp', local, (bytes, source) => {
      const message = readMessage(bytes, source, Date.now());
      if (message?.kind === 'request') server.request(message);
      else if (message && message.status >= 200) server.answers.push(message.status);
    });
    return server;
  }

  /** Subscriptions to a number that live now. */
  subscriptions(number: string, event = 'presence'): number {
    return [...this.served.values()].filter((each) => each.number === number && each.event === event).length;
  }

  /** The line shows this from now on, and whoever watches it is told. */
  shows(number: string, lamp: ServedLamp): void {
    this.lamps.set(number, lamp);
    for (const each of this.of(number)) this.notify(each, this.active(each));
  }

  /** Ends every subscription to a number. @param reason as Subscription-State bears it, with its parameters */
  terminate(number: string, reason: string): void {
    for (const each of this.of(number)) {
      this.notify(each, reason === '' ? 'terminated' : `terminated;reason=${reason}`);
      this.served.delete(each.localTag);
    }
  }

  /** Forgets every subscription, as a restart does. */
  forget(): void {
    this.served.clear();
  }

  /** Waits until so many subscriptions to a number live. */
  async untilWatched(number: string, count = 1, event = 'presence'): Promise<void> {
    await until(() => this.subscriptions(number, event) === count, `${count} subscriptions to ${number} at the server`);
  }

  close(): Promise<void> {
    return this.socket?.close() ?? Promise.resolve();
  }

  private of(number: string): Served[] {
    return [...this.served.values()].filter((each) => each.number === number);
  }

  private request(request: HeardRequest): void {
    const branch = `${headerOf(request, 'via')}`;
    if (this.answered.has(branch)) {
      const again = this.answered.get(branch);
      if (again !== undefined) this.socket?.send(again, request.source);
      return;
    }
    if (request.method !== 'SUBSCRIBE') return this.answer(request, 405, 'Method Not Allowed');
    const { toTag } = idsOf(request);
    if (toTag === undefined) this.asked.push(request);
    if (this.mood === 'silent') return void this.answered.set(branch, undefined);
    if (this.mood !== 'serving') return this.answer(request, this.mood.status, 'As Told', this.mood.fields);
    if (!this.isKnown(request)) {
      const challenge = `Digest realm="${REALM}", nonce="${randomUUID()}", algorithm=MD5, qop="auth"`;
      return this.answer(request, 401, 'Unauthorized', [['WWW-Authenticate', challenge]]);
    }
    if (toTag === undefined) return this.accept(request);
    const known = this.served.get(toTag);
    if (!known) return this.answer(request, 481, 'Subscription Does Not Exist');
    this.grant(known, request);
  }

  private accept(request: HeardRequest): void {
    const localTag = randomUUID().slice(0, 8);
    const event = headerOf(request, 'event') ?? '';
    const number = userOf(request.requestUri);
    const fresh: Served = { number, event, request, localTag, expiresAt: 0, cseq: 0, version: 0 };
    this.served.set(localTag, fresh);
    this.grant(fresh, request);
  }

  private grant(served: Served, request: HeardRequest): void {
    const wanted = Number(headerOf(request, 'expires') ?? 3600);
    const seconds = Math.min(wanted, this.options.mostSeconds ?? 3600);
    served.expiresAt = Date.now() + seconds * 1_000;
    const fields: Field[] = [
      ['Expires', String(seconds)],
      ['Contact', `<sip:${this.options.host}:${SIP_PORT}>`],
    ];
    this.answer(request, 200, 'OK', fields, served.localTag);
    if (seconds > 0) return this.notify(served, this.active(served));
    this.notify(served, 'terminated;reason=timeout');
    this.served.delete(served.localTag);
  }

  private active({ expiresAt }: Served): string {
    return `active;expires=${Math.max(0, Math.round((expiresAt - Date.now()) / 1_000))}`;
  }

  private answer(
    request: HeardRequest,
    status: number,
    reason: string,
    fields: readonly Field[] = [],
    tag: string = randomUUID().slice(0, 8),
  ): void {
    const text = writeAnswer(request, status, reason, tag, fields);
    this.answered.set(`${headerOf(request, 'via')}`, text);
    this.socket?.send(text, request.source);
  }

  private notify(served: Served, state: string): void {
    const { request, localTag, number, event } = served;
    const { host } = this.options;
    served.cseq += 1;
    const body = event === 'dialog' ? this.dialogInfo(served) : this.pidf(number);
    const target = uriOf(headerOf(request, 'contact') ?? '');
    const text = writeMessage(
      `NOTIFY ${target} SIP/2.0`,
      [
        ['Via', `SIP/2.0/UDP ${host}:${SIP_PORT};branch=z9hG4bK${randomUUID()}`],
        ['Max-Forwards', '70'],
        ['From', `${headerOf(request, 'to')};tag=${localTag}`],
        ['To', headerOf(request, 'from') ?? ''],
        ['Call-ID', idsOf(request).callId],
        ['CSeq', `${served.cseq} NOTIFY`],
        ['Contact', `<sip:${host}:${SIP_PORT}>`],
        ['Event', event],
        ['Subscription-State', state],
        ['Content-Type', event === 'dialog' ? 'application/dialog-info+xml' : 'application/pidf+xml'],
      ],
      body,
    );
    this.socket?.send(text, request.source);
  }

  /** As another vendor writes it: names with other prefixes, the activity in the person. */
  private pidf(number: string): string {
    const lamp = this.lamps.get(number) ?? 'idle';
    const activity = lamp === 'in-use' ? '<e:activities><e:on-the-phone/></e:activities>' : '';
    return `<?xml version="1.0"?>
<p:presence xmlns:p="urn:ietf:params:xml:ns:pidf" xmlns:d="urn:ietf:params:xml:ns:pidf:data-model"
 xmlns:e="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:${number}@far.example">
<p:tuple id="t1"><p:status><p:basic>${lamp === 'unknown' ? 'closed' : 'open'}</p:basic></p:status></p:tuple>
<d:person id="p1">${activity}</d:person></p:presence>`;
  }

  private dialogInfo(served: Served): string {
    const busy = this.lamps.get(served.number) === 'in-use';
    const dialog = `<dialog id="far-1" direction="recipient"><state>confirmed</state>
<remote><identity>sip:9001@far.example</identity></remote></dialog>`;
    return `<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${served.version++}"
 state="full" entity="sip:${served.number}@far.example">${busy ? dialog : ''}</dialog-info>`;
  }

  private isKnown(request: HeardRequest): boolean {
    const { credentials } = this.options;
    const answer = headerOf(request, 'authorization');
    if (!credentials) return true;
    if (answer === undefined) return false;
    const part = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(answer)?.[1] ?? '';
    const md5 = (text: string) => createHash('md5').update(text).digest('hex');
    const ha1 = md5(`${credentials.username}:${REALM}:${credentials.password}`);
    const ha2 = md5(`SUBSCRIBE:${part('uri')}`);
    const expected = md5(`${ha1}:${part('nonce')}:${part('nc')}:${part('cnonce')}:auth:${ha2}`);
    return (
      paramOf(`x;${answer.replaceAll(', ', ';')}`, 'response')?.replaceAll('"', '') === expected && cseqOf(request) > 0
    );
  }
}

/** An address of the loopback network for this process and place: two test runs on one machine do not meet. */
export function loopbackOf(place: number): string {
  return `127.${1 + (process.pid % 250)}.${1 + (Math.floor(process.pid / 250) % 250)}.${place}`;
}
