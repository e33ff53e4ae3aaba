/** `show presence subscription` in its forms, byte for byte [cme-presence 5.2]. */

/** One record as it is shown; also the JSON form of it. */
export interface PresenceSubscription {
  readonly subId: number;
  /** `number@address`. */
  readonly watcher: string;
  /** `number@address`. */
  readonly presentity: string;
  /** The granted interval in seconds, not the time left. */
  readonly expires: number;
  /** Seconds since the subscription was accepted. */
  readonly duration: number;
  readonly status: 'idle' | 'busy' | 'unknown';
  readonly watcherType: 'local' | 'remote';
  readonly presentityType: 'local' | 'remote';
  readonly phoneType: 'SIP Phone' | 'SCCP [BLF Speed Dial]' | 'SCCP [BLF Call List]';
  readonly subscriptionType: 'Incoming Indication' | 'Outgoing Request';
  /** Most retries for an external number watched from an SCCP phone, else 0. */
  readonly retryLimit: number;
  /** The other record of a pair whose presentity is remote, else 0. */
  readonly siblingSubId: number;
  /** Hexadecimal handle of an SCCP presentity's voice port, else `0`. */
  readonly sdb: string;
  /** Hexadecimal handle of a SIP presentity's dial peer, else `0`. */
  readonly dp: string;
  /** 0 for outgoing records and SCCP watchers. */
  readonly watcherDialPeerTag: number;
  /** A key that watches the whole phone: shown as `D`. */
  readonly deviceBased: boolean;
}

/** The JSON form of `show presence subscription` and of its keywords. */
export interface PresenceSubscriptions {
  /** How many records there are: the length of the list. */
  readonly subscriptions: number;
  readonly records: readonly PresenceSubscription[];
}

const RULE = '='.repeat(45);

/**
 * `summary`, as CME prints it from 7.1 on [T-24].
 * @param records in the order of their SubIDs
 */
export function showSubscriptionSummary(records: readonly PresenceSubscription[]): string {
  return textOf([
    '',
    `Presence Active Subscription Records Summary: ${records.length} subscription`,
    '',
    '  D indicate as device-based blf-speed-dial monitoring',
    '',
    'Watcher                    Presentity               SubID  Expires SibID  Status',
    '========================== ======================== ====== ======= ====== ======',
    ...records.map(summaryRow),
  ]);
}

/** `%-2s%-24s %-24s %-6d %-7d %-6d %s`: a field that is too long moves the others on. */
function summaryRow(record: PresenceSubscription): string {
  const flag = (record.deviceBased ? 'D' : '').padEnd(2);
  const fields = [
    flag + record.watcher.padEnd(24),
    record.presentity.padEnd(24),
    String(record.subId).padEnd(6),
    String(record.expires).padEnd(7),
    String(record.siblingSubId).padEnd(6),
    record.status,
  ];
  return fields.join(' ');
}

/** `details`: with the duration and the number of presentities. @param records in the order of their SubIDs */
export function showSubscriptionDetails(records: readonly PresenceSubscription[]): string {
  const body = records.flatMap((record) => ['', ...recordLines(record, true)]);
  return textOf(['', 'Presence Active Subscription Records Details:', RULE, ...body]);
}

/** Without keyword, and for `presentity` and `subid`. @param records in the order of their SubIDs */
export function showSubscriptionRecords(records: readonly PresenceSubscription[]): string {
  const body = records.flatMap((record) => ['', ...recordLines(record, false)]);
  return textOf(['', 'Presence Active Subscription Records:', RULE, ...body]);
}

/** The blank behind three of the values is part of the layout. */
function recordLines(record: PresenceSubscription, detailed: boolean): string[] {
  const rows: [label: string, value: string | number][] = [
    ['Watcher', record.watcher],
    ['Presentity', record.presentity],
    ['Expires', `${record.expires} seconds`],
    ...(detailed ? ([['Subscription Duration', `${record.duration} seconds`]] as [string, string][]) : []),
    ['line status', `${record.status} `],
    ['watcher type', `${record.watcherType} `],
    ['presentity type', `${record.presentityType} `],
    ['Watcher phone type', record.phoneType],
    ['subscription type', record.subscriptionType],
    ['retry limit', record.retryLimit],
    ['sibling subID', record.siblingSubId],
    ['sdb', record.sdb],
    ['dp', record.dp],
    ['watcher dial peer tag', record.watcherDialPeerTag],
    // Always one: a subscription to a list is not CME's.
    ...(detailed ? ([['number of presentity', 1]] as [string, number][]) : []),
  ];
  const heading = `${'Subscription ID'.padEnd(24)}: ${record.subId}`;
  return [heading, ...rows.map(([label, value]) => `  ${label.padEnd(22)}: ${value}`)];
}

function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
