import { freeCallReference, initialStationCalls, stepStationCalls } from './calls';
import {
  type CallLine,
  type CallSettings,
  type CallsWorld,
  defaultCallSettings,
  type DialMatch,
  type StationCallsEffect,
  type StationCallsInput,
  type StationCallsState,
  type StationLegCommand,
} from './calls-state';
import {
  type Codes,
  buttonTypes,
  callStates,
  codecs,
  lampModes,
  nameOfCode,
  onOff,
  ringModes,
  softKeySets,
  tones,
} from './codes';
import type { MediaCodec, MediaDescription } from './media';
import type { Message } from './messages';
import type { SoftKey } from './soft-keys';
import type { StationKey } from './station-state';

/** Steps the calls of one phone through a story and tells what it did in words. */

export const pcmu: MediaCodec = { payload: 0, name: 'PCMU', rate: 8000 };
export const pcma: MediaCodec = { payload: 8, name: 'PCMA', rate: 8000 };
export const g729: MediaCodec = { payload: 18, name: 'G729', rate: 8000, parameters: 'annexb=no' };
export const events: MediaCodec = { payload: 101, name: 'telephone-event', rate: 8000, parameters: '0-15' };

export function far(changes: Partial<MediaDescription> = {}): MediaDescription {
  return {
    address: '192.0.2.20',
    port: 5000,
    codecs: [pcmu, pcma, events],
    ptime: 20,
    direction: 'sendrecv',
    ...changes,
  };
}

const numbers = ['2101', '2102', '21', '3001', '3002'];

/** The numbers that can be dialled: 21 is one, and the beginning of others. */
export function dialPlan(digits: string): DialMatch {
  const isWhole = numbers.includes(digits);
  const isPartial = numbers.some((number) => number !== digits && number.startsWith(digits));
  return isWhole ? (isPartial ? 'either' : 'whole') : isPartial ? 'partial' : 'none';
}

export const lines: readonly CallLine[] = [
  { number: '3001', displayName: 'Alice', channels: 2 },
  { number: '3002', displayName: 'Front desk', channels: 1 },
];

export class CallsStory {
  state: StationCallsState;
  private done: StationCallsEffect[] = [];
  readonly world: CallsWorld;

  constructor(changes: Partial<CallsWorld> = {}, settings: Partial<CallSettings> = {}) {
    this.world = {
      settings: { ...defaultCallSettings, ...settings },
      lines,
      dialPlan,
      version: 17,
      dynamicMessages: true,
      ...changes,
    };
    const audio = [codecs.g711Ulaw, codecs.g711Alaw, codecs.g729A, codecs.rfc2833];
    this.state = initialStationCalls('SEP1', 1);
    this.take({ type: 'capabilities', audio: audio.map((codec) => ({ codec, maxFramesPerPacket: 20 })) });
  }

  take(input: StationCallsInput): this {
    const { state, effects } = stepStationCalls(this.state, input, this.world);
    this.state = state;
    this.done.push(...effects);
    return this;
  }

  press(key: StationKey): this {
    return this.take({ type: 'key', key });
  }

  softKey(key: SoftKey, call = 0): this {
    return this.press({ type: 'function', key, line: 0, call });
  }

  lift(line = 0): this {
    return this.press({ type: 'offHook', line, call: 0 });
  }

  hangUp(call = 0): this {
    return this.press({ type: 'onHook', line: 0, call });
  }

  digits(text: string): this {
    for (const digit of text) this.press({ type: 'digit', digit, line: 0, call: 0 });
    return this;
  }

  command(call: number, command: StationLegCommand): this {
    return this.take({ type: 'command', call, command });
  }

  offer(changes: { media?: MediaDescription; line?: number; pickUp?: true } = {}): number {
    const call = freeCallReference(this.state);
    const { line = 1, media, pickUp } = changes;
    this.take({
      type: 'offer',
      call,
      line,
      caller: { number: '2101', display: 'Bob' },
      called: '3001',
      ...(media && { media }),
      ...(pickUp && { pickUp }),
    });
    return call;
  }

  /** The phone opened the channel that it was told of last. */
  listening(port = 4000): this {
    return this.take({
      type: 'media',
      event: { type: 'receiving', party: this.state.nextParty - 1, address: '192.0.2.10', port },
    });
  }

  /** What was done since the last look, in words. */
  news(): readonly string[] {
    return this.effects().map(wordsOf);
  }

  effects(): readonly StationCallsEffect[] {
    const effects = this.done;
    this.done = [];
    return effects;
  }

  /** The leg events since the last look. */
  legs(): readonly Extract<StationCallsEffect, { type: 'leg' }>[] {
    return this.effects().flatMap((effect) => (effect.type === 'leg' ? [effect] : []));
  }

  forget(): this {
    this.done = [];
    return this;
  }

  /** Call 1 was dialled and is talking. */
  talking(): this {
    this.lift().digits('2101').command(1, { type: 'accept', media: far() }).listening();
    return this.forget();
  }

  /** Call 1 came in and is talking. */
  answered(media?: MediaDescription): this {
    this.offer(media ? { media } : {});
    this.softKey('answer').listening();
    return this.forget();
  }
}

export function wordsOf(effect: StationCallsEffect): string {
  switch (effect.type) {
    case 'send':
      return sent(effect.message);
    case 'leg': {
      const { type, ...rest } = effect.event;
      const values = Object.entries(rest).map(([key, value]) =>
        key === 'media' ? mediaWords(value as never) : String(value),
      );
      return [`leg ${effect.call}:`, type, ...values].join(' ');
    }
    case 'standing': {
      const { line, direction, state, isHeld, party } = effect.standing;
      return [`line ${line}`, effect.call, direction, state, isHeld ? 'held' : '', party?.number ?? '']
        .filter(Boolean)
        .join(' ');
    }
    case 'startTimer':
      return `timer ${effect.name} ${effect.ms}`;
    case 'stopTimer':
      return `no timer ${effect.name}`;
    case 'doNotDisturb':
      return `dnd ${effect.isOn ? 'on' : 'off'}${effect.forCall === undefined ? '' : ` for ${effect.forCall}`}`;
    case 'pickUp':
      return `pick up line ${effect.line} ${effect.number}`;
    case 'forwardAll':
      return `forward line ${effect.line} ${effect.number ?? 'off'}`;
    case 'feature':
      return `feature ${effect.feature} line ${effect.line} call ${effect.call}`;
    default:
      return effect satisfies never;
  }
}

function mediaWords({ address, port, codecs: list, direction }: MediaDescription): string {
  return `${address}:${port} ${list.map(({ payload }) => payload).join(',')} ${direction}`;
}

const word = (table: Codes, value: number): string => nameOfCode(table, value) ?? String(value);

function sent(message: Message): string {
  switch (message.name) {
    case 'CallStateMessage':
      return `state ${message.callReference} ${word(callStates, message.callState)}`;
    case 'StartToneMessage':
      return `tone ${message.callReference} ${word(tones, message.tone)}`;
    case 'StopToneMessage':
      return `no tone ${message.callReference}`;
    case 'SelectSoftKeysMessage':
      return `keys ${message.callReference} ${word(softKeySets, message.softKeySetIndex)}`;
    case 'SetLampMessage':
      return `lamp ${word(buttonTypes, message.stimulus)} ${message.stimulusInstance} ${word(lampModes, message.lampMode)}`;
    case 'SetRingerMessage':
      return `bell ${message.callReference} ${word(ringModes, message.ringMode)}`;
    case 'SetSpeakerModeMessage':
      return `speaker ${word(onOff, message.mode)}`;
    case 'DisplayDynamicPromptStatusMessage':
    case 'DisplayPromptStatusMessage':
      return `prompt ${message.callReference} "${message.promptStatus}"`;
    case 'DisplayDynamicNotifyMessage':
    case 'DisplayNotifyMessage':
      return `notice "${message.notify}"`;
    case 'CallInfoDynamicMessage':
    case 'CallInfoMessage':
      return `info ${message.callReference} ${message.callingParty} to ${message.calledParty}`;
    case 'DialedNumberMessage':
      return `dialled ${message.callReference} ${message.calledParty}`;
    case 'ActivateCallPlaneMessage':
      return `plane ${message.lineInstance}`;
    case 'ClearPromptStatusMessage':
      return `no prompt ${message.callReference}`;
    case 'OpenReceiveChannel':
      return `listen ${message.callReference} party ${message.passThruPartyID} ${word(codecs, message.compressionType)}`;
    case 'CloseReceiveChannel':
      return `stop listening ${message.callReference} party ${message.passThruPartyID}`;
    case 'StartMediaTransmission':
      return `send ${message.callReference} to ${message.remoteIpAddress}:${message.remotePort} ${word(codecs, message.compressionType)}`;
    case 'StopMediaTransmission':
      return `stop sending ${message.callReference} party ${message.passThruPartyID}`;
    default:
      return message.name;
  }
}
