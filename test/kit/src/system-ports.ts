import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** Below the range from which systems take the ports of outgoing connections. */
const LOWEST = 20_000;
const HIGHEST = 30_000;
const ATTEMPTS = 100;

/** The first of `count` consecutive ports that are free for UDP and TCP at that address now. */
export function freeSipPorts(host: string, count: number): Promise<number> {
  return freePorts(host, count, async (port) => (await udpIsFree(host, port)) && tcpIsFree(host, port));
}

/** The same for TCP alone. */
export function freeTcpPorts(host: string, count: number): Promise<number> {
  return freePorts(host, count, (port) => tcpIsFree(host, port));
}

async function freePorts(host: string, count: number, isFree: (port: number) => Promise<boolean>): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const free = await Promise.all(ports.map(isFree));
    if (!free.includes(false)) return first;
  }
  throw new Error(`no ${count} consecutive ports are free at ${host}`);
}

/** Whether a UDP socket can be bound there now. */
export function udpIsFree(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      socket.close();
      done(false);
    });
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => done(true)));
  });
}

/** Whether a TCP server can listen there now. */
export function tcpIsFree(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => done(true)));
  });
}
