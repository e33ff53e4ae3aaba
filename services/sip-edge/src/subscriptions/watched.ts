import type { LineNumber, Subscription, SubscriptionId } from '@linewatch/presence';
import {
  dialogKey,
  type DialogState,
  type Flow,
  type NotifierState,
  type PackageName,
  type SubscriptionRecord,
} from '@linewatch/sip';
import type { TimerHandle } from '@linewatch/runtime';
import type { NotifyHead } from './notify-message';

/** One subscription that this edge owns: its record, the notifier's state, and what the shell needs to carry it on. */
export interface Watched {
  /** The record as it was last made durable. */
  record: Subscription;
  readonly subId: number;
  readonly token: number;
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
  /** The end was said, or is being said, in the stream. */
  endSaid: boolean;
  /** What was last said of it in the stream: the next word waits for it. */
  saying: Promise<unknown>;
  /** When the last NOTIFY was sent, in milliseconds since the epoch; for the audit. */
  sentAt: number;
}

/** A subscription with nothing under way. */
export function newWatched(of: Pick<Watched, 'record' | 'subId' | 'token' | 'domain' | 'flow' | 'state'>): Watched {
  return { ...of, queued: false, endSaid: false, saying: Promise.resolve(), sentAt: 0 };
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

/** The subscriptions of this edge by everything they are looked up by. In memory: the tables hold what must survive. */
export class WatchedTable {
  private readonly byId = new Map<SubscriptionId, Watched>();
  private readonly byDialog = new Map<string, Watched>();
  private readonly byLine = new Map<LineNumber, Set<Watched>>();
  private readonly byDevice = new Map<string, Set<Watched>>();

  get size(): number {
    return this.byId.size;
  }

  /** Lines that somebody watches here. */
  lines(): Iterable<LineNumber> {
    return this.byLine.keys();
  }

  all(): Iterable<Watched> {
    return this.byId.values();
  }

  get(id: SubscriptionId): Watched | undefined {
    return this.byId.get(id);
  }

  /** By the key of the dialog as `dialogKeyOf` reads it from an in-dialog request. */
  ofDialog(key: string): Watched | undefined {
    return this.byDialog.get(key);
  }

  /** Those who watch a line; where a change is one that only watchers of one package see, those of that package. */
  *ofLine(line: LineNumber, only?: PackageName): Iterable<Watched> {
    const watchers = this.byLine.get(line);
    if (!watchers) return;
    for (const watched of watchers) if (only === undefined || watched.state.package === only) yield watched;
  }

  /** Those whose watcher is that phone. */
  ofDevice(device: string): Watched[] {
    return [...(this.byDevice.get(device) ?? [])];
  }

  add(watched: Watched): void {
    const { id, line, watcher } = watched.record;
    this.byId.set(id, watched);
    this.byDialog.set(keyOf(watched), watched);
    into(this.byLine, line, watched);
    if (watcher.device !== undefined) into(this.byDevice, watcher.device, watched);
  }

  /** Takes it out; true when nobody here watches its line any more. */
  remove(watched: Watched): boolean {
    const { id, line, watcher } = watched.record;
    if (this.byId.get(id) !== watched) return false;
    this.byId.delete(id);
    this.byDialog.delete(keyOf(watched));
    if (watcher.device !== undefined) outOf(this.byDevice, watcher.device, watched);
    return outOf(this.byLine, line, watched);
  }
}

function keyOf({ state: { dialog } }: Watched): string {
  return dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag);
}

function into(map: Map<string, Set<Watched>>, key: string, watched: Watched): void {
  const some = map.get(key);
  if (some) some.add(watched);
  else map.set(key, new Set([watched]));
}

/** True when the key has nothing any more. */
function outOf(map: Map<string, Set<Watched>>, key: string, watched: Watched): boolean {
  const some = map.get(key);
  some?.delete(watched);
  if (some?.size !== 0) return false;
  map.delete(key);
  return true;
}
