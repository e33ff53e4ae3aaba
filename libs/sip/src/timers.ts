/**
 * The timers of SIP transactions as one table of intervals, in milliseconds [RFC3261 17, Table 4; RFC6026 8.4, 8.5].
 * The machines never name a number: they read it here, so that a test or an edge may run with other values.
 */

/** Round-trip time estimate [RFC3261 17.1.1.1]. */
export const T1 = 500;
/** Longest retransmission interval of non-INVITE requests and of responses to INVITE [RFC3261 17.1.2.1]. */
export const T2 = 4000;
/** How long the network may keep a message [RFC3261 17.1.2.2]. */
export const T4 = 5000;

/** The names of RFC 3261 and 6026; `100` is the 200 ms after which a server answers an INVITE with 100 [RFC3261 17.2.1]. */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M' | '100';

/** One interval a timer, in milliseconds, for one kind of transport. Zero: the state it would end is not entered at all. */
export interface TimerTable extends Readonly<Record<TimerName, number>> {
  /** The transport delivers or reports failure (TCP, TLS): nothing is retransmitted. */
  readonly reliable: boolean;
  /** The ceiling of the doubling intervals of E and G. */
  readonly T2: number;
}

/**
 * The timers for a transport.
 *
 * An edge that ignores late answers by itself may pass `{ ...timerTable(false), K: 0 }`: a NOTIFY's transaction is then
 * gone with its answer.
 * @param reliable true for stream transports: A, E, G are not used; D, I, J, K are zero [RFC3261 Table 4].
 * @param base other values of T1, T2 and T4, in milliseconds.
 */
export function timerTable(reliable: boolean, base: { t1?: number; t2?: number; t4?: number } = {}): TimerTable {
  const t1 = base.t1 ?? T1;
  const t2 = base.t2 ?? T2;
  const t4 = base.t4 ?? T4;
  const long = 64 * t1;
  return {
    reliable,
    T2: t2,
    A: t1,
    B: long,
    // Table 4 says "> 32 s": long enough to answer every retransmission of the far server, whose Timer H is 64*T1.
    D: reliable ? 0 : Math.max(32_000, long),
    E: t1,
    F: long,
    G: t1,
    H: long,
    I: reliable ? 0 : t4,
    J: reliable ? 0 : long,
    K: reliable ? 0 : t4,
    L: long,
    M: long,
    '100': 200,
  };
}
