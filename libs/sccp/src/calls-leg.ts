import { answer, fail, finish, hasRoom, showConnected, showHeld, silence } from './calls-control';
import { callInfo, callState, notice, prompt, softKeySet, startTone } from './calls-display';
import { codecForOffer, openChannel, takeAnswer, takeOffer } from './calls-media';
import type { LegCause, StationCall, StationCallsInput, StationLegCommand } from './calls-state';
import type { CallsTurn } from './calls-turn';
import { chooseCodec } from './media';

/** What the far side of a call wants of the phone. */

/** How long a phone shows where a call is parked. */
const PARKED_SECONDS = 10;

/** A call for the phone: it rings, or is refused at once. */
export function takeOfferedCall(turn: CallsTurn, offer: Extract<StationCallsInput, { type: 'offer' }>): void {
  const { call: reference, line, caller, called, media } = offer;
  if (turn.find(reference)) return;
  // Also a reference that is refused is used up: its leg has said its last word.
  turn.state = { ...turn.state, nextCall: Math.max(turn.state.nextCall, reference + 1) };
  const { capabilities, doNotDisturb } = turn.state;
  const refuse = (status: number): void => {
    turn.effects.push({ type: 'leg', call: reference, event: { type: 'refused', status } });
  };
  if (!turn.world.lines[line - 1]) return refuse(404);
  if (!hasRoom(turn, line)) return refuse(486);
  if (media && !chooseCodec(media.codecs, capabilities)) return refuse(488);
  const active = turn.active();
  const call = turn.add({
    call: reference,
    line,
    direction: 'recipient',
    phase: 'ringingIn',
    reached: 'early',
    leg: 'open',
    isAgreed: false,
    digits: '',
    called,
    party: caller,
    ...(media && { remote: media }),
    ...(doNotDisturb && { isSilent: true as const }),
  });
  turn.send(
    callState(call, 'ringIn'),
    softKeySet(call, 'ringIn'),
    callInfo(call, turn.world),
    prompt(call, `From ${caller.display ?? caller.number}`, turn.world),
  );
  if (offer.pickUp) {
    turn.tell(call, { type: 'progress', status: 180 });
    return answer(turn, call, 'speaker');
  }
  // Who talks hears that another call waits; the bell stays silent.
  if (active && !call.isSilent) turn.send(startTone(call, 'callWaiting'));
  turn.tell(call, { type: 'progress', status: 180 });
}

/** A command to a leg. One that does not fit its state changes nothing. */
export function obey(turn: CallsTurn, call: StationCall, command: StationLegCommand): void {
  if (call.leg !== 'open') return;
  switch (command.type) {
    case 'progress':
      return showProgress(turn, call, command.status);
    case 'accept':
      return takeAccept(turn, call, command.media);
    case 'refuse':
      if (call.isAgreed || call.direction !== 'initiator') return;
      return fail(turn, call, command.status, { type: 'released', cause: 'refused' });
    case 'release':
      return takeRelease(turn, call, command.cause);
    case 'confirm':
      return command.media && takeAnswer(turn, call, command.media, true);
    case 'modify':
      return takeModify(turn, call, command.exchange, command.media);
    case 'modified':
      if (call.asked !== command.exchange) return;
      return takeAnswer(turn, turn.update(call, { asked: undefined }), command.media, false);
    case 'modifyRefused':
      return call.asked === command.exchange ? takeRefusal(turn, call, command.status) : undefined;
    case 'info':
      // A phone plays no digits of others.
      return turn.tell(call, { type: 'infoAnswered', exchange: command.exchange, status: 415 });
    case 'infoAnswered':
      return;
    case 'referProgress':
      if (call.transferring !== command.exchange) return;
      if (command.status >= 300) transferFailed(turn, call);
      else if (command.status >= 200 && call.parkingAt !== undefined)
        turn.send(notice(`Call Park At ${call.parkingAt}`, PARKED_SECONDS, turn.world));
      return;
    case 'referRefused':
      return call.transferring === command.exchange ? transferFailed(turn, call) : undefined;
    case 'probe':
      return turn.tell(call, { type: 'alive' });
    default:
      return command satisfies never;
  }
}

function showProgress(turn: CallsTurn, call: StationCall, status: number): void {
  if (call.phase !== 'proceeding' || status < 180) return;
  const ringing = turn.update(call, { phase: 'ringingOut', reached: 'early', hasTone: true });
  turn.send(
    callState(ringing, 'ringOut'),
    callInfo(ringing, turn.world),
    softKeySet(ringing, 'ringOut', ringing.transferOf === undefined ? ['transfer'] : []),
    prompt(ringing, 'Ring out', turn.world),
    startTone(ringing, 'alerting'),
  );
}

/** The far side took the call and offers; the phone listens, then answers [sccp-wire 5.5]. */
function takeAccept(
  turn: CallsTurn,
  call: StationCall,
  media: Extract<StationLegCommand, { type: 'accept' }>['media'],
): void {
  if (call.phase !== 'proceeding' && call.phase !== 'ringingOut') return;
  const chosen = chooseCodec(media.codecs, turn.state.capabilities);
  if (!chosen) return fail(turn, call, 488, { type: 'released', cause: 'failed' });
  const taken = turn.update(silence(turn, call), { phase: 'connected', remote: media });
  showConnected(turn, taken);
  openChannel(turn, taken, chosen, { type: 'confirm' });
}

function takeRelease(turn: CallsTurn, call: StationCall, cause: LegCause): void {
  const wasTalking = call.isAgreed || call.direction === 'recipient' || cause !== 'no-answer';
  if (wasTalking) return finish(turn, call, { type: 'released', cause });
  return fail(turn, call, 480, { type: 'released', cause });
}

function takeModify(
  turn: CallsTurn,
  call: StationCall,
  exchange: string,
  media: Extract<StationLegCommand, { type: 'modify' }>['media'],
): void {
  // Both ask at once, or the first exchange is not complete [RFC3261 14.2].
  if (call.asked !== undefined || !call.isAgreed || (call.receive && !call.receive.at)) {
    return turn.tell(call, { type: 'modifyRefused', exchange, status: 491 });
  }
  if (media) return takeOffer(turn, call, exchange, media);
  const chosen = codecForOffer(turn, call);
  if (!chosen) return turn.tell(call, { type: 'modifyRefused', exchange, status: 488 });
  if (call.phase === 'held') return turn.tell(call, { type: 'modifyRefused', exchange, status: 491 });
  return openChannel(turn, call, chosen, { type: 'modified', exchange, isOffer: true });
}

/**
 * Ours was refused. When both asked at once it is said again a moment later; else what the far side knows stays: a call
 * that could not be resumed is held again.
 */
function takeRefusal(turn: CallsTurn, call: StationCall, status: number): void {
  const free = turn.update(call, { asked: undefined });
  if (status === 491 || status === 500) {
    turn.update(free, { isStale: true });
    return turn.start(`retry ${call.call}`, turn.world.settings.retryMs);
  }
  if (free.phase === 'connected') showHeld(turn, free);
}

function transferFailed(turn: CallsTurn, call: StationCall): void {
  const kept = turn.update(call, { transferring: undefined, parkingAt: undefined });
  turn.send(notice(call.parkingAt === undefined ? 'Transfer failed' : 'Park failed', 5, turn.world));
  if (kept.phase === 'held') turn.send(prompt(kept, 'Hold', turn.world));
}
