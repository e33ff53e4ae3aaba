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
import { type TimerParts, TransactionTimers } from './timers';
import type { ServerRequest } from './user-agent';

/** Requests whose transaction is not over, at once: what memory may be taken by peers that ask faster than we forget. */
export const MOST_SERVER_TRANSACTIONS = 200_000;

/** What server transactions need of the world. */
export interface ServerTransactionPorts extends TimerParts {
  send(bytes: Buffer, flow: Flow): boolean;
  newTag(): string;
  /** A new request, once. */
  deliver(incoming: ServerRequest): void;
  /** An ACK to a 2xx, which belongs to no transaction. */
  acknowledged(ack: SipRequest, flow: Flow): void;
}

const UNRELIABLE = timerTable(false);
const RELIABLE = timerTable(true);

/** The table of server transactions: retransmissions are answered here, new requests go up once [RFC3261 17.2]. */
export class ServerTransactions {
  private readonly table = new Map<string, Transaction>();

  constructor(private readonly ports: ServerTransactionPorts) {}

  get size(): number {
    return this.table.size;
  }

  /** Takes a request as `fillReceivedAndRport` left it. */
  receive(request: SipRequest, flow: Flow): void {
    const key = serverKey(request);
    if (key === undefined) return this.answerStateless(request, flow, 400, 'Unreadable Via Branch');
    const known = this.table.get(key);
    if (known) return known.input({ type: 'request', request });
    if (request.method === 'ACK') return this.ports.acknowledged(request, flow);
    if (this.table.size >= MOST_SERVER_TRANSACTIONS) {
      return this.answerStateless(request, flow, 503, undefined, [{ name: 'Retry-After', value: '30' }]);
    }
    const transaction = new Transaction(request, flow, this.ports, () => this.table.delete(key));
    this.table.set(key, transaction);
    if (request.method === 'CANCEL') return this.cancel(transaction);
    transaction.begin();
  }

  /** Answers a request without keeping anything of it. */
  answerStateless(
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

  private cancel(cancel: Transaction): void {
    const key = cancelledKey(cancel.request);
    const invite = key === undefined ? undefined : this.table.get(key);
    cancel.accept();
    if (!invite) {
      cancel.respond(481);
      return;
    }
    // The tag of the INVITE's answers, as both speak for one dialog [RFC3261 9.2].
    cancel.respond(200, { toTag: invite.localTag });
    invite.cancelled();
  }
}

class Transaction implements ServerRequest {
  readonly localTag: string;
  isAnswered = false;
  private state: IstState | NistState | undefined;
  private readonly timers: TransactionTimers;
  private readonly table: TimerTable;
  private sent: { response: SipResponse; bytes: Buffer; flow: Flow } | undefined;
  private cancelListener: (() => void) | undefined;
  private wasCancelled = false;

  constructor(
    readonly request: SipRequest,
    readonly flow: Flow,
    private readonly ports: ServerTransactionPorts,
    private readonly forget: () => void,
  ) {
    this.localTag = ports.newTag();
    this.timers = new TransactionTimers(ports);
    this.table = flow.transport === 'udp' ? UNRELIABLE : RELIABLE;
  }

  /** Starts the machine, which hands the request up. */
  begin(): void {
    if (this.request.method === 'INVITE') this.apply(startIst(this.request, responseTo(this.request, 100), this.table));
    else this.apply(startNist(this.request));
  }

  /** Starts the machine of a request that is dealt with right here. */
  accept(): void {
    this.state = startNist(this.request).state;
  }

  input(input: ServerInput): void {
    if (this.state === undefined) return;
    this.apply(
      this.request.method === 'INVITE'
        ? stepIst(this.state as IstState, input, this.table)
        : stepNist(this.state as NistState, input, this.table),
    );
  }

  respond(status: number, parts: ResponseParts & { readonly reason?: string } = {}): SipResponse {
    const response = responseTo(this.request, status, parts.reason, { toTag: this.localTag, ...parts });
    if (this.isAnswered) return response;
    if (status >= 200) {
      this.isAnswered = true;
      this.cancelListener = undefined;
    }
    this.input({ type: 'response', response });
    return response;
  }

  repeat(response: SipResponse): void {
    this.input({ type: 'response', response });
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

  private apply(step: Step<IstState | NistState, ServerEffect>): void {
    this.state = step.state;
    for (const effect of step.effects) this.carryOut(effect);
  }

  private carryOut(effect: ServerEffect): void {
    switch (effect.type) {
      case 'send':
        return this.send(effect.message);
      case 'startTimer':
        return this.timers.start(effect.name, effect.ms, (name) => this.input({ type: 'timer', name }));
      case 'stopTimer':
        return this.timers.stop(effect.name);
      case 'deliver':
        // An ACK that hits an accepted INVITE's branch is one to its 2xx all the same.
        if (effect.message.method === 'ACK') return this.ports.acknowledged(effect.message, this.flow);
        return this.ports.deliver(this);
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

  private send(response: SipResponse): void {
    if (this.sent?.response !== response) {
      this.sent = { response, bytes: serialize(response), flow: answerFlow(response, this.flow) };
    }
    if (!this.ports.send(this.sent.bytes, this.sent.flow)) this.input({ type: 'transportError' });
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
