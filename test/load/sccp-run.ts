/** One load run of SCCP: registers stations, changes the line that many of their keys show, and reports. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { bucketsIn, timesBetween } from './edge-metrics';
import { type Endpoint, settled } from './fleet';
import { IDLE, IN_USE, KeyJudge } from './key-judge';
import { costsOf } from './report';
import { SccpFleet } from './sccp-fleet';
import type { SccpLoadOptions } from './sccp-options';
import { sccpPlanOf } from './sccp-plan';
import { type PartCost, type SccpLoadReport, sccpVerdictOf } from './sccp-report';
import type { ProcessSample } from './system';
import { Wheel } from './wheel';

/** What a run needs from outside. */
export interface SccpSurroundings {
  readonly target: Endpoint;
  /** The processes under load; none when they are not ours. */
  sample(): readonly ProcessSample[];
  /** The text of the sccp-edge's metrics; undefined when it is not ours. */
  metrics(): Promise<string | undefined>;
  tell(line: string): void;
  /** Whether to take back the registrations at the end. */
  readonly leaveClean: boolean;
  /** How long a lamp may take; 5 s when absent. */
  readonly lostAfterMs?: number;
  /** How long the keys may take to come right after the registration; 60 s when absent. */
  readonly settleWithinMs?: number;
}

const LOST_AFTER_MS = 5_000;
const SETTLE_WITHIN_MS = 60_000;
/** Of the measured delay of the loop, which holds it. */
const RESOLUTION_MS = 5;
/** The histogram of the sccp-edge that tells how long one state took to all lamps. */
export const FAN_OUT = 'linewatch_lamp_fan_out_seconds';

/** @throws Error with one line when no station could be registered at all, or keys do not come right */
export async function runSccpLoad(options: SccpLoadOptions, surroundings: SccpSurroundings): Promise<SccpLoadReport> {
  const { target, sample, metrics, tell, leaveClean } = surroundings;
  const { settleWithinMs = SETTLE_WITHIN_MS } = surroundings;
  const plan = sccpPlanOf(options);
  const wheel = new Wheel();
  const judge = new KeyJudge(plan);
  const fleet = new SccpFleet(plan, target, wheel, judge);
  wheel.start(() => {});
  try {
    const before = edgeRss(sample());
    tell(`registering ${plan.stations} stations with ${plan.keys} keys each at ${target.host}:${target.port}`);
    const registering = new Part(sample);
    const startedAt = performance.now();
    const registration = await fleet.register(options.atOnce);
    if (registration.count === 0)
      throw new Error(
        `no station could register at ${target.host}:${target.port} (${JSON.stringify(fleet.failures)}): are they configured (--print-config)?`,
      );
    await settled(() => judge.allIdle, settleWithinMs);
    const settledSeconds = (performance.now() - startedAt) / 1000;
    const registrationCost = registering.end();
    const after = edgeRss(sample());
    // Each change would wait in vain for the same keys.
    if (!judge.allIdle)
      throw new Error(
        `${judge.notIdle} keys do not show an idle line ${settleWithinMs / 1000} s after the registration`,
      );

    tell(`changing one line ${options.warmUp + options.changes} times for ${plan.watchers} keys`);
    const changer = new Changer(fleet, judge, options, surroundings.lostAfterMs ?? LOST_AFTER_MS);
    await changer.change(options.warmUp);
    judge.record();
    const told = await metrics();
    const changing = new Part(sample);
    await changer.change(options.changes);
    const changesCost = changing.end();
    const { first, all, each } = judge.times;
    const changes = { first: first.summary(), all: all.summary(), each: each.summary() };
    const toldNow = await metrics();
    await changer.rest();
    judge.finish();
    if (leaveClean) await fleet.unregister();
    return {
      at: new Date().toISOString(),
      options: { ...options },
      registration,
      settledSeconds,
      registrationCost,
      changes,
      changesCost,
      ...(told !== undefined &&
        toldNow !== undefined && { fanOut: timesBetween(bucketsIn(told, FAN_OUT), bucketsIn(toldNow, FAN_OUT)) }),
      lamps: judge.counts,
      failures: fleet.failures,
      ...(before > 0 && { edgeKiBPerStation: (after - before) / 1024 / plan.stations }),
      verdict: sccpVerdictOf(judge.counts, fleet.failures),
    };
  } finally {
    wheel.stop();
    fleet.close();
  }
}

/** Has the changing line go in use and idle in turn, each time once everybody has the last change. */
class Changer {
  private isInUse = false;

  constructor(
    private readonly fleet: Pick<SccpFleet, 'toggle'>,
    private readonly judge: KeyJudge,
    private readonly options: Pick<SccpLoadOptions, 'pauseMs'>,
    private readonly lostAfterMs: number,
  ) {}

  async change(times: number): Promise<void> {
    for (let count = 0; count < times; count += 1) await this.changeOnce();
  }

  /** The line is idle at last. */
  async rest(): Promise<void> {
    if (this.isInUse) await this.changeOnce();
  }

  private async changeOnce(): Promise<void> {
    const { judge, fleet, lostAfterMs, options } = this;
    this.isInUse = !this.isInUse;
    judge.change(this.isInUse ? IN_USE : IDLE, performance.now());
    fleet.toggle(this.isInUse);
    await settled(() => judge.isComplete, lostAfterMs);
    judge.giveUp();
    await pause(options.pauseMs);
  }
}

/** A part of the run, and what it costs. */
class Part {
  private readonly before: readonly ProcessSample[];
  private readonly startedAt = performance.now();
  private readonly cpu = process.cpuUsage();
  private readonly loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor(private readonly sample: () => readonly ProcessSample[]) {
    this.before = sample();
    this.loop.enable();
  }

  end(): PartCost {
    this.loop.disable();
    const seconds = (performance.now() - this.startedAt) / 1000;
    const { user, system } = process.cpuUsage(this.cpu);
    return {
      seconds,
      processes: costsOf(this.before, this.sample(), seconds),
      own: (user + system) / 1e6 / seconds,
      ownLoopDelayMaxMs: Math.max(0, this.loop.max / 1e6 - RESOLUTION_MS),
    };
  }
}

function edgeRss(samples: readonly ProcessSample[]): number {
  return samples.filter(({ name }) => name.startsWith('sccp-edge')).reduce((sum, { rssBytes }) => sum + rssBytes, 0);
}
