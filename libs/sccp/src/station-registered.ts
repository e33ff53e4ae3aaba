import { answerEntry, endAllEntries, expireEntry, notifyEntry, requestEntry } from './call-list';
import type { Message } from './messages';
import { answersTo, featureStat, forwardStat } from './station-answers';
import { keyOf, mediaEventOf } from './station-keys';
import type {
  RegisteredStation,
  StationEffect,
  StationInput,
  StationStep,
  StationWorld,
  UnregisteredCause,
} from './station-state';

/** A phone that has registered: what it asks and says, and what the shell has for it. */

/** What the phone says: a question about itself, a key, a report. */
export function onRequest(state: RegisteredStation, message: Message, world: StationWorld): StationStep {
  const answers = answersTo(message, state, world);
  if (answers) {
    const sent = answers.map(send);
    if (message.name === 'ButtonTemplateReqMessage') return { state: { ...state, hasButtons: true }, effects: sent };
    if (message.name === 'TimeDateReqMessage' && !state.isReady) {
      const ready = { type: 'deliver', event: { type: 'ready' } } as const;
      return { state: { ...state, isReady: true }, effects: [...sent, ready] };
    }
    return { state, effects: sent };
  }
  const key = keyOf(message, state.buttons);
  if (key === 'unknownKey') return { state, effects: [{ type: 'count', what: 'unknownKey' }] };
  const event = key ?? mediaEventOf(message);
  if (event) return { state, effects: [{ type: 'deliver', event }] };
  switch (message.name) {
    case 'CapabilitiesResMessage':
    case 'UpdateCapabilitiesMessage':
    case 'UpdateCapabilitiesV2Message':
    case 'UpdateCapabilitiesV3Message':
      return { state, effects: [{ type: 'deliver', event: { type: 'capabilities', audio: message.audio } }] };
    case 'SubscriptionStatReqMessage': {
      const { callList, effects } = requestEntry(state.callList, message, world.settings);
      return { state: { ...state, callList }, effects };
    }
    case 'UnregisterMessage': {
      const attempt = state.attempt + 1;
      return {
        state: { ...state, status: 'unregistering', attempt },
        effects: [{ type: 'recordUnregistration', attempt }],
      };
    }
    default:
      return { state, effects: isHarmless(message) ? [] : [{ type: 'count', what: 'outOfPlace' }] };
  }
}

/** Reports of a phone that need no answer. */
function isHarmless({ name }: Message): boolean {
  return [
    'IpPortMessage',
    'MediaPortListMessage',
    'HeadsetStatusMessage',
    'MediaResourceNotification',
    'RegisterAvailableLinesMessage',
    'AccessoryStatusMessage',
    'MediaPathCapabilityMessage',
    'ExtensionDeviceCaps',
    'StartMediaTransmissionAck',
    'ConnectionStatisticsRes',
  ].includes(name);
}

/** What the shell has for it. */
export function stepRegistered(state: RegisteredStation, input: StationInput): StationStep {
  switch (input.type) {
    case 'recorded':
      if (state.status !== 'unregistering' || input.attempt !== state.attempt) return { state, effects: [] };
      return {
        state: { status: 'closed' },
        effects: [
          ...leave(state, 'asked'),
          ...stopTimers(),
          send({ name: 'UnregisterAckMessage', status: 0 }),
          { type: 'close', reason: 'unregistered' },
        ],
      };
    case 'unregistrationRefused':
      if (state.status !== 'unregistering' || input.attempt !== state.attempt) return { state, effects: [] };
      return {
        state: { ...state, status: 'registered' },
        effects: [send({ name: 'UnregisterAckMessage', status: input.status })],
      };
    case 'unavailable':
      if (state.status !== 'unregistering' || input.attempt !== state.attempt) return { state, effects: [] };
      return {
        state: { ...state, status: 'registered' },
        effects: [send({ name: 'UnregisterAckMessage', status: 1 })],
      };
    case 'lamp':
      return light(state, input.instance, input.status);
    case 'forwarded': {
      const lines = state.profile.lines.map((line, index) =>
        index + 1 === input.lineInstance ? { ...line, forward: input.forward } : line,
      );
      const profile = { ...state.profile, lines };
      return {
        state: { ...state, profile },
        effects: [send(forwardStat(input.lineInstance, lines[input.lineInstance - 1]))],
      };
    }
    case 'subscriptionAnswered': {
      const { callList, effects } = answerEntry(state.callList, input.transactionID, input.cause);
      return { state: { ...state, callList }, effects };
    }
    case 'callListStatus': {
      const { callList, effects } = notifyEntry(state.callList, input.transactionID, input.status);
      return { state: { ...state, callList }, effects };
    }
    case 'timer': {
      if (!input.name.startsWith('callList ')) return { state, effects: [] };
      const { callList, effects } = expireEntry(state.callList, Number(input.name.slice('callList '.length)));
      return { state: { ...state, callList }, effects };
    }
    case 'reset':
      return { state, effects: [send({ name: 'Reset', resetType: input.resetType })] };
    default:
      return { state, effects: [] };
  }
}

/** A key shows another state from now on; the phone hears it once it has its keys. Equal states are not repeated. */
function light(state: RegisteredStation, instance: number, status: number): StationStep {
  if ((state.lamps[instance] ?? 0) === status) return { state, effects: [] };
  const lit = { ...state, lamps: { ...state.lamps, [instance]: status } };
  const stat = featureStat(lit, instance);
  if (!stat) return { state, effects: [] };
  return { state: lit, effects: state.hasButtons ? [send(stat)] : [] };
}

export function send(message: Message): StationEffect {
  return { type: 'send', message };
}

export function stopTimers(): StationEffect[] {
  return [
    { type: 'stopTimer', name: 'firstMessage' },
    { type: 'stopTimer', name: 'keepAlive' },
  ];
}

/** A registered phone is none any more. */
export function leave(state: RegisteredStation, cause: UnregisteredCause): StationEffect[] {
  return [...endAllEntries(state.callList), { type: 'deliver', event: { type: 'unregistered', cause } }];
}
