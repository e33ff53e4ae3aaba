import type { Bus } from '@linewatch/bus';
import type { Lines } from '@linewatch/edge';
import type { LineNumber } from '@linewatch/presence';
import type { Clock, LabelledCounter } from '@linewatch/runtime';
import type { LineView } from '@linewatch/sip';
import type { Notifications } from './notifications';
import type { Watched, WatchedTable } from './watched';

/** What the audit needs of the world. */
export interface AuditPorts {
  readonly bus: Pick<Bus, 'last' | 'subjects'>;
  readonly lines: Pick<Lines, 'get' | 'learn'>;
  readonly table: WatchedTable;
  readonly notifications: Pick<Notifications, 'lineChanged' | 'viewFor'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Differences by what differed: `line` this edge was behind the stream, `lamp` a watcher was behind this edge. */
  readonly repaired: LabelledCounter;
}

/** A watcher may be behind for so long without anything being wrong: its NOTIFY is on the way. */
const SETTLED_MS = 2_000;
/** Lines that are compared with the stream in one round. */
const LINES_A_ROUND = 50;

/**
 * Compares what watchers last acknowledged with the truth, beside the push path, and repairs what differs [design law 6].
 * The truth is the stream: a few lines a round are read from it, all watchers are compared with what this edge knows.
 */
export class Audit {
  private rest: LineNumber[] = [];

  constructor(private readonly ports: AuditPorts) {}

  /** One round. Rejects when the stream cannot be read. */
  async round(): Promise<void> {
    await this.compareWithStream();
    const behind: Watched[] = [];
    for (const watched of this.ports.table.all()) if (this.isBehind(watched)) behind.push(watched);
    if (behind.length === 0) return;
    this.ports.repaired.of('lamp').add(behind.length);
    this.ports.notifications.lineChanged(behind);
  }

  private async compareWithStream(): Promise<void> {
    const { bus, lines, table, repaired } = this.ports;
    if (this.rest.length === 0) this.rest = [...table.lines()];
    for (const line of this.rest.splice(-LINES_A_ROUND)) {
      const stored = await bus.last(bus.subjects.presence(line));
      if (stored && stored.streamSeq > (lines.get(line)?.version ?? 0)) {
        // What has just been published may still be on its way here.
        if (this.ports.clock.now() - stored.storedAt < SETTLED_MS) continue;
        repaired.of('line').add();
        lines.learn(stored);
      }
    }
  }

  private isBehind(watched: Watched): boolean {
    const { state, queued, sentAt } = watched;
    if (state.status !== 'active' || queued || state.inFlight || state.retryAt !== undefined) return false;
    if (this.ports.clock.now() - sentAt < SETTLED_MS) return false;
    // What waits although nothing is under way or reserved has been forgotten somewhere.
    if (state.waiting) return !state.reserving;
    return state.acked !== undefined && differs(state.package, state.acked, this.ports.notifications.viewFor(watched));
  }
}

function differs(name: 'presence' | 'dialog', acked: LineView, truth: LineView): boolean {
  if (acked.sequence === truth.sequence) return false;
  if (acked.lamp.state !== truth.lamp.state || acked.lamp.dnd !== truth.lamp.dnd) return true;
  return name === 'dialog' && JSON.stringify(acked.dialogs) !== JSON.stringify(truth.dialogs);
}
