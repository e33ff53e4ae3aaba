import {
  type Address,
  ALLOW_EVENTS,
  failureResponse,
  fillReceivedAndRport,
  type Flow,
  formatVia,
  headerValues,
  isIPv4,
  isIPv6,
  type ParseFailure,
  parseMessage,
  parseUri,
  prependHeader,
  scanResponse,
  serialize,
  type SipRequest,
  type SipResponse,
  type SipUri,
  type Transport,
} from '@linewatch/sip';
import type { Clock, LabelledCounter, RateLimitedLog, TimerWheel } from '@linewatch/runtime';
import type { Admission, Shield } from '../shield/shield';
import type { SipTransport, TransportEvents } from '../transport/transport';
import { type BytesListener, ClientTransactions } from './client-transactions';
import { Reading } from './reading';
import { StreamsInstead, UDP_BUDGET } from './streams-instead';
import { ServerTransactions } from './server-transactions';
import type {
  AckHandler,
  ClientRequest,
  RequestHandler,
  ResponseListener,
  ServerRequest,
  SipSender,
} from './user-agent';

/** What an endpoint is built from. */
export interface EndpointSettings {
  readonly wheel: TimerWheel;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** The address in Contact and Via: what phones reach this edge by. */
  readonly advertised: Address;
  /** Its port for TLS; 5061 when absent. */
  readonly tlsPort?: number;
  /** Begins every branch, so that none repeats one of an earlier life of this edge. */
  readonly branchPrefix: string;
  /** Unguessable, never the same twice. */
  readonly newToken: () => string;
  readonly floodLog: RateLimitedLog;
  /** Messages by what became of them. */
  readonly messages: LabelledCounter;
  /** Keeps away who asks too often; without it nobody is refused for that. */
  readonly shield?: Pick<Shield, 'admit' | 'admitRecord' | 'wasCheap' | 'retryAfter'>;
  /** Requests by UDP that were too large for it, by how they went: `tcp`, `udp`, or `udp-after-all`. */
  readonly large?: LabelledCounter;
  /** Octets of the largest request that goes by UDP without further ado; `UDP_BUDGET` when absent. */
  readonly udpBudget?: number;
  /** Transactions of each side at once; `MOST_TRANSACTIONS` when absent. */
  readonly mostTransactions?: number;
}

const SIP_PORT = 5060;
const SIPS_PORT = 5061;
/** A Via of ours, the request line's fixed parts, and Content-Length. */
const VIA_OCTETS = 140;

/** Option tags in Require or Proxy-Require that are met: none has to be asked for. */
const SUPPORTED: ReadonlySet<string> = new Set(['path', 'timer', 'from-change']);

/**
 * Bytes to handlers and back: finds the transaction of each message, refuses what no handler should see, and sends
 * [RFC3261 8.2, 17, 18]. Transports bring bytes, handlers get requests.
 */
export class Endpoint implements SipSender, TransportEvents {
  private readonly transports = new Map<Transport, SipTransport>();
  private readonly reading: Reading;
  private readonly servers: ServerTransactions;
  private readonly clients: ClientTransactions;
  private readonly streams: StreamsInstead;
  private readonly handlers = new Map<string, RequestHandler>();
  private ackHandler: AckHandler = () => undefined;
  /** Datagrams that come before the edge is ready are dropped: phones send again. */
  private accepting = false;
  private readonly closedListeners: ((flow: Flow) => void)[] = [];
  private branches = 0;
  private readonly authority: string;
  private readonly tlsAuthority: string;

  constructor(private readonly settings: EndpointSettings) {
    const { wheel, clock, advertised, floodLog } = settings;
    this.authority = hostPort(advertised);
    this.tlsAuthority = hostPort({ host: advertised.host, port: settings.tlsPort ?? SIPS_PORT });
    const send = (bytes: Buffer, flow: Flow): boolean =>
      this.transports.get(flow.transport)?.send(bytes, flow) ?? false;
    this.reading = new Reading(clock);
    this.streams = new StreamsInstead(() => this.transports.get('tcp'), clock);
    const timers = { wheel, clock, reading: this.reading, most: settings.mostTransactions };
    this.servers = new ServerTransactions({
      ...timers,
      send,
      newTag: () => this.newTag(),
      deliver: (incoming) => this.dispatch(incoming),
      acknowledged: (ack, flow) => this.ackHandler(ack, flow),
      served: (flow) => this.transports.get(flow.transport)?.keep?.(flow),
    });
    this.clients = new ClientTransactions({
      ...timers,
      send,
      failed: (err) => floodLog.error('response', 'a response could not be handled', { err }),
    });
  }

  get host(): string {
    return this.settings.advertised.host;
  }

  /** Whether what phones sent waits to be read: what need not be sent now should wait for that. */
  get hasUnread(): boolean {
    return this.reading.isFull;
  }

  /** Octets of datagrams that may wait to be read. */
  get receiveBuffer(): number {
    return this.transports.get('udp')?.receiveBuffer ?? 0;
  }

  /** Transactions that are not over. */
  get transactions(): { readonly server: number; readonly client: number } {
    return { server: this.servers.size, client: this.clients.size };
  }

  /** Sends by this transport from now on, and hears it (`events` of its opening). */
  attach(transport: Transport, socket: SipTransport): void {
    this.transports.set(transport, socket);
    if (socket.readsInATurn !== undefined) this.reading.mostInATurn = socket.readsInATurn;
  }

  /** Who takes requests of a method; one a method. */
  handle(method: string, handler: RequestHandler): void {
    this.handlers.set(method, handler);
  }

  /** Who takes ACKs to 2xx. */
  handleAck(handler: AckHandler): void {
    this.ackHandler = handler;
  }

  /** Hears of every connection that ended. */
  onClosed(listener: (flow: Flow) => void): void {
    this.closedListeners.push(listener);
  }

  /** From now on (or no longer) what is heard is taken. Answers to what this edge sent always are. */
  accept(accepting: boolean): void {
    this.accepting = accepting;
  }

  // TransportEvents

  message(bytes: Buffer, flow: Flow): void {
    this.reading.heard();
    const { messages, shield } = this.settings;
    const answer = this.receiveAnswer(bytes);
    if (answer === 'taken') return messages.of('answer').add();
    const admission = answer === 'to-parse' ? 'take' : (shield?.admit(bytes, flow) ?? 'take');
    if (admission !== 'take' && admission !== 'refuse') return this.keepOut(admission, flow);
    const message = parseMessage(bytes);
    if (message.kind === 'request') {
      if (!this.accepting) return messages.of('not-ready').add();
      if (admission === 'refuse') return this.refuse(message, flow);
      return this.receiveRequest(message, flow);
    }
    if (message.kind === 'response') {
      if (answer !== 'to-parse') shield?.wasCheap(flow);
      // A stray is dropped and goes nowhere [SB-99].
      return messages.of(this.clients.receive(message) ? 'response' : 'stray').add();
    }
    this.settings.messages.of('malformed').add();
    this.answerFailure(flow, message);
  }

  malformed(flow: Flow, reason: string, failure?: ParseFailure): void {
    this.settings.messages.of('malformed').add();
    this.answerFailure(flow, failure);
    this.settings.floodLog.warn('framing', 'a connection broke the framing of SIP and is closed', {
      remote: `${flow.remote.host}:${flow.remote.port}`,
      reason,
    });
  }

  closed(flow: Flow): void {
    this.clients.connectionClosed(flow);
    for (const listener of this.closedListeners) listener(flow);
  }

  // SipSender

  request(request: SipRequest, to: Flow, listener: ResponseListener): ClientRequest {
    const start = (flow: Flow, told: ResponseListener): ClientRequest => {
      const branch = this.newBranch();
      return this.clients.start(prependHeader(request, 'Via', this.via(flow, branch)), branch, flow, told);
    };
    const stream = to.transport === 'udp' ? this.streamFor(sizeOf(request), to) : undefined;
    if (!stream) return start(to, listener);
    let current = start(stream, {
      response: (response) => listener.response(response),
      failed: (why) => {
        if (why !== 'unreachable') return listener.failed(why);
        this.fellBack(stream);
        current = start(to, listener);
      },
    });
    return {
      get request() {
        return current.request;
      },
      cancel: (reason) => current.cancel(reason),
    };
  }

  acknowledge(ack: SipRequest, to: Flow): void {
    const bytes = serialize(prependHeader(ack, 'Via', this.via(to, this.newBranch())));
    this.transports.get(to.transport)?.send(bytes, to);
  }

  /** Sends a request that its caller writes as bytes around a branch; of the answer only the status is read. */
  requestBytes(method: string, write: (branch: string, flow: Flow) => Buffer, to: Flow, listener: BytesListener): void {
    const branch = this.newBranch();
    const bytes = write(branch, to);
    const stream = to.transport === 'udp' ? this.streamFor(bytes.length, to) : undefined;
    if (!stream) return this.clients.startBytes(method, branch, bytes, to, listener);
    const other = this.newBranch();
    this.clients.startBytes(method, other, write(other, stream), stream, {
      answered: (status, response) => listener.answered(status, response),
      repeated: () => listener.repeated(),
      failed: () => {
        // Also when nobody answered: a watcher is not given up because its TCP is none of SIP.
        this.fellBack(stream);
        this.clients.startBytes(method, branch, bytes, to, listener);
      },
    });
  }

  /** A Via value up to its branch: `SIP/2.0/UDP 192.0.2.1:5060;rport;branch=`. */
  viaHead(transport: Transport): string {
    return `SIP/2.0/${transport.toUpperCase()} ${this.authorityOf(transport)};rport;branch=`;
  }

  contact({ transport }: Pick<Flow, 'transport'>, user?: string, peer = ''): string {
    const isSecure = transport === 'tls' && /^sips:/i.test(peer);
    const parameter = transport === 'udp' || isSecure ? '' : `;transport=${transport}`;
    const userAt = user === undefined ? '' : `${user}@`;
    return `<${isSecure ? 'sips' : 'sip'}:${userAt}${this.authorityOf(transport)}${parameter}>`;
  }

  /** Whether a stream's own connection is open; datagrams have none and always are. */
  isOpen(flow: Flow): boolean {
    return this.transports.get(flow.transport)?.isOpen?.(flow) ?? true;
  }

  flowTo(uri: string, heardOn: Flow): Flow {
    if (heardOn.transport !== 'udp' && this.isOpen(heardOn)) return heardOn;
    const parsed = parseUri(uri);
    if (!parsed || !(isIPv4(parsed.host) || isIPv6(parsed.host))) return heardOn;
    const wanted = transportOf(parsed) ?? heardOn.transport;
    const remote = { host: parsed.host, port: parsed.port ?? (wanted === 'tls' ? SIPS_PORT : SIP_PORT) };
    const socket = this.transports.get(wanted);
    if (!socket) return { ...heardOn, remote };
    return { transport: wanted, local: socket.local, remote };
  }

  newTag(): string {
    return this.settings.newToken();
  }

  newCallId(): string {
    return `${this.settings.newToken()}${this.settings.newToken()}@${this.host}`;
  }

  /** The shortest way, for answers to NOTIFY. `undefined`: no answer that a scan can read. */
  private receiveAnswer(bytes: Buffer): 'taken' | 'to-parse' | 'stray' | undefined {
    const scanned = scanResponse(bytes);
    return (
      scanned && this.clients.receiveScanned(scanned.branch, scanned.method, scanned.status, () => asResponse(bytes))
    );
  }

  private receiveRequest(message: SipRequest, flow: Flow): void {
    const { messages, shield } = this.settings;
    const request = fillReceivedAndRport(message, flow.remote);
    if (this.servers.repeats(request)) {
      shield?.wasCheap(flow, request.method);
      return messages.of('repeated').add();
    }
    const admission = shield?.admitRecord(request, flow) ?? 'take';
    if (admission === 'refuse') return this.refuse(message, flow);
    if (admission !== 'take') return this.keepOut(admission, flow);
    messages.of(this.servers.receive(request, flow)).add();
  }

  /** Answers who asks too often, and keeps nothing of it. */
  private refuse(message: SipRequest, flow: Flow): void {
    this.settings.messages.of('refused').add();
    this.servers.answerUnavailable(
      fillReceivedAndRport(message, flow.remote),
      flow,
      this.settings.shield?.retryAfter(),
    );
  }

  private keepOut(admission: Exclude<Admission, 'take' | 'refuse'>, flow: Flow): void {
    this.settings.messages.of('dropped').add();
    if (admission !== 'drop') this.transports.get(flow.transport)?.pause?.(flow, admission.pauseMs);
  }

  /** The flow by TCP for a request of so many octets that would go by UDP; undefined: it goes by UDP. */
  private streamFor(octets: number, to: Flow): Flow | undefined {
    if (octets <= (this.settings.udpBudget ?? UDP_BUDGET)) return undefined;
    const stream = this.streams.of(to);
    this.settings.large?.of(stream ? 'tcp' : 'udp').add();
    return stream;
  }

  private fellBack(stream: Flow): void {
    this.streams.failed(stream);
    this.settings.large?.of('udp-after-all').add();
  }

  private newBranch(): string {
    this.branches += 1;
    return `z9hG4bK${this.settings.branchPrefix}${this.branches.toString(36)}`;
  }

  private via(flow: Flow, branch: string): string {
    const { advertised, tlsPort = SIPS_PORT } = this.settings;
    const port = flow.transport === 'tls' ? tlsPort : advertised.port;
    const params = new Map<string, string | true>([
      ['rport', true],
      ['branch', branch],
    ]);
    return formatVia({
      protocol: 'SIP/2.0',
      transport: flow.transport.toUpperCase(),
      host: advertised.host,
      port,
      params,
    });
  }

  private authorityOf(transport: Transport): string {
    return transport === 'tls' ? this.tlsAuthority : this.authority;
  }

  private dispatch(incoming: ServerRequest): void {
    const { request } = incoming;
    const handler = this.handlers.get(request.method);
    if (!handler) {
      this.settings.messages.of('method-refused').add();
      incoming.respond(405, { headers: this.allow() });
      return;
    }
    const scheme = parseUri(request.requestUri)?.scheme;
    if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'tel') {
      incoming.respond(416);
      return;
    }
    const unsupported = [...headerValues(request, 'Require'), ...headerValues(request, 'Proxy-Require')].filter(
      (tag) => !SUPPORTED.has(tag.toLowerCase()),
    );
    if (unsupported.length > 0) {
      incoming.respond(420, { headers: [{ name: 'Unsupported', value: unsupported.join(', ') }] });
      return;
    }
    try {
      const handled = handler(incoming);
      if (handled) handled.catch((error: unknown) => this.mistake(incoming, error));
    } catch (error) {
      this.mistake(incoming, error);
    }
  }

  private answerFailure(flow: Flow, failure: ParseFailure | undefined): void {
    const answer = failure && failureResponse(failure, flow.remote);
    if (answer) this.transports.get(flow.transport)?.send(serialize(answer), flow);
  }

  /** The methods that are served, and the packages, as answers tell them [SB-12, SB-38, SB-109]. */
  allow(): { name: string; value: string }[] {
    return [
      { name: 'Allow', value: [...this.handlers.keys(), 'ACK', 'CANCEL'].join(', ') },
      { name: 'Allow-Events', value: ALLOW_EVENTS },
    ];
  }

  private mistake(incoming: ServerRequest, err: unknown): void {
    this.settings.messages.of('failed').add();
    this.settings.floodLog.error('handler', 'a request could not be handled', {
      method: incoming.request.method,
      remote: `${incoming.flow.remote.host}:${incoming.flow.remote.port}`,
      err,
    });
    incoming.respond(500);
  }
}

/** The transport that a URI asks for; undefined when it leaves that open, or names one that is not spoken here. */
function transportOf({ scheme, params }: SipUri): Transport | undefined {
  if (scheme === 'sips') return 'tls';
  const named = params.get('transport');
  const wanted = typeof named === 'string' ? named.toLowerCase() : undefined;
  return wanted === 'tcp' || wanted === 'udp' || wanted === 'tls' ? wanted : undefined;
}

/** About how many octets a request has with its Via: reading it is cheaper than writing it. */
function sizeOf({ headers, body, requestUri }: SipRequest): number {
  const fields = headers.reduce((sum, { name, value }) => sum + name.length + value.length + 4, 0);
  return VIA_OCTETS + requestUri.length + fields + body.length;
}

function asResponse(bytes: Buffer): SipResponse | undefined {
  const message = parseMessage(bytes);
  return message.kind === 'response' ? message : undefined;
}

function hostPort({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
