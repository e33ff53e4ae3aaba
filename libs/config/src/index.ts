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
