import { readFileSync } from 'node:fs';
import { type Account, type Budget, chargeFlat, openAccount } from '../shield/account';
import { Recent } from '../shield/recent';

/** Bounds on connections, of all stream transports together. */
export interface SeatLimits {
  /** Connections at once. */
  readonly most: number;
  /** Connections at once from one source that nobody was served on yet. */
  readonly mostUnproven: number;
  /** New connections of one source. */
  readonly rate: Budget;
  /** Octets that wait in all connections together, to be read or to be sent. */
  readonly mostWaiting: number;
}

/** Why a connection was turned away: there are too many, too many of its source, or its source opens them too fast. */
export type TurnedAway = 'full' | 'source-full' | 'source-fast';

/** A connection's place in the bound. */
export interface Seat {
  /** Somebody was served on it: it may stay, whatever comes. */
  prove(): void;
  leave(): void;
}

const REMEMBERED_SOURCES = 16_384;

/**
 * Who may have a connection. Where all places are taken, whoever came first of those that nobody was served on makes room:
 * so many addresses as an attacker may have, phones get in.
 */
export class Seats {
  /** Octets that wait, as connections told. */
  waiting = 0;
  private count = 0;
  /** In the order in which they came, with what ends them. */
  private readonly unproven = new Map<object, () => void>();
  private readonly unprovenOf = new Map<string, number>();
  private readonly rates = new Recent<Account>(REMEMBERED_SOURCES);

  constructor(readonly limits: SeatLimits) {}

  get taken(): number {
    return this.count;
  }

  /** Whether more may be kept waiting. */
  get hasRoomToWait(): boolean {
    return this.waiting < this.limits.mostWaiting;
  }

  /**
   * Takes a place for a connection that came from a source.
   * @param evict ends the connection when it has to make room; it leaves its seat itself
   */
  take(source: string, now: number, evict: () => void): Seat | TurnedAway {
    const { rate, mostUnproven, most } = this.limits;
    if (!chargeFlat(this.rates.get(source, () => openAccount(rate, now)), now)) return 'source-fast'; // prettier-ignore
    const ofSource = this.unprovenOf.get(source) ?? 0;
    if (ofSource >= mostUnproven) return 'source-full';
    if (this.count >= most && !this.makeRoom()) return 'full';
    const key = {};
    this.unproven.set(key, evict);
    this.unprovenOf.set(source, ofSource + 1);
    return this.sit(() => this.prove(key, source));
  }

  /** Takes a place for a connection that this edge opens. */
  takeOwn(): Seat | TurnedAway {
    if (this.count >= this.limits.most && !this.makeRoom()) return 'full';
    return this.sit(() => undefined);
  }

  private sit(prove: () => void): Seat {
    this.count += 1;
    let isTaken = true;
    return {
      prove,
      leave: () => {
        if (!isTaken) return;
        isTaken = false;
        this.count -= 1;
        prove();
      },
    };
  }

  private prove(key: object, source: string): void {
    if (!this.unproven.delete(key)) return;
    const left = (this.unprovenOf.get(source) ?? 0) - 1;
    if (left > 0) this.unprovenOf.set(source, left);
    else this.unprovenOf.delete(source);
  }

  private makeRoom(): boolean {
    for (const evict of this.unproven.values()) {
      evict();
      return this.count < this.limits.most;
    }
    return false;
  }
}

/** Descriptors that a process needs for other things than connections: NATS, Redis, files, the health page. */
const SPARE_DESCRIPTORS = 256;

/**
 * How many connections there may be here: as many as were asked for, or as the system's limit of open files allows.
 * @param limits the text of `/proc/self/limits`; read from there when absent, and unlimited where that is not
 */
export function connectionsPossible(wanted: number, limits = processLimits()): number {
  const files = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return files === undefined ? wanted : Math.min(wanted, Math.max(64, Number(files) - SPARE_DESCRIPTORS));
}

function processLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
