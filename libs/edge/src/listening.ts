import { networkInterfaces } from 'node:os';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where an edge listens, and the address that phones are told. */
export interface Listening {
  readonly bind: Address;
  readonly advertised: Address;
}

const ANY: readonly string[] = ['0.0.0.0', '::'];

/** Where to listen: what the environment says wins over the configuration's source address, and that over every address. */
export function chooseListening(
  given: { readonly host?: string; readonly port?: number; readonly advertise?: string },
  sourceAddress: Address | undefined,
  defaultPort: number,
  ownAddress: () => string = firstOwnAddress,
): Listening {
  const host = given.host ?? sourceAddress?.host ?? '0.0.0.0';
  const port = given.port ?? sourceAddress?.port ?? defaultPort;
  const named = given.advertise ?? (ANY.includes(host) ? sourceAddress?.host : host) ?? ownAddress();
  return { bind: { host, port }, advertised: { host: named, port } };
}

function firstOwnAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

/**
 * One line for an address that cannot be listened on: what is wrong, where, and what to do.
 *
 * @param protocol the protocol in capitals; its option and variable are named after it
 * @param command  where the configuration names the address
 */
export function bindErrorOf(
  error: NodeJS.ErrnoException,
  { host, port }: Address,
  protocol: 'SIP' | 'SCCP',
  command: string,
): string {
  const where = `${protocol} address ${host}:${port}`;
  const choice = `--${protocol.toLowerCase()}-port, LINEWATCH_${protocol}_PORT`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${where} is taken by another process: stop it, or choose another port (${choice}).`;
    case 'EADDRNOTAVAIL':
      return `${where} is none of this machine's: correct ${command}, or choose one (--bind, LINEWATCH_${protocol}_BIND).`;
    case 'EACCES':
      return `${where} needs rights that this process has not: choose a port above 1023 (${choice}).`;
    default:
      return `${where} cannot be listened on: ${error.message}`;
  }
}
