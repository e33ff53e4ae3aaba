import type * as Call from './messages-call';
import type * as Media from './messages-media';
import type * as Presence from './messages-presence';
import type * as Registration from './messages-registration';

/** Messages whose number says everything. */
export interface BareMessage {
  readonly name:
    | 'KeepAliveMessage'
    | 'KeepAliveAckMessage'
    | 'ConfigStatReqMessage'
    | 'TimeDateReqMessage'
    | 'VersionReqMessage'
    | 'MediaPortListMessage'
    | 'ServerReqMessage'
    | 'SoftKeySetReqMessage'
    | 'SoftKeyTemplateReqMessage'
    | 'MediaResourceNotification'
    | 'CapabilitiesReqMessage'
    | 'RegisterTokenAck'
    | 'SPCPRegisterTokenAck'
    | 'ClearNotifyMessage'
    | 'DeactivateCallPlaneMessage';
}

type Declared =
  | BareMessage
  | Registration.RegisterMessage
  | Registration.RegisterAckMessage
  | Registration.RegisterRejectMessage
  | Registration.RegisterTokenRequest
  | Registration.RegisterTokenReject
  | Registration.UnregisterMessage
  | Registration.UnregisterAckMessage
  | Registration.IpPortMessage
  | Registration.CapabilitiesMessage
  | Registration.ButtonTemplateReqMessage
  | Registration.ButtonTemplateMessage
  | Registration.SoftKeyTemplateResMessage
  | Registration.SoftKeySetResMessage
  | Registration.ConfigStatMessage
  | Registration.ConfigStatDynamicMessage
  | Registration.LineStatReqMessage
  | Registration.LineStatMessage
  | Registration.LineStatDynamicMessage
  | Registration.ForwardStatReqMessage
  | Registration.ForwardStatMessage
  | Registration.SpeedDialStatReqMessage
  | Registration.SpeedDialStatMessage
  | Registration.ServiceURLStatReqMessage
  | Registration.ServiceURLStatMessage
  | Registration.DefineTimeDate
  | Registration.VersionMessage
  | Registration.ServerResMessage
  | Registration.Reset
  | Registration.AlarmMessage
  | Registration.TextReportMessage
  | Registration.HeadsetStatusMessage
  | Registration.RegisterAvailableLinesMessage
  | Registration.AccessoryStatusMessage
  | Registration.MediaPathCapabilityMessage
  | Registration.ExtensionDeviceCaps
  | Presence.FeatureStatReqMessage
  | Presence.FeatureStatMessage
  | Presence.FeatureStatDynamicMessage
  | Presence.SubscriptionStatReqMessage
  | Presence.SubscriptionStatMessage
  | Presence.NotificationMessage
  | Call.KeypadButtonMessage
  | Call.EnblocCallMessage
  | Call.StimulusMessage
  | Call.HookMessage
  | Call.OffHookMessageWithCallingPartyMessage
  | Call.SoftKeyEventMessage
  | Call.StartToneMessage
  | Call.StopToneMessage
  | Call.SetRingerMessage
  | Call.SetLampMessage
  | Call.SetAudioPathMessage
  | Call.SelectSoftKeysMessage
  | Call.CallStateMessage
  | Call.CallInfoMessage
  | Call.CallInfoDynamicMessage
  | Call.DisplayPromptStatusMessage
  | Call.LineCallMessage
  | Call.DisplayNotifyMessage
  | Call.DisplayPriNotifyMessage
  | Call.ClearPriNotifyMessage
  | Call.DisplayTextMessage
  | Call.ActivateCallPlaneMessage
  | Call.DialedNumberMessage
  | Call.CallSelectStatMessage
  | Call.CallHistoryDispositionMessage
  | Call.RecordingStatusMessage
  | Media.OpenReceiveChannel
  | Media.OpenReceiveChannelAck
  | Media.StartMediaTransmission
  | Media.StartMediaTransmissionAck
  | Media.StopChannelMessage
  | Media.MediaTransmissionFailure
  | Media.ConnectionStatisticsReq
  | Media.ConnectionStatisticsRes;

/** A message that several numbers share is one member for each of its names. */
type EachName<M> = M extends { readonly name: infer N }
  ? N extends string
    ? { readonly name: N } & Omit<M, 'name'>
    : never
  : never;

/** Every message that this library reads and writes, told apart by `name`: chan-sccp's, as `sccp_protocol.h` has it. */
export type Message = EachName<Declared>;

export type MessageName = Message['name'];

/** The message of a name. */
export type MessageOf<N extends MessageName> = Extract<Message, { readonly name: N }>;

/**
 * A message that was not read: its number is in no table, or it is shorter than the least that makes sense. It is kept as
 * it came; whoever reads the stream counts it.
 */
export interface RawMessage {
  readonly name: 'raw';
  readonly id: number;
  readonly reason: 'unknown' | 'short';
  readonly payload: Buffer;
}
