/** One timer for everything: actions hang in slots of 10 ms. An action that is no longer wanted checks so itself. */
export const SLOT_MS = 10;
const SLOTS = 8_192;

export class Wheel {
  private readonly slots: (() => void)[][] = Array.from({ length: SLOTS }, () => []);
  private slot = 0;
  private readonly startedAt = performance.now();
  private timer?: NodeJS.Timeout;

  /** @param each runs in every slot, before its actions */
  start(each: (now: number) => void): void {
    this.timer = setInterval(() => this.turn(each), SLOT_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Runs `action` in `ms`, rounded up to a slot; at most the wheel's length of 80 s. */
  after(ms: number, action: () => void): void {
    const ahead = Math.min(SLOTS - 1, Math.max(1, Math.ceil(ms / SLOT_MS)));
    this.slots[(this.slot + ahead) % SLOTS]?.push(action);
  }

  private turn(each: (now: number) => void): void {
    const now = performance.now();
    const due = Math.floor((now - this.startedAt) / SLOT_MS);
    each(now);
    // A late turn catches up on every slot it missed.
    while (this.slot < due) {
      this.slot += 1;
      const actions = this.slots[this.slot % SLOTS] ?? [];
      this.slots[this.slot % SLOTS] = [];
      for (const action of actions) action();
    }
  }
}
