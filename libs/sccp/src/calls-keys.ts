import {
  answer,
  type AudioPath,
  dial,
  fail,
  finish,
  hasRoom,
  hold,
  joinCalls,
  newCall,
  resume,
  silence,
  transferTo,
} from './calls-control';
import { notice, softKeySet, prompt, startTone } from './calls-display';
import { sendsDigitsItself } from './calls-media';
import { numberGiven, pressForwardAll, pressPickUp } from './calls-numbers';
import type { StationCall, StationFeature } from './calls-state';
import type { CallsTurn } from './calls-turn';
import type { SoftKey } from './soft-keys';
import type { StationKey } from './station-state';

/** What the user of a phone wants with a key, by the state of its calls. */

/** Digits that a phone collects at most. */
const MOST_DIGITS = 32;

export function pressKey(turn: CallsTurn, key: StationKey): void {
  switch (key.type) {
    case 'offHook':
      return liftHandset(turn, key.line, key.call);
    case 'onHook':
      return hangUp(turn, key.call);
    case 'hookFlash':
      return feature(turn, 'hookFlash', key.line, key.call);
    case 'digit':
      return collect(turn, key.digit, key.line);
    case 'enbloc':
      return dialNumber(turn, key.number, key.line);
    case 'dialKey':
      return dialNumber(turn, key.number, 0);
    case 'lineKey':
      return pressLine(turn, key.line);
    case 'featureKey':
      return feature(turn, 'featureKey', key.instance, 0);
    case 'voiceMail':
      return feature(turn, 'voiceMail', 0, 0);
    case 'function':
      return pressFunction(turn, key.key, key.line, key.call);
    default:
      return key satisfies never;
  }
}

function feature(turn: CallsTurn, name: StationFeature, line: number, call: number): void {
  turn.effects.push({ type: 'feature', feature: name, line, call });
}

/** The call that a key is about: the one it names, else the first that qualifies. */
function callOf(turn: CallsTurn, named: number, qualifies: (call: StationCall) => boolean): StationCall | undefined {
  const one = named === 0 ? undefined : turn.find(named);
  return one && qualifies(one) ? one : turn.state.calls.find(qualifies);
}

const rings = ({ phase }: StationCall): boolean => phase === 'ringingIn';
const isHeld = ({ phase }: StationCall): boolean => phase === 'held';

function liftHandset(turn: CallsTurn, line: number, named: number): void {
  // Only the way of the sound changes: from the speaker to the handset.
  if (turn.active()) return;
  const ringing = callOf(turn, named, rings);
  if (ringing) return answer(turn, ringing, 'handset');
  newCall(turn, knownLine(turn, line), 'handset');
}

function hangUp(turn: CallsTurn, named: number): void {
  const active = turn.active();
  const call = named === 0 ? active : (turn.find(named) ?? active);
  // A call that rings or waits does not end because the handset of another is put down.
  if (call && call.call === active?.call) finish(turn, call, { type: 'released', cause: 'normal' });
}

/** A line that the phone has; 0 when it named none of its own. */
function knownLine(turn: CallsTurn, line: number): number {
  return turn.world.lines[line - 1] ? line : 0;
}

function collect(turn: CallsTurn, digit: string, line: number): void {
  const active = turn.active();
  if (active && active.phase !== 'dialling') return sendDigit(turn, active, digit);
  const call = active ?? newCall(turn, knownLine(turn, line), 'speaker');
  if (!call) return;
  const { settings, dialPlan } = turn.world;
  // The cross sends what was dialled.
  if (digit === '#' && call.digits !== '') return complete(turn, call, call.digits);
  const digits = `${call.digits}${digit}`;
  const quiet = silence(turn, turn.update(call, { digits }));
  if (call.digits === '') turn.send(softKeySet(quiet, 'digitsAfterFirst'));
  const match = digits.length > MOST_DIGITS ? 'none' : dialPlan(digits, call.line);
  switch (match) {
    case 'whole':
      return complete(turn, quiet, digits);
    case 'none':
      return fail(turn, quiet, 404, { type: 'released', cause: 'normal' });
    case 'partial':
    case 'either':
      return turn.start(`digits ${call.call}`, settings.interdigitMs);
    default:
      return match satisfies never;
  }
}

/** A number was dialled: to be called, or to forward calls there. */
export function complete(turn: CallsTurn, call: StationCall, number: string): void {
  if (call.asksFor) numberGiven(turn, call, call.asksFor, number);
  else dial(turn, call, number);
}

/** A digit during a call, where the phone does not send it as RTP event itself [RFC2976]. */
function sendDigit(turn: CallsTurn, call: StationCall, digit: string): void {
  if (call.phase !== 'connected' || !call.isAgreed || call.leg !== 'open' || sendsDigitsItself(call)) return;
  const body = `Signal=${digit}\r\nDuration=160\r\n`;
  turn.tell(call, { type: 'info', exchange: turn.newExchange(), contentType: 'application/dtmf-relay', body });
}

/** A whole number: on the call that has a dial tone, else on a new one. */
export function dialNumber(turn: CallsTurn, number: string, line: number): void {
  const active = turn.active();
  if (number === '') return;
  if (active?.phase === 'dialling') {
    // What was typed before stays: a key does not add to it.
    if (active.digits === '') complete(turn, active, number);
    return;
  }
  newCall(turn, knownLine(turn, line), 'speaker', number);
}

function pressLine(turn: CallsTurn, line: number): void {
  const here = turn.state.calls.filter((call) => call.line === line);
  const ringing = here.find(rings);
  if (ringing) return answer(turn, ringing, 'speaker');
  const active = turn.active();
  if (active?.line === line) return;
  const waiting = here.find(isHeld);
  if (waiting) return resume(turn, waiting, 'speaker');
  if (turn.world.lines[line - 1]) newCall(turn, line, 'speaker');
}

function pressFunction(turn: CallsTurn, key: SoftKey, line: number, named: number): void {
  const path: AudioPath = 'speaker';
  switch (key) {
    case 'redial': {
      const { lastDialled } = turn.state;
      return lastDialled ? dialNumber(turn, lastDialled.number, knownLine(turn, line)) : undefined;
    }
    case 'newCall':
      if (turn.active()?.phase === 'dialling') return;
      return void newCall(turn, knownLine(turn, line), path);
    case 'answer': {
      const ringing = callOf(turn, named, rings);
      return ringing && answer(turn, ringing, path);
    }
    case 'hold': {
      const talking = callOf(turn, named, ({ phase }) => phase === 'connected');
      if (talking) return hold(turn, talking);
      // A key for hold alone takes the call back as well.
      const waiting = callOf(turn, named, isHeld);
      return waiting && resume(turn, waiting, path);
    }
    case 'resume': {
      const waiting = callOf(turn, named, isHeld);
      return waiting && resume(turn, waiting, path);
    }
    case 'endCall': {
      const call = named === 0 ? turn.active() : (turn.find(named) ?? turn.active());
      if (call?.asksFor && call.digits !== '') return complete(turn, call, call.digits);
      return call && finish(turn, call, { type: 'released', cause: 'normal' });
    }
    case 'backSpace':
      return backSpace(turn);
    case 'dial': {
      const active = turn.active();
      return active?.phase === 'dialling' && active.digits !== '' ? complete(turn, active, active.digits) : undefined;
    }
    case 'transfer':
      return pressTransfer(turn, named);
    case 'park': {
      const talking = callOf(turn, named, ({ phase, isAgreed }) => phase === 'connected' && isAgreed);
      return feature(turn, 'park', talking?.line ?? line, talking?.call ?? 0);
    }
    case 'doNotDisturb':
      return pressDoNotDisturb(turn, named);
    case 'forwardAll':
      return pressForwardAll(turn, knownLine(turn, line));
    case 'pickup':
      return pressPickUp(turn, knownLine(turn, line));
    case 'forwardBusy':
    case 'forwardNoAnswer':
    case 'info':
    case 'conference':
    case 'join':
    case 'meetMe':
    case 'groupPickup':
      return feature(turn, key, line, named);
    default:
      return key satisfies never;
  }
}

function backSpace(turn: CallsTurn): void {
  const active = turn.active();
  if (active?.phase !== 'dialling' || active.digits === '') return;
  const { settings } = turn.world;
  const shorter = turn.update(active, { digits: active.digits.slice(0, -1) });
  turn.send({ name: 'BackSpaceResMessage', lineInstance: shorter.line, callReference: shorter.call });
  turn.start(`digits ${shorter.call}`, settings.interdigitMs);
  if (shorter.digits !== '') return;
  turn.send(
    prompt(shorter, 'Enter number', turn.world),
    softKeySet(shorter, 'offHook'),
    startTone(shorter, 'insideDial'),
  );
  turn.start(`digits ${shorter.call}`, settings.firstDigitMs);
  turn.update(shorter, { hasTone: true });
}

/** The first press holds the call and opens another; the second connects both, or sends the first one where that goes. */
function pressTransfer(turn: CallsTurn, named: number): void {
  const active = turn.active();
  if (active?.transferOf !== undefined) {
    const held = active.transferOf;
    if (active.phase === 'connected' && active.isAgreed) return joinCalls(turn, active, held);
    const target = active.called ?? active.digits;
    const goesOut = ['dialling', 'proceeding', 'ringingOut'].includes(active.phase);
    return goesOut && target !== '' ? transferTo(turn, active, held, target) : undefined;
  }
  const call =
    callOf(turn, named, ({ phase, isAgreed }) => phase === 'connected' && isAgreed) ?? callOf(turn, named, isHeld);
  if (!call || call.transferring !== undefined) return;
  newCall(turn, hasRoom(turn, call.line) ? call.line : 0, 'speaker', undefined, call.call);
}

/** For a call that rings: it rings no more, and the phone is undisturbed until it ends [AG-dnd]. Else on, or off again. */
function pressDoNotDisturb(turn: CallsTurn, named: number): void {
  const ringing = callOf(turn, named, (call) => rings(call) && !call.isSilent);
  const { doNotDisturb } = turn.state;
  if (ringing && !doNotDisturb) {
    turn.update(ringing, { isSilent: true, isUndisturbed: true });
    turn.effects.push({ type: 'doNotDisturb', isOn: true, forCall: ringing.call });
    return;
  }
  setDoNotDisturb(turn, !doNotDisturb);
  turn.effects.push({ type: 'doNotDisturb', isOn: !doNotDisturb });
}

/** What the phone shows of it; calls ring without a sound from now on, or with one again. */
export function setDoNotDisturb(turn: CallsTurn, isOn: boolean): void {
  if (turn.state.doNotDisturb === isOn) return;
  turn.state = { ...turn.state, doNotDisturb: isOn };
  turn.send(isOn ? notice('Do Not Disturb is active', 0, turn.world) : { name: 'ClearNotifyMessage' });
}
