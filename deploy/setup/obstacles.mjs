/** What can stand in the way of a start, found before anything has been started. */
import { connect } from 'node:net';
import { RefusedError } from './options.mjs';
import { obstacle } from './ports.mjs';
import { freePort } from './processes.mjs';

const firstHttpPort = 8080;

/** A server that the environment names is to be there already. */
export async function reach(name, url, defaultPort) {
  const { hostname, port } = new URL(url.split(',')[0]);
  const answered = await new Promise((done) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || defaultPort,
      timeout: 5_000,
    });
    for (const [event, result] of [
      ['connect', true],
      ['error', false],
      ['timeout', false],
    ])
      socket.once(event, () => {
        socket.destroy();
        done(result);
      });
  });
  if (!answered)
    throw new RefusedError(
      `no ${name} answers at ${hostname}:${port || defaultPort}, which LINEWATCH_${name.toUpperCase()}_URL names`,
    );
  return url;
}

/**
 * Looks whether each copy of sip-edge can listen: the first there, the others on the ports above.
 * @param {{ host: string, port: number }} first @param {number} copies
 * @throws {RefusedError}
 */
export function refuseTakenSip(first, copies) {
  return refuseTaken('SIP', ['UDP', 'TCP'], first, copies);
}

/**
 * The same for their ports for TLS.
 * @param {{ host: string, port: number }} first @param {number} copies
 * @throws {RefusedError}
 */
export function refuseTakenSipTls(first, copies) {
  return refuseTaken('SIP over TLS', ['TCP'], first, copies, 'sip-tls');
}

/**
 * The same for the copies of sccp-edge.
 * @param {{ host: string, port: number }} first @param {number} copies
 * @throws {RefusedError}
 */
export function refuseTakenSccp(first, copies) {
  return refuseTaken('SCCP', ['TCP'], first, copies);
}

/**
 * The same for the copies of console.
 * @param {{ host: string, port: number }} first @param {number} copies
 * @throws {RefusedError}
 */
export function refuseTakenSsh(first, copies) {
  return refuseTaken('SSH', ['TCP'], first, copies);
}

/**
 * The same for phones' configuration files over HTTP.
 * @param {{ host: string, port: number }} first @param {number} copies
 * @throws {RefusedError}
 */
export function refuseTakenCnf(first, copies) {
  return refuseTaken('CNF', ['TCP'], first, copies);
}

/**
 * The same for phones' configuration files over TFTP.
 * @param {{ host: string, port: number }} first @param {number} copies
 * @throws {RefusedError}
 */
export function refuseTakenTftp(first, copies) {
  return refuseTaken('TFTP', ['UDP'], first, copies);
}

async function refuseTaken(protocol, transports, { host, port }, copies, option = protocol.toLowerCase()) {
  for (let copy = 0; copy < copies; copy++)
    for (const transport of transports) {
      const found =
        port + copy > 65_535 ? 'there is no port above 65535' : await obstacle(transport, host, port + copy);
      if (found)
        throw new RefusedError(
          `${protocol} cannot be served: ${found}; choose another port with --${option}-port or address with --bind`,
        );
    }
}

/**
 * Chooses where each copy serves health and metrics: consecutive ports from `first` on, all of which must be free; from
 * 8080 on, passing over those that are taken, when `first` is undefined; any when it is 0.
 * @param {{ id: string }[]} copies @param {number | undefined} first @param {string} host
 * @returns {Promise<Record<string, { host: string, port: number }>>} by id
 * @throws {RefusedError}
 */
export async function chooseHttpPorts(copies, first, host) {
  const chosen = {};
  const maySkip = !first;
  let port = first === 0 ? await freePort() : (first ?? firstHttpPort);
  for (const { id } of copies) {
    for (; ; port++) {
      const found = port > 65_535 ? 'there is no port above 65535' : await obstacle('TCP', host, port);
      if (!found) break;
      if (!maySkip || port > 65_535)
        throw new RefusedError(`health of ${id} cannot be served: ${found}; choose other ports with --http-port`);
    }
    chosen[id] = { host, port: port++ };
  }
  return chosen;
}
