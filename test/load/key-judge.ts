/** What every BLF key of a load run shows, and whether that is right: how late, lost, wrong, repeated. */
import { Histogram } from './histogram';
import { type SccpPlan, showsChanging } from './sccp-plan';

/** FeatureStat's status [sccp-wire 2.1]. */
export const UNKNOWN = 0;
export const IDLE = 1;
export const IN_USE = 2;
const NOTHING = 255;

export interface KeyCounts {
  /** Lamps that were told, answers to questions of the phones included. */
  told: number;
  /** Keys that did not get a change in time. */
  lost: number;
  /** Lamps that the line was not in, then or at the end. */
  wrong: number;
  /** Lamps that the key showed already, told without a question. */
  repeated: number;
}

/** Times of changes, in ms from the key that was pressed. */
export interface ChangeTimes {
  /** Until the first key had it. */
  readonly first: Histogram;
  /** Until the last one had it. */
  readonly all: Histogram;
  /** Until each key had it. */
  readonly each: Histogram;
}

export class KeyJudge {
  readonly counts: KeyCounts = { told: 0, lost: 0, wrong: 0, repeated: 0 };
  /** What is recorded, since the last `record`. */
  times: ChangeTimes = newTimes();
  private readonly shown: Uint8Array;
  private idle = 0;
  /** What the changing line is in. */
  private state = IDLE;
  private missing = 0;
  private changedAt = 0;
  private hasFirst = false;
  private isOver = false;

  constructor(private readonly plan: SccpPlan) {
    this.shown = new Uint8Array(plan.stations * plan.keys).fill(NOTHING);
  }

  /** Whether every key shows an idle line. */
  get allIdle(): boolean {
    return this.idle === this.shown.length;
  }

  /** Keys that show something else than an idle line. */
  get notIdle(): number {
    return this.shown.length - this.idle;
  }

  /** Whether every key has the last change. */
  get isComplete(): boolean {
    return this.missing === 0;
  }

  /** Forgets the times that were recorded. */
  record(): void {
    this.times = newTimes();
  }

  /** The line changes now. */
  change(state: number, now: number): void {
    this.state = state;
    this.missing = this.plan.watchers;
    this.changedAt = now;
    this.hasFirst = false;
  }

  /** Who has not got the change does not get it any more. */
  giveUp(): void {
    this.counts.lost += this.missing;
    this.missing = 0;
  }

  /**
   * A key was told what to show.
   * @param key counted from 0
   * @param wasAsked the phone is still asking for its keys: what it is told twice then is no repetition
   */
  told(station: number, key: number, status: number, wasAsked: boolean, now: number): void {
    const { counts, plan } = this;
    if (this.isOver) return;
    counts.told += 1;
    const at = station * plan.keys + key;
    const before = this.shown[at];
    if (before === status) {
      if (!wasAsked) counts.repeated += 1;
      return;
    }
    this.shown[at] = status;
    this.idle += Number(status === IDLE) - Number(before === IDLE);
    const isChanging = key === 0 && showsChanging(plan, station);
    // Before its station has registered a line is unknown; then it is what it is, and nothing less.
    const isRight = status === (isChanging ? this.state : IDLE) || (status === UNKNOWN && before === NOTHING);
    if (!isRight) counts.wrong += 1;
    else if (isChanging && this.missing > 0) this.arrived(now);
  }

  /** Counts the keys that are wrong when everything has come to rest. What comes after is not judged: stations leave. */
  finish(): void {
    this.counts.wrong += this.notIdle;
    this.isOver = true;
  }

  private arrived(now: number): void {
    const late = now - this.changedAt;
    this.times.each.record(late);
    if (!this.hasFirst) this.times.first.record(late);
    this.hasFirst = true;
    this.missing -= 1;
    if (this.missing === 0) this.times.all.record(late);
  }
}

function newTimes(): ChangeTimes {
  return { first: new Histogram(), all: new Histogram(), each: new Histogram() };
}
