/** How the phone's requests leave: Via, branch and CSeq, the answer to a challenge, CANCEL and ACK. */
import { randomBytes } from 'node:crypto';
import type { Address } from '@linewatch/sip';
import { answerChallenge, type Credentials } from './sip-digest';
import type { SipSocket } from './sip-socket';
import { writeMessage, type Field, type HeardResponse } from './sip-text';
import type { SentRequest, Transactions } from './sip-transactions';

export const USER_AGENT = 'Cisco-CP8841/12.8.1';

/** A request before it has a branch and a CSeq; a challenged one gets new ones. */
export interface RequestPlan {
  readonly method: string;
  readonly uri: string;
  /** Everything but Via, Max-Forwards, CSeq, User-Agent and Content-Length. */
  readonly fields: readonly Field[];
  readonly body?: string;
  readonly to: Address;
  readonly nextCSeq: () => number;
  readonly onProvisional?: (response: HeardResponse) => void;
  readonly onSent?: (request: SentRequest) => void;
}

export class RequestSender {
  constructor(
    private readonly socket: SipSocket,
    private readonly transactions: Transactions,
    private readonly options: {
      readonly credentials?: Credentials;
      readonly digestAlgorithm?: 'MD5' | 'SHA-256';
      readonly userAgent?: string;
    } = {},
  ) {}

  /** Sends a request, once more with credentials when it is challenged. @returns the final answer @throws NoAnswerError */
  async request(plan: RequestPlan): Promise<HeardResponse> {
    const first = await this.attempt(plan, plan.fields);
    const { credentials, digestAlgorithm } = this.options;
    if (!credentials || (first.status !== 401 && first.status !== 407)) return first;
    const challenged = { method: plan.method, uri: plan.uri, cnonce: randomBytes(8).toString('hex') };
    const authorization = answerChallenge(first, challenged, credentials, digestAlgorithm);
    return authorization ? this.attempt(plan, [...plan.fields, authorization]) : first;
  }

  /** Sends a request that has no transaction of its own, such as the ACK of a 2xx. */
  sendUnanswered(method: string, uri: string, cseq: number, fields: readonly Field[], body: string, to: Address): void {
    this.socket.send(this.write(method, uri, cseq, fields, body, newBranch()), to);
  }

  /** CANCEL has the branch, the CSeq number and the ids of its INVITE [RFC3261 9.1]. */
  cancel(invite: SentRequest): void {
    const cseq = Number(/^CSeq: (\d+)/m.exec(invite.text)?.[1]);
    const kept = invite.fields.filter(([name]) => ['Route', 'From', 'To', 'Call-ID'].includes(name));
    const text = this.write('CANCEL', invite.uri, cseq, kept, '', invite.branch);
    // Its answer says nothing: the call ends by the answer to the INVITE.
    this.transactions.request({ ...invite, method: 'CANCEL', text }).catch(() => {});
  }

  private attempt(plan: RequestPlan, fields: readonly Field[]): Promise<HeardResponse> {
    const { method, uri, to, body = '' } = plan;
    const branch = newBranch();
    const text = this.write(method, uri, plan.nextCSeq(), fields, body, branch);
    const request: SentRequest = { method, uri, branch, fields: [['Via', this.via(branch)], ...fields], text, to };
    plan.onSent?.(request);
    return this.transactions.request(request, plan.onProvisional);
  }

  private write(
    method: string,
    uri: string,
    cseq: number,
    fields: readonly Field[],
    body: string,
    branch: string,
  ): string {
    const head: Field[] = [['Via', this.via(branch)], ['Max-Forwards', '70'], ['CSeq', `${cseq} ${method}`]]; // prettier-ignore
    return writeMessage(
      `${method} ${uri} SIP/2.0`,
      [...head, ...fields, ['User-Agent', this.options.userAgent ?? USER_AGENT]],
      body,
    );
  }

  private via(branch: string): string {
    const { host, port } = this.socket.local;
    return `SIP/2.0/${this.socket.transport.toUpperCase()} ${host}:${port};branch=${branch};rport`;
  }
}

/** A tag that begins with the MAC, as Cisco phones make it. */
export function newTag(mac: string): string {
  return `${mac.toLowerCase()}${randomBytes(6).toString('hex')}`;
}

export function newCallId(mac: string): string {
  return `${mac.toLowerCase()}-${randomBytes(8).toString('hex')}@127.0.0.1`;
}

function newBranch(): string {
  return `z9hG4bK${randomBytes(8).toString('hex')}`;
}
