import type { Message, MessageOf, RawMessage } from './messages';
import { dialectFor, protocolFeaturesOf, takesDynamicMessages, unregisteredDialect } from './negotiate';
import type { Dialect } from './payload';
import { numberButtons } from './profile';
import { leave, onRequest, send, stepRegistered, stopTimers } from './station-registered';
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

function end(state: Open, cause: UnregisteredCause, reason?: CloseReason): StationStep {
  const left = isRegistered(state) ? leave(state, cause) : [];
  const close: StationEffect[] = reason ? [{ type: 'close', reason }] : [];
  return { state: { status: 'closed' }, effects: [...left, ...stopTimers(), ...close] };
}

/** Whether anything but the connection itself is known of the phone. */
export function isRegistered(state: StationState): state is RegisteredStation {
  return state.status === 'registered' || state.status === 'unregistering';
}
