import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from '@linewatch/config';
import type { Address } from '@linewatch/sip';
import { z } from 'zod';

/** The variables of a SIP edge, beside those of every service. */
export const sipEdgeSettings = {
  LINEWATCH_SIP_BIND: z
    .string()
    .refine((text) => isIP(text) !== 0)
    .optional()
    .describe('the IP address that phones reach this edge by; else the source-address of voice register global'),
  LINEWATCH_SIP_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('the port for SIP over UDP and TCP, 1 to 65535; else that of source-address, else 5060'),
  LINEWATCH_SIP_ADVERTISE: z
    .string()
    .refine((text) => isIP(text) !== 0)
    .optional()
    .describe('the IP address that Contact and Via name, where it is another one than the bound one'),
  LINEWATCH_NONCE_SECRET: z
    .string()
    .min(16)
    .max(256)
    .optional()
    .describe('a secret of at least 16 characters that all SIP edges share, for the nonces of digest authentication'),
};

/** Where an edge listens, and the address that phones are told. */
export interface Listening {
  readonly bind: Address;
  readonly advertised: Address;
}

const ANY: readonly string[] = ['0.0.0.0', '::'];

/** Where to listen: what the environment says wins over `source-address` [cme-presence 2.8]. */
export function listeningOf(
  settings: { LINEWATCH_SIP_BIND?: string; LINEWATCH_SIP_PORT?: number; LINEWATCH_SIP_ADVERTISE?: string },
  { voiceRegisterGlobal: { sourceAddress } }: Pick<Config, 'voiceRegisterGlobal'>,
  ownAddress: () => string = firstOwnAddress,
): Listening {
  const host = settings.LINEWATCH_SIP_BIND ?? sourceAddress?.host ?? '0.0.0.0';
  const port = settings.LINEWATCH_SIP_PORT ?? sourceAddress?.port ?? 5060;
  const named = settings.LINEWATCH_SIP_ADVERTISE ?? (ANY.includes(host) ? sourceAddress?.host : host) ?? ownAddress();
  return { bind: { host, port }, advertised: { host: named, port } };
}

/** Every address of this machine. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
}

function firstOwnAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

/** One line for an address that cannot be listened on: what is wrong, where, and what to do. */
export function describeBindError(error: NodeJS.ErrnoException, { host, port }: Address): string {
  const where = `SIP address ${host}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${where} is taken by another process: stop it, or choose another port (--sip-port, LINEWATCH_SIP_PORT).`;
    case 'EADDRNOTAVAIL':
      return `${where} is none of this machine's: correct source-address in voice register global, or choose one (--bind, LINEWATCH_SIP_BIND).`;
    case 'EACCES':
      return `${where} needs rights that this process has not: choose a port above 1023 (--sip-port, LINEWATCH_SIP_PORT).`;
    default:
      return `${where} cannot be listened on: ${error.message}`;
  }
}
