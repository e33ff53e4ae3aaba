import { OwnedTable, ownedSubscription, type OwnedSubscription } from '@linewatch/edge';
import type { LineNumber, Subscription } from '@linewatch/presence';
import {
  dialogKey,
  type DialogState,
  type Flow,
  type NotifierState,
  type PackageName,
  type SubscriptionRecord,
} from '@linewatch/sip';
import type { TimerHandle } from '@linewatch/runtime';
import { flatText } from '../flat-text';
import type { NotifyHead } from './notify-message';

/** One subscription that this edge owns: its record, the notifier's state, and what the shell needs to carry it on. */
export interface Watched extends OwnedSubscription {
  /** The domain in which the watcher knows the line. */
  readonly domain: string;
  state: NotifierState;
  /** Where NOTIFYs go. */
  flow: Flow;
  /** Made at the first NOTIFY; undefined again when dialog or flow changed. */
  head?: NotifyHead;
  expiry?: TimerHandle;
  retry?: TimerHandle;
  /** Waits in the queue of those whose line changed. */
  queued: boolean;
  /** When the last NOTIFY was sent, in milliseconds since the epoch; for the audit. */
  sentAt: number;
  /** The status of the last answer, 0 before the first; and when, like `sentAt`. */
  answer: number;
  answeredAt: number;
  /** When its line beyond the trunk last failed before it began: that one is not told to it. */
  failedAt?: number;
}

/** A subscription with nothing under way. */
export function newWatched(of: Pick<Watched, 'record' | 'subId' | 'token' | 'domain' | 'flow' | 'state'>): Watched {
  return { ...ownedSubscription(of), ...of, queued: false, sentAt: 0, answer: 0, answeredAt: 0 };
}

/** The record of a subscription as the notifier takes it. */
export function notifierRecord(record: Subscription, dialog: DialogState): SubscriptionRecord {
  return {
    dialog,
    package: record.package,
    ...(record.eventId !== undefined && { eventId: record.eventId }),
    expiresAt: record.expiresAt,
    cseqCeiling: record.ceiling,
  };
}

/** The subscriptions of this edge, also by their dialogs. */
export class WatchedTable extends OwnedTable<Watched> {
  private readonly byDialog = new Map<string, Watched>();

  /** By the key of the dialog as `dialogKeyOf` reads it from an in-dialog request. */
  ofDialog(key: string): Watched | undefined {
    return this.byDialog.get(key);
  }

  /** Those who watch a line; where a change is one that only watchers of one package see, those of that package. */
  override *ofLine(line: LineNumber, only?: PackageName): Iterable<Watched> {
    for (const watched of super.ofLine(line)) if (only === undefined || watched.state.package === only) yield watched;
  }

  override add(watched: Watched): void {
    super.add(watched);
    this.byDialog.set(keyOf(watched), watched);
  }

  override remove(watched: Watched): boolean {
    if (this.get(watched.record.id) === watched) this.byDialog.delete(keyOf(watched));
    return super.remove(watched);
  }
}

function keyOf({ state: { dialog } }: Watched): string {
  return flatText(dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag));
}
