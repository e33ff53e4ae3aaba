/** The services of linewatch: what runs, in how many copies, and with which environment. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

/**
 * How Node runs a service. Messages live for a moment: a larger nursery saves CPU (`npm run bench`). A fan-out from sip-edge
 * lives as long as its answers take, so its nursery is twice as large; helpers that collect garbage beside it would take
 * the core that NATS and Redis need (`npm run load`: CPU 74 % became 65 %, the tail half as long).
 *
 * @param {string} service
 */
export function nodeFlagsOf(service) {
  const flags = ['--enable-source-maps', `--max-semi-space-size=${service === 'sip-edge' ? 64 : 32}`];
  return service === 'sip-edge' ? [...flags, '--v8-pool-size=1'] : flags;
}

/** In the order in which they stop: an edge says goodbye while those it speaks to still listen. */
export const services = {
  'sip-edge': { entry: 'services/sip-edge/src/main.ts', stops: 1 },
  'sccp-edge': { entry: 'services/sccp-edge/src/main.ts', stops: 1 },
  'subscription-authorization': { entry: 'services/subscription-authorization/src/main.ts', stops: 2 },
  'presence-state': { entry: 'services/presence-state/src/main.ts', stops: 2 },
  console: { entry: 'services/console/src/main.ts', stops: 1 },
};

/** Entries by name of the services that this clone has. */
export function serviceEntries() {
  const present = Object.entries(services).filter(([, { entry }]) => existsSync(join(root, entry)));
  return Object.fromEntries(present.map(([name, { entry }]) => [name, entry]));
}

/** Programs that are no services. */
const others = {
  'import-config': 'deploy/setup/import-config.ts',
  linewatch: 'services/console/src/cli.ts',
};

/** Entries of the services and of the programs beside them. */
export function allEntries() {
  return { ...serviceEntries(), ...others };
}

/**
 * Every copy that is to run: `sip-edge-1`, `sip-edge-2`, `subscription-authorization-1`, …
 * @param {string[]} names @param {Record<string, number>} instances
 * @returns {{ id: string, service: string, instance: number, stops: number }[]}
 */
export function copiesOf(names, instances) {
  return names.flatMap((service) =>
    Array.from({ length: instances[service] ?? 1 }, (_, index) => ({
      id: `${service}-${index + 1}`,
      service,
      instance: index + 1,
      stops: services[service].stops,
    })),
  );
}

/** Variables that the launcher sets or that mean something else to it: a copy never inherits them. */
const ownVariables =
  /^LINEWATCH_(CONFIG|BIND|DATA|FLASH|INSTANCES?|HTTP_PORT|(SIP|SCCP|SSH|CNF|TFTP)_(BIND|PORT)|SIP_TLS_(CERTIFICATE|KEY|PORT)|LOG_LEVEL)$/;

/**
 * The environment of one copy.
 * @param {ReturnType<typeof copiesOf>[number]} copy
 * @param {object} where
 * @param {import('./options.mjs').StartOptions} where.options
 * @param {Record<string, string | undefined>} where.env   the launcher's
 * @param {string} where.natsUrl @param {string} where.redisUrl @param {number} where.httpPort
 * @param {{ host: string, port: number }} where.sip   where the first sip-edge listens
 * @param {{ host: string, port: number }} where.sccp  where the first sccp-edge listens
 */
export function environmentOfCopy(copy, { options, env, natsUrl, redisUrl, httpPort, sip, sccp }) {
  const inherited = Object.fromEntries(Object.entries(env).filter(([name]) => !ownVariables.test(name)));
  const own = {
    ...inherited,
    LINEWATCH_NATS_URL: natsUrl,
    LINEWATCH_REDIS_URL: redisUrl,
    LINEWATCH_INSTANCE: String(copy.instance),
    // A program stands alone in its file, but for the packages that are not of JavaScript.
    NODE_PATH: join(root, 'node_modules'),
    LINEWATCH_HTTP_PORT: String(httpPort),
    ...(options.logLevel && { LINEWATCH_LOG_LEVEL: options.logLevel }),
  };
  // Without these an edge takes its source-address from the running configuration, and follows it.
  if (copy.service === 'sip-edge')
    return { ...own, ...listeningOf('SIP', copy, options.bind, options.sipPort, sip), ...sipTlsOf(copy, options) };
  if (copy.service === 'sccp-edge')
    return { ...own, ...listeningOf('SCCP', copy, options.bind, options.sccpPort, sccp) };
  if (copy.service === 'console')
    return { ...own, ...sshOf(copy, options), ...filesOf(copy, options), LINEWATCH_FLASH: options.flash };
  return own;
}

/** TLS, when there is a certificate: every copy on a port of its own. */
function sipTlsOf({ instance }, { sipTls }) {
  if (!sipTls) return {};
  return {
    LINEWATCH_SIP_TLS_CERTIFICATE: sipTls.certificate,
    LINEWATCH_SIP_TLS_KEY: sipTls.key,
    LINEWATCH_SIP_TLS_PORT: String(sipTls.port + instance - 1),
  };
}

/** The shell over SSH, when it was asked for: every copy on a port of its own, all with one host key. */
function sshOf({ instance }, { sshPort, bind, data }) {
  if (sshPort === undefined) return {};
  return {
    LINEWATCH_SSH_PORT: String(sshPort + instance - 1),
    LINEWATCH_SSH_HOST_KEY: join(data, 'ssh-host-key'),
    ...(bind && { LINEWATCH_SSH_BIND: bind }),
  };
}

/** Configuration files of phones, when they were asked for: every copy on ports of its own. */
function filesOf({ instance }, { cnfPort, tftpPort, bind }) {
  const on = (protocol, port) =>
    port !== undefined && {
      [`LINEWATCH_${protocol}_PORT`]: String(port + instance - 1),
      ...(bind && { [`LINEWATCH_${protocol}_BIND`]: bind }),
    };
  return { ...on('CNF', cnfPort), ...on('TFTP', tftpPort) };
}

/** Where a copy of an edge listens, as far as it is not the configuration's matter. */
function listeningOf(protocol, { instance }, bind, port, first) {
  return {
    ...(bind && { [`LINEWATCH_${protocol}_BIND`]: bind }),
    ...((port !== undefined || instance > 1) && { [`LINEWATCH_${protocol}_PORT`]: String(first.port + instance - 1) }),
  };
}
