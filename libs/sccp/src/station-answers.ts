import { buttonTypes, softKeySets } from './codes';
import type { Message } from './messages';
import { buttonOf, templateOf, type NumberedButton, type StationLine } from './profile';
import { softKeySetList, softKeyTemplate } from './soft-keys';
import type { RegisteredStation, StationSettings, StationWorld } from './station-state';

/**
 * The answers to what a phone asks about itself [sccp-wire 3, 5.1]. Each question is answered by itself: no order is
 * insisted on. Of a line, speed dial or service that is not there the phone gets an empty answer, as it would repeat an
 * unanswered question; an unknown feature key gets none.
 */
export function answersTo(
  message: Message,
  station: RegisteredStation,
  world: StationWorld,
): readonly Message[] | undefined {
  const { settings } = world;
  switch (message.name) {
    case 'ButtonTemplateReqMessage':
      return [{ name: 'ButtonTemplateMessage', buttons: templateOf(station.buttons) }];
    case 'SoftKeyTemplateReqMessage':
      return [{ name: 'SoftKeyTemplateResMessage', softKeys: softKeyTemplate }];
    case 'SoftKeySetReqMessage':
      return [
        { name: 'SoftKeySetResMessage', sets: softKeySetList },
        {
          name: 'SelectSoftKeysMessage',
          lineInstance: 0,
          callReference: 0,
          softKeySetIndex: softKeySets.onHook,
          validKeyMask: 0xffffffff,
        },
      ];
    case 'ConfigStatReqMessage':
      return [configStat(station, settings)];
    case 'LineStatReqMessage':
      return [lineStat(station, message.lineInstance)];
    case 'ForwardStatReqMessage':
      return [forwardStat(message.lineInstance, station.profile.lines[message.lineInstance - 1])];
    case 'SpeedDialStatReqMessage':
      return [speedDialStat(station.buttons, message.speedDialInstance)];
    case 'ServiceURLStatReqMessage':
      return [serviceStat(station, message.serviceUrlIndex)];
    case 'FeatureStatReqMessage': {
      const stat = featureStat(station, message.featureIndex);
      return stat ? [stat] : [];
    }
    case 'TimeDateReqMessage':
      return [timeDate(world)];
    case 'VersionReqMessage':
      return [{ name: 'VersionMessage', version: station.profile.loadName ?? station.register.loadName }];
    case 'ServerReqMessage':
      return [{ name: 'ServerResMessage', servers: [settings.server] }];
    default:
      return undefined;
  }
}

function configStat({ register, profile, buttons }: RegisteredStation, { server }: StationSettings): Message {
  return {
    name: 'ConfigStatMessage',
    deviceName: register.deviceName,
    userId: register.userId,
    instance: register.instance,
    userName: profile.userName ?? '',
    serverName: server.name,
    numberLines: profile.lines.length,
    numberSpeedDials: buttons.filter(({ button }) => button.type === 'speedDial').length,
  };
}

function lineStat({ profile, dialect, dynamicMessages }: RegisteredStation, lineInstance: number): Message {
  const line = profile.lines[lineInstance - 1];
  const about = {
    lineInstance,
    dirNumber: line?.number ?? '',
    fullyQualifiedDisplayName: line?.displayName ?? '',
    label: line?.label ?? line?.number ?? '',
  };
  // chan-sccp uses the dynamic form from version 17 on only [sccp-wire 1.2].
  if (dynamicMessages && dialect.version >= 17) return { name: 'LineStatDynamicMessage', ...about, lineType: 15 };
  return { name: 'LineStatMessage', ...about, displayOptions: 15 };
}

/** What a line's calls are forwarded to. */
export function forwardStat(lineInstance: number, line: StationLine | undefined): Message {
  const { all, busy, noAnswer } = line?.forward ?? {};
  const active = (number: string | undefined): number => (number === undefined ? 0 : 1);
  return {
    name: 'ForwardStatMessage',
    activeForward: active(all ?? busy ?? noAnswer),
    lineInstance,
    forwardAllActive: active(all),
    forwardAllNumber: all ?? '',
    forwardBusyActive: active(busy),
    forwardBusyNumber: busy ?? '',
    forwardNoAnswerActive: active(noAnswer),
    forwardNoAnswerNumber: noAnswer ?? '',
  };
}

function speedDialStat(buttons: readonly NumberedButton[], speedDialInstance: number): Message {
  const button = buttonOf(buttons, ['speedDial', 'blf'], speedDialInstance)?.button;
  const { number, label } = button?.type === 'speedDial' || button?.type === 'blf' ? button : { number: '', label: '' };
  return { name: 'SpeedDialStatMessage', speedDialInstance, dirNumber: number, displayName: label };
}

function serviceStat({ buttons, dynamicMessages }: RegisteredStation, serviceUrlIndex: number): Message {
  const button = buttonOf(buttons, ['serviceUrl'], serviceUrlIndex)?.button;
  const { url, label } = button?.type === 'serviceUrl' ? button : { url: '', label: '' };
  const name = dynamicMessages ? 'ServiceURLStatDynamicMessage' : 'ServiceURLStatMessage';
  return { name, serviceUrlIndex, url, displayName: label };
}

/**
 * What a BLF or feature key shows: label and state, by the message that the phone takes [sccp-wire 2.2]. Undefined when it
 * has no such key.
 */
export function featureStat(station: RegisteredStation, featureIndex: number): Message | undefined {
  const found = buttonOf(station.buttons, ['blf', 'feature'], featureIndex);
  if (found?.button.type !== 'blf' && found?.button.type !== 'feature') return undefined;
  return {
    name: station.dynamicMessages ? 'FeatureStatDynamicMessage' : 'FeatureStatMessage',
    featureIndex,
    featureID: found.button.type === 'blf' ? buttonTypes.blfSpeedDial : buttonTypes.feature,
    featureTextLabel: found.button.label,
    featureStatus: station.lamps[featureIndex] ?? 0,
  };
}

/** Local time; phones show it as it is. */
export function timeDate({ settings, now }: StationWorld): Message {
  const local = new Date(now + settings.utcOffsetMinutes * 60_000);
  return {
    name: 'DefineTimeDate',
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    dayOfWeek: local.getUTCDay(),
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    seconds: local.getUTCSeconds(),
    milliseconds: local.getUTCMilliseconds(),
    systemTime: Math.floor(now / 1000),
  };
}
