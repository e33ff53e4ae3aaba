import type { AudioCapability, ButtonDefinition, ServerEntry, SoftKeyDefinition } from './list-field';

/**
 * How a phone registers and learns its buttons [sccp-wire 3]. `…Req` comes from the phone, the message after it in the
 * same block is the answer.
 */

/** 0x0001: who the phone is and what it can. Everything after `maxStreams` is absent in old phones and then 0 or empty. */
export interface RegisterMessage {
  readonly name: 'RegisterMessage';
  /** `SEP` and the MAC address for desk phones. */
  readonly deviceName: string;
  readonly userId: number;
  readonly instance: number;
  /** As the phone sees itself. */
  readonly ipAddress: string;
  /** See `deviceTypes`. */
  readonly deviceType: number;
  readonly maxStreams: number;
  readonly activeStreams: number;
  /** The highest version the phone speaks; 0 when it did not say. */
  readonly protocolVersion: number;
  readonly unknown: number;
  /** See `phoneFeatures`. */
  readonly phoneFeatures: number;
  readonly maxConferences: number;
  readonly activeConferences: number;
  /** 12 hexadecimal digits. */
  readonly macAddress: string;
  readonly ipV4Scope: number;
  readonly maxLines: number;
  readonly ipV6Address: string;
  readonly ipV6Scope: number;
  readonly loadName: string;
  readonly configVersionStamp: string;
}

/** 0x0081. Intervals in seconds. */
export interface RegisterAckMessage {
  readonly name: 'RegisterAckMessage';
  readonly keepAliveInterval: number;
  /** `D/M/Y`, `M/D/YA` (A: 12-hour clock). */
  readonly dateTemplate: string;
  readonly secondaryKeepAliveInterval: number;
  readonly protocolVersion: number;
  /** Three bytes as hexadecimal digits; they follow from the version. */
  readonly protocolFeatures: string;
}

/** 0x009D: the phone shows the text and tries again later. */
export interface RegisterRejectMessage {
  readonly name: 'RegisterRejectMessage';
  readonly text: string;
}

/** 0x0029: may I come back? Sent by a phone that is registered with a worse server; 0x8000 from an SPA phone. */
export interface RegisterTokenRequest {
  readonly name: 'RegisterTokenRequest' | 'SPCPRegisterTokenRequest';
  readonly deviceName: string;
  readonly userId: number;
  readonly instance: number;
  readonly ipAddress: string;
  readonly deviceType: number;
}

/** 0x011B, 0x8101: ask again after so many seconds. */
export interface RegisterTokenReject {
  readonly name: 'RegisterTokenReject' | 'SPCPRegisterTokenReject';
  readonly waitSeconds: number;
}

/** 0x0027. `reason` 1 is power save; most phones leave it out. */
export interface UnregisterMessage {
  readonly name: 'UnregisterMessage';
  readonly reason: number | undefined;
}

/** 0x0118, see `unregisterStatuses`. */
export interface UnregisterAckMessage {
  readonly name: 'UnregisterAckMessage';
  readonly status: number;
}

/** 0x0002: the RTP port of an old phone; not used. */
export interface IpPortMessage {
  readonly name: 'IpPortMessage';
  readonly rtpPort: number;
}

/** 0x0010, the answer to CapabilitiesReqMessage, and the longer forms 0x0030, 0x0043, 0x0044: of those only the audio part is read. */
export interface CapabilitiesMessage {
  readonly name:
    | 'CapabilitiesResMessage'
    | 'UpdateCapabilitiesMessage'
    | 'UpdateCapabilitiesV2Message'
    | 'UpdateCapabilitiesV3Message';
  readonly audio: readonly AudioCapability[];
}

/** 0x000E; old clients add a word. */
export interface ButtonTemplateReqMessage {
  readonly name: 'ButtonTemplateReqMessage';
  readonly version: number | undefined;
}

/** 0x0097: the keys of the phone from the first on, then those of its side cars. */
export interface ButtonTemplateMessage {
  readonly name: 'ButtonTemplateMessage';
  readonly buttons: readonly ButtonDefinition[];
}

/** 0x0108 */
export interface SoftKeyTemplateResMessage {
  readonly name: 'SoftKeyTemplateResMessage';
  readonly softKeys: readonly SoftKeyDefinition[];
}

/** 0x0109: sets of places in the template, counted from 1, in the order of `softKeySets`. */
export interface SoftKeySetResMessage {
  readonly name: 'SoftKeySetResMessage';
  readonly sets: readonly (readonly number[])[];
}

/** 0x0093 */
export interface ConfigStatMessage {
  readonly name: 'ConfigStatMessage';
  readonly deviceName: string;
  readonly userId: number;
  readonly instance: number;
  readonly userName: string;
  readonly serverName: string;
  readonly numberLines: number;
  readonly numberSpeedDials: number;
}

/** 0x0142: the same with texts of any length. */
export interface ConfigStatDynamicMessage extends Omit<ConfigStatMessage, 'name'> {
  readonly name: 'ConfigStatDynamicMessage';
}

/** 0x000B */
export interface LineStatReqMessage {
  readonly name: 'LineStatReqMessage';
  readonly lineInstance: number;
}

/** 0x0092 */
export interface LineStatMessage {
  readonly name: 'LineStatMessage';
  readonly lineInstance: number;
  readonly dirNumber: string;
  readonly fullyQualifiedDisplayName: string;
  readonly label: string;
  /** Bits of what the phone shows of a call; 15 is all. */
  readonly displayOptions: number;
}

/** 0x0147 */
export interface LineStatDynamicMessage {
  readonly name: 'LineStatDynamicMessage';
  readonly lineInstance: number;
  readonly lineType: number;
  readonly dirNumber: string;
  readonly fullyQualifiedDisplayName: string;
  readonly label: string;
}

/** 0x0009 */
export interface ForwardStatReqMessage {
  readonly name: 'ForwardStatReqMessage';
  readonly lineInstance: number;
}

/** 0x0090: 0 or 1, and where to. */
export interface ForwardStatMessage {
  readonly name: 'ForwardStatMessage';
  readonly activeForward: number;
  readonly lineInstance: number;
  readonly forwardAllActive: number;
  readonly forwardAllNumber: string;
  readonly forwardBusyActive: number;
  readonly forwardBusyNumber: string;
  readonly forwardNoAnswerActive: number;
  readonly forwardNoAnswerNumber: string;
}

/** 0x000A: about a button of type 0x02. */
export interface SpeedDialStatReqMessage {
  readonly name: 'SpeedDialStatReqMessage';
  readonly speedDialInstance: number;
}

/** 0x0091, 0x0149 */
export interface SpeedDialStatMessage {
  readonly name: 'SpeedDialStatMessage' | 'SpeedDialStatDynamicMessage';
  readonly speedDialInstance: number;
  readonly dirNumber: string;
  readonly displayName: string;
}

/** 0x0033: about a button of type 0x14. */
export interface ServiceURLStatReqMessage {
  readonly name: 'ServiceURLStatReqMessage';
  readonly serviceUrlIndex: number;
}

/** 0x012F, 0x0148 */
export interface ServiceURLStatMessage {
  readonly name: 'ServiceURLStatMessage' | 'ServiceURLStatDynamicMessage';
  readonly serviceUrlIndex: number;
  readonly url: string;
  readonly displayName: string;
}

/** 0x0094: local time. `dayOfWeek` counts from Sunday 0; `systemTime` is Unix time in seconds. */
export interface DefineTimeDate {
  readonly name: 'DefineTimeDate';
  readonly year: number;
  readonly month: number;
  readonly dayOfWeek: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly seconds: number;
  readonly milliseconds: number;
  readonly systemTime: number;
}

/** 0x0098: the firmware the phone should run. */
export interface VersionMessage {
  readonly name: 'VersionMessage';
  readonly version: string;
}

/** 0x009E */
export interface ServerResMessage {
  readonly name: 'ServerResMessage';
  readonly servers: readonly ServerEntry[];
}

/** 0x009F, see `resetTypes`. */
export interface Reset {
  readonly name: 'Reset';
  readonly resetType: number;
}

/** 0x0020, see `alarmSeverities`. Phones say here why they came back. */
export interface AlarmMessage {
  readonly name: 'AlarmMessage';
  readonly severity: number;
  readonly text: string;
  readonly parameter1: number;
  readonly parameter2: number;
}

/** 0x015A, 0x0157: XML of newer phones, cut at the length of the longest that was seen. */
export interface TextReportMessage {
  readonly name: 'XMLAlarmMessage' | 'LocationInfoMessage';
  readonly text: string;
}

/** 0x002B, see `onOff`. */
export interface HeadsetStatusMessage {
  readonly name: 'HeadsetStatusMessage';
  readonly headsetMode: number;
}

/** 0x002D: how many lines the phone made; ends the registration of SPA phones. */
export interface RegisterAvailableLinesMessage {
  readonly name: 'RegisterAvailableLinesMessage';
  readonly maxNumberOfLines: number;
}

/** 0x0049, also called MediaPathEvent: 1 headset, 2 handset, 3 speaker. */
export interface AccessoryStatusMessage {
  readonly name: 'AccessoryStatusMessage';
  readonly accessory: number;
  readonly status: number;
}

/** 0x004A */
export interface MediaPathCapabilityMessage {
  readonly name: 'MediaPathCapabilityMessage';
  readonly mediaPath: number;
  readonly capability: number;
}

/** 0x0159: a side car: 1 is a 7914, 2 a 7915, 3 a 7916. */
export interface ExtensionDeviceCaps {
  readonly name: 'ExtensionDeviceCaps';
  readonly instance: number;
  readonly type: number;
  readonly maxAllowed: number;
  readonly text: string;
}
