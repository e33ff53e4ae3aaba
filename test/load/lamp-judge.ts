/**
 * Compares every lamp with the truth. The truth is simple because no line ever has two calls: a line is idle, or in use
 * since a moment that this process knows. One typed array each, as a NOTIFY is judged in well under a microsecond.
 */
import { Histogram } from './histogram';

export const UNKNOWN = 0;
export const IDLE = 1;
export const IN_USE = 2;

/** What a lamp change is measured from. */
export const transitionNames = [
  'caller in use, from its INVITE',
  'callee in use, from its 180',
  'caller idle, from BYE',
  'callee idle, from BYE',
] as const;
export type Transition = 0 | 1 | 2 | 3;

/** A lamp that comes later than this counts as lost. */
export const LOST_AFTER_MS = 5_000;

export interface JudgeCounts {
  notifications: number;
  /** NOTIFYs that came again with the CSeq already seen. */
  retransmissions: number;
  /** The same lamp twice in one transition. */
  duplicates: number;
  /** Late news of an earlier transition. */
  stale: number;
  /** No right lamp within 5 s, or before the line changed again. */
  lost: number;
  /** Of the lost ones: the line had changed again before the lamp showed it. */
  overtaken: number;
  /** A lamp that was right and turned wrong, unknown in a line that is registered, or a subscription ended by the server. */
  contradictions: number;
  /** CSeq lower than one before. */
  outOfOrder: number;
  /** Lamps that differ from the truth at the end. */
  wrongAtEnd: number;
}

export class LampJudge {
  readonly latencies: readonly Histogram[] = transitionNames.map(() => new Histogram());
  readonly counts: JudgeCounts = {
    notifications: 0, retransmissions: 0, duplicates: 0, stale: 0, lost: 0, overtaken: 0, contradictions: 0, outOfOrder: 0, wrongAtEnd: 0,
  }; // prettier-ignore
  /** What each key shows, by subscription. */
  readonly lamps: Uint8Array;
  private readonly highestCSeq: Int32Array;
  /** The transition (a count per line) that a subscription has shown. */
  private readonly shown: Int32Array;
  private readonly truth: Uint8Array;
  private readonly transitions: Int32Array;
  private readonly kinds: Int8Array;
  private readonly since: Float64Array;
  /** Lines that may turn in use at any moment: called, but the INVITE has not reached the phone yet. */
  private readonly called: Uint8Array;
  private judging = false;
  private recordFrom = 0;

  /** Subscription `s` watches line `s % lines`. */
  constructor(
    private readonly lines: number,
    private readonly subscriptions: number,
  ) {
    this.lamps = new Uint8Array(subscriptions);
    this.highestCSeq = new Int32Array(subscriptions).fill(-1);
    this.shown = new Int32Array(subscriptions);
    this.truth = new Uint8Array(lines).fill(IDLE);
    this.transitions = new Int32Array(lines);
    this.kinds = new Int8Array(lines).fill(-1);
    this.since = new Float64Array(lines);
    this.called = new Uint8Array(lines);
  }

  /** From now on lamps are judged; before, they only show. How late a lamp is is recorded for changes since `recordFrom`. */
  start(recordFrom: number): void {
    this.judging = true;
    this.recordFrom = recordFrom;
  }

  /** Subscriptions whose lamp is not `lamp`. */
  countOtherThan(lamp: number): number {
    let others = 0;
    for (const shown of this.lamps) if (shown !== lamp) others += 1;
    return others;
  }

  /** The line is being called: its lamp may turn before this process sees the INVITE. */
  expectCall(line: number): void {
    this.called[line] = 1;
  }

  /** The truth about a line changes now. `kind` is undefined for a change that is not measured (a failed call). */
  change(line: number, lamp: number, kind: Transition | undefined, now: number): void {
    const early = this.called[line] === 1;
    this.called[line] = 0;
    if (this.truth[line] === lamp) {
      // The call never reached the phone, and a lamp may have believed it already.
      if (early) this.forgetShown(line);
      return;
    }
    const transition = this.transitions[line] ?? 0;
    this.truth[line] = lamp;
    this.transitions[line] = transition + 1;
    this.kinds[line] = kind ?? -1;
    this.since[line] = now;
    for (let subscription = line; subscription < this.subscriptions; subscription += this.lines) {
      const missed = this.shown[subscription] !== transition;
      // A call that failed at once may have changed no lamp at all: the server may merge both changes.
      if (missed && kind !== undefined) this.overtake();
      if (this.lamps[subscription] !== lamp) continue;
      this.shown[subscription] = transition + 1;
      if (early && !missed) this.record(line, 0);
    }
  }

  /** A NOTIFY of a subscription came. */
  onNotify(subscription: number, cseq: number, lamp: number, now: number): void {
    this.counts.notifications += 1;
    const highest = this.highestCSeq[subscription] ?? -1;
    if (cseq === highest) {
      this.counts.retransmissions += 1;
      return;
    }
    if (cseq < highest) {
      this.counts.outOfOrder += 1;
      return;
    }
    this.highestCSeq[subscription] = cseq;
    this.lamps[subscription] = lamp;
    if (!this.judging) return;
    const line = subscription % this.lines;
    const transition = this.transitions[line] ?? 0;
    const hasShown = this.shown[subscription] === transition;
    if (lamp === this.truth[line]) {
      if (hasShown) {
        this.counts.duplicates += 1;
        return;
      }
      this.shown[subscription] = transition;
      const latency = now - (this.since[line] ?? now);
      this.record(line, latency);
      if (latency > LOST_AFTER_MS) this.counts.lost += 1;
      return;
    }
    if (lamp === IN_USE && this.called[line] === 1) return;
    if (lamp === UNKNOWN || hasShown) this.counts.contradictions += 1;
    else this.counts.stale += 1;
  }

  /** The server ended a subscription that nobody asked it to end. */
  onTerminated(): void {
    this.counts.contradictions += 1;
  }

  /** Call it 5 s after the last change: what was not shown by now is lost, what shows something else is wrong. */
  finish(): void {
    this.judging = false;
    for (let subscription = 0; subscription < this.subscriptions; subscription += 1) {
      const line = subscription % this.lines;
      if (this.lamps[subscription] === this.truth[line]) continue;
      this.counts.wrongAtEnd += 1;
      if (this.shown[subscription] !== this.transitions[line]) this.counts.lost += 1;
    }
  }

  private record(line: number, latency: number): void {
    const kind = this.kinds[line] ?? -1;
    if ((this.since[line] ?? 0) < this.recordFrom) return;
    if (kind >= 0) this.latencies[kind]?.record(latency);
  }

  private overtake(): void {
    this.counts.lost += 1;
    this.counts.overtaken += 1;
  }

  /** The lamp has to turn back, or was never turned: either is right, and neither is measured. */
  private forgetShown(line: number): void {
    const transition = (this.transitions[line] ?? 0) + 1;
    this.transitions[line] = transition;
    this.kinds[line] = -1;
    for (let subscription = line; subscription < this.subscriptions; subscription += this.lines) {
      this.shown[subscription] = this.lamps[subscription] === this.truth[line] ? transition : transition - 1;
    }
  }
}
