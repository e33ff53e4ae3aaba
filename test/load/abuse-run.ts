/** Runs with and without abuse in turns: one system, one fleet of phones that behave, whose lamps are judged in each. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Linewatch } from '@linewatch/kit';
import type { AbuserHandle } from './abuser-process';
import type { Abuse, AbuseOptions } from './abuse-options';
import { type AbuseReport, type AbuseResult, type AbuseRun, resultOf, verdictOfAbuse } from './abuse-report';
import { Calls } from './calls';
import { allIdle, type Endpoint, Fleet, settled } from './fleet';
import { Histogram } from './histogram';
import { IDLE, type JudgeCounts, LampJudge, LOST_AFTER_MS } from './lamp-judge';
import { Newcomers } from './newcomers';
import { makePlan, type Plan, seeded } from './plan';
import { costsOf } from './report';
import { SteadyPace } from './run';
import { sampleProcesses } from './system';
import { Wheel } from './wheel';

/** Room for what loopers may get: their subscriptions are to cost what they cost, and not to be refused for their number. */
const QUOTA = 100_000;

/** Everybody of a run: those who behave, then those who loop, then the one that connects again and again. */
export function everybodyOf({ lines, watchers, loopers, seed }: AbuseOptions): { behaving: Plan; all: Plan } {
  const behaving = makePlan(lines, lines * watchers, seeded(seed));
  return { behaving, all: { ...behaving, lines: lines + loopers + 1, subscriptions: behaving.subscriptions + QUOTA } };
}

/** @throws Error with one line when the system cannot be loaded at all */
export async function runAbuse(
  options: AbuseOptions,
  system: Linewatch,
  startAbuser: (abuse: Abuse, target: Endpoint) => AbuserHandle,
  tell: (line: string) => void,
): Promise<AbuseReport> {
  const target = system.sip[0];
  if (!target) throw new Error('no sip-edge listens');
  const office = await Office.open(options, target, tell);
  try {
    const results: AbuseResult[] = [];
    for (const abuse of options.abuses) {
      const abuser = startAbuser(abuse, target);
      try {
        results.push(
          resultOf(abuse, await pairsOf(options, office, abuser, system, (line) => tell(`${abuse}: ${line}`))),
        );
      } finally {
        await abuser.end();
      }
    }
    const verdict = verdictOfAbuse(results, options.mostRatio);
    return { at: new Date().toISOString(), options: { ...options }, results, verdict };
  } finally {
    office.close();
  }
}

async function pairsOf(
  options: AbuseOptions,
  office: Office,
  abuser: AbuserHandle,
  system: Linewatch,
  tell: (line: string) => void,
): Promise<AbuseResult['pairs']> {
  const pairs: { without: AbuseRun; with: AbuseRun }[] = [];
  const run = async (isAbused: boolean): Promise<AbuseRun> => {
    if (isAbused) await abuser.start();
    const measured = await office.run(() => sampleProcesses({ 'sip-edge-1': system.pidOf('sip-edge-1') }));
    const abusers = isAbused ? await abuser.stop() : undefined;
    return { isAbused, ...measured, ...(abusers && { abusers }) };
  };
  for (let pair = 1; pair <= options.pairs; pair += 1) {
    // Which one comes first changes, so that what drifts weighs on both alike.
    const first = await run(pair % 2 === 0);
    const second = await run(pair % 2 === 1);
    const [without, abused] = first.isAbused ? [second, first] : [first, second];
    tell(
      `pair ${pair} of ${options.pairs}: p99 ${without.lamps.p99.toFixed(1)} ms without, ${abused.lamps.p99.toFixed(1)} ms with`,
    );
    pairs.push({ without, with: abused });
  }
  return pairs;
}

/** The phones that behave, registered and subscribed once for all runs. */
class Office {
  private pace: SteadyPace | undefined;

  private constructor(
    private readonly options: AbuseOptions,
    private readonly target: Endpoint,
    private readonly fleet: Fleet,
    private readonly judge: LampJudge,
    private readonly calls: Calls,
    private readonly wheel: Wheel,
  ) {
    wheel.start((now) => this.pace?.turn(now));
  }

  static async open(options: AbuseOptions, target: Endpoint, tell: (line: string) => void): Promise<Office> {
    const plan = everybodyOf(options).behaving;
    const wheel = new Wheel();
    const judge = new LampJudge(plan.lines, plan.subscriptions);
    const fleet = new Fleet(plan, target, 'presence', wheel, judge);
    const calls = new Calls(fleet, judge, wheel, options, plan.lines, seeded(options.seed + 1));
    await fleet.open();
    const office = new Office(options, target, fleet, judge, calls, wheel);
    tell(`registering ${plan.lines} phones, which subscribe ${plan.subscriptions} times`);
    const register = await fleet.register(SETUP_RATE);
    const subscribe = await fleet.subscribe(SETUP_RATE);
    const refused = { ...register.refused, ...subscribe.refused };
    if (Object.keys(refused).length > 0 || !(await settled(() => allIdle(judge), LOST_AFTER_MS))) {
      office.close();
      throw new Error(`${judge.countOtherThan(IDLE)} keys are not idle before the first call; refused: ${JSON.stringify(refused)}`); // prettier-ignore
    }
    return office;
  }

  close(): void {
    this.wheel.stop();
    this.fleet.close();
  }

  /** Calls for as long as a run is, and what was seen of them. */
  async run(sample: () => ReturnType<typeof sampleProcesses>): Promise<Omit<AbuseRun, 'isAbused' | 'abusers'>> {
    const { options, judge, calls, fleet } = this;
    for (const latencies of judge.latencies) latencies.clear();
    const before = { lamps: { ...judge.counts }, calls: { ...calls.counts }, sentAgain: fleet.retransmissionsSent };
    const from = performance.now();
    judge.start(from + options.warmUp * 1_000);
    this.pace = new SteadyPace(options, calls, judge);
    this.pace.start(from);
    const newcomers = new Newcomers(this.target, options.lines + options.loopers);
    await pause(options.warmUp * 1_000);
    const cpuBefore = sample();
    await pause(options.duration * 1_000);
    const [edge] = costsOf(cpuBefore, sample(), options.duration);
    const { pace } = this;
    await settled(() => pace.isOver && calls.open.size === 0, 40_000);
    const connected = await newcomers.stop();
    await settled(() => allIdle(judge), LOST_AFTER_MS);
    judge.finish();
    this.pace = undefined;
    const lamps = new Histogram();
    for (const latencies of judge.latencies) lamps.add(latencies);
    return {
      lamps: lamps.summary(),
      wrongLamps: wrongIn(judge.counts) - wrongIn(before.lamps),
      calls: calls.counts.ok - before.calls.ok,
      failedCalls: calls.counts.failed - before.calls.failed,
      sentAgain: fleet.retransmissionsSent - before.sentAgain,
      newcomers: connected,
      edgeCpu: edge?.cpu ?? 0,
    };
  }
}

const SETUP_RATE = 500;

function wrongIn({ lost, wrongAtEnd, contradictions, outOfOrder }: JudgeCounts): number {
  return lost + wrongAtEnd + contradictions + outOfOrder;
}
