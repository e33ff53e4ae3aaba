import type { Address, Flow, ParseFailure } from '@linewatch/sip';

/** What a transport needs from the edge: somewhere to bring what it heard. */
export interface TransportEvents {
  /** One datagram, or one whole message of a stream. The buffer is the receiver's to keep. */
  message(bytes: Buffer, flow: Flow): void;
  /**
   * A stream broke its framing: nothing after it can be trusted, and the connection is closed after this call. An answer
   * that is sent within it still leaves; `failure` holds what can be read of the request.
   */
  malformed(flow: Flow, reason: string, failure?: ParseFailure): void;
  /** A connection ended; what was bound to it is unreachable. */
  closed(flow: Flow): void;
}

/** Sockets ↔ bytes, nothing else: so narrow that a fake is twenty lines. */
export interface SipTransport {
  readonly local: Address;
  /** Octets that may wait to be read, as the system granted them; of datagrams only. */
  readonly receiveBuffer?: number;
  /** Whether datagrams are sent and read many at a time. */
  readonly batches?: boolean;
  /** Datagrams that one turn of the loop reads at most; a turn that read as many has left some unread. */
  readonly readsInATurn?: number;
  /** Sends to a flow. False when it cannot be reached any more (a closed connection, an unusable address). */
  send(bytes: Buffer, flow: Flow): boolean;
  /** Of a stream: whether the flow's own connection is open. Datagrams have none. */
  isOpen?(flow: Flow): boolean;
  /** Of a stream: whether a connection to the flow's address is open, or can be opened. */
  canReach?(flow: Flow): Promise<boolean>;
  /** Of a stream: reads nothing from the flow's connection for so long; what the peer sends waits in its own buffers. */
  pause?(flow: Flow, ms: number): void;
  /** Of a stream: somebody was served on the flow's connection, which may stay though nothing is said for long. */
  keep?(flow: Flow): void;
  close(): Promise<void>;
}
