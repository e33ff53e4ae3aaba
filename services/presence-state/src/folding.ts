import type { Bus, Consumer } from '@linewatch/bus';
import { isTransient, untilAvailable, type Check, type FailureWatch } from '@linewatch/runtime';
import type { Lead } from '@linewatch/tables';
import type { LineFolder } from './line-folder';

/**
 * Gives the facts of stream LINES to the folder while this copy leads. Any copy can fold any fact beside the others, but
 * then each has to read from the stream what the others have in hand, and races for the rows: one at a time is faster.
 */
export class Folding {
  private consumer: Consumer | undefined;

  constructor(
    private readonly bus: Pick<Bus, 'consume' | 'status' | 'subjects'>,
    private readonly folder: Pick<LineFolder, 'foldBatch'>,
    private readonly lead: Pick<Lead, 'hold' | 'release'>,
    private readonly watch: FailureWatch,
  ) {}

  /** Takes or keeps the lead, and begins or ends to consume accordingly. While Redis is away all stays as it is. */
  async round(): Promise<void> {
    // A copy that is cut off from NATS lets its lease run out: another one may have a connection.
    if (!this.bus.status().connected) return;
    const leads = await this.lead.hold();
    if (leads && !this.consumer) this.consumer = await this.consume();
    else if (!leads) await this.end();
  }

  /** Ends what is in hand and lets another copy lead. */
  async stop(): Promise<void> {
    await this.end();
    // Without Redis the lease ends by itself.
    await this.lead.release().catch(() => undefined);
  }

  check(): Check {
    return this.watch.check();
  }

  /** Facts that LINES held when the last one came; 0 in a copy that does not lead. */
  lag(): number {
    return this.consumer?.lag() ?? 0;
  }

  /** 1 in the copy that leads. */
  leads(): number {
    return this.consumer ? 1 : 0;
  }

  private async end(): Promise<void> {
    const { consumer } = this;
    this.consumer = undefined;
    await consumer?.stop();
  }

  private consume(): Promise<Consumer> {
    return untilAvailable(() =>
      this.bus.consume('LINES', 'presence-state', {
        filter: this.bus.subjects.every.lineFacts,
        isTransient,
        onBatch: (batch) => this.watch.watch(() => this.folder.foldBatch(batch)),
      }),
    );
  }
}
