/** The socket of a simulated phone: UDP, TCP with a listener of its own, or TLS without; whole messages in, whole messages out. */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Address } from '@linewatch/sip';

/** Takes one whole message and the address it came from. */
export type Receive = (bytes: Buffer, source: Address) => void;

export type PhoneTransport = 'udp' | 'tcp' | 'tls';

/** What a phone needs of its transport. */
export interface SipSocket {
  readonly transport: PhoneTransport;
  /** The bound address: what Via and Contact say. */
  readonly local: Address;
  /** Sends one message; over TCP on the open connection to that address, or on a new one. */
  send(text: string | Buffer, to: Address): void;
  /** Ends every open connection as a cable pulled would not: with FIN. Nothing to do over UDP. */
  disconnect(): void;
  close(): Promise<void>;
}

/**
 * Opens a socket on that address; port 0 takes a free one.
 * @param ca the authority that the registrar's certificate has to come from, as PEM; any certificate will do when absent
 */
export async function openSipSocket(
  transport: PhoneTransport,
  local: Address,
  receive: Receive,
  ca?: string,
): Promise<SipSocket> {
  switch (transport) {
    case 'udp':
      return openUdp(local, receive);
    case 'tcp':
      return openTcp(local, receive);
    case 'tls':
      return openTls(local, receive, ca);
  }
}

async function openUdp(local: Address, receive: Receive): Promise<SipSocket> {
  const socket: DatagramSocket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(local.port, local.host, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  socket.on('message', (bytes, source) => receive(bytes, { host: source.address, port: source.port }));
  // A refused datagram (the peer was killed) shows as an error of the next call: the retransmission deals with it.
  socket.on('error', () => {});
  let open = true;
  return {
    transport: 'udp',
    local: { host: local.host, port: socket.address().port },
    send: (text, to) => void (open && socket.send(text, to.port, to.host)),
    disconnect: () => {},
    close: () => {
      if (!open) return Promise.resolve();
      open = false;
      return new Promise((resolve) => socket.close(() => resolve()));
    },
  };
}

/** Open connections by the address of their peer. */
class Connections {
  private readonly open = new Map<string, Socket>();

  constructor(
    private readonly receive: Receive,
    private readonly dial: (to: Address) => Socket,
  ) {}

  adopt(socket: Socket, peer: Address): Socket {
    const key = `${peer.host}:${peer.port}`;
    const frames = new Framer();
    this.open.set(key, socket);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      for (const message of frames.push(chunk)) this.receive(message, peer);
    });
    socket.on('error', () => {});
    socket.on('close', () => this.open.get(key) === socket && this.open.delete(key));
    return socket;
  }

  send(text: string | Buffer, to: Address): void {
    const socket = this.open.get(`${to.host}:${to.port}`) ?? this.adopt(this.dial(to), to);
    socket.write(text);
  }

  disconnect(): void {
    for (const socket of this.open.values()) socket.end();
    this.open.clear();
  }

  destroy(): void {
    for (const socket of this.open.values()) socket.destroy();
  }
}

/** A phone that opens one connection and is reached on that alone, as phones with TLS are [SB-107]. */
async function openTls(local: Address, receive: Receive, ca: string | undefined): Promise<SipSocket> {
  const options = { localAddress: local.host, ca, rejectUnauthorized: ca !== undefined };
  const connections = new Connections(receive, (to) => connectTls({ ...to, ...options }));
  return {
    transport: 'tls',
    // Nobody listens there: what a phone writes where it has no port of its own.
    local: { host: local.host, port: local.port || 5061 },
    send: (text, to) => connections.send(text, to),
    disconnect: () => connections.disconnect(),
    close: () => Promise.resolve(connections.destroy()),
  };
}

async function openTcp(local: Address, receive: Receive): Promise<SipSocket> {
  const connections = new Connections(receive, (to) => connect({ ...to, localAddress: local.host }));
  const server: Server = createServer((socket) => {
    connections.adopt(socket, { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(local.port, local.host, resolve);
  });
  return {
    transport: 'tcp',
    local: { host: local.host, port: (server.address() as AddressInfo).port },
    send: (text, to) => connections.send(text, to),
    disconnect: () => connections.disconnect(),
    close: () => {
      connections.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Cuts a stream into messages by Content-Length; empty lines between messages are keep-alives. */
class Framer {
  private held: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Buffer[] {
    this.held = Buffer.concat([this.held, chunk]);
    const messages: Buffer[] = [];
    for (;;) {
      let start = 0;
      while (this.held[start] === 13 || this.held[start] === 10) start += 1;
      this.held = this.held.subarray(start);
      const end = this.held.indexOf('\r\n\r\n');
      if (end < 0) return messages;
      const length = /^(?:content-length|l)[ \t]*:[ \t]*(\d+)/im.exec(this.held.toString('latin1', 0, end))?.[1];
      const size = end + 4 + Number(length ?? 0);
      if (this.held.length < size) return messages;
      messages.push(Buffer.from(this.held.subarray(0, size)));
      this.held = this.held.subarray(size);
    }
  }
}
