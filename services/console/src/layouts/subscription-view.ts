import type { LineDirectory } from '@linewatch/config';
import type { SubscriptionRecord } from '@linewatch/presence';
import { printable } from '../console-io';
import type { PresenceSubscription } from './presence-subscription';

/** The numbers of the running configuration. */
export type KnownLines = Pick<LineDirectory, 'resolve'>;

/** A subscription as it is shown. @param now in milliseconds since the epoch */
export function subscriptionView(
  { subId, subscription, status }: SubscriptionRecord,
  now: number,
  lines: KnownLines,
): PresenceSubscription {
  const { watcher, presentity } = subscription;
  return {
    subId,
    watcher: printable(`${watcher.number}@${watcher.host}`),
    presentity: printable(`${presentity.number}@${presentity.host}`),
    expires: subscription.granted,
    // The service's clock may be ahead of ours.
    duration: Math.max(0, Math.floor((now - subscription.acceptedAt) / 1000)),
    status,
    watcherType: watcher.kind,
    presentityType: presentity.kind,
    phoneType: watcher.phoneType,
    subscriptionType: 'Incoming Indication',
    retryLimit: 0,
    siblingSubId: subscription.sibling ?? 0,
    ...portsOf(presentity, lines),
    watcherDialPeerTag: watcher.dialPeerTag,
    deviceBased: subscription.deviceBased,
  };
}

/** Where requests for lines beyond the trunk go, as the running configuration has it. */
export interface UpstreamView {
  /** `server`; absent when there is none. */
  readonly server?: string;
  /** The limit of `sccp blf-speed-dial retry-interval`. */
  readonly retryLimit: number;
}

/**
 * The request that went out for a subscription to a line beyond the trunk, a record of its own [cme-presence 4.1];
 * undefined for other subscriptions. All such records of a line share one dialog with the server.
 */
export function outgoingView(
  record: SubscriptionRecord,
  now: number,
  lines: KnownLines,
  { server = '0.0.0.0', retryLimit }: UpstreamView,
): PresenceSubscription | undefined {
  const { watcher, presentity, sibling } = record.subscription;
  if (sibling === undefined) return undefined;
  return {
    ...subscriptionView(record, now, lines),
    subId: sibling,
    watcher: printable(`${watcher.number}@${presentity.host}`),
    presentity: printable(`${presentity.number}@${server}`),
    subscriptionType: 'Outgoing Request',
    retryLimit: watcher.phoneType === 'SCCP [BLF Speed Dial]' ? retryLimit : 0,
    siblingSubId: record.subId,
    watcherDialPeerTag: 0,
    deviceBased: false,
  };
}

/** The voice port of SCCP phones that have the number, and the dial peer of SIP phones [cme-presence 5.2]. */
function portsOf(
  { kind, number }: SubscriptionRecord['subscription']['presentity'],
  lines: KnownLines,
): Pick<PresenceSubscription, 'sdb' | 'dp'> {
  const instances = kind === 'local' ? (lines.resolve(number)?.instances ?? []) : [];
  const handleOf = (command: string): string =>
    instances.some(({ id }) => id.startsWith(command)) ? portHandle(number) : '0';
  return { sdb: handleOf('ephone-dn:'), dp: handleOf('voice-register-dn:') };
}

/**
 * A handle of 8 hexadecimal digits that stays the same for a number, on every copy and after every restart. CME prints the
 * address of a record in its memory, which says no more than which lines are the same one; here it is the 32-bit FNV-1a
 * hash of the number's UTF-8 bytes.
 */
export function portHandle(number: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(number)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).toUpperCase().padStart(8, '0');
}
