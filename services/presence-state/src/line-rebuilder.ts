import type { Bus } from '@linewatch/bus';
import type { LineNumber } from '@linewatch/presence';
import type { PlainCounter } from '@linewatch/runtime';
import type { LineStore } from './line-store';
import type { LineGeneration, LineRows } from './ports';

const BATCH = 100;

/** The last sequences that the streams hold of a line; 0 where there is none. */
interface Ends {
  readonly fact: number;
  readonly state: number;
}

/**
 * Makes the rows, bindings and indexes of all lines anew from the streams when Redis lost them, and brings single rows
 * that a failover set back up to the streams [design law 1]. Until then single lines are rebuilt as they are asked for:
 * an absent row is never taken for an empty one.
 */
export class LineRebuilder {
  private working: Promise<void> | undefined;
  private known: string | undefined;

  constructor(
    private readonly bus: Pick<Bus, 'subjects' | 'follow'>,
    private readonly rows: LineRows,
    private readonly store: LineStore,
    private readonly generation: LineGeneration,
    private readonly rebuilt: PlainCounter,
    /** Told when the tables are others than before: what is remembered of them holds no longer. */
    private readonly changed: () => void = () => undefined,
  ) {}

  /**
   * Resolves when the tables are whole; rebuilds them when they are not and no other copy does. Concurrent calls share one
   * rebuild.
   * @throws UnavailableError when they were lost again meanwhile, or a neighbour cannot be reached; call again
   */
  async whole(): Promise<void> {
    const current = await this.generation.current();
    if (current === undefined) {
      this.working ??= this.rebuild().finally(() => (this.working = undefined));
      await this.working;
    } else if (current === this.known) return;
    this.known = current;
    this.changed();
  }

  /** After a reconnect the tables may stand and yet lack what was written last: looks at every row. */
  async mend(): Promise<void> {
    await this.whole();
    await this.walk(async () => undefined);
    this.changed();
  }

  private async rebuild(): Promise<void> {
    const turn = await this.generation.beginRebuild();
    if (turn === 'done-by-another') return;
    await this.walk(() => this.generation.renew());
    await this.generation.finishRebuild(turn);
  }

  /** Brings every row up to what the streams hold now, and indexes it. What comes later is folded as it is delivered. */
  private async walk(beforeBatch: () => Promise<void>): Promise<void> {
    const ends = await this.ends();
    const lines = [...ends];
    for (let start = 0; start < lines.length; start += BATCH) {
      await beforeBatch();
      const batch = lines.slice(start, start + BATCH);
      const rows = await this.rows.readMany(batch.map(([line]) => line));
      await Promise.all(
        batch.map(async ([line, { fact, state }], at) => {
          const row = rows[at];
          const isBehind = !row || row.fold.seq < fact || (row.published?.seq ?? 0) < state;
          if (!isBehind) return this.rows.index(line, row);
          await this.store.rebuild(line, fact);
          this.rebuilt.add(1);
        }),
      );
    }
  }

  private async ends(): Promise<Map<LineNumber, Ends>> {
    const { subjects } = this.bus;
    const ends = new Map<LineNumber, Ends>();
    const read = async (stream: 'LINES' | 'PRESENCE', filter: string, key: keyof Ends): Promise<void> => {
      const follower = await this.bus.follow(stream, { from: 'last-per-subject', filter }, ({ address, streamSeq }) => {
        const subject = subjects.parse(address);
        if (subject?.kind !== 'line' && subject?.kind !== 'presence') return;
        const known = ends.get(subject.line) ?? { fact: 0, state: 0 };
        ends.set(subject.line, { ...known, [key]: Math.max(known[key], streamSeq) });
      });
      await follower.caughtUp;
      follower.stop();
    };
    await read('LINES', subjects.every.lineFacts, 'fact');
    await read('PRESENCE', subjects.every.presence, 'state');
    return ends;
  }
}
