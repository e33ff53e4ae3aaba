import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { isKeepAlive, type Address, type Flow } from '@linewatch/sip';
import type { SipTransport, TransportEvents } from './transport';

/** Bursts of a whole site's phones wait here while the loop is busy; the kernel caps what it grants. */
const RECEIVE_BUFFER = 8 * 1024 * 1024;

/** Destinations repeat for every NOTIFY of a phone; their flows are kept instead of made anew. */
const MAX_CACHED_FLOWS = 65_536;

/** Opens the UDP socket of an edge. Rejects with the system's error when the address is taken. */
export async function openUdp(bind: Address, events: TransportEvents): Promise<SipTransport> {
  const socket = createSocket({
    type: isIP(bind.host) === 6 ? 'udp6' : 'udp4',
    recvBufferSize: RECEIVE_BUFFER,
    sendBufferSize: RECEIVE_BUFFER,
    // Every destination is an IP address already: the resolver's detour costs a microtask a datagram.
    lookup: (hostname, _options, callback) => callback(null, hostname, isIP(hostname)),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(bind.port, bind.host, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  const local: Address = { host: bind.host, port: socket.address().port };
  const flows = new FlowCache(local);
  // An ICMP error for one phone is not an error of the socket.
  socket.on('error', () => undefined);
  socket.on('message', (bytes, remote) => {
    if (!isKeepAlive(bytes)) events.message(bytes, flows.of(remote));
  });
  return {
    local,
    receiveBuffer: socket.getRecvBufferSize(),
    send: (bytes, flow) => sendTo(socket, bytes, flow),
    close: () => closeSocket(socket),
  };
}

function sendTo(socket: Socket, bytes: Buffer, { remote }: Flow): boolean {
  if (remote.port <= 0 || remote.port > 65_535 || isIP(remote.host) === 0) return false;
  socket.send(bytes, remote.port, remote.host, ignoreSendError);
  return true;
}

/** A datagram that could not be sent is a datagram that was lost: the transaction's timers know what to do. */
function ignoreSendError(): void {}

function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}

class FlowCache {
  private readonly flows = new Map<string, Flow>();

  constructor(private readonly local: Address) {}

  of(remote: RemoteInfo): Flow {
    const key = `${remote.address}|${remote.port}`;
    const known = this.flows.get(key);
    if (known) return known;
    if (this.flows.size >= MAX_CACHED_FLOWS) this.flows.clear();
    const flow: Flow = { transport: 'udp', local: this.local, remote: { host: remote.address, port: remote.port } };
    this.flows.set(key, flow);
    return flow;
  }
}
