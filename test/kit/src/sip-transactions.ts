/**
 * The phone's transactions: requests are sent again by T1 over UDP, answers are remembered and given again. Simple on
 * purpose: no state but what a phone needs, and none of the server's machines.
 */
import type { Address } from '@linewatch/sip';
import { headerOf, paramOf, writeMessage, type Field, type HeardRequest, type HeardResponse } from './sip-text';

/** A request as it left; its branch names the transaction. */
export interface SentRequest {
  readonly method: string;
  readonly uri: string;
  readonly branch: string;
  readonly fields: readonly Field[];
  readonly text: string;
  readonly to: Address;
}

/** No final answer came within 64*T1 [RFC3261 17.1.1.2, 17.1.2.2]. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

interface Pending {
  readonly request: SentRequest;
  readonly onProvisional?: (response: HeardResponse) => void;
  readonly onFinal: (response: HeardResponse) => void;
  readonly fail: (reason: string) => void;
  timer?: NodeJS.Timeout;
  provisional: boolean;
}

interface Answered {
  text?: string;
  to: Address;
  stopRepeating?: () => void;
}

/** Answers kept for requests that are sent again; the oldest go first. */
const MOST_REMEMBERED = 5_000;

export class Transactions {
  private readonly pending = new Map<string, Pending>();
  private readonly answered = new Map<string, Answered>();
  private readonly timers = new Set<NodeJS.Timeout>();
  /** Requests that came again with a branch already seen. */
  repeatedRequests = 0;

  /** @param reliable over TCP nothing is sent again */
  constructor(
    private readonly send: (text: string, to: Address) => void,
    private readonly t1Ms: number,
    private readonly reliable: boolean,
  ) {}

  /** Sends a request until it is answered. @throws NoAnswerError after 64*T1 */
  request(request: SentRequest, onProvisional?: (response: HeardResponse) => void): Promise<HeardResponse> {
    const key = `${request.branch} ${request.method}`;
    return new Promise((resolve, reject) => {
      const startedAt = Date.now();
      const end = () => {
        if (pending.timer) this.forget(pending.timer);
        this.pending.delete(key);
      };
      const pending: Pending = {
        request,
        onProvisional,
        provisional: false,
        fail: (reason) => {
          end();
          reject(new NoAnswerError(`no answer to ${request.method} ${request.uri} ${reason}`));
        },
        onFinal: (response) => {
          end();
          if (request.method === 'INVITE' && response.status >= 300) this.acknowledgeRefusal(request, response);
          resolve(response);
        },
      };
      this.pending.set(key, pending);
      const t2Ms = 8 * this.t1Ms;
      const again = (waitMs: number) => {
        pending.timer = this.after(waitMs, () => {
          const isRinging = request.method === 'INVITE' && pending.provisional;
          if (!isRinging && Date.now() - startedAt >= 64 * this.t1Ms) {
            return pending.fail(`within ${64 * this.t1Ms} ms`);
          }
          if (!this.reliable && !isRinging) this.send(request.text, request.to);
          again(request.method === 'INVITE' ? waitMs * 2 : pending.provisional ? t2Ms : Math.min(waitMs * 2, t2Ms));
        });
      };
      again(this.t1Ms);
      this.send(request.text, request.to);
    });
  }

  /** Takes a response. @returns false when it belongs to no open transaction, as a repeated 2xx to INVITE */
  onResponse(response: HeardResponse): boolean {
    const branch = paramOf(headerOf(response, 'via') ?? '', 'branch') ?? '';
    const pending = this.pending.get(`${branch} ${response.method}`);
    if (!pending) return false;
    if (response.status >= 200) pending.onFinal(response);
    else {
      pending.provisional = true;
      pending.onProvisional?.(response);
    }
    return true;
  }

  /** Whether a request is new. One seen before gets its answer again, if it has one by now. */
  isNew(request: HeardRequest): boolean {
    const known = this.answered.get(keyOf(request));
    if (known) {
      this.repeatedRequests += 1;
      if (known.text !== undefined) this.send(known.text, known.to);
      return false;
    }
    this.answered.set(keyOf(request), { to: answerAddress(request) });
    const oldest = this.answered.keys().next().value;
    if (this.answered.size > MOST_REMEMBERED && oldest !== undefined) this.answered.delete(oldest);
    return true;
  }

  /** Answers a request, and the same request when it comes again. */
  answer(request: HeardRequest, text: string, options: { readonly untilAck?: boolean } = {}): void {
    const to = answerAddress(request);
    const known = this.answered.get(keyOf(request)) ?? { to };
    known.text = text;
    this.answered.set(keyOf(request), known);
    if (options.untilAck && !this.reliable) known.stopRepeating = this.repeat(text, to);
    this.send(text, to);
  }

  /** The ACK came: the final answer to that INVITE is not repeated any more. */
  acknowledged(invite: HeardRequest): void {
    this.answered.get(keyOf(invite))?.stopRepeating?.();
  }

  /** Takes the ACK of a refused INVITE, which has the INVITE's branch. @returns false for the ACK of a 2xx */
  onAck(ack: HeardRequest): boolean {
    const known = this.answered.get(keyOf(ack, 'INVITE'));
    known?.stopRepeating?.();
    return known !== undefined;
  }

  /** Runs `action` later, unless the phone is closed before. */
  after(ms: number, action: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, ms);
    this.timers.add(timer);
    return timer;
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    for (const pending of [...this.pending.values()]) pending.fail('before the phone was closed');
  }

  private forget(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.timers.delete(timer);
  }

  private repeat(text: string, to: Address): () => void {
    let timer: NodeJS.Timeout | undefined;
    const startedAt = Date.now();
    const next = (waitMs: number) => {
      timer = this.after(waitMs, () => {
        if (Date.now() - startedAt > 64 * this.t1Ms) return;
        this.send(text, to);
        next(Math.min(waitMs * 2, 8 * this.t1Ms));
      });
    };
    next(this.t1Ms);
    return () => timer && this.forget(timer);
  }

  /** The ACK of a refusal has the branch of the INVITE and the To of the answer [RFC3261 17.1.1.3]. */
  private acknowledgeRefusal(invite: SentRequest, response: HeardResponse): void {
    const kept = invite.fields.filter(([name]) => ['Via', 'Route', 'From', 'Call-ID'].includes(name));
    const cseq = Number.parseInt(headerOf(response, 'cseq') ?? '', 10);
    const fields: Field[] = [
      ...kept,
      ['Max-Forwards', '70'],
      ['To', headerOf(response, 'to') ?? ''],
      ['CSeq', `${cseq} ACK`],
    ];
    this.send(writeMessage(`ACK ${invite.uri} SIP/2.0`, fields), invite.to);
  }
}

function keyOf(request: HeardRequest, method = request.method): string {
  const via = headerOf(request, 'via') ?? '';
  return `${paramOf(via, 'branch') ?? ''} ${via.split(';')[0]} ${method}`;
}

/** Where an answer goes: the source when `rport` is asked for, else the port of sent-by [RFC3261 18.2.2; RFC3581 4]. */
function answerAddress(request: HeardRequest): Address {
  const via = headerOf(request, 'via') ?? '';
  if (paramOf(via, 'rport') !== undefined || /^SIP\/2\.0\/TCP/i.test(via)) return request.source;
  const port = /:(\d+)\s*$/.exec(via.split(';')[0]?.replace(/^SIP\/2\.0\/\S+/, '') ?? '')?.[1];
  return { host: request.source.host, port: Number(port ?? 5060) };
}
