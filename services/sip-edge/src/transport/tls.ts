import { X509Certificate } from 'node:crypto';
import { connect, createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { Address } from '@linewatch/sip';
import { type StreamKind, type StreamOptions, Streams, type StreamTransport } from './stream-transport';
import type { TransportEvents } from './transport';

/** Who this edge is to its peers, and whom it believes; PEM. */
export interface TlsIdentity {
  /** Absent: this edge opens connections, and takes none. */
  readonly own?: { readonly cert: Buffer; readonly key: Buffer };
  /** Authorities that peers' certificates must come from; those that Node knows when absent. */
  readonly ca?: Buffer;
}

export interface TlsOptions extends StreamOptions {
  /** Told of each handshake for a server name that the certificate does not bear. */
  readonly onForeignName?: (name: string) => void;
}

/** A TLS transport, whose identity may be changed: connections that are made from then on have the new one. */
export interface TlsTransport extends StreamTransport {
  /** @throws Error when certificate and key do not fit; the identity is then the one before */
  use(identity: TlsIdentity): void;
}

/** Nothing older is spoken [RFC8996]. */
const MIN_VERSION = 'TLSv1.2';

/** How connections with TLS come about, by the identity of the moment. */
class Tls implements StreamKind {
  readonly transport = 'tls';
  private identity: TlsIdentity = {};
  private context: SecureContext | undefined;
  private certificate: X509Certificate | undefined;

  constructor(private readonly onForeignName: (name: string) => void) {}

  use(identity: TlsIdentity): void {
    const { own, ca } = identity;
    const context = createSecureContext({ minVersion: MIN_VERSION, ...own, ...(ca && { ca }) });
    this.certificate = own && new X509Certificate(own.cert);
    this.context = own && context;
    this.identity = identity;
  }

  accept(raw: Parameters<StreamKind['accept']>[0]): ReturnType<StreamKind['accept']> {
    if (!this.context) return undefined;
    const secureContext = this.context;
    const socket = new TLSSocket(raw, {
      isServer: true,
      secureContext,
      // Whatever name was asked for, there is one certificate: whether it will do is the peer's to say [RFC6066 3].
      SNICallback: (name, done) => {
        if (this.certificate?.checkHost(name) === undefined) this.onForeignName(name);
        done(null, secureContext);
      },
    });
    return { socket, opening: { event: 'secure', failure: 'no-handshake', isOwn: false } };
  }

  connect(options: Parameters<StreamKind['connect']>[0]): ReturnType<StreamKind['connect']> {
    const { own, ca } = this.identity;
    // Its certificate must bear the address that it is reached at [RFC5922 7.1]: that is all that is known of it.
    const socket = connect({ ...options, minVersion: MIN_VERSION, ...own, ...(ca && { ca }) });
    return { socket, opening: { event: 'secureConnect', failure: 'no-handshake', isOwn: true } };
  }
}

/**
 * Opens SIP over TLS [RFC3261 26.2]: listens where this edge has a certificate, and opens connections in any case. Rejects
 * with the system's error when the address is taken.
 */
export async function openTls(
  bind: Address,
  events: TransportEvents,
  identity: TlsIdentity,
  options: TlsOptions = {},
): Promise<TlsTransport> {
  const { onForeignName, ...streamOptions } = options;
  const kind = new Tls((name) => onForeignName?.(name));
  kind.use(identity);
  const transport = new Streams(kind, bind.host, events, streamOptions);
  if (identity.own) await transport.listen(bind);
  return Object.assign(transport, { use: (next: TlsIdentity) => kind.use(next) });
}
