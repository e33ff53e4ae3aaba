/** What a phone's keys and hook say, and what its display, lamps and sounds show of a call [sccp-wire 4]. */

/** 0x0003; `digitOf` gives the digit. Old phones send the key alone. */
export interface KeypadButtonMessage {
  readonly name: 'KeypadButtonMessage';
  readonly key: number;
  readonly lineInstance: number | undefined;
  readonly callReference: number | undefined;
}

/** 0x0004: a whole number at once. Below version 17 no line is named: 0. */
export interface EnblocCallMessage {
  readonly name: 'EnblocCallMessage';
  readonly calledParty: string;
  readonly lineInstance: number;
}

/** 0x0005: a key beside the display was pressed. */
export interface StimulusMessage {
  readonly name: 'StimulusMessage';
  /** See `buttonTypes`. */
  readonly stimulus: number;
  readonly stimulusInstance: number;
  readonly callReference: number | undefined;
  readonly stimulusStatus: number | undefined;
}

/** 0x0006, 0x0007, 0x0008: the handset, or the speaker in its place. */
export interface HookMessage {
  readonly name: 'OffHookMessage' | 'OnHookMessage' | 'HookFlashMessage';
  readonly lineInstance: number | undefined;
  readonly callReference: number | undefined;
}

/** 0x0024 */
export interface OffHookMessageWithCallingPartyMessage {
  readonly name: 'OffHookMessageWithCallingPartyMessage';
  readonly callingPartyNumber: string;
  readonly voiceMailNumber: string;
  readonly lineInstance: number;
}

/** 0x0026, see `softKeyEvents`. */
export interface SoftKeyEventMessage {
  readonly name: 'SoftKeyEventMessage';
  readonly softKeyEvent: number;
  readonly lineInstance: number;
  readonly callReference: number;
}

/** 0x0082, see `tones`. `direction`: 0 to the user, 1 to the network, 2 both. */
export interface StartToneMessage {
  readonly name: 'StartToneMessage';
  readonly tone: number;
  readonly direction: number;
  readonly lineInstance: number;
  readonly callReference: number;
}

/** 0x0083; the tone is named from version 11 on, 0 otherwise. */
export interface StopToneMessage {
  readonly name: 'StopToneMessage';
  readonly lineInstance: number;
  readonly callReference: number;
  readonly tone: number;
}

/** 0x0085, see `ringModes` and `ringDurations`. */
export interface SetRingerMessage {
  readonly name: 'SetRingerMessage';
  readonly ringMode: number;
  readonly ringDuration: number;
  readonly lineInstance: number;
  readonly callReference: number;
}

/** 0x0086, see `buttonTypes` and `lampModes`. */
export interface SetLampMessage {
  readonly name: 'SetLampMessage';
  readonly stimulus: number;
  readonly stimulusInstance: number;
  readonly lampMode: number;
}

/** 0x0088, 0x0089, see `onOff`. */
export interface SetAudioPathMessage {
  readonly name: 'SetSpeakerModeMessage' | 'SetMicroModeMessage';
  readonly mode: number;
}

/** 0x0110: which set of soft keys, and which keys of it (bit n: the nth). */
export interface SelectSoftKeysMessage {
  readonly name: 'SelectSoftKeysMessage';
  readonly lineInstance: number;
  readonly callReference: number;
  readonly softKeySetIndex: number;
  readonly validKeyMask: number;
}

/** 0x0111, see `callStates`. */
export interface CallStateMessage {
  readonly name: 'CallStateMessage';
  readonly callState: number;
  readonly lineInstance: number;
  readonly callReference: number;
  /** 0 shown, 1 limited, 2 hidden. */
  readonly visibility: number;
  /** 4 is routine. */
  readonly precedenceLevel: number;
  readonly precedenceDomain: number;
}

/** What both forms of call information say of the parties. */
export interface CallInfoParties {
  readonly callingPartyName: string;
  readonly callingParty: string;
  readonly calledPartyName: string;
  readonly calledParty: string;
  readonly originalCalledPartyName: string;
  readonly originalCalledParty: string;
  readonly lastRedirectingPartyName: string;
  readonly lastRedirectingParty: string;
  readonly callingPartyVoiceMailbox: string;
  readonly calledPartyVoiceMailbox: string;
  readonly originalCalledPartyVoiceMailbox: string;
  readonly lastRedirectingVoiceMailbox: string;
  readonly lineInstance: number;
  readonly callReference: number;
  /** See `callTypes`. */
  readonly callType: number;
  readonly originalCalledPartyRedirectReason: number;
  readonly lastRedirectingReason: number;
  readonly callInstance: number;
  /** 0 unknown, 1 not authenticated, 2 authenticated, 3 encrypted. */
  readonly callSecurityStatus: number;
  readonly partyPIRestrictionBits: number;
}

/** 0x008F */
export interface CallInfoMessage extends CallInfoParties {
  readonly name: 'CallInfoMessage';
}

/** 0x014A. The sources disagree on its strings below version 17: send CallInfoMessage there. */
export interface CallInfoDynamicMessage extends CallInfoParties {
  readonly name: 'CallInfoDynamicMessage';
  readonly alternateCallingParty: string;
  readonly huntPilotNumber: string;
  readonly huntPilotName: string;
}

/** 0x0112, 0x0145: the prompt of a call. `timeout` in seconds; 0 stays. */
export interface DisplayPromptStatusMessage {
  readonly name: 'DisplayPromptStatusMessage' | 'DisplayDynamicPromptStatusMessage';
  readonly timeout: number;
  readonly promptStatus: string;
  readonly lineInstance: number;
  readonly callReference: number;
}

/** 0x0113, 0x0119 */
export interface LineCallMessage {
  readonly name: 'ClearPromptStatusMessage' | 'BackSpaceResMessage';
  readonly lineInstance: number;
  readonly callReference: number;
}

/** 0x0114, 0x0143 */
export interface DisplayNotifyMessage {
  readonly name: 'DisplayNotifyMessage' | 'DisplayDynamicNotifyMessage';
  readonly timeout: number;
  readonly notify: string;
}

/** 0x0120, 0x0144 */
export interface DisplayPriNotifyMessage {
  readonly name: 'DisplayPriNotifyMessage' | 'DisplayDynamicPriNotifyMessage';
  readonly timeout: number;
  readonly priority: number;
  readonly notify: string;
}

/** 0x0121 */
export interface ClearPriNotifyMessage {
  readonly name: 'ClearPriNotifyMessage';
  readonly priority: number;
}

/** 0x0099: phones of one line of display. */
export interface DisplayTextMessage {
  readonly name: 'DisplayTextMessage';
  readonly displayText: string;
}

/** 0x0116: the line that the display is about. */
export interface ActivateCallPlaneMessage {
  readonly name: 'ActivateCallPlaneMessage';
  readonly lineInstance: number;
}

/** 0x011D: for the list of placed calls. */
export interface DialedNumberMessage {
  readonly name: 'DialedNumberMessage';
  readonly calledParty: string;
  readonly lineInstance: number;
  readonly callReference: number;
}

/** 0x0130 */
export interface CallSelectStatMessage {
  readonly name: 'CallSelectStatMessage';
  readonly status: number;
  readonly callReference: number;
  readonly lineInstance: number;
}

/** 0x0156, see `callHistoryDispositions`. */
export interface CallHistoryDispositionMessage {
  readonly name: 'CallHistoryDispositionMessage';
  readonly disposition: number;
  readonly lineInstance: number;
  readonly callReference: number;
}

/** 0x0160 */
export interface RecordingStatusMessage {
  readonly name: 'RecordingStatusMessage';
  readonly callReference: number;
  readonly status: number;
}
