import {
  blfStatuses,
  buttonTypes,
  callHistoryDispositions,
  callStates,
  callTypes,
  lampModes,
  onOff,
  ringDurations,
  ringModes,
  softKeyEvents,
  subscriptionCauses,
  tones,
} from './codes';
import { byVersion, code, type Field, optionalU32, since, text, textToNul, u32 } from './field';
import type { Layouts } from './layout';
import { dirNumber } from './layouts-registration';

/** Layouts of presence [sccp-wire 2], of keys, and of what a phone shows and sounds [sccp-wire 4]. */

const lineAndCall = { lineInstance: u32, callReference: u32 };
const hook = { lineInstance: optionalU32, callReference: optionalU32 };
const featureIndex = u32;

/**
 * The line of an enbloc call. From version 18 on it follows the number's 25 bytes at once, or after padding: phones do
 * both, so it is the byte that is not zero (captures of a 7970 and of an 8945) [sccp-wire 4].
 */
const enblocLine: Field<number> = byVersion<number>(
  18,
  {
    read: (from) => {
      const packed = from.uint(1) ?? 0;
      from.offset += 2;
      return packed || (from.uint(1) ?? 0);
    },
    write: (to, value) => to.uint(4, value),
  },
  since(17, u32, 0),
);

export const presenceLayouts = {
  FeatureStatReqMessage: {
    id: 0x0034,
    sender: 'phone',
    atLeast: 4,
    fields: { featureIndex, featureCapabilities: optionalU32 },
  },
  FeatureStatMessage: {
    id: 0x011f,
    sender: 'server',
    fields: {
      featureIndex,
      featureID: code(buttonTypes),
      featureTextLabel: text(40),
      featureStatus: code(blfStatuses),
    },
  },
  FeatureStatDynamicMessage: {
    id: 0x0146,
    sender: 'server',
    // The label's field is as wide as chan-sccp writes it, the form proven on most phones; shorter ones are read as well.
    fields: {
      featureIndex,
      featureID: code(buttonTypes),
      featureStatus: code(blfStatuses),
      featureTextLabel: text(121),
    },
  },
  SubscriptionStatReqMessage: {
    id: 0x0048,
    sender: 'phone',
    atLeast: 12,
    fields: { transactionID: u32, subscriptionFeatureID: u32, timer: u32, subscriptionID: text(256) },
  },
  SubscriptionStatMessage: {
    id: 0x0152,
    sender: 'server',
    fields: { transactionID: u32, subscriptionFeatureID: u32, timer: u32, cause: code(subscriptionCauses) },
  },
  NotificationMessage: {
    id: 0x0153,
    sender: 'server',
    fields: { transactionID: u32, subscriptionFeatureID: u32, status: code(blfStatuses), text: text(97) },
  },
} satisfies Partial<Layouts>;

export const keyLayouts = {
  KeypadButtonMessage: {
    id: 0x0003,
    sender: 'phone',
    atLeast: 4,
    fields: { key: u32, lineInstance: optionalU32, callReference: optionalU32 },
  },
  EnblocCallMessage: { id: 0x0004, sender: 'phone', fields: { calledParty: dirNumber, lineInstance: enblocLine } },
  StimulusMessage: {
    id: 0x0005,
    sender: 'phone',
    atLeast: 4,
    fields: {
      stimulus: code(buttonTypes),
      stimulusInstance: u32,
      callReference: optionalU32,
      stimulusStatus: optionalU32,
    },
  },
  OffHookMessage: { id: 0x0006, sender: 'phone', fields: hook },
  OnHookMessage: { id: 0x0007, sender: 'phone', fields: hook },
  HookFlashMessage: { id: 0x0008, sender: 'phone', fields: hook },
  OffHookMessageWithCallingPartyMessage: {
    id: 0x0024,
    sender: 'phone',
    fields: { callingPartyNumber: dirNumber, voiceMailNumber: dirNumber, lineInstance: u32 },
  },
  SoftKeyEventMessage: {
    id: 0x0026,
    sender: 'phone',
    atLeast: 4,
    fields: { softKeyEvent: code(softKeyEvents), ...lineAndCall },
  },
} satisfies Partial<Layouts>;

export const displayLayouts = {
  StartToneMessage: {
    id: 0x0082,
    sender: 'server',
    fields: { tone: code(tones), direction: u32, ...lineAndCall },
  },
  StopToneMessage: { id: 0x0083, sender: 'server', fields: { ...lineAndCall, tone: since(11, code(tones), 0) } },
  SetRingerMessage: {
    id: 0x0085,
    sender: 'server',
    fields: { ringMode: code(ringModes), ringDuration: code(ringDurations), ...lineAndCall },
  },
  SetLampMessage: {
    id: 0x0086,
    sender: 'server',
    fields: { stimulus: code(buttonTypes), stimulusInstance: u32, lampMode: code(lampModes) },
  },
  SetSpeakerModeMessage: { id: 0x0088, sender: 'server', fields: { mode: code(onOff) } },
  SetMicroModeMessage: { id: 0x0089, sender: 'server', fields: { mode: code(onOff) } },
  SelectSoftKeysMessage: {
    id: 0x0110,
    sender: 'server',
    fields: { ...lineAndCall, softKeySetIndex: u32, validKeyMask: u32 },
  },
  CallStateMessage: {
    id: 0x0111,
    sender: 'server',
    fields: {
      callState: code(callStates),
      ...lineAndCall,
      visibility: u32,
      precedenceLevel: u32,
      precedenceDomain: u32,
    },
  },
  CallInfoMessage: {
    id: 0x008f,
    sender: 'server',
    fields: {
      callingPartyName: text(40),
      callingParty: text(24),
      calledPartyName: text(40),
      calledParty: text(24),
      ...lineAndCall,
      callType: code(callTypes),
      originalCalledPartyName: text(40),
      originalCalledParty: text(24),
      lastRedirectingPartyName: text(40),
      lastRedirectingParty: text(24),
      originalCalledPartyRedirectReason: u32,
      lastRedirectingReason: u32,
      callingPartyVoiceMailbox: text(24),
      calledPartyVoiceMailbox: text(24),
      originalCalledPartyVoiceMailbox: text(24),
      lastRedirectingVoiceMailbox: text(24),
      callInstance: u32,
      callSecurityStatus: u32,
      partyPIRestrictionBits: u32,
    },
  },
  CallInfoDynamicMessage: {
    id: 0x014a,
    sender: 'server',
    fields: {
      ...lineAndCall,
      callType: code(callTypes),
      originalCalledPartyRedirectReason: u32,
      lastRedirectingReason: u32,
      callInstance: u32,
      callSecurityStatus: u32,
      partyPIRestrictionBits: u32,
      callingParty: textToNul(24),
      alternateCallingParty: textToNul(24),
      calledParty: textToNul(24),
      originalCalledParty: textToNul(24),
      lastRedirectingParty: textToNul(24),
      callingPartyVoiceMailbox: textToNul(24),
      calledPartyVoiceMailbox: textToNul(24),
      originalCalledPartyVoiceMailbox: textToNul(24),
      lastRedirectingVoiceMailbox: textToNul(24),
      callingPartyName: textToNul(120),
      calledPartyName: textToNul(120),
      originalCalledPartyName: textToNul(120),
      lastRedirectingPartyName: textToNul(120),
      huntPilotNumber: since(17, textToNul(24), ''),
      huntPilotName: since(17, textToNul(120), ''),
    },
  },
  DisplayPromptStatusMessage: {
    id: 0x0112,
    sender: 'server',
    fields: { timeout: u32, promptStatus: text(32), ...lineAndCall },
  },
  DisplayDynamicPromptStatusMessage: {
    id: 0x0145,
    sender: 'server',
    fields: { timeout: u32, ...lineAndCall, promptStatus: textToNul(96) },
  },
  ClearPromptStatusMessage: { id: 0x0113, sender: 'server', fields: lineAndCall },
  BackSpaceResMessage: { id: 0x0119, sender: 'server', fields: lineAndCall },
  DisplayNotifyMessage: { id: 0x0114, sender: 'server', fields: { timeout: u32, notify: text(32) } },
  DisplayDynamicNotifyMessage: { id: 0x0143, sender: 'server', fields: { timeout: u32, notify: textToNul(96) } },
  ClearNotifyMessage: { id: 0x0115, sender: 'server', fields: {} },
  DisplayPriNotifyMessage: {
    id: 0x0120,
    sender: 'server',
    fields: { timeout: u32, priority: u32, notify: text(32) },
  },
  DisplayDynamicPriNotifyMessage: {
    id: 0x0144,
    sender: 'server',
    fields: { timeout: u32, priority: u32, notify: textToNul(96) },
  },
  ClearPriNotifyMessage: { id: 0x0121, sender: 'server', fields: { priority: u32 } },
  DisplayTextMessage: { id: 0x0099, sender: 'server', fields: { displayText: text(32) } },
  ActivateCallPlaneMessage: { id: 0x0116, sender: 'server', fields: { lineInstance: u32 } },
  DeactivateCallPlaneMessage: { id: 0x0117, sender: 'server', fields: {} },
  DialedNumberMessage: {
    id: 0x011d,
    sender: 'server',
    fields: { calledParty: dirNumber, lineInstance: u32, callReference: u32 },
  },
  CallSelectStatMessage: {
    id: 0x0130,
    sender: 'server',
    fields: { status: u32, callReference: u32, lineInstance: u32 },
  },
  CallHistoryDispositionMessage: {
    id: 0x0156,
    sender: 'server',
    fields: { disposition: code(callHistoryDispositions), ...lineAndCall },
  },
  RecordingStatusMessage: { id: 0x0160, sender: 'server', fields: { callReference: u32, status: u32 } },
} satisfies Partial<Layouts>;
