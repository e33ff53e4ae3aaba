import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from '@linewatch/config';
import { bindErrorOf, chooseListening, type Listening } from '@linewatch/edge';
import { z } from 'zod';
import { UDP_BUDGET } from './endpoint/streams-instead';
import { MOST_TRANSACTIONS } from './endpoint/timers';
import { shieldSettings } from './shield/limits';
import { transportSettings } from './transport/settings';

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
  LINEWATCH_UDP_BATCHES: z
    .enum(['on', 'off'])
    .default('on')
    .describe('off: each datagram has a system call of its own, also where the package koffi and Linux allow many'),
  LINEWATCH_NONCE_SECRET: z
    .string()
    .min(16)
    .max(256)
    .optional()
    .describe('a secret of at least 16 characters that all SIP edges share, for the nonces of digest authentication'),
  LINEWATCH_SIP_MAX_TRANSACTIONS: z.coerce
    .number()
    .int()
    .min(100)
    .default(MOST_TRANSACTIONS)
    .describe('requests of each side that are not over, at once: a number from 100 on'),
  LINEWATCH_SIP_UDP_BUDGET: z.coerce
    .number()
    .int()
    .min(500)
    .max(65_535)
    .default(UDP_BUDGET)
    .describe('octets of the largest request that goes by UDP where the peer takes TCP, 500 to 65535'),
  ...shieldSettings,
  ...transportSettings,
};

/** Where to listen: what the environment says wins over `source-address` [cme-presence 2.8]. */
export function listeningOf(
  settings: { LINEWATCH_SIP_BIND?: string; LINEWATCH_SIP_PORT?: number; LINEWATCH_SIP_ADVERTISE?: string },
  { voiceRegisterGlobal: { sourceAddress } }: Pick<Config, 'voiceRegisterGlobal'>,
  ownAddress?: () => string,
): Listening {
  const { LINEWATCH_SIP_BIND: host, LINEWATCH_SIP_PORT: port, LINEWATCH_SIP_ADVERTISE: advertise } = settings;
  return chooseListening({ host, port, advertise }, sourceAddress, 5060, ownAddress);
}

/** Every address of this machine. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
}

/** One line for an address that cannot be listened on. */
export function describeBindError(error: NodeJS.ErrnoException, address: Listening['bind']): string {
  return bindErrorOf(error, address, 'SIP', 'source-address in voice register global');
}
