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
