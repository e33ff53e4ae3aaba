export {
  type BlfSpeedDial,
  type Config,
  type Password,
  type PresenceConfig,
  type Registrar,
  type SipUa,
  type UnknownLine,
  type VoiceRegisterDn,
  type VoiceRegisterGlobal,
  type VoiceRegisterPool,
  type VoiceRegisterTemplate,
  type VoiceServiceVoip,
  emptyConfig,
} from './config';
export { formatMac, normaliseMac } from './mac';
export { clearPassword } from './password';
export { type PresenceGlobal, presenceGlobal, showPresenceGlobal } from './show-presence';
export {
  type LineDirectory,
  type LineEntry,
  type LineInstance,
  type PoolDirectory,
  lineDirectory,
  poolDirectory,
  poolId,
  voiceRegisterDnId,
} from './views';
export { type ApplyOptions, type Applied, type LineResult, applyCommands } from './apply';
export { type Completion, type HelpLine, complete, formatHelp, help, promptOf } from './assist';
export { diffConfig } from './diff';
export { type ModePath } from './interpreter';
export { type ConfigError, type ParsedConfig, parseConfig } from './parse';
export { type Refusal } from './refusal';
export { renderConfig } from './render';
export { DEFAULT_PLATFORM_MAXIMUM, type LanguageOptions } from './values';
