import { randomBytes } from 'node:crypto';
import { createServer, isIP, type Server, type Socket, type TcpNetConnectOpts } from 'node:net';
import { type Address, DEFAULT_FRAMING_LIMITS, type Flow } from '@linewatch/sip';
import { sourceOf } from '../shield/source';
import { Seats } from './seats';
import { type ConnectionLimits, type Opening, StreamConnection, type StreamEnding } from './stream-connection';
import type { SipTransport, TransportEvents } from './transport';

export interface StreamOptions extends Partial<ConnectionLimits> {
  /** The bound on connections, shared by all stream transports of an edge; one of its own when absent. */
  readonly seats?: Seats;
  /** Told of each connection that ended for a reason other than its peer's wish, and of each that was turned away. */
  readonly onEnding?: (ending: StreamEnding) => void;
}

/** How connections of one protocol come about. */
export interface StreamKind {
  readonly transport: 'tcp' | 'tls';
  /** What serves an accepted socket, and when it is ready; undefined: it cannot be served. */
  accept(socket: Socket): { readonly socket: Socket; readonly opening?: Opening } | undefined;
  /** Opens a connection. */
  connect(options: TcpNetConnectOpts): { readonly socket: Socket; readonly opening: Opening };
}

/** A stream transport that can say how many connections it has. */
export interface StreamTransport extends SipTransport {
  readonly connections: number;
  isOpen(flow: Flow): boolean;
  canReach(flow: Flow): Promise<boolean>;
  pause(flow: Flow, ms: number): void;
  keep(flow: Flow): void;
}

/** Phones say nothing between two registrations, which may be hours apart; the kernel's keep-alive finds the dead. */
export const CONNECTION_LIMITS: ConnectionLimits = {
  connectTimeoutMs: 4_000,
  handshakeMs: 10_000,
  firstMessageMs: 15_000,
  messageMs: 10_000,
  strangerIdleMs: 180_000,
  idleMs: 26 * 3_600_000,
  maxUnsentBytes: 256 * 1024,
  unsentMs: 30_000,
  framing: DEFAULT_FRAMING_LIMITS,
};

/** Connections that wait to be accepted: as many as one turn of the loop takes in without holding up the others. */
const BACKLOG = 511;
const KEEP_ALIVE = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 } as const;

/** Listens for SIP over streams [RFC3261 18.2] and opens connections where there is none. */
export class Streams implements StreamTransport {
  local: Address;
  private server: Server | undefined;
  private readonly byId = new Map<string, StreamConnection>();
  /** The youngest connection to each remote address. */
  private readonly byRemote = new Map<string, StreamConnection>();
  private readonly limits: ConnectionLimits;
  private readonly seats: Seats;
  private readonly sweeper: NodeJS.Timeout;
  /** A connection's name must not be taken for that of an earlier process, which facts may still bear. */
  private readonly prefix = randomBytes(6).toString('base64url');
  private opened = 0;
  private isClosed = false;

  /** @param bind the address that connections are opened from; port 0 until it listens */
  constructor(
    private readonly kind: StreamKind,
    private readonly host: string,
    private readonly events: TransportEvents,
    private readonly options: StreamOptions,
  ) {
    this.local = { host, port: 0 };
    const { seats, onEnding: _onEnding, ...limits } = options;
    this.limits = { ...CONNECTION_LIMITS, ...limits };
    this.seats = seats ?? new Seats({ most: 50_000, mostUnproven: 200, rate: { burst: 500, perSecond: 50 }, mostWaiting: 2 ** 28 }); // prettier-ignore
    const { firstMessageMs, messageMs, strangerIdleMs, idleMs, unsentMs } = this.limits;
    const shortest = Math.min(firstMessageMs, messageMs, strangerIdleMs, idleMs, unsentMs);
    this.sweeper = setInterval(() => this.sweep(), Math.max(10, Math.min(1_000, shortest / 4)));
    this.sweeper.unref();
  }

  get connections(): number {
    return this.byId.size;
  }

  /** Rejects with the system's error when the address is taken. */
  async listen({ host, port }: Address): Promise<void> {
    const server = createServer(KEEP_ALIVE, (socket) => this.accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: BACKLOG }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.server = server;
    // Failing to accept (no descriptors left) is not the end of the server: the next one may do.
    server.on('error', () => undefined);
    const address = server.address();
    this.local = { host, port: typeof address === 'object' && address !== null ? address.port : port };
  }

  send(bytes: Buffer, flow: Flow): boolean {
    if (this.isClosed) return false;
    const connection = this.openFor(flow) ?? this.dial(flow.remote);
    return connection?.write(bytes) ?? false;
  }

  isOpen(flow: Flow): boolean {
    return this.own(flow)?.isUsable === true;
  }

  canReach(flow: Flow): Promise<boolean> {
    const connection = this.isClosed ? undefined : (this.openFor(flow) ?? this.dial(flow.remote));
    return connection?.opened ?? Promise.resolve(false);
  }

  pause(flow: Flow, ms: number): void {
    this.own(flow)?.pause(ms);
  }

  keep(flow: Flow): void {
    this.own(flow)?.prove();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.sweeper);
    const closed = new Promise<void>((resolve) => {
      if (this.server) this.server.close(() => resolve());
      else resolve();
    });
    for (const connection of this.byId.values()) connection.end('closing');
    await closed;
  }

  private own({ connection }: Flow): StreamConnection | undefined {
    return connection === undefined ? undefined : this.byId.get(connection);
  }

  private openFor(flow: Flow): StreamConnection | undefined {
    const own = this.own(flow);
    if (own?.isUsable) return own;
    const other = this.byRemote.get(keyOf(flow.remote));
    return other?.isUsable ? other : undefined;
  }

  private accept(raw: Socket): void {
    // An error of a socket that nobody serves is nobody's.
    raw.on('error', () => undefined);
    const remote = addressOf(raw.remoteAddress, raw.remotePort);
    if (this.isClosed || remote === undefined) return void raw.destroy();
    const sitting: { connection?: StreamConnection } = {};
    const seat = this.seats.take(sourceOf(remote.host), performance.now(), () => sitting.connection?.end('evicted'));
    const served = typeof seat === 'string' ? undefined : this.kind.accept(raw);
    if (typeof seat === 'string' || !served) {
      if (typeof seat === 'string') this.options.onEnding?.(seat);
      else seat.leave();
      return void raw.destroy();
    }
    const connection = this.add(served.socket, addressOf(raw.localAddress, this.local.port), remote, served.opening);
    sitting.connection = connection;
    connection.sit(seat);
  }

  private dial(remote: Address): StreamConnection | undefined {
    if (isIP(remote.host) === 0 || remote.port <= 0 || remote.port > 65_535) return undefined;
    const seat = this.seats.takeOwn();
    if (typeof seat === 'string') {
      this.options.onEnding?.(seat);
      return undefined;
    }
    // From the address that phones know, where the edge has one of its own.
    const isUnspecified = this.host === '0.0.0.0' || this.host === '::';
    const isSameFamily = isIP(this.host) === isIP(remote.host);
    const { socket, opening } = this.kind.connect({
      ...remote,
      ...KEEP_ALIVE,
      ...(!isUnspecified && isSameFamily && { localAddress: this.host }),
    });
    const connection = this.add(socket, undefined, remote, opening);
    connection.sit(seat);
    return connection;
  }

  private add(socket: Socket, local: Address | undefined, remote: Address, opening?: Opening): StreamConnection {
    this.opened += 1;
    const id = `${this.prefix}-${this.opened}`;
    const flow: Flow = { transport: this.kind.transport, local: local ?? this.local, remote, connection: id };
    const parts = {
      limits: this.limits,
      seats: this.seats,
      events: this.events,
      onEnd: (ending: StreamEnding) => this.ended(id, ending),
    };
    const connection = new StreamConnection(socket, flow, parts, opening);
    this.byId.set(id, connection);
    this.byRemote.set(keyOf(remote), connection);
    return connection;
  }

  private ended(id: string, ending: StreamEnding): void {
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
    for (const connection of this.byId.values()) connection.check(now);
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
