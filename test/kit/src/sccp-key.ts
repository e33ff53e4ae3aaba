/** A key of a simulated Skinny phone, as the server made it, and what it shows. */
import type { SccpLamp } from './sccp-list';

export interface SccpLine {
  readonly instance: number;
  readonly number: string;
  readonly name: string;
  readonly label: string;
}

/** A BLF or feature key. */
export class SccpKey {
  label = '';
  /** Everything it showed, oldest first. */
  readonly lamps: SccpLamp[] = [];

  /** The phone asked for the state: the answer may cross the same state on its way. */
  wasAsked = false;

  constructor(
    readonly instance: number,
    readonly type: number,
  ) {}

  get lamp(): SccpLamp | undefined {
    return this.lamps.at(-1);
  }
}
