export interface RoundsSettings {
  /** Time from the end of one round to the next. */
  readonly everyMs: number;
  /** Time until the first round; none when absent. */
  readonly firstMs?: number;
  /** How long after a round that failed the next one comes, when it is not `everyMs`. */
  readonly retryMs?: number;
  /** Told when a round failed; the next one comes all the same. */
  readonly onError: (error: unknown) => void;
}

/** A wait shorter than this would be a busy loop. */
const SHORTEST_MS = 5;

/**
 * Does something again and again, never beside itself: a slow round delays the next one. The work may answer in how many
 * milliseconds it is wanted again, if that is sooner than usual.
 */
export class Rounds {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = true;

  constructor(
    private readonly work: () => Promise<number | undefined | void>,
    private readonly settings: RoundsSettings,
  ) {}

  /** Begins with a round at once, or after `firstMs`. */
  start(): void {
    this.stopped = false;
    if (this.settings.firstMs === undefined) this.wake();
    else this.timer = setTimeout(() => this.wake(), this.settings.firstMs);
  }

  /** Has a round begin now, or right after the one that runs. */
  wake(): void {
    if (this.stopped) return;
    if (this.running) {
      this.again = true;
      return;
    }
    clearTimeout(this.timer);
    this.running = this.round().finally(() => (this.running = undefined));
  }

  /** Begins no more rounds; resolves when the one that runs has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async round(): Promise<void> {
    const { everyMs, retryMs = everyMs, onError } = this.settings;
    let wanted: number | undefined;
    do {
      this.again = false;
      try {
        wanted = (await this.work()) ?? undefined;
      } catch (error) {
        wanted = retryMs;
        onError(error);
      }
    } while (this.again && !this.stopped);
    if (this.stopped) return;
    const wait = Math.max(SHORTEST_MS, Math.min(everyMs, wanted ?? everyMs));
    this.timer = setTimeout(() => this.wake(), wait);
  }
}
