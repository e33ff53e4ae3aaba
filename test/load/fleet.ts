/**
 * All phones of a load run on a few UDP sockets: 250 lines share one, each known by its number. Here are the sockets,
 * the transactions, registration and subscription; `calls.ts` has the calls.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { Histogram } from './histogram';
import { IDLE, type LampJudge } from './lamp-judge';
import { macOf, numberOf, type Plan, watchedLine, watcherLine } from './plan';
import type { Wheel } from './wheel';
import { answerTo, cseqNumber, indexAfter, lampIn, newScanned, okTo, scan, type Scanned, valueOf } from './wire';

const LINES_PER_SOCKET = 250;
const T1_MS = 500;
const T2_MS = 4_000;
const GIVE_UP_MS = 32_000;
/** Requests of one phase that may be open at a time. */
const MOST_OPEN = 1_000;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** What a phase of setting up brought. */
export interface PhaseResult {
  readonly count: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Final answers other than 2xx, by status; 408 stands for no answer. */
  readonly refused: Readonly<Record<string, number>>;
  /** Request to final answer, ms. */
  readonly answered: ReturnType<Histogram['summary']>;
}

interface Transaction {
  readonly line: number;
  readonly text: string;
  readonly to: Endpoint;
  readonly isInvite: boolean;
  readonly onResponse: (status: number, response: Scanned) => void;
  readonly sentAt: number;
  provisional: boolean;
}

/** Takes what is no NOTIFY and no response; `port` is the local one it came to. */
export type OnCallRequest = (method: string, request: Scanned, source: Endpoint, line: number) => boolean;

export class Fleet {
  /** Marks everything made in this run, so that leftovers of another run are not taken for ours. */
  readonly run = `r${Date.now().toString(36)}${process.pid.toString(36)}x`;
  /** Own requests sent again because no answer came. */
  retransmissionsSent = 0;
  /** NOTIFYs of no subscription of this run. */
  foreign = 0;
  onCallRequest: OnCallRequest = () => false;
  /** A 2xx to INVITE that came again. */
  onRepeatedAnswer: (response: Scanned) => void = () => {};
  private readonly sockets: Socket[] = [];
  private readonly ports: number[] = [];
  private readonly transactions = new Map<number, Transaction>();
  private nextTransaction = 1;
  private readonly scanned: Scanned = newScanned();
  private readonly subscriptionMark = `${this.run}s`;
  private readonly branchMark = `z9hG4bK${this.run}t`;
  private readonly firstNotify: Uint8Array;
  private onFirstNotify: (subscription: number) => void = () => {};

  constructor(
    private readonly plan: Plan,
    readonly target: Endpoint,
    private readonly eventPackage: 'presence' | 'dialog',
    private readonly wheel: Wheel,
    private readonly judge: LampJudge,
  ) {
    this.firstNotify = new Uint8Array(plan.subscriptions);
  }

  /** Binds the sockets on free ports of 127.0.0.1. */
  async open(): Promise<void> {
    const count = Math.ceil(this.plan.lines / LINES_PER_SOCKET);
    for (let index = 0; index < count; index += 1) {
      const socket = createSocket({
        type: 'udp4',
        recvBufferSize: 4 * 1024 * 1024,
        // Addresses are literal: the resolver would cost a turn of the loop per datagram.
        lookup: (host, _options, callback) => callback(null, host, 4),
      });
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.bind(0, '127.0.0.1', resolve);
      });
      socket.on('error', () => {});
      socket.on('message', (bytes, source) => this.onDatagram(socket, bytes, source));
      this.sockets.push(socket);
      this.ports.push(socket.address().port);
    }
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
  }

  portOf(line: number): number {
    return this.ports[Math.floor(line / LINES_PER_SOCKET)] ?? 0;
  }

  contactOf(line: number): string {
    return `<sip:${numberOf(line)}@127.0.0.1:${this.portOf(line)}>`;
  }

  send(line: number, text: string, to: Endpoint): void {
    this.sockets[Math.floor(line / LINES_PER_SOCKET)]?.send(Buffer.from(text, 'latin1'), to.port, to.host);
  }

  /**
   * Sends a request and repeats it until it is answered.
   * @param rest everything after the Via line, from `Max-Forwards` on
   * @param onResponse called for each response, at last with the final one; 408 when none came in 32 s
   */
  request(
    line: number,
    method: string,
    uri: string,
    rest: string,
    onResponse: Transaction['onResponse'],
    to = this.target,
  ): string {
    const id = this.nextTransaction++;
    const via = `Via: SIP/2.0/UDP 127.0.0.1:${this.portOf(line)};branch=${this.branchMark}${id};rport\r\n`;
    const text = `${method} ${uri} SIP/2.0\r\n${via}${rest}`;
    const transaction: Transaction = {
      line,
      text,
      to,
      isInvite: method === 'INVITE',
      onResponse,
      sentAt: performance.now(),
      provisional: false,
    };
    this.transactions.set(id, transaction);
    this.send(line, text, to);
    this.wheel.after(T1_MS, () => this.repeat(id, transaction, T1_MS));
    return via;
  }

  /** Registers every line; `expires` 0 takes them back. */
  register(rate: number, expires = 3600): Promise<PhaseResult> {
    const { host, port } = this.target;
    return this.paced(this.plan.lines, rate, (line, done) => {
      const number = numberOf(line);
      const mac = macOf(line);
      const rest =
        `Max-Forwards: 70\r\nFrom: <sip:${number}@${host}>;tag=${this.run}r${line}\r\nTo: <sip:${number}@${host}>\r\n` +
        `Call-ID: ${this.run}r${line}@127.0.0.1\r\nCSeq: ${expires > 0 ? 1 : 2} REGISTER\r\nContact: ${this.contactOf(line)};` +
        `+sip.instance="<urn:uuid:00000000-0000-0000-0000-${mac}>";+u.sip!devicename.ccm.cisco.com="SEP${mac.toUpperCase()}"\r\n` +
        `Expires: ${expires}\r\nContent-Length: 0\r\n\r\n`;
      this.request(line, 'REGISTER', `sip:${host}:${port}`, rest, (status) => status >= 200 && done(status));
    });
  }

  /** Makes every subscription. One counts as made when its 2xx and its first NOTIFY are both here. */
  subscribe(rate: number, accept = acceptOf(this.eventPackage)): Promise<PhaseResult> {
    const { host, port } = this.target;
    const waiting = new Map<number, (status: number) => void>();
    this.onFirstNotify = (subscription) => {
      this.firstNotify[subscription] = 1;
      waiting.get(subscription)?.(200);
      waiting.delete(subscription);
    };
    return this.paced(this.plan.subscriptions, rate, (subscription, done) => {
      const line = watcherLine(this.plan, subscription);
      const number = numberOf(watchedLine(this.plan, subscription));
      const rest =
        `Max-Forwards: 70\r\nFrom: <sip:${numberOf(line)}@${host}>;tag=w${subscription}\r\nTo: <sip:${number}@${host}>\r\n` +
        `Call-ID: ${this.subscriptionMark}${subscription}@127.0.0.1\r\nCSeq: 1000 SUBSCRIBE\r\nContact: ${this.contactOf(line)}\r\n` +
        `Event: ${this.eventPackage}\r\nAccept: ${accept}\r\nExpires: 3600\r\nContent-Length: 0\r\n\r\n`;
      this.request(line, 'SUBSCRIBE', `sip:${number}@${host}:${port}`, rest, (status) => {
        if (status < 200) return;
        if (status >= 300 || this.firstNotify[subscription]) done(status);
        else {
          waiting.set(subscription, done);
          // 408 for a subscription that was accepted and never heard of again.
          this.wheel.after(GIVE_UP_MS, () => waiting.delete(subscription) && done(408));
        }
      });
    });
  }

  /** Runs `count` requests at that rate, with a bound on those that are open. */
  private paced(
    count: number,
    rate: number,
    start: (index: number, done: (status: number) => void) => void,
  ): Promise<PhaseResult> {
    const answered = new Histogram();
    const refused: Record<string, number> = {};
    const startedAt = performance.now();
    let started = 0;
    let finished = 0;
    return new Promise((resolve) => {
      const finish = () => {
        const seconds = (performance.now() - startedAt) / 1000;
        resolve({ count, seconds, perSecond: count / seconds, refused, answered: answered.summary() });
      };
      const pump = () => {
        const due = Math.min(count, ((performance.now() - startedAt) / 1000) * rate + 1);
        while (started < due && started - finished < MOST_OPEN && started < count) {
          const index = started++;
          const sentAt = performance.now();
          start(index, (status) => {
            finished += 1;
            if (status >= 300) refused[status] = (refused[status] ?? 0) + 1;
            else answered.record(performance.now() - sentAt);
            if (finished === count) finish();
          });
        }
        if (started < count) this.wheel.after(1, pump);
      };
      pump();
    });
  }

  private repeat(id: number, transaction: Transaction, waitedMs: number): void {
    if (!this.transactions.has(id)) return;
    if (transaction.isInvite && transaction.provisional) return;
    if (performance.now() - transaction.sentAt > GIVE_UP_MS) {
      this.transactions.delete(id);
      transaction.onResponse(408, newScanned());
      return;
    }
    this.retransmissionsSent += 1;
    this.send(transaction.line, transaction.text, transaction.to);
    const next = transaction.isInvite ? waitedMs * 2 : Math.min(waitedMs * 2, T2_MS);
    this.wheel.after(next, () => this.repeat(id, transaction, next));
  }

  private onDatagram(socket: Socket, bytes: Buffer, source: RemoteInfo): void {
    const message = this.scanned;
    if (!scan(bytes, message)) return;
    if (message.text.startsWith('NOTIFY ')) {
      socket.send(Buffer.from(this.onNotify(message), 'latin1'), source.port, source.address);
    } else if (message.text.startsWith('SIP/2.0 ')) this.onResponse(message);
    else this.onRequest(message, { host: source.address, port: source.port });
  }

  private onNotify(message: Scanned): string {
    const subscription = indexAfter(message.callId, this.subscriptionMark);
    if (subscription < 0 || subscription >= this.plan.subscriptions) {
      this.foreign += 1;
      return answerTo(message, '481 Subscription Does Not Exist');
    }
    const lamp = lampIn(message.text, message.body, this.eventPackage);
    this.judge.onNotify(subscription, cseqNumber(message.cseq), lamp, performance.now());
    if (this.firstNotify[subscription] === 0) this.onFirstNotify(subscription);
    if (message.state.includes('terminated')) this.judge.onTerminated();
    return okTo(message);
  }

  private onResponse(response: Scanned): void {
    const status = Number(response.text.slice(8, 11));
    const id = indexAfter(response.via, this.branchMark);
    const transaction = this.transactions.get(id);
    if (!transaction) {
      if (status >= 200 && status < 300 && response.cseq.includes('INVITE')) this.onRepeatedAnswer(response);
      return;
    }
    if (status >= 200) this.transactions.delete(id);
    else transaction.provisional = true;
    transaction.onResponse(status, response);
  }

  private onRequest(request: Scanned, source: Endpoint): void {
    const method = request.text.slice(0, request.text.indexOf(' '));
    const user = /^\S+ sips?:([^@;>\s]+)@/.exec(request.text)?.[1] ?? '';
    const line = Number(user) - Number(numberOf(0));
    if (!(line >= 0 && line < this.plan.lines)) return;
    if (this.onCallRequest(method, request, source, line) || method === 'ACK') return;
    const status =
      method === 'OPTIONS' || method === 'MESSAGE' || method === 'INFO'
        ? '200 OK'
        : method === 'REFER'
          ? '202 Accepted'
          : '481 Call/Transaction Does Not Exist';
    this.send(line, answerTo(request, status, this.run), source);
  }
}

function acceptOf(eventPackage: 'presence' | 'dialog'): string {
  return eventPackage === 'presence'
    ? 'application/pidf+xml, application/cpim-pidf+xml'
    : 'application/dialog-info+xml';
}

/** Waits until `test` holds, looked at every 50 ms. @returns false at the deadline */
export async function settled(test: () => boolean, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (!test()) {
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

/** Whether every key shows idle, as it must when all phones are registered and no call is up. */
export function allIdle(judge: LampJudge): boolean {
  return judge.countOtherThan(IDLE) === 0;
}

/** The seconds an answer grants. */
export function grantedIn(response: Scanned): number {
  return Number(valueOf(response.expires));
}
