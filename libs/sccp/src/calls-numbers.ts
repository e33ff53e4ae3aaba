import { finish, newCall } from './calls-control';
import { prompt, softKeySet } from './calls-display';
import type { StationCall } from './calls-state';
import type { CallsTurn } from './calls-turn';

/**
 * Keys that ask for a number which is not to be called. It is dialled like one that is, and ends with `#`, EndCall, a second
 * press, or the digit that completes it.
 */

/**
 * CFwdALL: where all calls of a line go; while they do, a press ends that. The phone shows what is in force when the shell
 * says so by ForwardStat.
 */
export function pressForwardAll(turn: CallsTurn, line: number): void {
  const active = turn.active();
  const isDialling = active?.phase === 'dialling';
  const wanted = isDialling ? active.line : line > 0 ? line : 1;
  if (active?.asksFor !== 'forwardAll' && turn.world.lines[wanted - 1]?.isForwarded) {
    turn.effects.push({ type: 'forwardAll', line: wanted });
    if (isDialling) cancel(turn, active);
    return;
  }
  ask(turn, wanted, 'forwardAll', 'Forward all calls to');
}

/** PickUp: at which number the call rings that is to be taken. */
export function pressPickUp(turn: CallsTurn, line: number): void {
  ask(turn, line, 'pickUp', 'Pick up a call for');
}

function ask(turn: CallsTurn, line: number, what: NonNullable<StationCall['asksFor']>, text: string): void {
  const active = turn.active();
  if (active?.asksFor === what) {
    return active.digits === '' ? cancel(turn, active) : numberGiven(turn, active, what, active.digits);
  }
  const isFresh = active?.phase === 'dialling' && active.digits === '' && active.transferOf === undefined;
  const call = isFresh ? active : newCall(turn, line, 'speaker');
  if (!call) return;
  const asking = turn.update(call, { asksFor: what });
  turn.send(prompt(asking, text, turn.world), softKeySet(asking, 'offHookFeature'));
}

/** The number is complete: the phone is at rest again. */
export function numberGiven(
  turn: CallsTurn,
  call: StationCall,
  what: NonNullable<StationCall['asksFor']>,
  number: string,
): void {
  turn.effects.push({ type: what, line: call.line, number });
  cancel(turn, call);
}

function cancel(turn: CallsTurn, call: StationCall): void {
  finish(turn, call, { type: 'released', cause: 'normal' });
}
