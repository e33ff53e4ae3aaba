import { type Config, poolId } from '@linewatch/config';
import { printable } from '../console-io';
import type { LineOverviews } from '../line-overviews';
import { numbersOfPool } from './voice-register';

/** One registration as `show sip-ua status registrar` lists it; also its JSON form. */
export interface RegistrarEntry {
  readonly line: string;
  /** Where requests to the phone go. */
  readonly destination: string;
  /** Seconds until it is over unless the phone refreshes it. */
  readonly expires: number;
  readonly contact: string;
  readonly transport: string;
  readonly callId: string;
  /** The dial peer of the phone: 40001 is that of pool 1 [cme-presence 4.2]. */
  readonly peer: number;
}

const FIRST_PEER = 40_000;

/** Every registration of these pools, in the order of their tags. @param now milliseconds since the epoch */
export function registrarEntries(
  config: Config,
  pools: readonly Config['pools'][number][],
  overviews: LineOverviews,
  now: number,
): RegistrarEntry[] {
  return pools.flatMap((pool) =>
    numbersOfPool(config, pool).flatMap((line) =>
      (overviews.get(line)?.bindings ?? [])
        .filter(({ device }) => device === poolId(pool.tag))
        .map(({ contact, remote, transport, callId, expiresAt }) => ({
          line,
          destination: remote.host,
          expires: Math.max(0, Math.round((expiresAt - now) / 1000)),
          contact: hostOf(contact),
          transport: transport.toUpperCase(),
          callId,
          peer: FIRST_PEER + pool.tag,
        })),
    ),
  );
}

/** The host of a contact, which is what CME lists of it. */
function hostOf(contact: string): string {
  return /^<?[a-z]+:(?:[^@>]*@)?(\[[^\]]*\]|[^:;>?]*)/i.exec(contact)?.[1] ?? contact;
}

/** `show sip-ua status registrar`, three lines an entry. */
export function registrarText(entries: readonly RegistrarEntry[]): string {
  const lines = entries.flatMap(({ line, destination, expires, contact, transport, callId, peer }) => [
    [
      printable(line).padEnd(14),
      printable(destination).padEnd(17),
      String(expires).padEnd(14),
      printable(contact),
    ].join(''),
    `${transport.padEnd(14)}${printable(callId)}`,
    `${''.padEnd(14)}${peer}`,
    '',
  ]);
  return [
    'Line          destination      expires(sec)  contact',
    'transport     call-id',
    '              peer',
    '============================================================',
    ...lines,
  ]
    .map((line) => `${line}\n`)
    .join('');
}
