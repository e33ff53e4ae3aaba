import { type LineAudit, slicesOf } from '@linewatch/edge';
import type { Clock, LabelledCounter } from '@linewatch/runtime';
import type { LineView } from '@linewatch/sip';
import type { Notifications } from './notifications';
import type { Watched, WatchedTable } from './watched';

/** What the audit needs of the world. */
export interface AuditPorts {
  readonly lines: Pick<LineAudit, 'round'>;
  readonly table: WatchedTable;
  readonly notifications: Pick<Notifications, 'lineChanged' | 'viewFor'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Counts under `lamp` how often a watcher was behind this edge. */
  readonly repaired: LabelledCounter;
}

/** A watcher may be behind for so long without anything being wrong: its NOTIFY is on the way. */
const SETTLED_MS = 2_000;

/**
 * Compares what watchers last acknowledged with the truth, beside the push path, and repairs what differs [design law 6]:
 * lines with the stream, then all watchers with what this edge knows.
 */
export class Audit {
  constructor(private readonly ports: AuditPorts) {}

  /** One round. Rejects when the stream cannot be read. */
  async round(): Promise<void> {
    await this.ports.lines.round();
    for await (const some of slicesOf(this.ports.table.all())) {
      const behind = some.filter((watched) => this.isBehind(watched));
      if (behind.length === 0) continue;
      this.ports.repaired.of('lamp').add(behind.length);
      this.ports.notifications.lineChanged(behind);
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
