import {
  buttonTypes,
  callStates,
  callTypes,
  lampModes,
  onOff,
  ringDurations,
  ringModes,
  softKeySets,
  tones,
} from './codes';
import type { CallsWorld, StationCall, StationCallsState } from './calls-state';
import type { Message } from './messages';
import { maskWithout, type SoftKey } from './soft-keys';

/** What a phone shows and sounds of its calls [sccp-wire 5.4-5.7]. */

const about = ({ line, call }: Pick<StationCall, 'line' | 'call'>) => ({ lineInstance: line, callReference: call });

export function callState(call: Pick<StationCall, 'line' | 'call'>, state: keyof typeof callStates): Message {
  return {
    name: 'CallStateMessage',
    callState: callStates[state],
    ...about(call),
    visibility: 0,
    precedenceLevel: 4,
    precedenceDomain: 0,
  };
}

export function softKeySet(
  call: Pick<StationCall, 'line' | 'call'>,
  set: keyof typeof softKeySets,
  hidden: readonly SoftKey[] = [],
): Message {
  return {
    name: 'SelectSoftKeysMessage',
    ...about(call),
    softKeySetIndex: softKeySets[set],
    validKeyMask: maskWithout(set, hidden),
  };
}

export function prompt(call: StationCall, text: string, { dynamicMessages }: CallsWorld): Message {
  const name = dynamicMessages ? 'DisplayDynamicPromptStatusMessage' : 'DisplayPromptStatusMessage';
  return { name, timeout: 0, promptStatus: text, ...about(call) };
}

/** A line of text for some seconds, or (0) until it is cleared. */
export function notice(text: string, timeout: number, { dynamicMessages }: CallsWorld): Message {
  return { name: dynamicMessages ? 'DisplayDynamicNotifyMessage' : 'DisplayNotifyMessage', timeout, notify: text };
}

export function startTone(call: StationCall, tone: keyof typeof tones): Message {
  return { name: 'StartToneMessage', tone: tones[tone], direction: 0, ...about(call) };
}

export function stopTone(call: StationCall): Message {
  return { name: 'StopToneMessage', ...about(call), tone: 0 };
}

export function speaker(mode: keyof typeof onOff): Message {
  return { name: 'SetSpeakerModeMessage', mode: onOff[mode] };
}

/** Who talks with whom. The dynamic form only from version 17 on, where the sources agree on it [sccp-wire 4]. */
export function callInfo(call: StationCall, { lines, version, dynamicMessages }: CallsWorld): Message {
  const own = lines[call.line - 1];
  const ownParty = { name: own?.displayName ?? '', number: own?.number ?? '' };
  const farParty = { name: call.party?.display ?? '', number: call.party?.number ?? '' };
  const isIn = call.direction === 'recipient';
  const [calling, called] = isIn ? [farParty, ownParty] : [ownParty, farParty];
  const parties = {
    callingPartyName: calling.name,
    callingParty: calling.number,
    calledPartyName: called.name,
    calledParty: isIn ? (call.called ?? called.number) : called.number,
    originalCalledPartyName: '',
    originalCalledParty: '',
    lastRedirectingPartyName: '',
    lastRedirectingParty: '',
    callingPartyVoiceMailbox: '',
    calledPartyVoiceMailbox: '',
    originalCalledPartyVoiceMailbox: '',
    lastRedirectingVoiceMailbox: '',
    ...about(call),
    callType: isIn ? callTypes.inbound : callTypes.outbound,
    originalCalledPartyRedirectReason: 0,
    lastRedirectingReason: 0,
    callInstance: 1,
    callSecurityStatus: 1,
    partyPIRestrictionBits: 0,
  };
  if (version < 17 || !dynamicMessages) return { name: 'CallInfoMessage', ...parties };
  const more = { alternateCallingParty: '', huntPilotNumber: '', huntPilotName: '' };
  return { name: 'CallInfoDynamicMessage', ...parties, ...more };
}

/** The number for the list of placed calls. */
export function dialledNumber(call: StationCall): Message {
  return { name: 'DialedNumberMessage', calledParty: call.called ?? '', ...about(call) };
}

/** What the lamp of a line shows: ringing before talking before held; use elsewhere lights it as well. */
export function lampOf(state: StationCallsState, line: number): number {
  const phases = state.calls.filter((call) => call.line === line).map(({ phase }) => phase);
  if (phases.includes('ringingIn')) return lampModes.blink;
  if (phases.some((phase) => phase !== 'held')) return lampModes.on;
  if (phases.length > 0) return lampModes.wink;
  return Object.values(state.elsewhere).includes(line) ? lampModes.on : lampModes.off;
}

/** How the phone rings: not while somebody talks, not for a silent call. */
export function ringOf(state: StationCallsState): { readonly mode: number; readonly call?: StationCall } {
  const isBusy = state.calls.some(({ phase }) => phase !== 'ringingIn' && phase !== 'held');
  const ringing = state.calls.find(({ phase, isSilent }) => phase === 'ringingIn' && !isSilent);
  return ringing && !isBusy ? { mode: ringModes.inside, call: ringing } : { mode: ringModes.off };
}

/** Lamps and bell after a step, where they differ from those before it. */
export function lampsAndBell(
  before: StationCallsState,
  after: StationCallsState,
  { lines }: CallsWorld,
): readonly Message[] {
  const messages: Message[] = [];
  for (let line = 1; line <= lines.length; line++) {
    const lampMode = lampOf(after, line);
    if (lampMode === lampOf(before, line)) continue;
    messages.push({ name: 'SetLampMessage', stimulus: buttonTypes.line, stimulusInstance: line, lampMode });
  }
  const ring = ringOf(after);
  const old = ringOf(before);
  if (ring.mode !== old.mode) {
    const call = ring.call ?? old.call;
    messages.push({
      name: 'SetRingerMessage',
      ringMode: ring.mode,
      ringDuration: ringDurations.normal,
      ...(call ? about(call) : { lineInstance: 0, callReference: 0 }),
    });
  }
  return messages;
}
