import type { Flow, ResponseParts, SipRequest, SipResponse } from '@linewatch/sip';

/** What the handlers of requests (the transaction users) see of the transaction layer [RFC3261 5, 17]. */

/** A request that came in, and the server transaction that carries its answer. */
export interface ServerRequest {
  /** As received, with `received` and `rport` filled. */
  readonly request: SipRequest;
  /** The flow it came on. */
  readonly flow: Flow;
  /** The To tag of every answer above 100 that is not given another one, where the request has none. */
  readonly localTag: string;
  /** Whether a final answer was given: another one is dropped. */
  readonly isAnswered: boolean;
  /** Answers, and gives the response as it was sent. */
  respond(status: number, parts?: ResponseParts & { readonly reason?: string }): SipResponse;
  /** Sends a 2xx to INVITE again; to do so until its ACK comes is the transaction user's task [RFC3261 13.3.1.4]. */
  repeat(response: SipResponse): void;
  /** Called when the request is cancelled before its final answer; the CANCEL itself is answered already [SB-94]. */
  onCancel(listener: () => void): void;
}

/** Takes a request. What it throws, or rejects with, is answered 500 and logged. */
export type RequestHandler = (incoming: ServerRequest) => void | Promise<void>;

/** Takes an ACK to a 2xx: it belongs to no transaction, and nobody answers it [RFC3261 13.2.2.4]. */
export type AckHandler = (ack: SipRequest, flow: Flow) => void;

/** Hears what becomes of a request that was sent. */
export interface ResponseListener {
  /** Each provisional answer, then the final one; to INVITE every 2xx, also one that comes again. */
  response(response: SipResponse): void;
  /** There was no final answer: nobody answered in 64*T1, or the transport cannot reach the flow. */
  failed(why: 'timeout' | 'unreachable'): void;
}

/** A request that was sent. */
export interface ClientRequest {
  /** As sent, with its Via. */
  readonly request: SipRequest;
  /**
   * Withdraws an INVITE as soon as a provisional answer allows it [RFC3261 9.1]; its final answer still comes.
   * @param reason the Reason that its CANCEL bears [RFC3326]: a phone logs a missed call unless it is told better
   */
  cancel(reason?: string): void;
}

/** Sends requests. */
export interface SipSender {
  /** Sends a request in a client transaction; its Via is made here. */
  request(request: SipRequest, to: Flow, listener: ResponseListener): ClientRequest;
  /** Sends the ACK of a 2xx, which no transaction repeats: the caller does, for each 2xx that comes again. */
  acknowledge(ack: SipRequest, to: Flow): void;
  /**
   * The Contact of this edge on a flow's transport, as one name-addr: `<sip:2101@192.0.2.1:5060;transport=tcp>`.
   * @param peer the Request-URI, or the peer's Contact: where it is `sips`, so is this [RFC3261 12.1.1]
   */
  contact(flow: Pick<Flow, 'transport'>, user?: string, peer?: string): string;
  /**
   * Where a request for a URI goes [RFC3261 8.1.2, 18.1.1]: the address in it, on the transport it names. A stream's
   * open connection is used for any URI of the peer that opened it [SB-107]; `heardOn` also stands in for a host that is
   * no address.
   */
  flowTo(uri: string, heardOn: Flow): Flow;
  /** The host in URIs that this edge makes: its advertised address. */
  readonly host: string;
  /** Unguessable texts for tags and Call-IDs. */
  newTag(): string;
  newCallId(): string;
}
