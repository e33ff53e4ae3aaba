/** One load run: registers, subscribes, calls, waits for the last lamps, and reports. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Calls } from './calls';
import { type ConfigChanges, changeFailures } from './config-changes';
import { allIdle, type Endpoint, Fleet, settled } from './fleet';
import { LampJudge, LOST_AFTER_MS, transitionNames, IDLE } from './lamp-judge';
import type { LoadOptions } from './options';
import { makePlan, type Plan, seeded } from './plan';
import { costsOf, type LoadReport, verdictOf } from './report';
import type { ProcessSample } from './system';
import { Wheel } from './wheel';

/** What a run needs from outside. */
export interface LoadSurroundings {
  readonly target: Endpoint;
  /** The processes under load; none when they are not ours. */
  sample(): readonly ProcessSample[];
  tell(line: string): void;
  /** Whether to take back the registrations at the end. */
  readonly leaveClean: boolean;
  /** Changes the running configuration while calls run; absent where nothing is to change. */
  readonly changes?: () => ConfigChanges;
  /** How long the last lamps may take; 5 s when absent. */
  readonly lostAfterMs?: number;
}

/** The plan of these options: the same for the configuration text and for the run. */
export function planOf(options: LoadOptions): Plan {
  return makePlan(options.lines, options.subscriptions, seeded(options.seed));
}

/** @throws Error with one line when the system cannot be loaded at all: nobody answers, or lines stay unknown */
export async function runLoad(
  options: LoadOptions,
  { target, sample, tell, leaveClean, changes, lostAfterMs = LOST_AFTER_MS }: LoadSurroundings,
): Promise<LoadReport> {
  const plan = planOf(options);
  const wheel = new Wheel();
  const judge = new LampJudge(plan.lines, plan.subscriptions);
  const fleet = new Fleet(plan, target, options.package, wheel, judge);
  const calls = new Calls(fleet, judge, wheel, options, plan.lines, seeded(options.seed + 1));
  await fleet.open();
  const steady = new SteadyPace(options, calls, judge);
  wheel.start((now) => steady.turn(now));
  try {
    const rssBefore = totalRss(sample());
    tell(`registering ${plan.lines} lines at ${target.host}:${target.port}`);
    const register = await fleet.register(options.setupRate);
    if (register.answered.count === 0)
      throw new Error(
        `no REGISTER was accepted by ${target.host}:${target.port} (${JSON.stringify(register.refused)})`,
      );
    tell(`subscribing ${plan.subscriptions} times, ${options.package}`);
    const subscribe = await fleet.subscribe(options.setupRate);
    if (!(await settled(() => allIdle(judge), lostAfterMs))) {
      throw new Error(
        `${judge.countOtherThan(IDLE)} of ${plan.subscriptions} keys are not idle before the first call: are the lines configured (--print-config) with allow watch? SUBSCRIBE refused: ${JSON.stringify(subscribe.refused)}`,
      );
    }
    const rssSubscribed = totalRss(sample());
    tell(
      `${options.rate} calls per second for ${options.duration} s${options.warmUp > 0 ? ` after ${options.warmUp} s to warm up` : ''}`,
    );
    const changing = changes?.();
    const measured = await measure(options, judge, calls, steady, sample);
    const changed = await changing?.end();
    // Lamps of the last calls have their five seconds as all others.
    await pause(lostAfterMs);
    judge.finish();
    const verdict = [
      ...verdictOf(judge.counts, calls.counts, register, subscribe),
      ...(changed ? changeFailures(changed) : []),
    ];
    if (leaveClean) await fleet.register(options.setupRate, 0);
    return {
      at: new Date().toISOString(),
      options: { ...options },
      register,
      subscribe,
      ...measured,
      transitions: transitionNames.map((name, kind) => ({ name, ...judge.latencies[kind]!.summary() })),
      lamps: judge.counts,
      retransmissionsSent: fleet.retransmissionsSent,
      foreignNotifications: fleet.foreign,
      calls: calls.counts,
      ...(changed && { configChanges: changed }),
      ...(rssBefore > 0
        ? { rssMiBPer10000Subscriptions: (((rssSubscribed - rssBefore) / plan.subscriptions) * 10_000) / 2 ** 20 }
        : {}),
      verdict,
    };
  } finally {
    wheel.stop();
    fleet.close();
  }
}

/** Places calls at the rate, and counts NOTIFYs by the second. */
export class SteadyPace {
  busiestSecond = 0;
  private readonly total: number;
  private startedAt = 0;
  private due = 0;
  private second = 0;
  private countedUpTo = 0;

  constructor(
    private readonly options: Pick<LoadOptions, 'rate' | 'warmUp' | 'duration'>,
    private readonly calls: Calls,
    private readonly judge: LampJudge,
  ) {
    this.total = Math.round(options.rate * (options.warmUp + options.duration));
  }

  /** Whether every call of this run was placed. */
  get isOver(): boolean {
    return this.due === this.total;
  }

  start(now: number): void {
    this.startedAt = now;
    this.countFrom(now);
  }

  /** Forgets the seconds before. */
  countFrom(now: number): void {
    this.busiestSecond = 0;
    this.second = now;
    this.countedUpTo = this.judge.counts.notifications;
  }

  turn(now: number): void {
    if (this.startedAt === 0) return;
    const due = Math.min(this.total, Math.floor(((now - this.startedAt) / 1000) * this.options.rate));
    for (; this.due < due; this.due += 1) this.calls.place();
    if (now - this.second < 1000) return;
    const { notifications } = this.judge.counts;
    this.busiestSecond = Math.max(
      this.busiestSecond,
      Math.round(((notifications - this.countedUpTo) * 1000) / (now - this.second)),
    );
    this.second = now;
    this.countedUpTo = notifications;
  }
}

async function measure(
  options: LoadOptions,
  judge: LampJudge,
  calls: Calls,
  steady: SteadyPace,
  sample: () => readonly ProcessSample[],
) {
  const placedFrom = performance.now();
  judge.start(placedFrom + options.warmUp * 1000);
  steady.start(placedFrom);
  await pause(options.warmUp * 1000);
  const before = sample();
  const cpuBefore = process.cpuUsage();
  const resolution = 5;
  const loop = monitorEventLoopDelay({ resolution });
  loop.enable();
  const startedAt = performance.now();
  judge.counts.notifications = 0;
  steady.countFrom(startedAt);
  await settled(() => performance.now() - startedAt >= options.duration * 1000, options.duration * 1000 + 1_000);
  const steadySeconds = (performance.now() - startedAt) / 1000;
  const notifyPerSecond = judge.counts.notifications / steadySeconds;
  const used = process.cpuUsage(cpuBefore);
  const after = sample();
  loop.disable();
  const longest = options.ringMs + options.holdMs + options.restMs + 33_000;
  await settled(() => steady.isOver && calls.open.size === 0, longest);
  const cpuMicros = used.user + used.system;
  const delay = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolution);
  return {
    steadySeconds,
    notifyPerSecond,
    busiestSecond: steady.busiestSecond,
    own: {
      cpu: cpuMicros / 1e6 / steadySeconds,
      cpuPerNotifyMicros: cpuMicros / Math.max(1, notifyPerSecond * steadySeconds),
      loopDelayP99Ms: delay(loop.percentile(99)),
      loopDelayMaxMs: delay(loop.max),
      rssMiB: process.memoryUsage().rss / 2 ** 20,
    },
    processes: costsOf(before, after, steadySeconds),
  };
}

function totalRss(samples: readonly ProcessSample[]): number {
  return samples.reduce((total, { rssBytes }) => total + rssBytes, 0);
}
