import {
  type Config,
  type Ephone,
  type EphoneDn,
  ephoneDnId,
  ephoneId,
  keepaliveOf,
  keysOfType,
  type PhoneKey,
  phoneKeys,
} from '@linewatch/config';
import type { DirectoryView } from '@linewatch/edge';
import type { DeviceName, InstanceId, LineNumber } from '@linewatch/presence';
import { lineForwardOf } from './forwards';
import {
  buttonTypes,
  deviceTypes,
  type MessageOf,
  nameOfCode,
  numberButtons,
  type StationButton,
  type StationProfile,
} from '@linewatch/sccp';

/** One directory number on a line button. */
export interface PhoneDn {
  readonly number: LineNumber;
  readonly instance: InstanceId;
  readonly name?: string;
}

/** A line button: line instance n is the nth. An overlay button has several numbers, and calls go out on the first. */
export interface PhoneLine {
  readonly dns: readonly PhoneDn[];
  /** Calls at one time. */
  readonly channels: number;
}

/** A key with a lamp for a number. */
export interface WatchedKey {
  /** By which the phone names the key. */
  readonly instance: number;
  readonly number: string;
  /** It shows the phone that has the number rather than the number's line [cme-presence 3.6]. */
  readonly deviceBased: boolean;
}

/** An ephone as it registers: fixed until it registers again, as a phone learns its keys only then. */
export interface Phone {
  readonly tag: number;
  readonly device: DeviceName;
  readonly profile: StationProfile;
  readonly lines: readonly PhoneLine[];
  readonly keys: readonly WatchedKey[];
  /** Every number it registers for, each once. */
  readonly numbers: readonly LineNumber[];
  readonly keepAliveSeconds: number;
}

/** The answer to a Register: who it is, or what stands on the phone's display in place of its lines. */
export type Identified = { readonly phone: Phone } | { readonly refused: string };

/** Finds the ephone of a device name [cme-presence 2.8 `mac-address`]. The texts have room for 31 characters. */
export function identify(
  register: Pick<MessageOf<'RegisterMessage'>, 'deviceName' | 'deviceType'>,
  { config, ephones }: Pick<DirectoryView, 'config' | 'ephones'>,
): Identified {
  if (!config.telephonyService.enabled) return { refused: 'No telephony-service' };
  const ephone = ephones.byDeviceName(register.deviceName);
  if (!ephone) return { refused: 'Not configured here' };
  return { phone: phoneOf(config, ephone, nameOfCode(deviceTypes, register.deviceType)) };
}

/**
 * What the configuration says of a phone.
 * @param model what the phone says it is; its keys are counted by it where `type` is not given
 */
export function phoneOf(config: Config, ephone: Ephone, model?: string): Phone {
  const keys = phoneKeys(config, ephone, keysOfType(ephone.type ?? model, ephone.addons));
  const lines = keys.flatMap((key) => (key.kind === 'line' ? [key] : []));
  const profile: StationProfile = {
    lines: lines.map(({ dns: [dn] }) => ({
      number: dn?.number ?? '',
      displayName: dn?.name ?? dn?.number ?? '',
      label: dn?.label ?? dn?.number ?? '',
      ...(dn && { forward: lineForwardOf(dn) }),
    })),
    buttons: inPlace(keys),
    ...(ephone.username !== undefined && { userName: ephone.username }),
  };
  const phoneLines = lines.map(({ dns }) => ({ dns: dns.flatMap(dnOf), channels: channelsOf(dns) }));
  return {
    tag: ephone.tag,
    device: ephoneId(ephone.tag),
    profile,
    lines: phoneLines,
    keys: watchedKeys(profile.buttons, keys),
    numbers: [...new Set(phoneLines.flatMap(({ dns }) => dns.map(({ number }) => number)))],
    keepAliveSeconds: keepaliveOf(config, ephone),
  };
}

/** The number that a phone is known by: that of its first line; empty when it has none. */
export function primaryNumberOf({ lines }: Pick<Phone, 'lines'>): string {
  return lines.find(({ dns }) => dns.length > 0)?.dns[0]?.number ?? '';
}

const CHANNELS = { 'dual-line': 2, 'octo-line': 8 } as const;

/** A dn without a number takes no calls. */
function channelsOf(dns: readonly EphoneDn[]): number {
  const numbered = dns.filter(({ number }) => number !== undefined);
  return numbered.reduce((sum, { lineMode }) => sum + (lineMode === undefined ? 1 : CHANNELS[lineMode]), 0);
}

function dnOf({ tag, number, name }: EphoneDn): PhoneDn[] {
  if (number === undefined) return [];
  return [{ number, instance: ephoneDnId(tag), ...(name !== undefined && { name }) }];
}

/** The keys with lamps; `buttons` are those of `keys` in their places. */
function watchedKeys(buttons: readonly StationButton[], keys: readonly PhoneKey[]): WatchedKey[] {
  const byPlace = new Map(keys.map((key) => [key.key, key]));
  return numberButtons(buttons).flatMap(({ instance }, index) => {
    const key = byPlace.get(index + 1);
    return key?.kind === 'blf-speed-dial' ? [{ instance, number: key.number, deviceBased: key.device }] : [];
  });
}

/** The keys in their physical places; a key that is blank stays so. */
function inPlace(keys: readonly PhoneKey[]): StationButton[] {
  const last = keys.at(-1)?.key ?? 0;
  const byPlace = new Map(keys.map((key) => [key.key, key]));
  return Array.from({ length: last }, (_, index) => buttonOf(byPlace.get(index + 1)));
}

function buttonOf(key: PhoneKey | undefined): StationButton {
  switch (key?.kind) {
    case 'line':
      return { type: 'line' };
    case 'speed-dial':
      return { type: 'speedDial', number: key.number, label: key.label ?? key.number };
    case 'blf-speed-dial':
      return { type: 'blf', number: key.number, label: key.label };
    case 'url':
      return { type: 'serviceUrl', url: key.url, label: key.name ?? key.url };
    case 'feature': {
      const buttonType = featureTypes[key.feature.toLowerCase()];
      return buttonType === undefined ? { type: 'unused' } : { type: 'function', buttonType };
    }
    // Keys of the older modes show a call state by other means than presence [cme-presence 1.4].
    case 'monitor':
    case 'watch':
    case undefined:
      return { type: 'unused' };
    default:
      return key satisfies never;
  }
}

/** What `feature-button` names, as a key of the phone. */
const featureTypes: Readonly<Record<string, number>> = {
  cfwdall: buttonTypes.forwardAll,
  confrn: buttonTypes.conference,
  dnd: buttonTypes.doNotDisturb,
  endcall: buttonTypes.endCall,
  gpickup: buttonTypes.groupCallPickup,
  hold: buttonTypes.hold,
  meetme: buttonTypes.meetMe,
  newcall: buttonTypes.newCall,
  park: buttonTypes.callPark,
  pickup: buttonTypes.callPickup,
  redial: buttonTypes.lastNumberRedial,
  trnsfer: buttonTypes.transfer,
};
