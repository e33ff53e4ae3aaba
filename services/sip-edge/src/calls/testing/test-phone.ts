import { formatSdp, type MediaDirection, type SessionDescription } from '@linewatch/call';
import {
  callIdOf,
  cseqOf,
  header,
  parseMessage,
  request as buildRequest,
  responseTo,
  serialize,
  toTag,
  withHeader,
  type Flow,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '@linewatch/sip';

/** A description that is told apart by its port. */
export function sdp(port: number, direction: MediaDirection = 'sendrecv'): SessionDescription {
  const codecs = [{ payload: 0, name: 'PCMU', rate: 8000 }];
  return formatSdp({ address: '192.0.2.1', port, codecs, direction }, 1, 1);
}

/** The port of a description in a message, as a story tells it. */
function portOf(message: SipMessage): string {
  const port = /m=audio (\d+)/.exec(message.body.toString())?.[1];
  const direction = /a=(sendonly|recvonly|inactive)/.exec(message.body.toString())?.[1];
  return (port === undefined ? '' : ` sdp ${port}`) + (direction === undefined ? '' : ` ${direction}`);
}

/** A message as a few words: `INVITE sdp 10`, `180 INVITE`. */
export function tell(message: SipMessage): string {
  if (message.kind === 'request') return message.method + portOf(message);
  return `${message.status} ${cseqOf(message)?.method ?? ''}${portOf(message)}`;
}

/** What a request of a phone may hold beside what every request has. */
export interface Extras {
  readonly session?: SessionDescription;
  readonly fields?: Readonly<Record<string, string>>;
  readonly body?: { readonly type: string; readonly text: string };
  readonly cseq?: number;
}

/** A call of a phone. */
export interface PhoneDialog {
  readonly callId: string;
  readonly local: string;
  readonly remote: string;
  readonly target: string;
}

/** One phone of a story. It does what the test says, and only answers by itself what a story need not tell. */
export class TestPhone {
  /** What the phone heard, in order, as few words. */
  readonly heard: string[] = [];
  readonly messages: SipMessage[] = [];
  /** Answered by the phone itself. */
  automatic: Readonly<Record<string, number>> = { BYE: 200, NOTIFY: 200 };
  /** The 2xx to INVITE are acknowledged without a word. */
  acknowledges = true;
  private branches = 0;
  private cseq = 1;
  private dialog: PhoneDialog | undefined;

  constructor(
    readonly number: string,
    readonly flow: Flow,
    /** Where the next thing that the phone sends goes. */
    public send: (bytes: Buffer, flow: Flow) => void,
  ) {}

  get contact(): string {
    return `sip:${this.number}-x@${this.flow.remote.host}:${this.flow.remote.port}`;
  }

  /** Takes what the edge sent. */
  receive(bytes: Buffer): void {
    const message = parseMessage(bytes);
    if (message.kind === 'failure') throw new Error(`the edge sent no SIP: ${message.reason}`);
    this.messages.push(message);
    this.heard.push(tell(message));
    if (message.kind === 'request') return this.takeRequest(message);
    this.takeResponse(message);
  }

  /** What was heard since this was asked last. */
  news(): string[] {
    return this.heard.splice(0);
  }

  last(method: string): SipRequest {
    const found = [...this.messages].reverse().find((each) => each.kind === 'request' && each.method === method);
    if (found?.kind !== 'request') throw new Error(`${this.number} heard no ${method}`);
    return found;
  }

  lastResponse(): SipResponse {
    const found = [...this.messages].reverse().find((each) => each.kind === 'response');
    if (found?.kind !== 'response') throw new Error(`${this.number} heard no answer`);
    return found;
  }

  /** The call in which the phone talks; to go on with another, give that one. */
  talkingIn(other: PhoneDialog | undefined = this.dialog): PhoneDialog {
    if (!other) throw new Error('no dialog');
    this.dialog = other;
    return other;
  }

  /** Calls a number: an INVITE outside a dialog. */
  invite(number: string, extras: Extras & { from?: string; callId?: string } = { session: sdp(10) }): SipRequest {
    const from = extras.from ?? this.number;
    const callId = extras.callId ?? `call-${this.number}-${this.cseq}`;
    this.dialog = {
      callId,
      local: `<sip:${from}@127.0.0.2>;tag=t${this.number}`,
      remote: `<sip:${number === '' ? 'nobody' : number}@127.0.0.2>`,
      target: number === '' ? 'sip:127.0.0.2' : `sip:${number}@127.0.0.2`,
    };
    return this.request('INVITE', extras);
  }

  /** Withdraws the INVITE. */
  cancel(invite: SipRequest): void {
    const headers = invite.headers
      .filter(({ name }) => ['Via', 'From', 'To', 'Call-ID', 'Max-Forwards'].includes(name))
      .concat({ name: 'CSeq', value: `${cseqOf(invite)?.seq ?? 0} CANCEL` });
    this.transmit({ ...invite, method: 'CANCEL', headers, body: Buffer.alloc(0) });
  }

  /** Sends a request within the dialog. */
  request(method: string, extras: Extras = {}): SipRequest {
    const { dialog } = this;
    if (!dialog) throw new Error('no dialog');
    const cseq = extras.cseq ?? (this.cseq += 1);
    const { session, body, fields = {} } = extras;
    const made = buildRequest({
      method,
      uri: dialog.target,
      via: this.via(),
      from: dialog.local,
      to: dialog.remote,
      callId: dialog.callId,
      cseq,
      contact: `<${this.contact}>`,
      ...(session && { contentType: session.contentType, body: Buffer.from(session.body) }),
      ...(body && { contentType: body.type, body: Buffer.from(body.text) }),
    });
    let request = made;
    for (const [name, value] of Object.entries(fields)) request = withHeader(request, name, value);
    this.transmit(request);
    return request;
  }

  /** Answers the last request of a method. */
  answer(method: string, status: number, extras: Extras & { tag?: string } = {}): void {
    this.respond(this.last(method), status, extras);
  }

  respond(request: SipRequest, status: number, extras: Extras & { tag?: string } = {}): void {
    const { session, fields = {}, tag = `t${this.number}` } = extras;
    const response = responseTo(request, status, undefined, {
      toTag: tag,
      headers: [
        ...(fields['Contact'] === undefined ? [{ name: 'Contact', value: `<${this.contact}>` }] : []),
        ...Object.entries(fields).map(([name, value]) => ({ name, value })),
      ],
      ...(session && { contentType: session.contentType, body: Buffer.from(session.body) }),
    });
    if (request.method === 'INVITE' && toTag(request) === undefined) {
      this.dialog = {
        callId: callIdOf(request) ?? '',
        local: header(response, 'To') ?? '',
        remote: header(request, 'From') ?? '',
        target: targetOf(request),
      };
    }
    this.transmit(response);
  }

  /** Acknowledges a 2xx to this phone's INVITE. */
  acknowledge(response: SipResponse = this.lastResponse(), session?: SessionDescription): void {
    this.request('ACK', { cseq: cseqOf(response)?.seq ?? 0, ...(session && { session }) });
  }

  private takeRequest(request: SipRequest): void {
    const status = this.automatic[request.method];
    if (status !== undefined) this.respond(request, status);
  }

  private takeResponse(response: SipResponse): void {
    const { dialog } = this;
    const method = cseqOf(response)?.method;
    if (!dialog || method !== 'INVITE') return;
    if (response.status > 100)
      this.dialog = { ...dialog, remote: header(response, 'To') ?? '', target: targetOf(response) };
    if (response.status >= 300) return this.acknowledgeFailure(response);
    if (response.status >= 200 && this.acknowledges) this.acknowledge(response);
  }

  private acknowledgeFailure(response: SipResponse): void {
    const headers = response.headers
      .filter(({ name }) => ['Via', 'From', 'To', 'Call-ID'].includes(name))
      .concat({ name: 'CSeq', value: `${cseqOf(response)?.seq ?? 0} ACK` }, { name: 'Max-Forwards', value: '70' });
    const uri = `sip:x@${this.flow.local.host}`;
    this.transmit({ kind: 'request', method: 'ACK', requestUri: uri, headers, body: Buffer.alloc(0) });
  }

  private via(): string {
    const { host, port } = this.flow.remote;
    return `SIP/2.0/UDP ${host}:${port};branch=z9hG4bK${this.number}.${(this.branches += 1)}`;
  }

  private transmit(message: SipMessage): void {
    this.send(serialize(message), this.flow);
  }
}

function targetOf(message: SipMessage): string {
  return /<([^>]*)>/.exec(header(message, 'Contact') ?? '')?.[1] ?? '';
}
