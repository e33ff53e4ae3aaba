import { alarmSeverities, onOff, resetTypes, unregisterStatuses } from './codes';
import { after, byVersion, code, hex, ip4, ip6, optionalU32, text, textToNul, u16, u32, u8 } from './field';
import type { Layouts } from './layout';
import { audioCapabilities, buttons, servers, softKeys, softKeySets } from './list-field';

/** Layouts of registration [sccp-wire 3]: offsets are in the reference, the order here is theirs. */

/** From version 18 on a directory number has one byte more, and what follows is not aligned: Wireshark and chan-sccp agree. */
export const dirNumber = byVersion(18, text(25), text(24));

const line = { lineInstance: u32 };
const token = { deviceName: text(16), userId: u32, instance: u32, ipAddress: ip4, deviceType: u32 };
const wait = { waitSeconds: u32 };
const capabilities = { audio: audioCapabilities(0) };
/** Counts, custom pictures and conference resources lie between the first count and the audio part. */
const updateCapabilities = { audio: audioCapabilities(308) };

export const registrationLayouts = {
  KeepAliveMessage: { id: 0x0000, sender: 'phone', fields: {} },
  KeepAliveAckMessage: { id: 0x0100, sender: 'server', fields: {} },
  RegisterMessage: {
    id: 0x0001,
    sender: 'phone',
    atLeast: 32,
    fields: {
      deviceName: text(16),
      userId: u32,
      instance: u32,
      ipAddress: ip4,
      deviceType: u32,
      maxStreams: u32,
      activeStreams: u32,
      protocolVersion: u8,
      unknown: u8,
      phoneFeatures: u16,
      maxConferences: u32,
      activeConferences: u32,
      macAddress: hex(6),
      ipV4Scope: after(6, u32),
      maxLines: u32,
      ipV6Address: ip6,
      ipV6Scope: u32,
      loadName: text(32),
      configVersionStamp: text(48),
    },
  },
  RegisterAckMessage: {
    id: 0x0081,
    sender: 'server',
    fields: {
      keepAliveInterval: u32,
      // Six letters (M/D/YA) and the NUL: it takes one of the two bytes of padding.
      dateTemplate: text(8),
      secondaryKeepAliveInterval: u32,
      protocolVersion: u8,
      protocolFeatures: hex(3),
    },
  },
  RegisterRejectMessage: { id: 0x009d, sender: 'server', fields: { text: text(32) } },
  RegisterTokenRequest: { id: 0x0029, sender: 'phone', atLeast: 16, fields: token },
  RegisterTokenAck: { id: 0x011a, sender: 'server', fields: {} },
  RegisterTokenReject: { id: 0x011b, sender: 'server', fields: wait },
  SPCPRegisterTokenRequest: { id: 0x8000, sender: 'phone', atLeast: 16, fields: token },
  SPCPRegisterTokenAck: { id: 0x8100, sender: 'server', fields: {} },
  SPCPRegisterTokenReject: { id: 0x8101, sender: 'server', fields: wait },
  UnregisterMessage: { id: 0x0027, sender: 'phone', fields: { reason: optionalU32 } },
  UnregisterAckMessage: { id: 0x0118, sender: 'server', fields: { status: code(unregisterStatuses) } },
  IpPortMessage: { id: 0x0002, sender: 'phone', fields: { rtpPort: u32 } },
  CapabilitiesReqMessage: { id: 0x009b, sender: 'server', fields: {} },
  CapabilitiesResMessage: { id: 0x0010, sender: 'phone', atLeast: 4, fields: capabilities },
  UpdateCapabilitiesMessage: { id: 0x0030, sender: 'phone', atLeast: 4, fields: updateCapabilities },
  UpdateCapabilitiesV2Message: { id: 0x0043, sender: 'phone', atLeast: 4, fields: updateCapabilities },
  UpdateCapabilitiesV3Message: { id: 0x0044, sender: 'phone', atLeast: 4, fields: updateCapabilities },
  ButtonTemplateReqMessage: { id: 0x000e, sender: 'phone', fields: { version: optionalU32 } },
  ButtonTemplateMessage: { id: 0x0097, sender: 'server', fields: { buttons } },
  SoftKeyTemplateReqMessage: { id: 0x0028, sender: 'phone', fields: {} },
  SoftKeyTemplateResMessage: { id: 0x0108, sender: 'server', fields: { softKeys } },
  SoftKeySetReqMessage: { id: 0x0025, sender: 'phone', fields: {} },
  SoftKeySetResMessage: { id: 0x0109, sender: 'server', fields: { sets: softKeySets } },
  ConfigStatReqMessage: { id: 0x000c, sender: 'phone', fields: {} },
  ConfigStatMessage: {
    id: 0x0093,
    sender: 'server',
    fields: {
      deviceName: text(16),
      userId: u32,
      instance: u32,
      userName: text(40),
      serverName: text(40),
      numberLines: u32,
      numberSpeedDials: u32,
    },
  },
  ConfigStatDynamicMessage: {
    id: 0x0142,
    sender: 'server',
    fields: {
      deviceName: text(16),
      userId: u32,
      instance: u32,
      numberLines: u32,
      numberSpeedDials: u32,
      userName: textToNul(120),
      serverName: textToNul(120),
    },
  },
  LineStatReqMessage: { id: 0x000b, sender: 'phone', atLeast: 4, fields: line },
  LineStatMessage: {
    id: 0x0092,
    sender: 'server',
    fields: {
      ...line,
      dirNumber: text(24),
      fullyQualifiedDisplayName: text(40),
      label: text(40),
      displayOptions: u32,
    },
  },
  LineStatDynamicMessage: {
    id: 0x0147,
    sender: 'server',
    fields: {
      ...line,
      lineType: u32,
      dirNumber: textToNul(24),
      fullyQualifiedDisplayName: textToNul(120),
      label: textToNul(120),
    },
  },
  ForwardStatReqMessage: { id: 0x0009, sender: 'phone', atLeast: 4, fields: line },
  ForwardStatMessage: {
    id: 0x0090,
    sender: 'server',
    fields: {
      activeForward: u32,
      ...line,
      forwardAllActive: u32,
      forwardAllNumber: dirNumber,
      forwardBusyActive: u32,
      forwardBusyNumber: dirNumber,
      forwardNoAnswerActive: u32,
      forwardNoAnswerNumber: dirNumber,
    },
  },
  SpeedDialStatReqMessage: { id: 0x000a, sender: 'phone', atLeast: 4, fields: { speedDialInstance: u32 } },
  SpeedDialStatMessage: {
    id: 0x0091,
    sender: 'server',
    fields: { speedDialInstance: u32, dirNumber: text(24), displayName: text(40) },
  },
  SpeedDialStatDynamicMessage: {
    id: 0x0149,
    sender: 'server',
    fields: { speedDialInstance: u32, dirNumber: textToNul(24), displayName: textToNul(120) },
  },
  ServiceURLStatReqMessage: { id: 0x0033, sender: 'phone', atLeast: 4, fields: { serviceUrlIndex: u32 } },
  ServiceURLStatMessage: {
    id: 0x012f,
    sender: 'server',
    fields: { serviceUrlIndex: u32, url: text(256), displayName: text(40) },
  },
  ServiceURLStatDynamicMessage: {
    id: 0x0148,
    sender: 'server',
    fields: { serviceUrlIndex: u32, url: textToNul(255), displayName: textToNul(120) },
  },
  TimeDateReqMessage: { id: 0x000d, sender: 'phone', fields: {} },
  DefineTimeDate: {
    id: 0x0094,
    sender: 'server',
    fields: {
      year: u32,
      month: u32,
      dayOfWeek: u32,
      day: u32,
      hour: u32,
      minute: u32,
      seconds: u32,
      milliseconds: u32,
      systemTime: u32,
    },
  },
  VersionReqMessage: { id: 0x000f, sender: 'phone', fields: {} },
  VersionMessage: { id: 0x0098, sender: 'server', fields: { version: text(16) } },
  ServerReqMessage: { id: 0x0012, sender: 'phone', fields: {} },
  ServerResMessage: { id: 0x009e, sender: 'server', fields: { servers } },
  Reset: { id: 0x009f, sender: 'server', fields: { resetType: code(resetTypes) } },
  AlarmMessage: {
    id: 0x0020,
    sender: 'phone',
    fields: { severity: code(alarmSeverities), text: text(80), parameter1: u32, parameter2: u32 },
  },
  XMLAlarmMessage: { id: 0x015a, sender: 'phone', fields: { text: textToNul(2048) } },
  LocationInfoMessage: { id: 0x0157, sender: 'phone', fields: { text: textToNul(2401) } },
  MediaPortListMessage: { id: 0x0011, sender: 'phone', fields: {} },
  MediaResourceNotification: { id: 0x002c, sender: 'phone', fields: {} },
  HeadsetStatusMessage: { id: 0x002b, sender: 'phone', fields: { headsetMode: code(onOff) } },
  RegisterAvailableLinesMessage: { id: 0x002d, sender: 'phone', fields: { maxNumberOfLines: u32 } },
  AccessoryStatusMessage: { id: 0x0049, sender: 'phone', fields: { accessory: u32, status: code(onOff) } },
  MediaPathCapabilityMessage: { id: 0x004a, sender: 'phone', fields: { mediaPath: u32, capability: u32 } },
  ExtensionDeviceCaps: {
    id: 0x0159,
    sender: 'phone',
    fields: { instance: u32, type: u32, maxAllowed: u32, text: after(24, text(128)) },
  },
} satisfies Partial<Layouts>;
