/** The command line and environment of `npm start`. */
import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { isAbsolute, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './paths.mjs';
import { services } from './services.mjs';

export const usage = `npm start -- [options]              starts linewatch and stays until Ctrl-C

  --config <file>           configuration to take over now; without it deploy/startup-config is taken over on the
                            first start only                                                     LINEWATCH_CONFIG
  --bind <address>          address for phones, instead of the configuration's source-address    LINEWATCH_BIND
  --sip-port <port>         port for SIP; copy n of sip-edge listens on port + n - 1             LINEWATCH_SIP_PORT
  --sip-tls-certificate <file>  certificate for SIP over TLS, as PEM; no TLS without it   LINEWATCH_SIP_TLS_CERTIFICATE
  --sip-tls-key <file>      the key of that certificate, as PEM                                  LINEWATCH_SIP_TLS_KEY
  --sip-tls-port <port>     port for SIP over TLS, 5061; copy n of sip-edge listens on port + n - 1
                                                                                                LINEWATCH_SIP_TLS_PORT
  --sccp-port <port>        port for SCCP; copy n of sccp-edge listens on port + n - 1           LINEWATCH_SCCP_PORT
  --ssh-port <port>         port for the shell over SSH; copy n of console listens on port + n - 1; no SSH
                            without it                                                           LINEWATCH_SSH_PORT
  --cnf-port <port>         port for phones' configuration files over HTTP, phones use 6970; copy n of console
                            listens on port + n - 1; none without it                             LINEWATCH_CNF_PORT
  --tftp-port <port>        port for the same files over TFTP, phones use 69; as --cnf-port      LINEWATCH_TFTP_PORT
  --flash <folder>          what flash: stands for in the configuration, the folder flash in --data LINEWATCH_FLASH
  --http-port <port>        first port for health and metrics, 8080 unless taken; 0 for any      LINEWATCH_HTTP_PORT
  --data <folder>           where everything is kept, .linewatch in the clone                    LINEWATCH_DATA
  --instances <list>        copies of services, such as sip-edge=2,presence-state=2              LINEWATCH_INSTANCES
  --log-level <level>       fatal, error, warn, info, debug, trace or silent                     LINEWATCH_LOG_LEVEL
  --stop-with-input         stop also when standard input ends (for programs that start this one)
  --help

The variable on the right stands for the option; the option wins. LINEWATCH_NATS_URL and LINEWATCH_REDIS_URL name
servers to use instead of private ones. Services: ${Object.keys(services).join(', ')}.`;

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const mostInstances = 32;

/** What was asked for cannot be: the message is one line that says what to write or what is in the way. */
export class RefusedError extends Error {
  name = 'RefusedError';
}

/**
 * @typedef {object} StartOptions
 * @property {string} config             absolute path of the configuration file
 * @property {boolean} configIsExplicit  it was asked for by name: take it over whatever is running
 * @property {string} [bind]
 * @property {number} [sipPort]
 * @property {{ certificate: string, key: string, port: number }} [sipTls]  undefined: no TLS
 * @property {number} [sccpPort]
 * @property {number} [sshPort]          undefined: no shell over SSH
 * @property {number} [cnfPort]          undefined: no configuration files for phones over HTTP
 * @property {number} [tftpPort]         undefined: none over TFTP
 * @property {string} flash             absolute path of the folder that flash: stands for
 * @property {number} [httpPort]         undefined: from 8080 on, skipping what is taken
 * @property {string} data               absolute path
 * @property {Record<string, number>} instances  by service
 * @property {string} [logLevel]
 * @property {boolean} stopWithInput
 */

/**
 * Reads options, then environment.
 * @param {string[]} args @param {Record<string, string | undefined>} env
 * @returns {StartOptions | 'help'}
 * @throws {RefusedError}
 */
export function readStartOptions(args, env, cwd = process.cwd()) {
  const given = parsed(args);
  if (given.help) return 'help';
  const value = (name) => {
    const variable = `LINEWATCH_${name.toUpperCase().replaceAll('-', '_')}`;
    if (given[name] !== undefined) return { text: given[name], from: `--${name}`, base: cwd };
    // An empty variable is one that was not set.
    return { text: env[variable] || undefined, from: variable, base: cwd };
  };
  const config = value('config');
  const data = value('data');
  const dataFolder = pathOf(data) ?? join(root, '.linewatch');
  return {
    config: readable('the configuration file', pathOf(config) ?? join(root, 'deploy', 'startup-config')),
    configIsExplicit: config.text !== undefined,
    bind: addressOf(value('bind')),
    sipPort: portOf(value('sip-port'), 1),
    sipTls: sipTlsOf(value('sip-tls-certificate'), value('sip-tls-key'), value('sip-tls-port')),
    sccpPort: portOf(value('sccp-port'), 1),
    sshPort: portOf(value('ssh-port'), 1),
    cnfPort: portOf(value('cnf-port'), 1),
    tftpPort: portOf(value('tftp-port'), 1),
    httpPort: portOf(value('http-port'), 0),
    data: dataFolder,
    flash: pathOf(value('flash')) ?? join(dataFolder, 'flash'),
    instances: instancesOf(value('instances')),
    logLevel: levelOf(value('log-level')),
    stopWithInput: given['stop-with-input'] ?? false,
  };
}

function parsed(args) {
  const text = { type: 'string' };
  const options = {
    config: text,
    bind: text,
    'sip-port': text,
    'sip-tls-certificate': text,
    'sip-tls-key': text,
    'sip-tls-port': text,
    'sccp-port': text,
    'ssh-port': text,
    'cnf-port': text,
    'tftp-port': text,
    'http-port': text,
    data: text,
    flash: text,
    instances: text,
    'log-level': text,
  };
  const flag = { type: 'boolean' };
  try {
    return parseArgs({ args, options: { ...options, 'stop-with-input': flag, help: { ...flag, short: 'h' } } }).values;
  } catch (error) {
    throw new RefusedError(`${error.message.split(/\.\s|\n/)[0]}; --help lists the options`);
  }
}

function pathOf({ text, base }) {
  if (text === undefined) return undefined;
  return isAbsolute(text) ? text : resolve(base, text);
}

/** TLS for SIP, where there is a certificate. */
function sipTlsOf(certificate, key, port) {
  if (certificate.text === undefined && key.text === undefined && port.text === undefined) return undefined;
  for (const [missing, name] of [
    [certificate, 'certificate'],
    [key, 'key'],
  ])
    if (missing.text === undefined) throw new RefusedError(`SIP over TLS needs --sip-tls-${name} (${missing.from})`);
  return {
    certificate: readable('the certificate for SIP', pathOf(certificate)),
    key: readable('the key for SIP', pathOf(key)),
    port: portOf(port, 1) ?? 5061,
  };
}

function readable(what, file) {
  try {
    accessSync(file, constants.R_OK);
    return file;
  } catch (error) {
    throw new RefusedError(`${what} ${file} cannot be read (${error.code})`);
  }
}

function addressOf({ text, from }) {
  if (text === undefined || isIP(text)) return text;
  throw new RefusedError(`${from} takes an IP address of this machine such as 192.0.2.1, not "${text}"`);
}

function portOf({ text, from }, least) {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= least && port <= 65_535) return port;
  throw new RefusedError(`${from} takes a port from ${least} to 65535, not "${text}"`);
}

function levelOf({ text, from }) {
  if (text === undefined || levels.includes(text)) return text;
  throw new RefusedError(`${from} takes one of ${levels.join(', ')}, not "${text}"`);
}

function instancesOf({ text, from }) {
  const instances = Object.fromEntries(Object.keys(services).map((name) => [name, 1]));
  for (const part of text?.split(',') ?? []) {
    const [, name = '', count] = /^\s*([a-z-]+)=(\d{1,3})\s*$/.exec(part) ?? [];
    const wanted = Number(count);
    if (!Object.hasOwn(services, name) || !(wanted >= 1 && wanted <= mostInstances))
      throw new RefusedError(
        `${from} takes services with 1 to ${mostInstances} copies such as sip-edge=2, not "${part}"; services are ${Object.keys(services).join(', ')}`,
      );
    instances[name] = wanted;
  }
  return instances;
}
