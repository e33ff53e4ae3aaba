import { finish, newCall } from './calls-control';
import { prompt, softKeySet } from './calls-display';
import type { StationCall } from './calls-state';
import type { CallsTurn } from './calls-turn';

/**
 * CFwdALL: where all calls of a line go. The first press asks for a number, which is dialled like one to be called and ends
 * with `#`, EndCall, a second press, or the digit that completes it; a press while calls are forwarded ends that. The phone shows
 * what is in force when the shell says so by ForwardStat.
 */
export function pressForwardAll(turn: CallsTurn, line: number): void {
  const active = turn.active();
  if (active?.isForward) return active.digits === '' ? cancel(turn, active) : forwardTo(turn, active, active.digits);
  const wanted = active?.phase === 'dialling' ? active.line : line > 0 ? line : 1;
  if (turn.world.lines[wanted - 1]?.isForwarded) {
    turn.effects.push({ type: 'forwardAll', line: wanted });
    if (active?.phase === 'dialling') cancel(turn, active);
    return;
  }
  const isFresh = active?.phase === 'dialling' && active.digits === '' && active.transferOf === undefined;
  const call = isFresh ? active : newCall(turn, wanted, 'speaker');
  if (!call) return;
  const asking = turn.update(call, { isForward: true });
  turn.send(prompt(asking, 'Forward all calls to', turn.world), softKeySet(asking, 'offHookFeature'));
}

/** The number is complete. */
export function forwardTo(turn: CallsTurn, call: StationCall, number: string): void {
  turn.effects.push({ type: 'forwardAll', line: call.line, number });
  cancel(turn, call);
}

function cancel(turn: CallsTurn, call: StationCall): void {
  finish(turn, call, { type: 'released', cause: 'normal' });
}
