import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { isKeepAlive, type Address, type Flow } from '@linewatch/sip';
import {
  addressOf,
  BATCH,
  DatagramBatch,
  type Endpoint,
  endpointOf,
  LONGEST_SENT,
  openBatchSocket,
} from './datagram-batch';
import type { SipTransport, TransportEvents } from './transport';

/** Bursts of a whole site's phones wait here while the loop is busy; the kernel caps what it grants. */
const RECEIVE_BUFFER = 8 * 1024 * 1024;

/** Destinations repeat for every NOTIFY of a phone; their flows are kept instead of made anew. */
const MAX_CACHED_FLOWS = 65_536;

/** Node reads at most so many datagrams in one turn of its loop. */
const NODE_READS = 32;

/**
 * Opens the UDP socket of an edge. Rejects with the system's error when the address is taken.
 * @param batches whether datagrams may be sent and read many at a time, where the machine can [performance]
 */
export async function openUdp(bind: Address, events: TransportEvents, batches = true): Promise<SipTransport> {
  const fd = batches ? openBatchSocket(bind.host, bind.port) : undefined;
  const socket = createSocket({
    type: isIP(bind.host) === 6 ? 'udp6' : 'udp4',
    recvBufferSize: RECEIVE_BUFFER,
    sendBufferSize: RECEIVE_BUFFER,
    // Every destination is an IP address already: the resolver's detour costs a microtask a datagram.
    lookup: (hostname, _options, callback) => callback(null, hostname, isIP(hostname)),
  });
  await new Promise<void>((resolve, reject) => {
    const listening = (): void => {
      socket.off('error', reject);
      resolve();
    };
    socket.once('error', reject);
    if (fd === undefined) socket.bind(bind.port, bind.host, listening);
    else socket.bind({ fd }, listening);
  });
  const local: Address = { host: bind.host, port: socket.address().port };
  // An ICMP error for one phone is not an error of the socket.
  socket.on('error', () => undefined);
  return fd === undefined ? plainTransport(socket, local, events) : batchTransport(socket, fd, local, events);
}

/** One datagram a system call, as Node does it. */
function plainTransport(socket: Socket, local: Address, events: TransportEvents): SipTransport {
  const flows = new FlowCache<string>(local);
  let isClosed = false;
  socket.on('message', (bytes, { address, port }) => {
    if (isKeepAlive(bytes)) return;
    events.message(bytes, flows.get(`${address}|${port}`) ?? flows.add(`${address}|${port}`, { host: address, port }));
  });
  return {
    local,
    receiveBuffer: socket.getRecvBufferSize(),
    batches: false,
    readsInATurn: NODE_READS,
    send: (bytes, flow) => !isClosed && sendTo(socket, bytes, flow),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await closeSocket(socket);
    },
  };
}

/** What is sent in a turn of the loop leaves at its end, and what waits is read with the first datagram of a turn. */
function batchTransport(socket: Socket, fd: number, local: Address, events: TransportEvents): SipTransport {
  const flows = new FlowCache<Endpoint>(local);
  const batch = new DatagramBatch(fd, (bytes, to) => {
    const { host, port } = addressOf(to);
    socket.send(bytes, port, host, ignoreSendError);
  });
  let isClosed = false;
  let wasReadThisTurn = false;
  const heard = (bytes: Buffer, from: Endpoint): void => {
    if (!isKeepAlive(bytes)) events.message(bytes, flows.get(from) ?? flows.add(from, addressOf(from)));
  };
  const nextTurn = (): void => void (wasReadThisTurn = false);
  socket.on('message', (bytes, { address, port }) => {
    heard(bytes, endpointOf(address, port) ?? 0);
    if (wasReadThisTurn || isClosed) return;
    wasReadThisTurn = true;
    setImmediate(nextTurn);
    batch.read(heard);
  });
  const flush = (): void => {
    if (!isClosed) batch.flush();
  };
  return {
    local,
    receiveBuffer: socket.getRecvBufferSize(),
    batches: true,
    readsInATurn: NODE_READS + BATCH,
    send: (bytes, flow) => {
      if (isClosed) return false;
      const to = endpointOf(flow.remote.host, flow.remote.port);
      if (to === undefined || bytes.length > LONGEST_SENT) {
        // In the order in which they were given.
        flush();
        return sendTo(socket, bytes, flow);
      }
      if (batch.waiting === 0) setImmediate(flush);
      batch.add(bytes, to);
      return true;
    },
    close: async () => {
      if (isClosed) return;
      flush();
      isClosed = true;
      batch.close();
      await closeSocket(socket);
    },
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

/** Flows by what the transport knows a peer's address as. */
class FlowCache<Key> {
  private readonly flows = new Map<Key, Flow>();

  constructor(private readonly local: Address) {}

  get(key: Key): Flow | undefined {
    return this.flows.get(key);
  }

  add(key: Key, remote: Address): Flow {
    if (this.flows.size >= MAX_CACHED_FLOWS) this.flows.clear();
    const flow: Flow = { transport: 'udp', local: this.local, remote };
    this.flows.set(key, flow);
    return flow;
  }
}
