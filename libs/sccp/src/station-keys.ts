import { buttonTypes, digitOf } from './codes';
import type { Message } from './messages';
import { buttonOf, type NumberedButton } from './profile';
import { type SoftKey, softKeyOf } from './soft-keys';
import type { MediaEvent, StationKey } from './station-state';

/** Hard keys and keys beside the display that do what a soft key does. 0x3F is DND in servers other than Cisco's [sccp-wire 3]. */
const functionOfStimulus: Readonly<Record<number, SoftKey>> = {
  [buttonTypes.lastNumberRedial]: 'redial',
  [buttonTypes.hold]: 'hold',
  [buttonTypes.transfer]: 'transfer',
  [buttonTypes.forwardAll]: 'forwardAll',
  [buttonTypes.forwardBusy]: 'forwardBusy',
  [buttonTypes.forwardNoAnswer]: 'forwardNoAnswer',
  [buttonTypes.meetMe]: 'meetMe',
  [buttonTypes.conference]: 'conference',
  [buttonTypes.callPark]: 'park',
  [buttonTypes.callPickup]: 'pickup',
  [buttonTypes.groupCallPickup]: 'groupPickup',
  [buttonTypes.doNotDisturb]: 'doNotDisturb',
  [buttonTypes.newCall]: 'newCall',
  [buttonTypes.endCall]: 'endCall',
  0x3f: 'doNotDisturb',
};

/** What a message of keys or hook means. `unknownKey`: a key that the phone does not have; undefined: another message. */
export function keyOf(message: Message, buttons: readonly NumberedButton[]): StationKey | 'unknownKey' | undefined {
  switch (message.name) {
    case 'OffHookMessage':
    case 'OnHookMessage':
    case 'HookFlashMessage': {
      const types = { OffHookMessage: 'offHook', OnHookMessage: 'onHook', HookFlashMessage: 'hookFlash' } as const;
      return { type: types[message.name], line: message.lineInstance ?? 0, call: message.callReference ?? 0 };
    }
    case 'OffHookMessageWithCallingPartyMessage':
      return { type: 'offHook', line: message.lineInstance, call: 0 };
    case 'KeypadButtonMessage': {
      const digit = digitOf(message.key);
      if (digit === undefined) return 'unknownKey';
      return { type: 'digit', digit, line: message.lineInstance ?? 0, call: message.callReference ?? 0 };
    }
    case 'EnblocCallMessage':
      return { type: 'enbloc', number: message.calledParty, line: message.lineInstance };
    case 'SoftKeyEventMessage': {
      const key = softKeyOf(message.softKeyEvent);
      if (!key) return 'unknownKey';
      return { type: 'function', key, line: message.lineInstance, call: message.callReference };
    }
    case 'StimulusMessage':
      return stimulusOf(message.stimulus, message.stimulusInstance, message.callReference ?? 0, buttons);
    default:
      return undefined;
  }
}

function stimulusOf(
  stimulus: number,
  instance: number,
  call: number,
  buttons: readonly NumberedButton[],
): StationKey | 'unknownKey' {
  switch (stimulus) {
    case buttonTypes.line:
      return { type: 'lineKey', line: instance };
    case buttonTypes.speedDial:
    case buttonTypes.blfSpeedDial: {
      const button = buttonOf(buttons, ['speedDial', 'blf'], instance)?.button;
      if (button?.type !== 'speedDial' && button?.type !== 'blf') return 'unknownKey';
      return { type: 'dialKey', number: button.number, instance };
    }
    case buttonTypes.feature:
      return buttonOf(buttons, ['feature'], instance) ? { type: 'featureKey', instance } : 'unknownKey';
    case buttonTypes.voiceMail:
    case buttonTypes.messages:
      return { type: 'voiceMail' };
    default: {
      const key = functionOfStimulus[stimulus];
      // The instance of a function key is the line that the display is about, where the phone says one.
      return key ? { type: 'function', key, line: instance, call } : 'unknownKey';
    }
  }
}

/** What a message says of a channel; undefined: another message. */
export function mediaEventOf(message: Message): MediaEvent | undefined {
  switch (message.name) {
    case 'OpenReceiveChannelAck': {
      const { mediaStatus, ipAddress: address, port, passThruPartyID: party } = message;
      if (mediaStatus !== 0) return { type: 'notReceiving', party, status: mediaStatus };
      return { type: 'receiving', party, address, port };
    }
    case 'StartMediaTransmissionAck':
      if (message.mediaStatus === 0) return undefined;
      return { type: 'notSending', party: message.passThruPartyID, status: message.mediaStatus };
    case 'MediaTransmissionFailure':
      return { type: 'notSending', party: message.passThruPartyID, status: 1 };
    default:
      return undefined;
  }
}
