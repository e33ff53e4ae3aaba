/** Whether an address is free to listen on, and where to find one that is. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Why nothing can listen there, for an operator; undefined when something can.
 * @param {'TCP' | 'UDP'} transport @param {string} host @param {number} port
 * @returns {Promise<string | undefined>}
 */
export async function obstacle(transport, host, port) {
  const error = await (transport === 'TCP' ? tryTcp(host, port) : tryUdp(host, port));
  if (!error) return undefined;
  const where = `${transport} ${hostPort(host, port)}`;
  if (error.code === 'EADDRINUSE') return `${where} is taken by another program`;
  if (error.code === 'EADDRNOTAVAIL') return `${where}: this machine has no address ${host}`;
  if (error.code === 'EACCES') return `${where} needs more rights than this user has`;
  return `${where} cannot be listened on (${error.code ?? error.message})`;
}

/** `192.0.2.1:5060`, `[2001:db8::1]:5060`. */
export function hostPort(host, port) {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An address by which others reach what listens on `host`: itself, unless that means every address. */
export function reachable(host) {
  if (host !== '0.0.0.0' && host !== '::') return host;
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

function tryTcp(host, port) {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', done);
    server.listen({ host, port, exclusive: true }, () => server.close(() => done(undefined)));
  });
}

function tryUdp(host, port) {
  return new Promise((done) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      done(error);
    });
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => done(undefined)));
  });
}
