import {
  cancelFor,
  type ClientEffect,
  type ClientInput,
  clientKey,
  type Flow,
  type IctState,
  type NictState,
  responseKey,
  serialize,
  type SipRequest,
  type SipResponse,
  startIct,
  startNict,
  type Status,
  type Step,
  stepIct,
  stepNict,
  type TimerTable,
  timerTable,
  withHeader,
} from '@linewatch/sip';
import type { TimerHandle } from '@linewatch/runtime';
import { MOST_TRANSACTIONS, type TimerParts, TransactionTimers } from './timers';
import type { ClientRequest, ResponseListener } from './user-agent';

/** What client transactions need of the world. */
export interface ClientTransactionPorts extends TimerParts {
  /** Transactions at once, `MOST_TRANSACTIONS` when absent; NOTIFYs are bounded by their subscriptions, one each. */
  readonly most?: number;
  send(bytes: Buffer, flow: Flow): boolean;
  /** What a listener threw. */
  failed(error: unknown): void;
}

/** Hears what becomes of a request that was sent as bytes. */
export interface BytesListener {
  /** The final status; `response` parses the whole answer, for the few that are looked at. */
  answered(status: number, response: () => SipResponse | undefined): void;
  /** It was not answered in time and is sent again. */
  repeated(): void;
  failed(why: 'timeout' | 'unreachable'): void;
}

const UNRELIABLE = timerTable(false);
const RELIABLE = timerTable(true);
/** A late answer to a NOTIFY is a stray and ignored as such, so its transaction ends with the first [performance]. */
const NO_LINGER: TimerTable = { ...UNRELIABLE, K: 0 };
/** How long a cancelled INVITE is waited for: 64*T1 [RFC3261 9.1]. */
const CANCEL_MS = UNRELIABLE.F;

interface Pending {
  readonly flow: Flow;
  response(response: SipResponse): void;
  /** Takes an answer of which only the status was read; false when it must be parsed. */
  scanned(status: number, response: () => SipResponse | undefined): boolean;
  unreachable(): void;
}

/** The table of client transactions: requests are repeated here until their answers come [RFC3261 17.1]. */
export class ClientTransactions {
  private readonly table = new Map<string, Pending>();
  /** Those on streams, by connection: when it ends, they do. */
  private readonly byConnection = new Map<string, Set<Pending>>();

  constructor(private readonly ports: ClientTransactionPorts) {}

  get size(): number {
    return this.table.size;
  }

  /** Sends a request whose top Via bears this branch. */
  start(request: SipRequest, branch: string, flow: Flow, listener: ResponseListener): ClientRequest {
    if (this.table.size >= (this.ports.most ?? MOST_TRANSACTIONS)) {
      queueMicrotask(() => listener.failed('unreachable'));
      return { request, cancel: () => undefined };
    }
    const key = clientKey(branch, request.method);
    const transaction = new RequestTransaction(request.method === 'INVITE', flow, this.ports, listener, {
      forget: () => this.remove(key, transaction),
      cancel: (invite, reason) => this.startCancel(invite, branch, flow, reason),
    });
    this.add(key, transaction);
    transaction.begin(request);
    return { request, cancel: (reason) => transaction.cancel(request, reason) };
  }

  /** Sends a request that is bytes already. */
  startBytes(method: string, branch: string, bytes: Buffer, flow: Flow, listener: BytesListener): void {
    const key = clientKey(branch, method);
    const transaction = new BytesTransaction(bytes, flow, this.ports, listener, () => this.remove(key, transaction));
    this.add(key, transaction);
    transaction.begin();
  }

  /** Gives an answer to its transaction by what a scan found, or tells whether it belongs to one that needs all of it. */
  receiveScanned(
    branch: string,
    method: string,
    status: number,
    parse: () => SipResponse | undefined,
  ): 'taken' | 'to-parse' | 'stray' {
    const transaction = this.table.get(clientKey(branch, method));
    if (transaction === undefined) return 'stray';
    return transaction.scanned(status, parse) ? 'taken' : 'to-parse';
  }

  /** Gives an answer to its transaction; false for a stray. */
  receive(response: SipResponse): boolean {
    const key = responseKey(response);
    const transaction = key === undefined ? undefined : this.table.get(key);
    transaction?.response(response);
    return transaction !== undefined;
  }

  /** Everything under way on a connection has failed, and on one that was opened for it to that address. */
  connectionClosed(flow: Flow): void {
    for (const key of [flow.connection, addressKey(flow)]) {
      if (key === undefined) continue;
      for (const transaction of [...(this.byConnection.get(key) ?? [])]) transaction.unreachable();
    }
  }

  private startCancel(invite: SipRequest, branch: string, flow: Flow, reason: string | undefined): void {
    const nothing = { response: () => undefined, failed: () => undefined };
    const cancel = cancelFor(invite);
    this.start(reason === undefined ? cancel : withHeader(cancel, 'Reason', reason), branch, flow, nothing);
  }

  private add(key: string, transaction: Pending): void {
    this.table.set(key, transaction);
    const connection = connectionOf(transaction.flow);
    if (connection === undefined) return;
    const some = this.byConnection.get(connection);
    if (some) some.add(transaction);
    else this.byConnection.set(connection, new Set([transaction]));
  }

  private remove(key: string, transaction: Pending): void {
    if (this.table.get(key) === transaction) this.table.delete(key);
    const connection = connectionOf(transaction.flow);
    if (connection === undefined) return;
    const some = this.byConnection.get(connection);
    some?.delete(transaction);
    if (some?.size === 0) this.byConnection.delete(connection);
  }
}

/** What a transaction on a stream depends on: its flow's connection, or the one that the transport opens to the address. */
function connectionOf(flow: Flow): string | undefined {
  return flow.transport === 'udp' ? undefined : (flow.connection ?? addressKey(flow));
}

function addressKey({ transport, remote }: Flow): string {
  return `${transport} ${remote.host} ${remote.port}`;
}

/** A request as a message: everything but NOTIFY. What waits for its answer is not kept once that came. */
class RequestTransaction implements Pending {
  private state: IctState | NictState | undefined;
  private readonly timers: TransactionTimers;
  private readonly table: TimerTable;
  private sent: { message: SipRequest; bytes: Buffer } | undefined;
  private wantsCancel: (() => void) | undefined;
  private cancelTimer: TimerHandle | undefined;
  private isOver = false;

  constructor(
    private readonly isInvite: boolean,
    readonly flow: Flow,
    private readonly ports: ClientTransactionPorts,
    private readonly listener: ResponseListener,
    private readonly owner: { forget(): void; cancel(invite: SipRequest, reason: string | undefined): void },
  ) {
    this.timers = new TransactionTimers(ports);
    this.table = flow.transport === 'udp' ? UNRELIABLE : RELIABLE;
  }

  begin(request: SipRequest): void {
    this.apply(this.isInvite ? startIct(request, this.table) : startNict(request, this.table));
  }

  response(response: SipResponse): void {
    const { wantsCancel } = this;
    if (response.status >= 200) this.sent = this.wantsCancel = undefined;
    this.input({ type: 'response', response });
    if (response.status >= 200) this.ports.wheel.cancel(this.cancelTimer);
    else wantsCancel?.();
  }

  scanned(): boolean {
    return false;
  }

  unreachable(): void {
    this.input({ type: 'transportError' });
  }

  cancel(request: SipRequest, reason?: string): void {
    if (!this.isInvite || this.isOver || this.cancelTimer !== undefined) return;
    const name = this.state?.name;
    if (name === 'calling') this.wantsCancel = () => this.cancel(request, reason);
    if (name !== 'proceeding') return;
    this.cancelTimer = this.ports.wheel.set(CANCEL_MS, () => this.giveUp());
    this.owner.cancel(request, reason);
  }

  /** The far side confirmed the CANCEL, or not even that, and never ended the INVITE. */
  private giveUp(): void {
    if (this.state?.name !== 'proceeding') return;
    this.end();
    this.tell(() => this.listener.failed('timeout'));
  }

  private input(input: ClientInput): void {
    if (this.state === undefined || this.isOver) return;
    this.apply(
      this.isInvite
        ? stepIct(this.state as IctState, input, this.table)
        : stepNict(this.state as NictState, input, this.table),
    );
  }

  private apply(step: Step<IctState | NictState, ClientEffect>): void {
    this.state = step.state;
    for (const effect of step.effects) this.carryOut(effect);
  }

  private carryOut(effect: ClientEffect): void {
    switch (effect.type) {
      case 'send':
        return this.send(effect.message);
      case 'startTimer':
        return this.timers.start(effect.name, effect.ms, (name) => this.input({ type: 'timer', name }));
      case 'stopTimer':
        return this.timers.stop(effect.name);
      case 'deliver':
        return this.tell(() => this.listener.response(effect.message));
      case 'timeout':
        return this.tell(() => this.listener.failed('timeout'));
      case 'transportError':
        return this.tell(() => this.listener.failed('unreachable'));
      case 'done':
        return this.end();
      default:
        return effect satisfies never;
    }
  }

  private send(message: SipRequest): void {
    if (this.sent?.message !== message) this.sent = { message, bytes: serialize(message) };
    // Told after this step: the machine is in the middle of one.
    if (!this.ports.send(this.sent.bytes, this.flow)) queueMicrotask(() => this.unreachable());
  }

  private end(): void {
    this.isOver = true;
    this.timers.stopAll();
    this.ports.wheel.cancel(this.cancelTimer);
    this.owner.forget();
  }

  private tell(what: () => void): void {
    try {
      what();
    } catch (error) {
      this.ports.failed(error);
    }
  }
}

/** A request as bytes: NOTIFY, of whose answer only the status is read. */
class BytesTransaction implements Pending {
  private state: NictState<Buffer> | undefined;
  private readonly timers: TransactionTimers;
  private readonly table: TimerTable;

  constructor(
    private readonly bytes: Buffer,
    readonly flow: Flow,
    private readonly ports: ClientTransactionPorts,
    private readonly listener: BytesListener,
    private readonly forget: () => void,
  ) {
    this.timers = new TransactionTimers(ports);
    this.table = flow.transport === 'udp' ? NO_LINGER : RELIABLE;
  }

  begin(): void {
    this.apply(startNict(this.bytes, this.table), undefined);
  }

  response(response: SipResponse): void {
    this.scanned(response.status, () => response);
  }

  scanned(status: number, response: () => SipResponse | undefined): boolean {
    this.input({ type: 'response', response: { status } }, response);
    return true;
  }

  unreachable(): void {
    this.input({ type: 'transportError' });
  }

  private input(input: ClientInput<Status>, response?: () => SipResponse | undefined): void {
    if (this.state !== undefined) this.apply(stepNict(this.state, input, this.table), response);
  }

  private apply(
    step: Step<NictState<Buffer>, ClientEffect<Buffer, Status>>,
    response: (() => SipResponse | undefined) | undefined,
  ): void {
    this.state = step.state;
    for (const effect of step.effects) this.carryOut(effect, response);
  }

  private carryOut(effect: ClientEffect<Buffer, Status>, response: (() => SipResponse | undefined) | undefined): void {
    switch (effect.type) {
      case 'send':
        if (!this.ports.send(effect.message, this.flow)) queueMicrotask(() => this.unreachable());
        return;
      case 'startTimer':
        return this.timers.start(effect.name, effect.ms, (name) => {
          if (name === 'E') this.tell(() => this.listener.repeated());
          this.input({ type: 'timer', name });
        });
      case 'stopTimer':
        return this.timers.stop(effect.name);
      case 'deliver':
        if (effect.message.status < 200) return;
        return this.tell(() => this.listener.answered(effect.message.status, response ?? (() => undefined)));
      case 'timeout':
        return this.tell(() => this.listener.failed('timeout'));
      case 'transportError':
        return this.tell(() => this.listener.failed('unreachable'));
      case 'done':
        this.timers.stopAll();
        return this.forget();
      default:
        return effect satisfies never;
    }
  }

  private tell(what: () => void): void {
    try {
      what();
    } catch (error) {
      this.ports.failed(error);
    }
  }
}
