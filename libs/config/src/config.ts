import { type User } from './access';
import { type BlfSpeedDial, type FeatureButton, type LayoutType, type SpeedDial, type UrlButton } from './key-config';
import {
  type CallForward,
  type Ephone,
  type EphoneDn,
  type EphoneDnTemplate,
  type EphoneTemplate,
  type TelephonyService,
  emptyTelephonyService,
} from './sccp-config';
import { type Secret } from './secret';

/**
 * The running configuration as one plain record: only JSON values, no class, no cycle.
 *
 * A command that is at its default is absent or holds its default here, and is then not printed. Records are never
 * changed in place once a Config has been handed out: two versions share every part that did not change, so that
 * `a.dns === b.dns` is a cheap way to ask whether any directory number changed.
 */
export interface Config {
  /** `hostname`; the shell's prompt. */
  hostname: string;
  /** `version`; kept as the text had it, without effect. */
  version?: string;
  /** `enable secret`: asked for at `enable`; absent: who is at the shell of the machine itself may enable freely. */
  enableSecret?: Secret;
  /** `username`, by name in the order of the alphabet. */
  users: User[];
  /** `voice service voip`. */
  voiceServiceVoip: VoiceServiceVoip;
  /** `voice service voip` / `sip` / `registrar server`. */
  registrar: Registrar;
  /** `voice register global`. */
  voiceRegisterGlobal: VoiceRegisterGlobal;
  /** `voice register dn <tag>`, by tag. */
  dns: Record<number, VoiceRegisterDn>;
  /** `voice register template <tag>`, by tag. */
  templates: Record<number, VoiceRegisterTemplate>;
  /** `voice register pool <tag>`, by tag. */
  pools: Record<number, VoiceRegisterPool>;
  /** `voice logout-profile <tag>` and `voice user-profile <tag>`, by tag; kept, as there is no extension mobility yet. */
  logoutProfiles: Record<number, VoiceProfile>;
  userProfiles: Record<number, VoiceProfile>;
  /** `dial-peer voice <tag> voip`, by tag; dial peers of other kinds are kept as unknown lines. */
  dialPeers: Record<number, DialPeer>;
  /** `presence`. */
  presence: PresenceConfig;
  /** `sip-ua`. */
  sipUa: SipUa;
  /** `telephony-service`. */
  telephonyService: TelephonyService;
  /** `ephone-dn-template <tag>`, by tag. */
  ephoneDnTemplates: Record<number, EphoneDnTemplate>;
  /** `ephone-template <tag>`, by tag. */
  ephoneTemplates: Record<number, EphoneTemplate>;
  /** `ephone-dn <tag>`, by tag. */
  ephoneDns: Record<number, EphoneDn>;
  /** `ephone <tag>`, by tag. */
  ephones: Record<number, Ephone>;
  /** Global commands that linewatch does not know, with what stood inside them. */
  unknown?: UnknownLine[];
}

/**
 * A command that linewatch does not know: kept in its mode and its order, and printed back. Global ones stand where a
 * router prints such a command, see `placeOf`, others behind the known ones of their mode.
 */
export interface UnknownLine {
  /** The command without its indentation. */
  text: string;
  /** The lines behind it that are part of it, as they were: those of a banner or a certificate. */
  block?: string[];
  /** The lines that stood indented below it, when it opened a mode. */
  lines?: UnknownLine[];
  /** Lines that close what it opened: `exit-address-family`. */
  ends?: string[];
}

/** What the record of every mode has. */
export interface ModeRecord {
  unknown?: UnknownLine[];
}

/** `presence` mode, prompt `(config-presence)` [cme-presence 2.1]. */
export interface PresenceConfig extends ModeRecord {
  /** The service is on: the `presence` command was given. `no presence` resets all of this record. */
  enabled: boolean;
  /** `server`: IPv4 address where requests for external presentities are sent; absent: none. */
  server?: string;
  /** `sccp blf-speed-dial retry-interval <seconds>`: 60 to 3600, default 60. */
  sccpRetryInterval: number;
  /** `… limit <number>`: 10 to 100 attempts, default 10. */
  sccpRetryLimit: number;
  /** Global `presence call-list`: BLF call-list for every local phone. */
  callList: boolean;
  /** `max-subscription`: concurrent subscriptions, internal and external together; default 100. */
  maxSubscription: number;
  /** `watcher all`: external watchers may watch internal lines. */
  watcherAll: boolean;
  /** `allow subscribe`: internal watchers may watch external lines. */
  allowSubscribe: boolean;
}

/** `sip-ua` mode, prompt `(config-sip-ua)` [cme-presence 2.2]. */
export interface SipUa extends ModeRecord {
  /** `presence enable`: incoming SUBSCRIBE is accepted. */
  presenceEnable: boolean;
  /** `authentication …`: the identity with which linewatch answers a challenge. */
  authentication?: { username: string; password: Password; realm?: string };
}

/**
 * A password as it was typed: type `0` (or none) is clear text, `7` Cisco's reversible encoding, `6` encrypted with a
 * key that only the router has. `clearPassword` gives the clear text.
 */
export interface Password {
  type?: '0' | '6' | '7';
  text: string;
}

/** `voice service voip`, prompt `(conf-voi-serv)`. */
export interface VoiceServiceVoip extends ModeRecord {
  /** `allow-connections <from> to <to>`: e.g. `sip to sip`, sorted; kept without effect. */
  allowConnections: string[];
}

/** `voice service voip` / `sip`, prompt `(conf-serv-sip)`. */
export interface Registrar extends ModeRecord {
  /** `registrar server`: REGISTER is served. */
  enabled: boolean;
  /** Longest registration granted, in seconds; default 3600. */
  maxExpires: number;
  /** Shortest registration granted, in seconds; default 60. */
  minExpires: number;
  /** `subscription maximum {accept | originate} <n>`: kept without effect [cme-presence 2.8]. */
  maxAccepted?: number;
  maxOriginated?: number;
}

/** `voice register global`, prompt `(config-register-global)` [cme-presence 2.7, 2.8]. */
export interface VoiceRegisterGlobal extends ModeRecord {
  mode?: 'cme' | 'cme-app' | 'esrst';
  /** `source-address <host> port <port>`: where phones register. */
  sourceAddress?: { host: string; port: number };
  /** `max-dn`, `max-pool`: 0 until set. */
  maxDn: number;
  maxPool: number;
  authenticate: {
    /** SUBSCRIBE from outside is challenged. */
    presence: boolean;
    /** REGISTER is challenged. */
    register: boolean;
    oodRefer: boolean;
    realm?: string;
    /** `authenticate credential <tag> <url>`: files of user and password pairs, by tag 1 to 5. */
    credentials: Record<number, string>;
  };
  /** `load <phone-type> <file>`: kept without effect. */
  loads: Record<string, string>;
  /** `create profile sync <stamp>`: kept without effect. */
  profileSync?: string;
}

/** `voice register dn <tag>`: one directory number, prompt `(config-register-dn)`. */
export interface VoiceRegisterDn extends ModeRecord {
  tag: number;
  /** Up to 16 of `0-9 . + * #`; a dot stands for any one digit. */
  number?: string;
  name?: string;
  label?: string;
  /** `allow watch`: true; `no allow watch`: false; absent: neither was said (a template may decide) [cme-presence 2.3]. */
  allowWatch?: boolean;
  sharedLine?: { maxCalls: number };
  /** `no-reg`: kept without effect. */
  noReg?: true;
  /** `call-forward b2bua all | busy | noan | unreachable <number>`. */
  forwardAll?: CallForward;
  forwardBusy?: CallForward;
  forwardNoAnswer?: CallForward;
  forwardUnreachable?: CallForward;
}

/** `voice register template <tag>`, prompt `(config-register-temp)`. */
export interface VoiceRegisterTemplate extends ModeRecord {
  tag: number;
  sessionTransport?: 'tcp' | 'udp';
  urlButtons: Record<number, UrlButton>;
  featureButtons: Record<number, FeatureButton>;
  /** `button-layout`: what each physical key is; empty: the usual order. */
  buttonLayout: Record<number, LayoutType>;
}

/** `voice register pool <tag>`: one SIP phone, prompt `(config-register-pool)`. */
export interface VoiceRegisterPool extends ModeRecord {
  tag: number;
  /** `id mac`: twelve lower-case hex digits. At most one of the three ids is set. */
  idMac?: string;
  /** `id ip`: dotted quad of one host. */
  idIp?: string;
  /** `id network`: any phone whose address lies inside. */
  idNetwork?: { address: string; mask: string };
  /** `id … device-id-name`. */
  deviceIdName?: string;
  /** `type`: the phone model, e.g. `7971`. */
  type?: string;
  /** `type … addon …`: expansion modules, as typed. */
  addon?: string;
  /** `number <tag> dn <dn-tag>`: dn-tag by number tag [P-4]. */
  numbers: Record<number, number>;
  template?: number;
  /** Absent: what the template says, else udp. */
  sessionTransport?: 'tcp' | 'udp';
  /** `presence call-list` of this phone; the global command counts as well. */
  callList: boolean;
  username?: string;
  /** The password that belongs to `username`; its text is clear unless its type is 6. */
  password?: Password;
  blfSpeedDials: Record<number, BlfSpeedDial>;
  fastdials: Record<number, SpeedDial>;
  speedDials: Record<number, SpeedDial>;
  featureButtons: Record<number, FeatureButton>;
  /** `dnd`: the phone starts in do-not-disturb; kept, and never shown to watchers [P-12]. */
  dnd: boolean;
  /** `dtmf-relay`, `codec`, as typed: kept without effect. */
  dtmfRelay?: string;
  codec?: string;
  /** `paging-dn <tag>`: the ephone-dn whose pages it gets. */
  pagingDn?: number;
  /** `logout-profile <tag>`: kept without effect. */
  logoutProfile?: number;
}

/** `voice user-profile <tag>` and `voice logout-profile <tag>`: what a user's phone would have [cme-presence 2.6]. */
export interface VoiceProfile extends ModeRecord {
  tag: number;
  pin?: string;
  user?: { name: string; password: string };
  /** With `blf`, the key shows the status of the number. */
  speedDials: Record<number, SpeedDial & { blf?: true }>;
}

/** `dial-peer voice <tag> voip`, prompt `(config-dial-peer)`: where calls to numbers beyond this system go. */
export interface DialPeer extends ModeRecord {
  tag: number;
  description?: string;
  /** `shutdown`: not used. */
  shutdown: boolean;
  /** 0 (first, the default) to 10 among peers whose patterns match a number equally well. */
  preference: number;
  /** `destination-pattern`, e.g. `1...` or `9T`. */
  destinationPattern?: string;
  /** Only `sipv2` is a trunk; absent is H.323, which linewatch does not speak. */
  sessionProtocol?: 'sipv2' | 'cisco';
  /** As typed: `ipv4:11.1.1.4`, `ipv4:11.1.1.4:5070`, `dns:…`; `dialPeerTarget` reads it. */
  sessionTarget?: string;
  /** `system`, the default, is what `sip-ua` would say; a trunk then uses UDP. */
  sessionTransport?: 'system' | 'tcp' | 'tcp tls' | 'udp';
  /** `dtmf-relay`, `codec`, as typed: kept without effect. */
  dtmfRelay?: string;
  codec?: string;
}

/** A new system: every command at its default. */
export function emptyConfig(): Config {
  return {
    hostname: 'linewatch',
    users: [],
    voiceServiceVoip: { allowConnections: [] },
    registrar: emptyRegistrar(),
    voiceRegisterGlobal: emptyVoiceRegisterGlobal(),
    dns: {},
    templates: {},
    pools: {},
    logoutProfiles: {},
    userProfiles: {},
    dialPeers: {},
    presence: emptyPresence(),
    sipUa: emptySipUa(),
    telephonyService: emptyTelephonyService(),
    ephoneDnTemplates: {},
    ephoneTemplates: {},
    ephoneDns: {},
    ephones: {},
  };
}

/** `presence` at its defaults, the service off. */
export function emptyPresence(): PresenceConfig {
  return {
    enabled: false,
    sccpRetryInterval: 60,
    sccpRetryLimit: 10,
    callList: false,
    maxSubscription: 100,
    watcherAll: false,
    allowSubscribe: false,
  };
}

/** `sip-ua` at its defaults. */
export function emptySipUa(): SipUa {
  return { presenceEnable: false };
}

/** `registrar server` off. */
export function emptyRegistrar(): Registrar {
  return { enabled: false, maxExpires: 3600, minExpires: 60 };
}

/** `voice register global` at its defaults. */
export function emptyVoiceRegisterGlobal(): VoiceRegisterGlobal {
  return {
    maxDn: 0,
    maxPool: 0,
    authenticate: { presence: false, register: false, oodRefer: false, credentials: {} },
    loads: {},
  };
}
