/** Where time comes from. The core never asks: a shell reads a clock and passes the time on [design law 9]. */
export interface Clock {
  /** Milliseconds since the epoch; may be set back. */
  now(): number;
  /** Milliseconds of a clock that only runs forward, for leases and time-outs. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
