/** All stations of a load run: so many register at one time, and stay with keepalives at the server's interval. */
import { type Endpoint, settled } from './fleet';
import { Histogram, type Percentiles } from './histogram';
import type { KeyJudge } from './key-judge';
import { CHANGING, type SccpPlan } from './sccp-plan';
import { LoadStation, registrationScript, type StationOwner } from './sccp-station';
import type { Wheel } from './wheel';

/** How the registrations of a run went. */
export interface RegistrationResult {
  readonly count: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** From a station's connection to the answer to its last question. */
  readonly each: Percentiles;
}

const UNREGISTERED_WITHIN_MS = 60_000;

export class SccpFleet implements StationOwner {
  /** Why stations were refused or cut off, and how many. */
  readonly failures: Record<string, number> = {};
  private readonly stations: LoadStation[] = [];
  private readonly startedAt: number[] = [];
  private readonly took = new Histogram();
  private present = 0;
  private failed_ = 0;
  private goOn: () => void = () => {};

  constructor(
    private readonly plan: SccpPlan,
    private readonly target: Endpoint,
    private readonly wheel: Wheel,
    private readonly judge: KeyJudge,
  ) {}

  /** Stations that are registered. */
  get registeredCount(): number {
    return this.present;
  }

  /** Registers all stations. Resolves when each has what it asked for, or has failed. */
  async register(atOnce: number): Promise<RegistrationResult> {
    const { stations: count, keys } = this.plan;
    const script = registrationScript(keys);
    const from = performance.now();
    await new Promise<void>((done) => {
      this.goOn = () => {
        const over = this.took.count + this.failed_;
        while (this.stations.length < count && this.stations.length - over < atOnce) {
          this.startedAt.push(performance.now());
          this.stations.push(new LoadStation(this.stations.length, this.target, script, keys, this));
        }
        if (over >= count) done();
      };
      this.goOn();
    });
    const seconds = (performance.now() - from) / 1000;
    return { count: this.took.count, seconds, perSecond: this.took.count / seconds, each: this.took.summary() };
  }

  /** The changing line is in use from now on, or idle again. */
  toggle(isInUse: boolean): void {
    const station = this.stations[CHANGING];
    if (isInUse) station?.offHook();
    else station?.onHook();
  }

  /** Takes back every registration. */
  async unregister(): Promise<void> {
    for (const station of this.stations) if (station.isRegistered && !station.isClosed) station.unregister();
    await settled(() => this.present === 0, UNREGISTERED_WITHIN_MS);
  }

  close(): void {
    for (const station of this.stations) station.close();
  }

  lamp(station: LoadStation, key: number, status: number): void {
    this.judge.told(station.index, key, status, !station.isRegistered, performance.now());
  }

  registered(station: LoadStation): void {
    this.present += 1;
    this.took.record(performance.now() - (this.startedAt[station.index] ?? 0));
    this.keepAlive(station);
    this.goOn();
  }

  failed(station: LoadStation, why: string): void {
    this.failures[why] = (this.failures[why] ?? 0) + 1;
    if (station.isRegistered) this.present -= 1;
    else this.failed_ += 1;
    this.goOn();
  }

  unregistered(station: LoadStation): void {
    this.present -= 1;
    station.close();
  }

  private keepAlive(station: LoadStation): void {
    this.wheel.after(station.keepAliveSeconds * 1_000, () => {
      if (station.isClosed) return;
      station.keepAlive();
      this.keepAlive(station);
    });
  }
}
