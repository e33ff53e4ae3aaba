import type { ConfigApplied } from '@linewatch/presence';

/** Changes of which parts are missing; their author died in between. More than that, and the oldest is given up. */
const MOST_INCOMPLETE = 16;
/** At 256 KiB a part, more than any configuration. */
const MOST_PARTS = 10_000;

/** A change of which every part is there. */
export interface WholeChange {
  readonly author: string;
  readonly commands: readonly string[];
}

/** Puts the parts of changes together: a change counts when its last missing part has come. */
export class ChangeAssembler {
  private readonly incomplete = new Map<string, (ConfigApplied | undefined)[]>();

  /** @param onGivenUp told of the id of a change that will never be whole */
  constructor(private readonly onGivenUp: (id: string) => void = () => undefined) {}

  /** The whole change when this was its last missing part. */
  add(part: ConfigApplied): WholeChange | undefined {
    const { id, part: at, parts: count } = part.change;
    if (at >= count || count > MOST_PARTS) return undefined;
    const parts = this.incomplete.get(id) ?? [];
    parts[at] = part;
    this.incomplete.set(id, parts);
    const present = Array.from({ length: Math.min(count, parts.length) }, (_, index) => parts[index]);
    if (present.length < count || present.includes(undefined)) {
      this.forgetOldest();
      return undefined;
    }
    this.incomplete.delete(id);
    return { author: part.author, commands: present.flatMap((one) => one?.commands ?? []) };
  }

  private forgetOldest(): void {
    if (this.incomplete.size <= MOST_INCOMPLETE) return;
    const [oldest] = this.incomplete.keys();
    if (oldest === undefined) return;
    this.incomplete.delete(oldest);
    this.onGivenUp(oldest);
  }
}
