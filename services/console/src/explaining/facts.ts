import type { DeviceMonitoring, LineEntry } from '@linewatch/config';
import type {
  DeviceName,
  ExplainReply,
  HeldSubscription,
  LineNumber,
  PresenceRules,
  RegistrationFact,
  RememberedRefusal,
  Subscription,
  SubscriptionEnding,
} from '@linewatch/presence';
import type { LinePast, Snapshot } from '../lines/line-past';

/** All that `show presence explain` goes by, gathered from the configuration, the streams and the edges. */
export interface ExplainFacts {
  /** Milliseconds since the epoch, as all times here. */
  readonly now: number;
  readonly line: WatchedLine;
  readonly watcher: AskedWatcher;
  readonly rules: PresenceRules;
  /** Subscriptions of the watcher to the line that the tables or an edge know of. */
  readonly subscriptions: readonly KnownSubscription[];
  /** All subscriptions in the system. */
  readonly total: number;
  /** What edges refused, the newest first. */
  readonly refusals: readonly RememberedRefusal[];
  /** The last subscription that ended; looked for when there is none. */
  readonly ended?: EndedSubscription | undefined;
  /** Who last changed what stands in the way. */
  readonly changes?: ConfigChanges;
}

export interface WatchedLine {
  /** As it was asked for. */
  readonly number: LineNumber;
  /** What the configuration has of it; undefined: no such line. */
  readonly entry?: LineEntry | undefined;
  readonly past: LinePast;
  /** The state that was published last. */
  readonly published?: Snapshot | undefined;
  /** When the newest fact was stored that is not in it. */
  readonly unpublishedSince?: number | undefined;
  /** What a `device` key on the number shows. */
  readonly monitoring: DeviceMonitoring;
}

export interface AskedWatcher {
  /** As the operator wrote it. */
  readonly text: string;
  /** The phones that may be meant. */
  readonly phones: readonly WatcherPhone[];
}

/** A phone of the watcher, and how it is. */
export interface WatcherPhone {
  readonly device: DeviceName;
  readonly kind: 'sip' | 'sccp';
  /** `SEP…`, where the configuration says its MAC address. */
  readonly name?: string | undefined;
  /** The key for the number: a key of the phone, one beyond its last, or none. */
  readonly key: { readonly kind: 'shown' | 'hidden'; readonly tag: number } | { readonly kind: 'none' };
  /** Where it is registered; undefined: nowhere. */
  readonly registered?: { readonly edge: string; readonly at: string; readonly expiresAt: number } | undefined;
  /** What was last heard of its registration. */
  readonly last?: { readonly at: number; readonly cause: RegistrationFact['cause'] } | undefined;
}

export interface KnownSubscription {
  readonly subId: number;
  readonly record: HeldSubscription['record'] | Subscription;
  readonly owner: AskedEdge;
  /** As the owner holds it; undefined when it does not, or does not answer. */
  readonly held?: HeldSubscription | undefined;
}

/** An edge, and what it answered. */
export interface AskedEdge {
  readonly edge: string;
  readonly reply?: Pick<ExplainReply, 'epoch' | 'speaks' | 'version'> | undefined;
  /** When it was heard of last, of an edge that is known to be lost. */
  readonly lostSince?: number | undefined;
}

export interface EndedSubscription {
  readonly subId: number;
  readonly record: Subscription;
  readonly at: number;
  readonly reason: SubscriptionEnding;
  /** The NOTIFY that it ended with. */
  readonly failure?: { readonly cseq: number; readonly status: number; readonly at: number } | undefined;
}

/** A change of the running configuration. */
export interface ConfigChange {
  readonly revision: number;
  readonly at: number;
  readonly author: string;
}

/** The changes that made something as it is now. */
export interface ConfigChanges {
  readonly presence?: ConfigChange | undefined;
  readonly presenceEnable?: ConfigChange | undefined;
  readonly watch?: ConfigChange | undefined;
}
