import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { type ConnectionEnding, type ConnectionLimits, SccpConnection } from './connection';

/** An address to listen on. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Certificate and key of TLS, as PEM. */
export interface TlsIdentity {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export interface ListenerOptions {
  readonly limits: ConnectionLimits;
  /** Connections at once of both transports. */
  readonly maxConnections: number;
  readonly onConnection: (connection: SccpConnection) => void;
  /** Told of each connection that ended for a reason other than its peer's wish, and of each that was turned away. */
  readonly onEnding: (ending: ConnectionEnding) => void;
}

const HANDSHAKE_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;

/** Where phones connect: TCP, and TLS where there is a certificate [sccp-wire 1]. */
export class SccpListener {
  private readonly servers: Server[] = [];
  private readonly byId = new Map<string, SccpConnection>();
  /** A connection's name must not be taken for that of an earlier process, which facts may still bear. */
  private readonly prefix = randomBytes(6).toString('base64url');
  private opened = 0;
  private isAccepting = true;

  constructor(private readonly options: ListenerOptions) {}

  get connections(): number {
    return this.byId.size;
  }

  /** Rejects with the system's error when the address is taken. @returns where it listens: port 0 is any */
  listen(address: ListenAddress, tls?: TlsIdentity): Promise<ListenAddress> {
    const sockets = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const server = tls
      ? createTlsServer(
          // Phones that are still in use end at TLS 1.0 and the ciphers of its time [sccp-wire 1].
          { ...sockets, ...tls, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0', handshakeTimeout: HANDSHAKE_MS },
          (socket: TLSSocket) => this.accept(socket, 'tls'),
        ).on('tlsClientError', () => this.options.onEnding('no-handshake'))
      : createServer(sockets, (socket) => this.accept(socket, 'tcp'));
    return this.start(server, address);
  }

  isOpen(connection: string | undefined): boolean {
    return connection !== undefined && this.byId.get(connection)?.isOpen === true;
  }

  /** Takes no more connections; those that are open stay. */
  stopAccepting(): void {
    this.isAccepting = false;
    for (const server of this.servers) server.close();
  }

  /** Ends every connection. */
  close(): void {
    this.stopAccepting();
    for (const connection of this.byId.values()) connection.end('closing');
  }

  private start(server: Server, { host, port }: ListenAddress): Promise<ListenAddress> {
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: 4_096 }, () => {
        server.off('error', reject);
        // Failing to accept (no descriptors left) is not the end of the server: the next one may do.
        server.on('error', () => undefined);
        this.servers.push(server);
        const address = server.address();
        resolve({ host, port: typeof address === 'object' && address !== null ? address.port : port });
      });
    });
  }

  private accept(socket: Socket, transport: 'tcp' | 'tls'): void {
    const remote = addressOf(socket.remoteAddress, socket.remotePort);
    const local = addressOf(socket.localAddress, socket.localPort);
    if (!this.isAccepting || !remote || !local || this.byId.size >= this.options.maxConnections) {
      if (this.isAccepting && remote) this.options.onEnding('turned-away');
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    this.opened += 1;
    const id = `${this.prefix}-${this.opened}`;
    const flow = { transport, local, remote, connection: id };
    const connection = new SccpConnection(socket, flow, this.options.limits, (ending) => {
      this.byId.delete(id);
      if (ending !== 'peer' && ending !== 'closing') this.options.onEnding(ending);
    });
    this.byId.set(id, connection);
    this.options.onConnection(connection);
  }
}

/** A socket's address; an IPv4 peer of an IPv6 socket has its IPv4 address, as phones are configured by that. */
function addressOf(host: string | undefined, port: number | undefined): ListenAddress | undefined {
  if (host === undefined || port === undefined) return undefined;
  return { host: /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1] ?? host, port };
}
