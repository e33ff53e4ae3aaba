import { isMeant, type LineNumber, type RememberedRefusal, type Watcher, type WatcherName } from '@linewatch/presence';

/** Pairs of watcher and line whose last refusal is remembered. */
const MOST_REMEMBERED = 1_000;

/** Who was refused: as they said who they are, which nobody has proved. */
export type RefusedWatcher = Pick<Watcher, 'number' | 'host' | 'device'>;

interface Remembered extends RememberedRefusal {
  readonly watcher: RefusedWatcher;
  readonly line: LineNumber;
}

/**
 * The last refusal of each watcher and line, for an operator who asks why a lamp is dark: a log of this process in memory,
 * bounded, of which nothing but `explain` reads [design law 7].
 */
export class Refusals {
  private readonly byPair = new Map<string, Remembered>();

  remember(watcher: RefusedWatcher, line: LineNumber, refusal: RememberedRefusal): void {
    const { number, host, device = '' } = watcher;
    const key = `${line} ${number} ${host} ${device}`;
    // The newest last: the first one is forgotten for a new one.
    this.byPair.delete(key);
    this.byPair.set(key, { watcher, line, ...refusal });
    const [oldest] = this.byPair.keys();
    if (this.byPair.size > MOST_REMEMBERED && oldest !== undefined) this.byPair.delete(oldest);
  }

  /** Of that watcher and line, the newest first. */
  of(named: WatcherName, line: LineNumber): RememberedRefusal[] {
    return [...this.byPair.values()]
      .filter((one) => one.line === line && isMeant(one.watcher, named))
      .map(({ watcher: _watcher, line: _line, ...refusal }) => refusal)
      .reverse();
  }
}
