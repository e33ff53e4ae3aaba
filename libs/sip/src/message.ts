/**
 * SIP messages as plain records, and the few functions every layer needs to read and build them.
 * Header values stay the text that was received; the typed readers in `headers.ts` parse them on demand.
 */

/** One header field line. `name` is the canonical full name (`Call-ID`, never `i` or `call-id`). */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** A SIP request [RFC3261 7.1]. `requestUri` is the text of the Request-URI; parse it with `parseUri`. */
export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly requestUri: string;
  readonly headers: readonly HeaderField[];
  readonly body: Buffer;
}

/** A SIP response [RFC3261 7.2]. */
export interface SipResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly HeaderField[];
  readonly body: Buffer;
}

export type SipMessage = SipRequest | SipResponse;

export const EMPTY_BODY: Buffer = Buffer.alloc(0);

/** The transports of an edge. A flow is one of them plus both ends' addresses. */
export type Transport = 'udp' | 'tcp' | 'tls';

/** An IP address (never a name) and a port. IPv6 addresses carry no brackets. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where a message came from or goes to. `connection` names one connection of a stream transport. */
export interface Flow {
  readonly transport: Transport;
  readonly local: Address;
  readonly remote: Address;
  readonly connection?: string;
}

/** The text of the first header field of that canonical name, or undefined. */
export function header(message: SipMessage, name: string): string | undefined {
  for (const field of message.headers) if (field.name === name) return field.value;
  return undefined;
}

/** Every field line of that canonical name, in order, not split at commas. */
export function headerLines(message: SipMessage, name: string): string[] {
  const lines: string[] = [];
  for (const field of message.headers) if (field.name === name) lines.push(field.value);
  return lines;
}
