import {
  cancelledKey,
  type Flow,
  type IstState,
  type NistState,
  responseTarget,
  responseTo,
  type ResponseParts,
  serialize,
  type ServerEffect,
  type ServerInput,
  serverKey,
  type SipRequest,
  type SipResponse,
  startIst,
  startNist,
  type Step,
  stepIst,
  stepNist,
  type TimerTable,
  timerTable,
} from '@linewatch/sip';
import { flatText } from '../flat-text';
import { MOST_TRANSACTIONS, type TimerParts, TransactionTimers } from './timers';
import type { ServerRequest } from './user-agent';

/** Seconds after which to try again when there are too many. */
const RETRY_AFTER = 30;

/** What server transactions need of the world. */
export interface ServerTransactionPorts extends TimerParts {
  /** `MOST_TRANSACTIONS` when absent. */
  readonly most?: number;
  send(bytes: Buffer, flow: Flow): boolean;
  newTag(): string;
  /** A new request, once. */
  deliver(incoming: ServerRequest): void;
  /** An ACK to a 2xx, which belongs to no transaction. */
  acknowledged(ack: SipRequest, flow: Flow): void;
  /** Somebody was let in on a connection: it is no stranger's any more. */
  served(flow: Flow): void;
}

/** Anybody is told 200 to these. */
const FOR_ANYBODY: ReadonlySet<string> = new Set(['OPTIONS', 'CANCEL']);

const UNRELIABLE = timerTable(false);
const RELIABLE = timerTable(true);

/** The table of server transactions: retransmissions are answered here, new requests go up once [RFC3261 17.2]. */
export class ServerTransactions {
  private readonly table = new Map<string, Transaction>();

  constructor(private readonly ports: ServerTransactionPorts) {}

  get size(): number {
    return this.table.size;
  }

  /** Answers a request that came again from what was kept of it; false for a new one. */
  repeats(request: SipRequest): boolean {
    const key = serverKey(request);
    const known = key === undefined ? undefined : this.table.get(key);
    known?.input({ type: 'request', request });
    return known !== undefined;
  }

  /** Takes a new request as `fillReceivedAndRport` left it, and tells what became of it. */
  receive(request: SipRequest, flow: Flow): 'request' | 'malformed' | 'table-full' {
    const key = serverKey(request);
    if (key === undefined) {
      this.answerStateless(request, flow, 400, 'Unreadable Via Branch');
      return 'malformed';
    }
    if (request.method === 'ACK') {
      this.ports.acknowledged(request, flow);
      return 'request';
    }
    if (this.table.size >= (this.ports.most ?? MOST_TRANSACTIONS)) {
      this.answerUnavailable(request, flow);
      return 'table-full';
    }
    const kept = flatText(key);
    const transaction = new Transaction(request.method === 'INVITE', flow, this.ports, () => this.table.delete(kept));
    this.table.set(kept, transaction);
    const incoming = new Incoming(request, flow, transaction, this.ports.newTag());
    if (request.method === 'CANCEL') this.cancel(incoming);
    else transaction.begin(incoming);
    return 'request';
  }

  /** Asks for another try later, and keeps nothing of the request. @param retryAfter seconds */
  answerUnavailable(request: SipRequest, flow: Flow, retryAfter = RETRY_AFTER): void {
    this.answerStateless(request, flow, 503, undefined, [{ name: 'Retry-After', value: String(retryAfter) }]);
  }

  /** Answers a request without keeping anything of it. */
  private answerStateless(
    request: SipRequest,
    flow: Flow,
    status: number,
    reason?: string,
    headers: ResponseParts['headers'] = [],
  ): void {
    if (request.method === 'ACK') return;
    const response = responseTo(request, status, reason, { toTag: this.ports.newTag(), headers });
    this.ports.send(serialize(response), answerFlow(response, flow));
  }

  private cancel(cancel: Incoming): void {
    const key = cancelledKey(cancel.request);
    const invite = key === undefined ? undefined : this.table.get(key);
    cancel.transaction.accept(cancel.request);
    if (!invite) {
      cancel.respond(481);
      return;
    }
    // The tag of the INVITE's answers, as both speak for one dialog [RFC3261 9.2].
    cancel.respond(200, { toTag: invite.localTag });
    invite.incoming?.cancelled();
  }
}

/** A request as its handler sees it. Its transaction outlives it by far, and does not keep it. */
class Incoming implements ServerRequest {
  isAnswered = false;
  private cancelListener: (() => void) | undefined;
  private wasCancelled = false;

  constructor(
    readonly request: SipRequest,
    readonly flow: Flow,
    readonly transaction: Transaction,
    readonly localTag: string,
  ) {}

  respond(status: number, parts: ResponseParts & { readonly reason?: string } = {}): SipResponse {
    const response = responseTo(this.request, status, parts.reason, { toTag: this.localTag, ...parts });
    if (this.isAnswered) return response;
    if (status >= 200) {
      this.isAnswered = true;
      this.cancelListener = undefined;
      const isServed = status < 300 && this.flow.connection !== undefined;
      if (isServed && !FOR_ANYBODY.has(this.request.method)) this.transaction.served();
    }
    this.repeat(response);
    return response;
  }

  repeat(response: SipResponse): void {
    this.transaction.input({ type: 'response', response: new Outgoing(response) });
  }

  onCancel(listener: () => void): void {
    if (this.isAnswered) return;
    this.cancelListener = listener;
    if (this.wasCancelled) this.cancelled();
  }

  cancelled(): void {
    this.wasCancelled = true;
    const listener = this.cancelListener;
    this.cancelListener = undefined;
    listener?.();
  }
}

/** A response that may have to be sent again for 32 s: as text, which takes a tenth of the memory that the message does. */
class Outgoing {
  readonly status: number;
  private flow: Flow | undefined;
  private text = '';

  constructor(private response: SipResponse | undefined) {
    this.status = response?.status ?? 0;
  }

  /** Sends it on the flow of its request, or where that wants it. */
  send(ports: Pick<ServerTransactionPorts, 'send'>, heardOn: Flow): boolean {
    const { response } = this;
    if (!response) return ports.send(Buffer.from(this.text, 'latin1'), this.flow ?? heardOn);
    const bytes = serialize(response);
    this.flow = answerFlow(response, heardOn);
    this.text = bytes.toString('latin1');
    this.response = undefined;
    return ports.send(bytes, this.flow);
  }
}

class Transaction {
  /** Until it has its final answer. */
  incoming: Incoming | undefined;
  localTag = '';
  private state: IstState<Outgoing> | NistState<Outgoing> | undefined;
  private readonly timers: TransactionTimers;
  private readonly table: TimerTable;

  constructor(
    private readonly isInvite: boolean,
    private readonly flow: Flow,
    private readonly ports: ServerTransactionPorts,
    private readonly forget: () => void,
  ) {
    this.timers = new TransactionTimers(ports);
    this.table = flow.transport === 'udp' ? UNRELIABLE : RELIABLE;
  }

  /** Starts the machine, which hands the request up. */
  begin(incoming: Incoming): void {
    const { request, localTag } = incoming;
    this.incoming = incoming;
    this.localTag = localTag;
    if (this.isInvite) this.apply(startIst(request, new Outgoing(responseTo(request, 100)), this.table));
    else this.apply(startNist(request));
  }

  /** Starts the machine of a request that is dealt with right here. */
  accept(request: SipRequest): void {
    this.state = startNist(request).state;
  }

  served(): void {
    this.ports.served(this.flow);
  }

  input(input: ServerInput<Outgoing>): void {
    if (this.state === undefined) return;
    if (input.type === 'response' && input.response.status >= 200) this.incoming = undefined;
    this.apply(
      this.isInvite
        ? stepIst(this.state as IstState<Outgoing>, input, this.table)
        : stepNist(this.state as NistState<Outgoing>, input, this.table),
    );
  }

  private apply(step: Step<IstState<Outgoing> | NistState<Outgoing>, ServerEffect<Outgoing>>): void {
    this.state = step.state;
    for (const effect of step.effects) this.carryOut(effect);
  }

  private carryOut(effect: ServerEffect<Outgoing>): void {
    switch (effect.type) {
      case 'send':
        if (!effect.message.send(this.ports, this.flow)) this.input({ type: 'transportError' });
        return;
      case 'startTimer':
        return this.timers.start(effect.name, effect.ms, (name) => this.input({ type: 'timer', name }));
      case 'stopTimer':
        return this.timers.stop(effect.name);
      case 'deliver':
        // An ACK that hits an accepted INVITE's branch is one to its 2xx all the same.
        if (effect.message.method === 'ACK') return this.ports.acknowledged(effect.message, this.flow);
        if (this.incoming) this.ports.deliver(this.incoming);
        return;
      case 'done':
        this.timers.stopAll();
        return this.forget();
      case 'timeout':
      case 'transportError':
        return;
      default:
        return effect satisfies never;
    }
  }
}

/** Over UDP an answer goes where the top Via says [SB-100, SB-101]; over a stream back on its connection. */
function answerFlow(response: SipResponse, flow: Flow): Flow {
  if (flow.transport !== 'udp') return flow;
  const remote = responseTarget(response);
  return remote === undefined || (remote.port === flow.remote.port && remote.host === flow.remote.host)
    ? flow
    : { ...flow, remote };
}
