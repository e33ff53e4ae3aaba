export {
  type Config,
  type DialPeer,
  type Password,
  type PresenceConfig,
  type Registrar,
  type SipUa,
  type UnknownLine,
  type VoiceProfile,
  type VoiceRegisterDn,
  type VoiceRegisterGlobal,
  type VoiceRegisterPool,
  type VoiceRegisterTemplate,
  type VoiceServiceVoip,
  emptyConfig,
} from './config';
export { type BlfSpeedDial, type FeatureButton, type LayoutType, type SpeedDial, type UrlButton } from './key-config';
export {
  type ButtonSeparator,
  type CallForward,
  type Conference,
  type Ephone,
  type EphoneButton,
  type EphoneDn,
  type EphoneDnTemplate,
  type EphoneTemplate,
  type Paging,
  type ParkSlot,
  type TelephonyService,
} from './sccp-config';
export { Args, type PhoneOrder } from './command';
export { formatMac, normaliseMac } from './mac';
export { printButton } from './buttons';
export { clearPassword } from './password';
export { type PresenceGlobal, presenceGlobal, showPresenceGlobal } from './show-presence';
export {
  type LineAppearance,
  type LineDirectory,
  type LineEntry,
  type LineInstance,
  ephoneDnId,
  ephoneId,
  hasSameLines,
  isWatchable,
  lineDirectory,
  poolId,
  voiceRegisterDnId,
} from './line-directory';
export { type PoolDirectory, poolDirectory } from './pool-directory';
export { type DeviceDirectory, type DeviceMonitoring, type PhoneLine, deviceDirectory } from './device-directory';
export {
  type EphoneDirectory,
  deviceNameOf,
  ephoneDirectory,
  hasCallList,
  keepaliveOf,
  macOfDeviceName,
} from './ephone-directory';
export { type PhoneKey, type PhoneKeyContent, phoneKeys } from './phone-keys';
export { type DialPeerDirectory, type DialPeerTarget, dialPeerDirectory, dialPeerTarget } from './dial-peers';
export { keysOfType } from './phone-types';
export { type ApplyOptions, type Applied, type LineResult, applyCommands } from './apply';
export { complete, help, promptOf, questionOf } from './assist';
export { type Completion, type HelpLine, formatHelp } from './help';
export {
  type CommandTree,
  type TreeCommand,
  commandHelp,
  commandTree,
  completeCommand,
  matchCommand,
} from './command-tree';
export { type SshKey, type User, withHashedSecrets } from './access';
export { SALT_BYTES, type Secret, hashSecret, isSecret } from './secret';
export { type NamedCredentials, digestRealm, phoneCredentials } from './digest-identity';
export { diffConfig } from './diff';
export { type ModePath } from './interpreter';
export { type NotUsed, formatNotUsed } from './not-used';
export { type ConfigError, type ParsedConfig, parseConfig } from './parse';
export { type Refusal } from './refusal';
export { renderConfig } from './render';
export { DEFAULT_PLATFORM_MAXIMUM, type LanguageOptions } from './values';
