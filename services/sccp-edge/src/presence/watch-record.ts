import type { Directory } from '@linewatch/edge';
import type { Subscription } from '@linewatch/presence';
import type { Clock } from '@linewatch/runtime';
import type { Watch } from './watch';

/** The longest grant: each live subscription is stated again within the hour. */
export const MOST_SECONDS = 3_600;

export interface RecordPorts {
  readonly edge: { readonly id: string };
  /** How phones know this edge: the address behind their numbers [cme-presence 4.1]. */
  readonly host: string;
  readonly directory: Pick<Directory, 'current'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * The subscription record of a lamp [cme-presence 4.1].
 * @param watcher the number that its phone is known by
 */
export function recordOf(watch: Watch, watcher: string, { edge, host, directory, clock }: RecordPorts): Subscription {
  const { id, device, place, number, deviceBased, seconds } = watch;
  const line = directory.current().lines.resolve(number)?.number;
  const granted = Math.min(seconds, MOST_SECONDS);
  const now = clock.now();
  return {
    id,
    line: line ?? number,
    package: 'presence',
    // Skinny bears no documents; nobody reads this.
    contentType: 'application/pidf+xml',
    watcher: {
      number: watcher,
      host,
      kind: 'local',
      device,
      phoneType: place.kind === 'key' ? 'SCCP [BLF Speed Dial]' : 'SCCP [BLF Call List]',
      dialPeerTag: 0,
    },
    presentity: { number, host, kind: line === undefined ? 'remote' : 'local' },
    deviceBased,
    granted,
    expiresAt: now + granted * 1_000,
    acceptedAt: now,
    owner: edge.id,
    ceiling: 0,
    protocol: {},
  };
}
