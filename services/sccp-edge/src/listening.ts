import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Config } from '@linewatch/config';
import { bindErrorOf, chooseListening, type Listening } from '@linewatch/edge';
import { z } from 'zod';
import type { TlsIdentity } from './transport/listener';

const isAddress = (text: string): boolean => isIP(text) !== 0;
const MOST_PORT = 65_535;

/** The variables of an SCCP edge, beside those of every service. */
export const sccpEdgeSettings = {
  LINEWATCH_SCCP_BIND: z
    .string()
    .refine(isAddress)
    .optional()
    .describe('the IP address that phones reach this edge by; else the ip source-address of telephony-service'),
  LINEWATCH_SCCP_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST_PORT)
    .optional()
    .describe('the port for SCCP over TCP, 1 to 65535; else that of ip source-address, else 2000'),
  LINEWATCH_SCCP_ADVERTISE: z
    .string()
    .refine(isAddress)
    .optional()
    .describe('the IP address that phones are told, where it is another one than the bound one'),
  LINEWATCH_SCCP_TLS_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST_PORT)
    .default(2443)
    .describe('the port for SCCP over TLS, 1 to 65535'),
  LINEWATCH_SCCP_TLS_CERTIFICATE: z
    .string()
    .min(1)
    .optional()
    .describe('a file with the certificate for TLS as PEM; without it there is no TLS'),
  LINEWATCH_SCCP_TLS_KEY: z.string().min(1).optional().describe('a file with the key of that certificate as PEM'),
  LINEWATCH_SCCP_MAX_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(1)
    .default(50_000)
    .describe('connections at once: a number from 1 on'),
  LINEWATCH_SCCP_MAX_FRAME_BYTES: z.coerce
    .number()
    .int()
    .min(2_500)
    .max(65_536)
    .default(4_096)
    .describe('the longest message that is taken, 2500 to 65536 bytes'),
  LINEWATCH_SCCP_MAX_UNSENT_BYTES: z.coerce
    .number()
    .int()
    .min(16_384)
    .default(262_144)
    .describe('bytes that may wait for a phone that does not read, from 16384 on'),
  LINEWATCH_SCCP_MAX_MESSAGES: z.coerce
    .number()
    .int()
    .min(100)
    .default(1_000)
    .describe('messages that one phone may send in a second, from 100 on'),
  LINEWATCH_SCCP_FIRST_MESSAGE_SECONDS: z.coerce
    .number()
    .min(1)
    .max(3_600)
    .default(30)
    .describe('how long a connection may stay without a message, 1 to 3600 seconds'),
  LINEWATCH_SCCP_KEEPALIVE_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('the interval of keepalives, 1 to 65535 seconds, in place of what the configuration says'),
  LINEWATCH_SCCP_VERSION: z.coerce
    .number()
    .int()
    .min(3)
    .max(22)
    .default(17)
    .describe('the highest protocol version that is agreed to, 3 to 22'),
};

/** Where to listen: what the environment says wins over `ip source-address` [cme-presence 6.3]. */
export function listeningOf(
  settings: { LINEWATCH_SCCP_BIND?: string; LINEWATCH_SCCP_PORT?: number; LINEWATCH_SCCP_ADVERTISE?: string },
  { telephonyService: { sourceAddress } }: Pick<Config, 'telephonyService'>,
  ownAddress?: () => string,
): Listening {
  const { LINEWATCH_SCCP_BIND: host, LINEWATCH_SCCP_PORT: port, LINEWATCH_SCCP_ADVERTISE: advertise } = settings;
  return chooseListening({ host, port, advertise }, sourceAddress, 2000, ownAddress);
}

/**
 * Certificate and key, where both files are named.
 * @throws Error in one line, when one of them is missing or cannot be read
 */
export function tlsIdentityOf(settings: {
  LINEWATCH_SCCP_TLS_CERTIFICATE?: string;
  LINEWATCH_SCCP_TLS_KEY?: string;
}): TlsIdentity | undefined {
  const { LINEWATCH_SCCP_TLS_CERTIFICATE: cert, LINEWATCH_SCCP_TLS_KEY: key } = settings;
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    throw new Error('TLS for SCCP needs both LINEWATCH_SCCP_TLS_CERTIFICATE and LINEWATCH_SCCP_TLS_KEY.');
  }
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

/** One line for an address that cannot be listened on. */
export function describeBindError(error: NodeJS.ErrnoException, address: Listening['bind']): string {
  return bindErrorOf(error, address, 'SCCP', 'ip source-address in telephony-service');
}
