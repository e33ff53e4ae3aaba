import {
  callInfo,
  callState,
  dialledNumber,
  notice,
  prompt,
  softKeySet,
  speaker,
  startTone,
  stopTone,
} from './calls-display';
import { chooseCodec } from './media';
import { closeChannels, codecForOffer, negotiate, openChannel } from './calls-media';
import type { StationCall, StationLegEvent } from './calls-state';
import type { CallsTurn } from './calls-turn';

/** What can be done with the calls of a phone, whoever wants it: its user by keys, or the far side by commands. */

/** Whether the user speaks into the handset; else the phone is told to open its speaker. */
export type AudioPath = 'handset' | 'speaker';

/** Whether a line has a channel free, or will have when `ending` is over. */
export function hasRoom(turn: CallsTurn, line: number, ending?: StationCall): boolean {
  const channels = turn.world.lines[line - 1]?.channels ?? 0;
  const busy = turn.state.calls.filter((each) => each.line === line && each.call !== ending?.call);
  return busy.length < channels;
}

/** The line for a new call: the one that was named, else the first with a free channel. */
function lineFor(turn: CallsTurn, line: number): number | undefined {
  const active = turn.active();
  const ending = active && !canBeHeld(active) ? active : undefined;
  if (line > 0) return hasRoom(turn, line, ending) ? line : undefined;
  const index = turn.world.lines.findIndex((_, at) => hasRoom(turn, at + 1, ending));
  return index < 0 ? undefined : index + 1;
}

function canBeHeld({ phase, leg, isAgreed }: StationCall): boolean {
  return phase === 'connected' && leg === 'open' && isAgreed;
}

/**
 * The user wants to call: what talks now is held, and a line is taken. With `digits` the number goes out at once; else
 * there is a dial tone [sccp-wire 5.5]. Nothing happens when no line is free.
 */
export function newCall(
  turn: CallsTurn,
  wanted: number,
  path: AudioPath,
  digits?: string,
  transferOf?: number,
): StationCall | undefined {
  const line = lineFor(turn, wanted);
  if (line === undefined) {
    turn.send(notice('No line available', 5, turn.world));
    return undefined;
  }
  setAside(turn);
  const call = turn.add({
    call: turn.newCallReference(),
    line,
    direction: 'initiator',
    phase: 'dialling',
    reached: 'trying',
    leg: 'none',
    isAgreed: false,
    digits: '',
    ...(transferOf !== undefined && { transferOf }),
  });
  if (path === 'speaker') turn.send(speaker('on'));
  turn.send(callState(call, 'offHook'), { name: 'ActivateCallPlaneMessage', lineInstance: line });
  if (digits !== undefined) return dial(turn, call, digits);
  turn.send(prompt(call, 'Enter number', turn.world), softKeySet(call, 'offHook'), startTone(call, 'insideDial'));
  turn.start(`digits ${call.call}`, turn.world.settings.firstDigitMs);
  return turn.update(call, { hasTone: true });
}

/** What talks is held, what only begins or has failed ends: one call is heard at a time. */
export function setAside(turn: CallsTurn): void {
  const active = turn.active();
  if (!active) return;
  if (canBeHeld(active)) hold(turn, active);
  else finish(turn, active, { type: 'released', cause: 'normal' });
}

/** The number is complete: the call goes out. */
export function dial(turn: CallsTurn, call: StationCall, number: string): StationCall | undefined {
  turn.stop(`digits ${call.call}`);
  const quiet = silence(turn, call);
  const { world } = turn;
  const isBlind = world.settings.transferSystem === 'full-blind' || world.isParkSlot?.(number) === true;
  if (call.transferOf !== undefined && isBlind) {
    transferTo(turn, quiet, call.transferOf, number);
    return undefined;
  }
  turn.state = { ...turn.state, lastDialled: { line: call.line, number } };
  const display = world.nameOf?.(number);
  const called = turn.update(quiet, {
    phase: 'proceeding',
    leg: 'open',
    digits: number,
    called: number,
    party: { number, ...(display !== undefined && { display }) },
  });
  turn.send(
    dialledNumber(called),
    callState(called, 'proceed'),
    callInfo(called, world),
    softKeySet(called, 'ringOut', called.transferOf === undefined ? ['transfer'] : []),
    prompt(called, `To ${number}`, world),
  );
  turn.tell(called, { type: 'started', line: called.line, called: number });
  return called;
}

/** The user takes a call that rings [sccp-wire 5.4]. */
export function answer(turn: CallsTurn, call: StationCall, path: AudioPath): void {
  if (call.phase !== 'ringingIn') return;
  const { capabilities } = turn.state;
  const chosen = call.remote ? chooseCodec(call.remote.codecs, capabilities) : codecForOffer(turn, call);
  if (!chosen) return finish(turn, call, { type: 'refused', status: 488 });
  setAside(turn);
  const taken = turn.update(call, { phase: 'connected' });
  if (path === 'speaker') turn.send(speaker('on'));
  turn.send(
    callState(taken, 'offHook'),
    { name: 'ActivateCallPlaneMessage', lineInstance: taken.line },
    stopTone(taken),
  );
  showConnected(turn, taken);
  openChannel(turn, taken, chosen, { type: taken.remote ? 'answer' : 'offer' });
}

/** The display of a call whose sides talk. */
export function showConnected(turn: CallsTurn, call: StationCall): void {
  const set = call.transferOf === undefined ? 'connected' : 'connectedTransfer';
  turn.send(
    callState(call, 'connected'),
    callInfo(call, turn.world),
    softKeySet(call, set),
    prompt(call, 'Connected', turn.world),
  );
}

/** The user puts a call aside [sccp-wire 5.7]. */
export function hold(turn: CallsTurn, call: StationCall): void {
  if (!canBeHeld(call)) return;
  negotiate(turn, turn.update(showHeld(turn, call), { isStale: true }));
}

/** The phone neither listens nor sends; the far side is not asked. */
export function showHeld(turn: CallsTurn, call: StationCall): StationCall {
  const held = turn.update(closeChannels(turn, call), { phase: 'held' });
  turn.send(callState(held, 'hold'), prompt(held, 'Hold', turn.world), softKeySet(held, 'onHold'), speaker('off'));
  return held;
}

/** The user goes on with a call on hold. */
export function resume(turn: CallsTurn, call: StationCall, path: AudioPath): void {
  if (call.phase !== 'held') return;
  const chosen = codecForOffer(turn, call);
  if (!chosen) return;
  setAside(turn);
  const back = turn.update(call, { phase: 'connected' });
  if (path === 'speaker') turn.send(speaker('on'));
  turn.send({ name: 'ActivateCallPlaneMessage', lineInstance: back.line });
  showConnected(turn, back);
  openChannel(turn, back, chosen, { type: 'modify' });
}

/** No tone sounds for the call any more. */
export function silence(turn: CallsTurn, call: StationCall): StationCall {
  if (!call.hasTone) return call;
  turn.send(stopTone(call));
  return turn.update(call, { hasTone: undefined });
}

/** The leg is over, but the phone stays off hook and hears why, until the user hangs up or the time is over. */
export function fail(turn: CallsTurn, call: StationCall, status: number, event: StationLegEvent): void {
  const isBusy = status === 486 || status === 600;
  const isUnknown = status === 404 || status === 484 || status === 604 || status === 410;
  const state = isBusy ? 'busy' : isUnknown ? 'invalidNumber' : 'congestion';
  const text = isBusy ? 'Busy' : isUnknown ? 'Unknown number' : 'Not available';
  const closed = closeChannels(turn, silence(turn, call));
  turn.stop(`digits ${call.call}`);
  const failed = turn.update(closed, { phase: 'failed', hasTone: true });
  endLeg(turn, failed, event);
  turn.send(
    callState(failed, state),
    softKeySet(failed, 'ringOut', ['transfer']),
    prompt(failed, text, turn.world),
    startTone(failed, isBusy ? 'lineBusy' : 'reorder'),
  );
  turn.start(`tone ${failed.call}`, turn.world.settings.failedToneMs);
}

/** The call is over on the phone [sccp-wire 5.6]; its leg says its last word. */
export function finish(turn: CallsTurn, call: StationCall, event: StationLegEvent): void {
  const wasActive = turn.active()?.call === call.call;
  const closed = closeChannels(turn, silence(turn, call));
  for (const timer of ['digits', 'tone', 'retry'] as const) turn.stop(`${timer} ${call.call}`);
  turn.send(
    { name: 'ClearPromptStatusMessage', lineInstance: call.line, callReference: call.call },
    callState(call, 'onHook'),
  );
  if (wasActive || !turn.active()) turn.send(softKeySet({ line: 0, call: 0 }, 'onHook'));
  if (wasActive) turn.send(speaker('off'));
  endLeg(turn, closed, event);
  turn.remove(closed);
  // A call that was made to transfer this one is a call like others now.
  for (const each of turn.state.calls) if (each.transferOf === call.call) turn.update(each, { transferOf: undefined });
  if (call.isUndisturbed) turn.effects.push({ type: 'doNotDisturb', isOn: false, forCall: call.call });
}

/** A leg says its last word; one that was never open says none. */
function endLeg(turn: CallsTurn, call: StationCall, event: StationLegEvent): void {
  const current = turn.find(call.call) ?? call;
  if (current.leg !== 'open') return;
  const isUnanswered = current.direction === 'recipient' && !current.isAgreed;
  // A call that nobody took is refused, unless the far side itself has ended it.
  const last =
    isUnanswered && event.type === 'released' && event.cause === 'normal'
      ? ({ type: 'refused', status: 480 } as const)
      : event;
  turn.tell(current, last);
  turn.update(current, { leg: 'over' });
}

/** Blind transfer: the far side of the held call is to be connected with that number. */
export function transferTo(turn: CallsTurn, consultation: StationCall, held: number, target: string): void {
  const call = turn.find(held);
  finish(turn, consultation, { type: 'released', cause: 'normal' });
  if (!call || call.leg !== 'open' || call.transferring !== undefined) return;
  const exchange = turn.newExchange();
  const referring = turn.update(call, { transferring: exchange });
  turn.send(prompt(referring, `Transfer to ${target}`, turn.world));
  turn.tell(referring, { type: 'refer', exchange, target });
}

/** The Park key: the far side is to wait at a slot; the user hears at which when it does [AG-park]. */
export function parkAt(turn: CallsTurn, call: StationCall, slot: string): void {
  if (call.leg !== 'open' || !call.isAgreed || call.transferring !== undefined) return;
  const exchange = turn.newExchange();
  turn.tell(turn.update(call, { transferring: exchange, parkingAt: slot }), { type: 'refer', exchange, target: slot });
}

/** Consultative transfer: the far sides of both calls are to be connected with each other. */
export function joinCalls(turn: CallsTurn, consultation: StationCall, held: number): void {
  const call = turn.find(held);
  if (!call || call.leg !== 'open' || call.transferring !== undefined) return;
  const exchange = turn.newExchange();
  const referring = turn.update(call, { transferring: exchange });
  turn.send(prompt(referring, 'Transfer', turn.world));
  turn.tell(referring, { type: 'join', exchange, with: consultation.call });
}
