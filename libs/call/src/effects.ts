import type { CallEffect, CallLeg, CallState, CallStep, CallTimer, RoutedTarget } from './call-state';
import type { LegCommand, LegEvent, ReleaseCause } from './messages';

/** How long a lookup of a number may take, in milliseconds. */
export const ROUTE_MS = 10_000;
/** How long phones ring: Timer C [RFC3261 16.6]. */
export const NO_ANSWER_MS = 180_000;
/** Longer than 64*T1, so that a leg's own transaction ends before the call gives it up [RFC3261 13.3.1.4, 17.1.1.2]. */
export const EXCHANGE_MS = 40_000;
/** How often a talking leg is asked for a sign of life: a dead call ends within twice this. */
export const PROBE_MS = 300_000;

export function command(leg: Pick<CallLeg, 'leg' | 'edge'>, body: LegCommand): CallEffect {
  return { type: 'command', leg: leg.leg, edge: leg.edge, command: body };
}

export function release(legs: readonly CallLeg[], cause: ReleaseCause): CallEffect[] {
  return legs.map((leg) => command(leg, { type: 'release', cause }));
}

/** Whether an event is a leg's last word. */
export function isFinal(event: LegEvent): event is Extract<LegEvent, { type: 'refused' | 'released' | 'lost' }> {
  return event.type === 'refused' || event.type === 'released' || event.type === 'lost';
}

/** Why the other legs end when this one said its last word. */
export function causeOf(event: LegEvent): ReleaseCause {
  if (event.type === 'lost') return 'edge-lost';
  if (event.type === 'released') return event.cause;
  return 'refused';
}

/** The call after every leg got its last command; `waiting` are the legs that have yet to say that they ended. */
export function releasing(
  state: Exclude<CallState, { status: 'ended' }>,
  cause: ReleaseCause,
  waiting: readonly CallLeg[],
  effects: readonly CallEffect[],
): CallStep {
  const { call, noAnswerMs, attempt } = state;
  if (waiting.length === 0) return { state: { status: 'ended', call, cause }, effects };
  const legs = waiting.map((each) => each.leg);
  return { state: { status: 'releasing', call, noAnswerMs, attempt, cause, waiting: legs }, effects };
}

/** The call after these legs were told to end for one reason. */
export function releaseAll(
  state: Exclude<CallState, { status: 'ended' }>,
  legs: readonly CallLeg[],
  cause: ReleaseCause,
): CallStep {
  return releasing(state, cause, legs, release(legs, cause));
}

/** The command that offers a target the call. */
export function offerTo(
  { leg, edge, target }: RoutedTarget,
  offer: Omit<Extract<LegCommand, { type: 'offer' }>, 'type' | 'target'>,
): CallEffect {
  return command({ leg, edge }, { type: 'offer', target, ...offer });
}

/** A target as a leg of the call. */
export function calledLeg({ leg, edge, target }: RoutedTarget): CallLeg {
  const number = target.kind === 'dial-peer' ? target.number : target.line;
  return { leg, edge, role: 'callee', party: { number } };
}

interface RunningTimer {
  readonly ms: number;
  /** What the timer guards: when that changes, it starts anew. */
  readonly guards: string;
}

/** The timers that run in a state. Every state but the last has one: a call whose legs all fall silent still ends. */
function timersOf(state: CallState): ReadonlyMap<CallTimer, RunningTimer> {
  const timers = new Map<CallTimer, RunningTimer>();
  const run = (name: CallTimer, ms: number, guards: string | number = name): void => {
    timers.set(name, { ms, guards: String(guards) });
  };
  if (state.status === 'ended') return timers;
  const phase = state.status === 'transferring' ? state.target.phase : state.status;
  if (phase === 'routing' || phase === 'joining') run('route', ROUTE_MS, state.attempt);
  if (phase === 'joined') run('route', EXCHANGE_MS, phase);
  const fork = state.status === 'transferring' ? state.target : state;
  const toCome = 'next' in fork ? (fork.next?.length ?? 0) : 0;
  const forwarding = 'forwarding' in fork ? fork.forwarding : undefined;
  const noAnswerMs = forwarding?.noAnswer?.ms ?? state.noAnswerMs;
  if (phase === 'alerting' || phase === 'ringing') run('no-answer', noAnswerMs, `${state.attempt} ${toCome}`);
  if (state.status === 'up' && state.confirming) run('confirm', EXCHANGE_MS);
  if (state.status === 'transferring' || (state.status === 'up' && !state.confirming)) run('probe', PROBE_MS);
  if (state.status === 'releasing') run('release', EXCHANGE_MS);
  const modification = 'modification' in state ? state.modification : undefined;
  if (modification) run('modify', EXCHANGE_MS, `${modification.exchange} ${modification.phase}`);
  return timers;
}

/** The effects on timers of a step from one state to the next. `fired` ran out and brought the step. */
export function timerEffects(before: CallState | undefined, after: CallState, fired?: CallTimer): CallEffect[] {
  const old = new Map(before ? timersOf(before) : []);
  if (fired !== undefined) old.delete(fired);
  const now = timersOf(after);
  const effects: CallEffect[] = [];
  for (const name of old.keys()) if (!now.has(name)) effects.push({ type: 'stopTimer', name });
  for (const [name, { ms, guards }] of now) {
    if (old.get(name)?.guards !== guards) effects.push({ type: 'startTimer', name, ms });
  }
  return effects;
}
