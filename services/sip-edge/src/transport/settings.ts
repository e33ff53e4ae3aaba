import { z } from 'zod';
import { budget } from '../shield/limits';
import type { SeatLimits } from './seats';
import type { ConnectionLimits } from './stream-connection';
import { CONNECTION_LIMITS } from './stream-transport';
import type { TlsPaths } from './tls-files';

function seconds(byDefaultMs: number, what: string) {
  return z.coerce
    .number()
    .min(0.1)
    .max(1_000_000)
    .default(byDefaultMs / 1_000)
    .describe(`${what}, 0.1 to 1000000 seconds`);
}

function count(byDefault: number, least: number, what: string) {
  return z.coerce.number().int().min(least).default(byDefault).describe(`${what}: a number from ${least} on`);
}

/** The variables of stream transports: bounds of connections, and TLS. */
export const transportSettings = {
  LINEWATCH_SIP_TLS_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .default(5061)
    .describe('the port for SIP over TLS, 1 to 65535'),
  LINEWATCH_SIP_TLS_CERTIFICATE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'a file with the certificate for TLS as PEM, read again when it changes; without it nobody connects by TLS',
    ),
  LINEWATCH_SIP_TLS_KEY: z.string().min(1).optional().describe('a file with the key of that certificate as PEM'),
  LINEWATCH_SIP_TLS_CA: z
    .string()
    .min(1)
    .optional()
    .describe(
      'a file with the authorities, as PEM, that certificates of trunks must come from; else those that Node knows',
    ),
  LINEWATCH_SIP_MAX_CONNECTIONS: count(50_000, 1, 'connections at once over TCP and TLS'),
  LINEWATCH_SIP_MAX_STRANGERS_PER_ADDRESS: count(
    200,
    1,
    'connections at once of one address without anybody being served',
  ),
  LINEWATCH_SIP_CONNECTION_RATE: budget('500/50', 'one address: connections, not requests'),
  LINEWATCH_SIP_FIRST_MESSAGE_SECONDS: seconds(CONNECTION_LIMITS.firstMessageMs, 'how long a connection may stay without a message'), // prettier-ignore
  LINEWATCH_SIP_MESSAGE_SECONDS: seconds(CONNECTION_LIMITS.messageMs, 'how long a message may take from its first octet to its last'), // prettier-ignore
  LINEWATCH_SIP_HANDSHAKE_SECONDS: seconds(CONNECTION_LIMITS.handshakeMs, 'how long a TLS handshake may take'),
  LINEWATCH_SIP_STRANGER_IDLE_SECONDS: seconds(CONNECTION_LIMITS.strangerIdleMs, 'how long a connection may be idle over which nobody was served'), // prettier-ignore
  LINEWATCH_SIP_IDLE_SECONDS: seconds(CONNECTION_LIMITS.idleMs, 'how long any other connection may be idle'),
  LINEWATCH_SIP_UNSENT_SECONDS: seconds(CONNECTION_LIMITS.unsentMs, 'how long a peer may take nothing of what waits for it'), // prettier-ignore
  LINEWATCH_SIP_MAX_UNSENT_BYTES: count(CONNECTION_LIMITS.maxUnsentBytes, 16_384, 'octets that may wait for one peer'),
  LINEWATCH_SIP_MAX_WAITING_MIB: count(256, 1, 'MiB that may wait in all connections together'),
  LINEWATCH_SIP_MAX_HEADER_BYTES: count(CONNECTION_LIMITS.framing.maxHeaderBytes, 2_048, 'octets of the start line and header of a message'), // prettier-ignore
  LINEWATCH_SIP_MAX_BODY_BYTES: count(CONNECTION_LIMITS.framing.maxBodyBytes, 2_048, 'octets of the body of a message'),
};

type Settings = z.infer<z.ZodObject<typeof transportSettings>>;

/** The bounds of each connection. */
export function connectionLimitsOf(settings: Settings): ConnectionLimits {
  return {
    connectTimeoutMs: CONNECTION_LIMITS.connectTimeoutMs,
    handshakeMs: settings.LINEWATCH_SIP_HANDSHAKE_SECONDS * 1_000,
    firstMessageMs: settings.LINEWATCH_SIP_FIRST_MESSAGE_SECONDS * 1_000,
    messageMs: settings.LINEWATCH_SIP_MESSAGE_SECONDS * 1_000,
    strangerIdleMs: settings.LINEWATCH_SIP_STRANGER_IDLE_SECONDS * 1_000,
    idleMs: settings.LINEWATCH_SIP_IDLE_SECONDS * 1_000,
    maxUnsentBytes: settings.LINEWATCH_SIP_MAX_UNSENT_BYTES,
    unsentMs: settings.LINEWATCH_SIP_UNSENT_SECONDS * 1_000,
    framing: {
      maxHeaderBytes: settings.LINEWATCH_SIP_MAX_HEADER_BYTES,
      maxBodyBytes: settings.LINEWATCH_SIP_MAX_BODY_BYTES,
    },
  };
}

/** The bounds of all connections together. */
export function seatLimitsOf(settings: Settings): SeatLimits {
  return {
    most: settings.LINEWATCH_SIP_MAX_CONNECTIONS,
    mostUnproven: settings.LINEWATCH_SIP_MAX_STRANGERS_PER_ADDRESS,
    rate: settings.LINEWATCH_SIP_CONNECTION_RATE,
    mostWaiting: settings.LINEWATCH_SIP_MAX_WAITING_MIB * 2 ** 20,
  };
}

/**
 * The files of TLS.
 * @throws Error in one line, when only one of certificate and key is named
 */
export function tlsPathsOf(settings: Partial<Settings>): TlsPaths {
  const { LINEWATCH_SIP_TLS_CERTIFICATE: cert, LINEWATCH_SIP_TLS_KEY: key, LINEWATCH_SIP_TLS_CA: ca } = settings;
  if ((cert === undefined) !== (key === undefined)) {
    throw new Error('TLS for SIP needs both LINEWATCH_SIP_TLS_CERTIFICATE and LINEWATCH_SIP_TLS_KEY.');
  }
  return { ...(cert !== undefined && { cert, key }), ...(ca !== undefined && { ca }) };
}
