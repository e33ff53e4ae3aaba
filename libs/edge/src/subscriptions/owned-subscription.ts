import type { DeviceName, LineNumber, Subscription, SubscriptionId } from '@linewatch/presence';

/** A subscription that this edge owns, with what the stream was told of it. Each kind of edge adds what its protocol needs. */
export interface OwnedSubscription {
  /** The record as it was last made durable. */
  record: Subscription;
  readonly subId: number;
  readonly token: number;
  /** The end was said, or is being said, in the stream. */
  endSaid: boolean;
  /** What was last said of it in the stream: the next word waits for it. */
  saying: Promise<unknown>;
}

const NOTHING_TO_SAY = Promise.resolve();

/** A subscription of which nothing is under way. */
export function ownedSubscription(of: Pick<OwnedSubscription, 'record' | 'subId' | 'token'>): OwnedSubscription {
  return { ...of, endSaid: false, saying: NOTHING_TO_SAY };
}

/** The subscriptions of this edge by what they are looked up by. In memory: the tables hold what must survive. */
export class OwnedTable<Watched extends OwnedSubscription> {
  private readonly byId = new Map<SubscriptionId, Watched>();
  private readonly byLine = new Map<LineNumber, Set<Watched>>();
  private readonly byDevice = new Map<DeviceName, Set<Watched>>();

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

  /** Those who watch a line. */
  ofLine(line: LineNumber): Iterable<Watched> {
    return this.byLine.get(line) ?? [];
  }

  /** Those whose watcher is that phone. */
  ofDevice(device: DeviceName): Watched[] {
    return [...(this.byDevice.get(device) ?? [])];
  }

  add(watched: Watched): void {
    const { id, line, watcher } = watched.record;
    this.byId.set(id, watched);
    into(this.byLine, line, watched);
    if (watcher.device !== undefined) into(this.byDevice, watcher.device, watched);
  }

  /** Takes it out; true when nobody here watches its line any more. */
  remove(watched: Watched): boolean {
    const { id, line, watcher } = watched.record;
    if (this.byId.get(id) !== watched) return false;
    this.byId.delete(id);
    if (watcher.device !== undefined) outOf(this.byDevice, watcher.device, watched);
    return outOf(this.byLine, line, watched);
  }
}

function into<T>(map: Map<string, Set<T>>, key: string, watched: T): void {
  const some = map.get(key);
  if (some) some.add(watched);
  else map.set(key, new Set([watched]));
}

/** True when the key has nothing any more. */
function outOf<T>(map: Map<string, Set<T>>, key: string, watched: T): boolean {
  const some = map.get(key);
  some?.delete(watched);
  if (some?.size !== 0) return false;
  map.delete(key);
  return true;
}
