import { fail, finish, parkAt } from './calls-control';
import { callState, lampsAndBell } from './calls-display';
import { complete, dialNumber, pressKey, setDoNotDisturb } from './calls-keys';
import { obey, takeOfferedCall } from './calls-leg';
import { channelOpened, negotiate } from './calls-media';
import type {
  CallStanding,
  CallsWorld,
  StationCall,
  StationCallsEffect,
  StationCallsInput,
  StationCallsState,
  StationCallsStep,
} from './calls-state';
import { CallsTurn } from './calls-turn';
import { assumedCapabilities } from './media';
import type { MediaEvent } from './station-state';

/**
 * A phone without calls.
 *
 * @param station a name that no other phone has: exchanges inside its calls are named after it
 * @param firstCall the first call reference; not 0, and not one that the phone may still remember
 */
export function initialStationCalls(station: string, firstCall = 1): StationCallsState {
  return {
    station,
    capabilities: assumedCapabilities,
    calls: [],
    elsewhere: {},
    nextCall: firstCall,
    nextParty: 1,
    nextExchange: 1,
    doNotDisturb: false,
  };
}

/** The reference for a call that is offered to the phone next. */
export function freeCallReference({ nextCall }: StationCallsState): number {
  return nextCall;
}

/** The calls after one input, and what to do in this order. Total: every input is allowed in every state. */
export function stepStationCalls(
  state: StationCallsState,
  input: StationCallsInput,
  world: CallsWorld,
): StationCallsStep {
  const turn = new CallsTurn(state, world);
  take(turn, input);
  const shown = input.type === 'gone' ? [] : lampsAndBell(state, turn.state, world);
  turn.send(...shown);
  return { state: turn.state, effects: [...turn.effects, ...standings(state, turn.state)] };
}

function take(turn: CallsTurn, input: StationCallsInput): void {
  switch (input.type) {
    case 'key':
      return pressKey(turn, input.key);
    case 'media':
      return takeMedia(turn, input.event);
    case 'capabilities':
      // A phone that names none still has what every phone has.
      if (input.audio.length > 0) turn.state = { ...turn.state, capabilities: input.audio };
      return;
    case 'offer':
      return takeOfferedCall(turn, input);
    case 'command': {
      const call = turn.find(input.call);
      return call && obey(turn, call, input.command);
    }
    case 'dial':
      return dialNumber(turn, input.number, input.line);
    case 'park': {
      const call = turn.find(input.call);
      return call && parkAt(turn, call, input.slot);
    }
    case 'elsewhere':
      return showElsewhere(turn, input);
    case 'doNotDisturb':
      return setDoNotDisturb(turn, input.isOn);
    case 'timer':
      return takeTimer(turn, input.name);
    case 'gone':
      return end(turn);
    default:
      return input satisfies never;
  }
}

function takeMedia(turn: CallsTurn, event: MediaEvent): void {
  const { party } = event;
  switch (event.type) {
    case 'receiving': {
      const call = turn.state.calls.find(({ receive }) => receive?.party === party);
      return call && channelOpened(turn, call, { address: event.address, port: event.port });
    }
    case 'notReceiving': {
      const call = turn.state.calls.find(({ receive }) => receive?.party === party);
      return call && channelFailed(turn, call);
    }
    case 'notSending': {
      const call = turn.state.calls.find(({ sendingTo }) => sendingTo?.party === party);
      return call && channelFailed(turn, call);
    }
    default:
      return event satisfies never;
  }
}

/** A call without sound is none [sccp-wire 5.8]. */
function channelFailed(turn: CallsTurn, call: StationCall): void {
  const isRefusal = call.direction === 'recipient' && !call.isAgreed;
  finish(turn, call, isRefusal ? { type: 'refused', status: 500 } : { type: 'released', cause: 'failed' });
}

function takeTimer(turn: CallsTurn, name: string): void {
  const [kind, reference] = name.split(' ');
  const call = turn.find(Number(reference));
  if (!call) return;
  if (kind === 'digits' && call.phase === 'dialling') {
    if (call.digits !== '') complete(turn, call, call.digits);
    else fail(turn, call, 480, { type: 'released', cause: 'normal' });
  }
  if (kind === 'tone' && call.phase === 'failed') finish(turn, call, { type: 'released', cause: 'normal' });
  if (kind === 'channel' && call.receive && !call.receive.at) channelFailed(turn, call);
  if (kind === 'retry') negotiate(turn, call);
}

/** A call of another phone on a shared line, shown under its own reference [sccp-wire 5.7]. */
function showElsewhere(
  turn: CallsTurn,
  { call, line, isInUse }: Extract<StationCallsInput, { type: 'elsewhere' }>,
): void {
  const { [call]: known, ...rest } = turn.state.elsewhere;
  if (isInUse === (known !== undefined)) return;
  turn.state = { ...turn.state, elsewhere: isInUse ? { ...rest, [call]: line } : rest };
  turn.send(callState({ line, call }, isInUse ? 'remoteMultiline' : 'onHook'));
}

/** The phone is not there any more: its calls end, and nothing is sent to it. */
function end(turn: CallsTurn): void {
  for (const call of turn.state.calls) {
    for (const timer of ['digits', 'channel', 'tone', 'retry'] as const) turn.stop(`${timer} ${call.call}`);
    const isRefusal = call.direction === 'recipient' && !call.isAgreed;
    if (call.leg === 'open') {
      turn.tell(call, isRefusal ? { type: 'refused', status: 480 } : { type: 'released', cause: 'silent' });
    }
  }
  turn.state = { ...turn.state, calls: [], elsewhere: {} };
}

/** What watchers are to know of a call. */
export function standingOf(call: StationCall): CallStanding {
  const { line, direction, reached, phase, party } = call;
  return { line, direction, state: reached, isHeld: phase === 'held', ...(party && { party }) };
}

/** The standings that a step changed; a call that is gone has terminated. */
function standings(before: StationCallsState, after: StationCallsState): StationCallsEffect[] {
  const effects: StationCallsEffect[] = [];
  for (const call of after.calls) {
    const standing = standingOf(call);
    const old = before.calls.find((each) => each.call === call.call);
    if (old && isSame(standingOf(old), standing)) continue;
    effects.push({ type: 'standing', call: call.call, standing });
  }
  for (const call of before.calls) {
    if (after.calls.some((each) => each.call === call.call)) continue;
    const standing: CallStanding = { ...standingOf(call), state: 'terminated', isHeld: false };
    effects.push({ type: 'standing', call: call.call, standing });
  }
  return effects;
}

function isSame(a: CallStanding, b: CallStanding): boolean {
  return (
    a.state === b.state &&
    a.isHeld === b.isHeld &&
    a.party?.number === b.party?.number &&
    a.party?.display === b.party?.display
  );
}
