import {
  type Address,
  type Flow,
  header,
  parseMessage,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '@linewatch/sip';
import type { SipTransport } from '../transport/transport';

/** What left the edge. */
export interface Sent {
  readonly message: SipMessage;
  readonly flow: Flow;
  readonly text: string;
}

/** A socket that keeps what is sent by it. */
export class FakeTransport implements SipTransport {
  readonly local: Address = { host: '127.0.0.2', port: 5060 };
  readonly sent: Sent[] = [];
  /** Addresses that cannot be reached. */
  readonly unreachable = new Set<string>();

  send(bytes: Buffer, flow: Flow): boolean {
    if (this.unreachable.has(flow.remote.host)) return false;
    const message = parseMessage(bytes);
    if (message.kind === 'failure') throw new Error(`the edge sent no SIP message: ${message.reason}\n${bytes}`);
    this.sent.push({ message, flow, text: bytes.toString('utf8') });
    return true;
  }

  async close(): Promise<void> {}

  /** Requests that were sent, retransmissions included, of one method. */
  requests(method: string): SipRequest[] {
    return this.sent.flatMap(({ message }) =>
      message.kind === 'request' && message.method === method ? [message] : [],
    );
  }

  /** Answers that were sent to requests of one method. */
  responses(method: string): SipResponse[] {
    return this.sent.flatMap(({ message }) =>
      message.kind === 'response' && header(message, 'CSeq')?.endsWith(` ${method}`) ? [message] : [],
    );
  }
}

/** The flow of a phone. */
export function flowOf(host = '127.0.0.21', port = 5060): Flow {
  return { transport: 'udp', local: { host: '127.0.0.2', port: 5060 }, remote: { host, port } };
}

/** The answer of a phone to a request, as bytes. */
export function answerTo(request: SipRequest, status: number, fields: Readonly<Record<string, string>> = {}): Buffer {
  const copied = request.headers.filter(
    ({ name }) => ['Via', 'From', 'To', 'Call-ID', 'CSeq'].includes(name) && fields[name] === undefined,
  );
  const lines = [
    `SIP/2.0 ${status} Whatever`,
    ...copied.map(({ name, value }) => `${name}: ${value}`),
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
    'Content-Length: 0',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}
