/** The socket of a simulated phone: UDP, or TCP with a listener of its own; whole messages in, whole messages out. */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Address } from '@linewatch/sip';

/** Takes one whole message and the address it came from. */
export type Receive = (bytes: Buffer, source: Address) => void;

/** What a phone needs of its transport. */
export interface SipSocket {
  readonly transport: 'udp' | 'tcp';
  /** The bound address: what Via and Contact say. */
  readonly local: Address;
  /** Sends one message; over TCP on the open connection to that address, or on a new one. */
  send(text: string | Buffer, to: Address): void;
  /** Ends every open connection as a cable pulled would not: with FIN. Nothing to do over UDP. */
  disconnect(): void;
  close(): Promise<void>;
}

/** Opens a socket on that address; port 0 takes a free one. */
export function openSipSocket(transport: 'udp' | 'tcp', local: Address, receive: Receive): Promise<SipSocket> {
  return transport === 'udp' ? openUdp(local, receive) : openTcp(local, receive);
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

async function openTcp(local: Address, receive: Receive): Promise<SipSocket> {
  const connections = new Map<string, Socket>();
  const keyOf = (address: Address) => `${address.host}:${address.port}`;
  const adopt = (socket: Socket, peer: Address) => {
    const key = keyOf(peer);
    const frames = new Framer();
    connections.set(key, socket);
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      for (const message of frames.push(chunk)) receive(message, peer);
    });
    socket.on('error', () => {});
    socket.on('close', () => connections.get(key) === socket && connections.delete(key));
    return socket;
  };
  const server: Server = createServer((socket) => {
    adopt(socket, { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(local.port, local.host, resolve);
  });
  return {
    transport: 'tcp',
    local: { host: local.host, port: (server.address() as AddressInfo).port },
    send: (text, to) => {
      const socket = connections.get(keyOf(to)) ?? adopt(connect({ ...to, localAddress: local.host }), to);
      socket.write(text);
    },
    disconnect: () => {
      for (const socket of connections.values()) socket.end();
      connections.clear();
    },
    close: () => {
      for (const socket of connections.values()) socket.destroy();
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
