/** A number that a simulated Skinny phone shows in a call list. */
import type { SccpStation } from './sccp-station';

/** What a key or a list entry shows. */
export type SccpLamp = 'unknown' | 'idle' | 'in-use' | 'dnd' | 'alerting';

const lamps: readonly SccpLamp[] = ['unknown', 'idle', 'in-use', 'dnd', 'alerting'];

/** The word for a status; undefined for a number that is none. */
export function sccpLampOf(status: number): SccpLamp | undefined {
  return lamps[status];
}

export class SccpListEntry {
  /** What SubscriptionStat said; 0 is accepted. */
  cause?: number;
  /** What Notifications said, oldest first. */
  readonly lamps: SccpLamp[] = [];

  constructor(
    private readonly phone: SccpStation,
    readonly transaction: number,
    readonly number: string,
    readonly timer: number,
  ) {}

  get lamp(): SccpLamp | undefined {
    return this.lamps.at(-1);
  }

  /** Waits for the answer. @returns the cause */
  answered(withinMs?: number): Promise<number> {
    return this.phone.until(`the answer for ${this.number} in a call list`, () => this.cause, withinMs);
  }

  /** Waits until it shows that. */
  async shows(lamp: SccpLamp, withinMs?: number): Promise<this> {
    const account = () => `lamps ${this.lamps.join(', ') || 'none'}, cause ${this.cause}`;
    await this.phone.until(
      `${this.number} in a call list ${lamp}`,
      () => (this.lamp === lamp ? true : undefined),
      withinMs,
      account,
    );
    return this;
  }
}
