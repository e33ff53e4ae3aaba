import type { Bus, Follower, Stored } from '@linewatch/bus';
import type { LineNumber, LineState } from '@linewatch/presence';

/** A line as this edge last heard of it. `version` is its PRESENCE sequence: of two the higher is the truth. */
export interface LineView {
  readonly line: LineNumber;
  readonly version: number;
  readonly state: LineState;
}

export type LineListener = (view: LineView, before: LineView | undefined) => void;

/**
 * What the edge knows of every line: one ordered consumer a process, resumed after the last sequence applied
 * [design 4]. Listeners hear each change in order.
 */
export class Lines {
  private readonly views = new Map<LineNumber, LineView>();
  private listeners: readonly LineListener[] = [];
  private follower: Follower | undefined;

  constructor(private readonly bus: Pick<Bus, 'subjects' | 'follow'>) {}

  /** Starts following; resolves when everything published before is known. */
  async start(): Promise<void> {
    this.follower = await this.bus.follow('PRESENCE', { from: 'last-per-subject' }, (stored) => this.apply(stored));
    await this.follower.caughtUp;
  }

  stop(): void {
    this.follower?.stop();
  }

  /** The line as known now; undefined when nothing was ever published of it. */
  get(line: LineNumber): LineView | undefined {
    return this.views.get(line);
  }

  /** The PRESENCE sequence up to which this edge knows everything. */
  position(): number {
    return this.follower?.position() ?? 0;
  }

  all(): Iterable<LineView> {
    return this.views.values();
  }

  /** Tells of each change; returns how to stop it. */
  onChange(listener: LineListener): () => void {
    this.listeners = [...this.listeners, listener];
    return () => {
      this.listeners = this.listeners.filter((each) => each !== listener);
    };
  }

  /** Takes a state that was read from the stream by other means than following it. */
  learn(stored: Stored): void {
    this.apply(stored);
  }

  private apply(stored: Stored): void {
    if (stored.event.type !== 'linewatch.line.state') return;
    const subject = this.bus.subjects.parse(stored.address);
    if (subject?.kind !== 'presence') return;
    const { line } = subject;
    const before = this.views.get(line);
    if (before && before.version >= stored.streamSeq) return;
    const view: LineView = { line, version: stored.streamSeq, state: stored.event.data };
    this.views.set(line, view);
    for (const listener of this.listeners) listener(view, before);
  }
}
