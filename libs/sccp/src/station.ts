import { answerEntry, endAllEntries, expireEntry, notifyEntry, requestEntry } from './call-list';
import type { Message, MessageOf, RawMessage } from './messages';
import { dialectFor, protocolFeaturesOf, takesDynamicMessages, unregisteredDialect } from './negotiate';
import type { Dialect } from './payload';
import { numberButtons } from './profile';
import { answersTo, featureStat, forwardStat } from './station-answers';
import { keyOf, mediaEventOf } from './station-keys';
import type {
  CloseReason,
  ConnectedStation,
  RegisteredStation,
  RegisteringStation,
  StationEffect,
  StationInput,
  StationSettings,
  StationState,
  StationStep,
  StationWorld,
  UnregisteredCause,
} from './station-state';

/**
 * A Skinny phone on its connection [sccp-wire 3, 5.1]: keep-alives, tokens, registration and what a registered phone asks.
 * It knows no configuration and no calls: it asks who the phone is and has the answer written down before the phone hears
 * it [design law 2]; keys and channels go up as neutral events.
 */

/** Messages that wait for a registration; phones send a handful. */
const MOST_HELD = 32;

/** A connection was accepted. */
export function startStation({ firstMessageMs }: StationSettings): StationStep {
  return {
    state: { status: 'connected', attempt: 0, isHeard: false },
    effects: [{ type: 'startTimer', name: 'firstMessage', ms: firstMessageMs }],
  };
}

/** How frames of this phone are read and written now. */
export function dialectOf(state: StationState): Dialect {
  return 'dialect' in state ? state.dialect : unregisteredDialect;
}

/** The station after one input, and what to do in this order. Total: every input is allowed in every state. */
export function stepStation(state: StationState, input: StationInput, world: StationWorld): StationStep {
  if (state.status === 'closed') return { state, effects: [] };
  switch (input.type) {
    case 'message':
      return onMessage(state, input.message, world);
    case 'disconnected':
      return end(state, 'disconnected');
    case 'replaced':
      return end(state, 'replaced', 'replaced');
    case 'timer':
      if (input.name === 'keepAlive' || input.name === 'firstMessage') return end(state, 'silent', 'silent');
      break;
  }
  switch (state.status) {
    case 'connected':
      return stepConnected(state, input);
    case 'identifying':
    case 'recording':
      return stepRegistering(state, input, world);
    case 'registered':
    case 'unregistering':
      return stepRegistered(state, input);
    default:
      return state satisfies never;
  }
}

type Open = Exclude<StationState, { status: 'closed' }>;

function onMessage(state: Open, message: Message | RawMessage, world: StationWorld): StationStep {
  const alive = keepAlive(state, world.settings);
  const step = answerMessage(state, message, world);
  if (step.state.status === 'closed') return step;
  return { state: step.state, effects: [...alive, ...step.effects] };
}

/** Whatever a phone says, it is there. */
function keepAlive(state: Open, settings: StationSettings): StationEffect[] {
  const seconds = isRegistered(state) ? settings.keepAliveSeconds : settings.secondaryKeepAliveSeconds;
  const ms = seconds * settings.keepAlivesMissed * 1000;
  const first: StationEffect[] =
    state.status === 'connected' && !state.isHeard ? [{ type: 'stopTimer', name: 'firstMessage' }] : [];
  return [...first, { type: 'startTimer', name: 'keepAlive', ms }];
}

function answerMessage(state: Open, message: Message | RawMessage, world: StationWorld): StationStep {
  const heard: Open = state.status === 'connected' ? { ...state, isHeard: true } : state;
  switch (message.name) {
    case 'raw': {
      const what = message.reason === 'unknown' ? 'unknownMessage' : 'shortMessage';
      return { state: heard, effects: [{ type: 'count', what }] };
    }
    case 'KeepAliveMessage':
      return { state: heard, effects: [send({ name: 'KeepAliveAckMessage' })] };
    case 'AlarmMessage': {
      const { severity, text } = message;
      return { state: heard, effects: [{ type: 'deliver', event: { type: 'alarm', severity, text } }] };
    }
    case 'XMLAlarmMessage':
    case 'LocationInfoMessage':
      return { state: heard, effects: [] };
    case 'RegisterTokenRequest':
    case 'SPCPRegisterTokenRequest':
      if (heard.status !== 'connected') return { state: heard, effects: [{ type: 'count', what: 'outOfPlace' }] };
      return {
        state: { ...heard, token: message.name },
        effects: [{ type: 'askToken', deviceName: message.deviceName }],
      };
    case 'RegisterMessage':
      return onRegister(heard, message);
  }
  switch (heard.status) {
    case 'connected':
      // Whoever begins with something else is no phone [sccp-wire 1].
      return end(heard, 'malformed', 'notRegistered');
    case 'identifying':
    case 'recording':
      if (heard.held.length >= MOST_HELD) return { state: heard, effects: [{ type: 'count', what: 'heldOverflow' }] };
      return { state: { ...heard, held: [...heard.held, message] }, effects: [] };
    case 'registered':
    case 'unregistering':
      return onRequest(heard, message, world);
    default:
      return heard satisfies never;
  }
}

/** The answer to a token, in the words of the phone that asked. */
function stepConnected(state: ConnectedStation, input: StationInput): StationStep {
  const { token, ...rest } = state;
  if (!token) return { state, effects: [] };
  const isSpcp = token === 'SPCPRegisterTokenRequest';
  switch (input.type) {
    case 'tokenGranted':
      return { state: rest, effects: [send({ name: isSpcp ? 'SPCPRegisterTokenAck' : 'RegisterTokenAck' })] };
    case 'tokenRefused': {
      const { waitSeconds } = input;
      const name = isSpcp ? 'SPCPRegisterTokenReject' : 'RegisterTokenReject';
      return { state: rest, effects: [send({ name, waitSeconds })] };
    }
    default:
      return { state, effects: [] };
  }
}

function onRegister(state: Open, register: MessageOf<'RegisterMessage'>): StationStep {
  if ('register' in state && state.register.deviceName !== register.deviceName) {
    return end(state, 'malformed', 'anotherDevice');
  }
  // A repeat of the question that is being answered.
  if (state.status === 'identifying' || state.status === 'recording') return { state, effects: [] };
  const attempt = state.attempt + 1;
  const left = isRegistered(state) ? leave(state, 'registersAgain') : [];
  return {
    state: { status: 'identifying', attempt, register, held: [] },
    effects: [...left, { type: 'identify', attempt, register }],
  };
}

function stepRegistering(state: RegisteringStation, input: StationInput, world: StationWorld): StationStep {
  if (!('attempt' in input) || input.attempt !== state.attempt) return { state, effects: [] };
  const { attempt, register } = state;
  switch (input.type) {
    case 'identified':
      if (state.status !== 'identifying') return { state, effects: [] };
      return {
        state: { ...state, status: 'recording', profile: input.profile },
        effects: [{ type: 'recordRegistration', attempt, register }],
      };
    case 'refused':
      return {
        state: { status: 'closed' },
        effects: [
          ...stopTimers(),
          send({ name: 'RegisterRejectMessage', text: input.text }),
          { type: 'close', reason: 'refused' },
        ],
      };
    case 'unavailable':
      return end(state, 'disconnected', 'unavailable');
    case 'recorded':
      return state.status === 'recording' && state.profile
        ? acknowledge(state, state.profile, world)
        : { state, effects: [] };
    default:
      return { state, effects: [] };
  }
}

/** The registration is durable: the phone hears so, and what it said meanwhile is answered. */
function acknowledge(
  { attempt, register, held }: RegisteringStation,
  profile: RegisteredStation['profile'],
  world: StationWorld,
): StationStep {
  const { settings } = world;
  const dialect = dialectFor(register, settings.versionCeiling);
  let state: StationState = {
    status: 'registered',
    attempt,
    register,
    dialect,
    dynamicMessages: takesDynamicMessages(register, dialect),
    profile,
    buttons: numberButtons(profile.buttons),
    lamps: {},
    hasButtons: false,
    isReady: false,
    callList: {},
  };
  const effects: StationEffect[] = [
    ...keepAlive(state, settings),
    send({
      name: 'RegisterAckMessage',
      keepAliveInterval: settings.keepAliveSeconds,
      dateTemplate: settings.dateTemplate,
      secondaryKeepAliveInterval: settings.secondaryKeepAliveSeconds,
      protocolVersion: dialect.version,
      protocolFeatures: protocolFeaturesOf(dialect.version),
    }),
    send({ name: 'CapabilitiesReqMessage' }),
    { type: 'deliver', event: { type: 'registered', register, dialect } },
  ];
  for (const message of held) {
    if (state.status === 'closed') break;
    const step: StationStep = answerMessage(state, message, world);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

function onRequest(state: RegisteredStation, message: Message, world: StationWorld): StationStep {
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

function stepRegistered(state: RegisteredStation, input: StationInput): StationStep {
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
    case 'callListStatus':
      return { state, effects: notifyEntry(state.callList, input.transactionID, input.status) };
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

function send(message: Message): StationEffect {
  return { type: 'send', message };
}

function stopTimers(): StationEffect[] {
  return [
    { type: 'stopTimer', name: 'firstMessage' },
    { type: 'stopTimer', name: 'keepAlive' },
  ];
}

/** A registered phone is none any more. */
function leave(state: RegisteredStation, cause: UnregisteredCause): StationEffect[] {
  return [...endAllEntries(state.callList), { type: 'deliver', event: { type: 'unregistered', cause } }];
}

function end(state: Open, cause: UnregisteredCause, reason?: CloseReason): StationStep {
  const left = isRegistered(state) ? leave(state, cause) : [];
  const close: StationEffect[] = reason ? [{ type: 'close', reason }] : [];
  return { state: { status: 'closed' }, effects: [...left, ...stopTimers(), ...close] };
}

/** Whether anything but the connection itself is known of the phone. */
export function isRegistered(state: StationState): state is RegisteredStation {
  return state.status === 'registered' || state.status === 'unregistering';
}
