/**
 * The numbers of Skinny by name [sccp-wire 2, 3, 4]. A message bears the number: one that no table has is passed on and
 * shown as it is.
 */

/** Kinds of a button in ButtonTemplateMessage, and what StimulusMessage says was pressed: the same numbers. */
export const buttonTypes = {
  unused: 0x00,
  lastNumberRedial: 0x01,
  speedDial: 0x02,
  hold: 0x03,
  transfer: 0x04,
  forwardAll: 0x05,
  forwardBusy: 0x06,
  forwardNoAnswer: 0x07,
  display: 0x08,
  line: 0x09,
  voiceMail: 0x0f,
  answerRelease: 0x10,
  autoAnswer: 0x11,
  select: 0x12,
  feature: 0x13,
  serviceUrl: 0x14,
  blfSpeedDial: 0x15,
  directedPark: 0x16,
  intercom: 0x17,
  maliciousCall: 0x1b,
  genericApp1: 0x21,
  genericApp2: 0x22,
  genericApp3: 0x23,
  genericApp4: 0x24,
  genericApp5: 0x25,
  multiblinkFeature: 0x26,
  meetMe: 0x7b,
  conference: 0x7d,
  callPark: 0x7e,
  callPickup: 0x7f,
  groupCallPickup: 0x80,
  mobility: 0x81,
  doNotDisturb: 0x82,
  conferenceList: 0x83,
  removeLastParticipant: 0x84,
  qualityReport: 0x85,
  callBack: 0x86,
  otherPickup: 0x87,
  videoMode: 0x88,
  newCall: 0x89,
  endCall: 0x8a,
  huntLog: 0x8b,
  queuing: 0x8f,
  messages: 0xc2,
  directory: 0xc3,
  application: 0xc5,
  headset: 0xc6,
  keypad: 0xf0,
  undefined: 0xff,
} as const;

/** What a BLF key or a call-list entry shows [sccp-wire 2.1]. */
export const blfStatuses = { unknown: 0, idle: 1, inUse: 2, doNotDisturb: 3, alerting: 4 } as const;

/** The answer to a call-list subscription [cme-presence 4.6]. */
export const subscriptionCauses = {
  ok: 0,
  routeFail: 1,
  authFail: 2,
  timeout: 3,
  trunkTerm: 4,
  trunkForbidden: 5,
  throttle: 6,
} as const;

/** States of one call as a phone shows it. */
export const callStates = {
  offHook: 1,
  onHook: 2,
  ringOut: 3,
  ringIn: 4,
  connected: 5,
  busy: 6,
  congestion: 7,
  hold: 8,
  callWaiting: 9,
  transfer: 10,
  park: 11,
  proceed: 12,
  remoteMultiline: 13,
  invalidNumber: 14,
  holdRevert: 15,
  whisper: 16,
  remoteHold: 17,
} as const;

/** Tones a phone makes itself. */
export const tones = {
  silence: 0x00,
  insideDial: 0x21,
  outsideDial: 0x22,
  lineBusy: 0x23,
  alerting: 0x24,
  reorder: 0x25,
  noSuchNumber: 0x2b,
  callWaiting: 0x2d,
  confirmation: 0x2e,
  zipZip: 0x31,
  zip: 0x32,
  hold: 0x35,
  none: 0x7f,
} as const;

export const lampModes = { off: 1, on: 2, wink: 3, flash: 4, blink: 5 } as const;

export const ringModes = { off: 1, inside: 2, outside: 3, feature: 4, flashOnly: 5, precedence: 6 } as const;

export const ringDurations = { normal: 1, once: 2 } as const;

/** SetSpeakerModeMessage, SetMicroModeMessage, HeadsetStatusMessage, AccessoryStatusMessage. */
export const onOff = { on: 1, off: 2 } as const;

export const resetTypes = { reset: 1, restart: 2, applyConfig: 3 } as const;

export const unregisterStatuses = { ok: 0, error: 1, callActive: 2 } as const;

/** Which of the soft key sets of SoftKeySetResMessage a phone shows. */
export const softKeySets = {
  onHook: 0,
  connected: 1,
  onHold: 2,
  ringIn: 3,
  offHook: 4,
  connectedTransfer: 5,
  digitsAfterFirst: 6,
  connectedConference: 7,
  ringOut: 8,
  offHookFeature: 9,
  inUseHint: 10,
  onHookStealable: 11,
} as const;

/** What SoftKeyEventMessage says was pressed; from 19 on each server has numbers of its own, these are ours. */
export const softKeyEvents = {
  redial: 1,
  newCall: 2,
  hold: 3,
  transfer: 4,
  forwardAll: 5,
  forwardBusy: 6,
  forwardNoAnswer: 7,
  backSpace: 8,
  endCall: 9,
  resume: 10,
  answer: 11,
  info: 12,
  conference: 13,
  park: 14,
  join: 15,
  meetMe: 16,
  pickup: 17,
  groupPickup: 18,
  dial: 19,
  doNotDisturb: 20,
} as const;

export const callTypes = { inbound: 1, outbound: 2, forward: 3 } as const;

export const callHistoryDispositions = { ignore: 0, placed: 1, received: 2, missed: 3, unknown: 0xffff } as const;

/** What a phone says of a channel it was told to open. */
export const mediaStatuses = {
  ok: 0,
  unknownError: 1,
  noChannels: 2,
  codecTooComplex: 3,
  badParty: 4,
  badCallReference: 5,
  badCodec: 6,
  badPacketSize: 7,
  noSockets: 8,
  coderFailed: 9,
  badDynamicPayload: 10,
  addressType: 11,
  onHook: 0xff,
} as const;

export const alarmSeverities = {
  critical: 0,
  warning: 1,
  information: 2,
  unknown: 4,
  major: 7,
  minor: 8,
  marginal: 10,
  trace: 20,
} as const;

/** Codecs by their Skinny number [sccp-wire 4]. */
export const codecs = {
  g711Alaw: 2,
  g711Ulaw: 4,
  g722: 6,
  g7231: 9,
  g729: 11,
  g729A: 12,
  g729B: 15,
  g729AB: 16,
  wideband256k: 25,
  g7221at32k: 40,
  g7221at24k: 41,
  gsm: 80,
  g726at32k: 82,
  ilbc: 86,
  isac: 89,
  opus: 90,
  rfc2833: 257,
} as const;

/** Bits of `phoneFeatures` in RegisterMessage, as chan-sccp reads them: captures of 79xx phones fit [sccp-wire 1.2]. */
export const phoneFeatures = {
  utf8: 0x0010,
  dynamicMessages: 0x0100,
  rfc2833: 0x0400,
  abbreviatedDial: 0x8000,
} as const;

/** `deviceType` of RegisterMessage by the model as `ephone` names it [sccp-wire 3]. */
export const deviceTypes = {
  '7910': 6, '7960': 7, '7940': 8, '7935': 9, 'vgc-phone': 10, ata: 12, '7941': 115, '7971': 119, '7914': 124, '7915-12': 227, '7915-24': 228,
  '7916-12': 229, '7916-24': 230, '7985': 302, '7911': 307, '7961GE': 308, '7941GE': 309, '7931': 348, '7921': 365,
  '7906': 369, '7962': 404, '7937': 431, '7942': 434, '7945': 435, '7965': 436, '7975': 437, '7925': 484, '6921': 495,
  '6941': 496, '6961': 497, '6901': 547, '6911': 548, '6945': 564, '8945': 585, '8941': 586, '7905': 20000,
  '7920': 30002, '7970': 30006, '7912': 30007, '7902': 30008, CIPC: 30016, '7961': 30018, '7936': 30019, anl: 30027, bri: 30028,
} as const; // prettier-ignore

/** A table of this file. */
export type Codes = Readonly<Record<string, number>>;

/** The name of a number, or undefined when the table does not have it. The first name wins where two share a number. */
export function nameOfCode(table: Codes, value: number): string | undefined {
  for (const name in table) if (table[name] === value) return name;
  return undefined;
}

/** The digits of KeypadButtonMessage by number; undefined for what is no key [sccp-wire 4]. */
export function digitOf(key: number): string | undefined {
  if (key >= 0 && key <= 9) return String(key);
  return ({ 0xe: '*', 0xf: '#', 0x10: '+' } as Readonly<Record<number, string>>)[key];
}
