import type { Address, Flow } from '@linewatch/sip';

/** What a transport needs from the edge: somewhere to bring what it heard. */
export interface TransportEvents {
  /** One datagram, or one whole message of a stream. The buffer is the receiver's to keep. */
  message(bytes: Buffer, flow: Flow): void;
  /** A stream broke its framing: nothing after it can be trusted, the connection is being closed. */
  malformed(flow: Flow, reason: string): void;
  /** A connection ended; what was bound to it is unreachable. */
  closed(flow: Flow): void;
}

/** Sockets ↔ bytes, nothing else: so narrow that a fake is twenty lines. */
export interface SipTransport {
  readonly local: Address;
  /** Sends to a flow. False when it cannot be reached any more (a closed connection, an unusable address). */
  send(bytes: Buffer, flow: Flow): boolean;
  /** Of a stream: whether the flow's own connection is open. Datagrams have none. */
  isOpen?(flow: Flow): boolean;
  close(): Promise<void>;
}
