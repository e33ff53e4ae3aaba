import { randomBytes } from 'node:crypto';
import { connect, createServer, isIP, type Server, type Socket } from 'node:net';
import type { Address, Flow } from '@linewatch/sip';
import { TcpConnection, type TcpEnding, type TcpLimits } from './tcp-connection';
import type { SipTransport, TransportEvents } from './transport';

export interface TcpOptions extends Partial<TcpLimits> {
  /** Connections at once, those that this edge opened included; 50,000 when absent. */
  readonly maxConnections?: number;
  /** Told of each connection that ended for a reason other than its peer's wish, and of each that was turned away. */
  readonly onEnding?: (ending: TcpEnding) => void;
}

const MAX_CONNECTIONS = 50_000;

/** Phones say nothing between two registrations, which may be hours apart; the kernel's keep-alive finds the dead. */
const LIMITS: TcpLimits = {
  connectTimeoutMs: 4_000,
  firstMessageMs: 30_000,
  idleMs: 26 * 3_600_000,
  maxUnsentBytes: 256 * 1024,
};

/** A TCP transport that can say how many connections it has. */
export interface TcpTransport extends SipTransport {
  readonly connections: number;
  isOpen(flow: Flow): boolean;
}

/**
 * Listens for SIP over TCP [RFC3261 18.2] and opens connections where there is none. Rejects with the system's error
 * when the address is taken.
 */
export async function openTcp(bind: Address, events: TransportEvents, options: TcpOptions = {}): Promise<TcpTransport> {
  const transport = new Tcp(bind.host, events, options);
  await transport.listen(bind);
  return transport;
}

class Tcp implements TcpTransport {
  local: Address;
  private readonly server: Server;
  private readonly byId = new Map<string, TcpConnection>();
  /** The youngest connection to each remote address. */
  private readonly byRemote = new Map<string, TcpConnection>();
  private readonly limits: TcpLimits;
  private readonly maxConnections: number;
  private readonly sweeper: NodeJS.Timeout;
  /** A connection's name must not be taken for that of an earlier process, which facts may still bear. */
  private readonly prefix = randomBytes(6).toString('base64url');
  private opened = 0;
  private isClosed = false;

  constructor(
    private readonly host: string,
    private readonly events: TransportEvents,
    private readonly options: TcpOptions,
  ) {
    this.local = { host, port: 0 };
    this.limits = { ...LIMITS, ...options };
    this.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
    this.server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) =>
      this.accept(socket),
    );
    const shortest = Math.min(this.limits.firstMessageMs, this.limits.idleMs);
    this.sweeper = setInterval(() => this.sweep(), Math.max(10, Math.min(1_000, shortest / 4)));
    this.sweeper.unref();
  }

  get connections(): number {
    return this.byId.size;
  }

  async listen({ host, port }: Address): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.server.once('error', reject);
        this.server.listen({ host, port, backlog: 4_096 }, () => {
          this.server.off('error', reject);
          resolve();
        });
      });
    } catch (error) {
      clearInterval(this.sweeper);
      throw error;
    }
    // Failing to accept (no descriptors left) is not the end of the server: the next one may do.
    this.server.on('error', () => undefined);
    const address = this.server.address();
    this.local = { host, port: typeof address === 'object' && address !== null ? address.port : port };
  }

  send(bytes: Buffer, flow: Flow): boolean {
    if (this.isClosed) return false;
    const connection = this.openFor(flow) ?? this.dial(flow.remote);
    return connection?.write(bytes) ?? false;
  }

  isOpen(flow: Flow): boolean {
    return flow.connection !== undefined && this.byId.get(flow.connection)?.isUsable === true;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.sweeper);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const connection of this.byId.values()) connection.end('closing');
    await closed;
  }

  private openFor({ connection, remote }: Flow): TcpConnection | undefined {
    const own = connection === undefined ? undefined : this.byId.get(connection);
    if (own?.isUsable) return own;
    const other = this.byRemote.get(keyOf(remote));
    return other?.isUsable ? other : undefined;
  }

  private accept(socket: Socket): void {
    const remote = addressOf(socket.remoteAddress, socket.remotePort);
    if (this.isClosed || remote === undefined || this.connections >= this.maxConnections) {
      if (!this.isClosed && remote !== undefined) this.options.onEnding?.('turned-away');
      socket.destroy();
      return;
    }
    this.add(socket, remote);
  }

  private dial(remote: Address): TcpConnection | undefined {
    if (isIP(remote.host) === 0 || remote.port <= 0 || remote.port > 65_535) return undefined;
    if (this.connections >= this.maxConnections) {
      this.options.onEnding?.('turned-away');
      return undefined;
    }
    // From the address that phones know, where the edge has one of its own.
    const isUnspecified = this.host === '0.0.0.0' || this.host === '::';
    const isSameFamily = isIP(this.host) === isIP(remote.host);
    const socket = connect({
      ...remote,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      ...(!isUnspecified && isSameFamily && { localAddress: this.host }),
    });
    return this.add(socket, remote);
  }

  private add(socket: Socket, remote: Address): TcpConnection {
    this.opened += 1;
    const id = `${this.prefix}-${this.opened}`;
    const local = addressOf(socket.localAddress, this.local.port) ?? this.local;
    const flow: Flow = { transport: 'tcp', local, remote, connection: id };
    const connection = new TcpConnection(socket, flow, this.limits, this.events, (ending) => this.ended(id, ending));
    this.byId.set(id, connection);
    this.byRemote.set(keyOf(remote), connection);
    return connection;
  }

  private ended(id: string, ending: TcpEnding): void {
    const connection = this.byId.get(id);
    if (!connection) return;
    const key = keyOf(connection.flow.remote);
    this.byId.delete(id);
    if (this.byRemote.get(key) === connection) this.byRemote.delete(key);
    if (this.isClosed) return;
    if (ending !== 'peer') this.options.onEnding?.(ending);
    this.events.closed(connection.flow);
  }

  private sweep(): void {
    const now = performance.now();
    for (const connection of this.byId.values()) connection.checkIdle(now);
  }
}

function keyOf({ host, port }: Address): string {
  return `${host}|${port}`;
}

/** A socket's address; an IPv4 peer of an IPv6 socket has its IPv4 address, as phones are configured by that. */
function addressOf(host: string | undefined, port: number | undefined): Address | undefined {
  if (host === undefined || port === undefined) return undefined;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1];
  return { host: mapped ?? host, port };
}
