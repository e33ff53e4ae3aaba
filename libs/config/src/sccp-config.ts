import type { ModeRecord, Password } from './config';
import type { BlfSpeedDial, FeatureButton, LayoutType, SpeedDial, UrlButton } from './key-config';

/** `telephony-service`, prompt `(config-telephony)`: the SCCP side of the system [cme-presence 2.8]. */
export interface TelephonyService extends ModeRecord {
  /** `telephony-service` was given. `no telephony-service` resets all of this record; phones and their lines stay. */
  enabled: boolean;
  /** `auto-reg-ephone`: phones without an `ephone` may register; default on. */
  autoRegister: boolean;
  /** `load <phone-type> <file>`: kept without effect. */
  loads: Record<string, string>;
  /** `max-ephones`, `max-dn`: 0 until set; kept without effect, as tags are bounded by the platform's maximum alone. */
  maxEphones: number;
  maxDn: { count: number; preference?: number; noReg?: 'primary' | 'both' };
  /**
   * `ip source-address <host> port <port> [secondary <host> [rehome <seconds>]] [any-match | strict-match]`: where phones
   * register; all but host and port is kept without effect.
   */
  sourceAddress?: {
    host: string;
    port: number;
    secondary?: { host: string; rehome?: number };
    match?: 'any-match' | 'strict-match';
  };
  /** `service dss`: a BLF or monitor key pressed during a call transfers it. */
  serviceDss: boolean;
  /** `service profile callLogBlfEnabled`: phones are told to ask for the status of call lists. */
  callLogBlfEnabled: boolean;
  /** `timeouts interdigit`: seconds between two dialled digits, 2 to 120, default 10. */
  interdigitTimeout: number;
  /** `timeouts ringing`: seconds a call may ring, 5 to 60000, default 180. */
  ringingTimeout: number;
  /** `timeouts busy`: seconds of busy tone before a call is cleared, 0 to 30, default 10. */
  busyTimeout: number;
  /** `system message`: shown on idle phones. */
  systemMessage?: string;
  /** `url <kind> <address>`, e.g. `directories`: what the phone's buttons of that name load. */
  urls: Record<string, string>;
  /** `time-format`, `date-format`: how phones show the time; default 12 and mm-dd-yy. */
  timeFormat: '12' | '24';
  dateFormat: 'dd-mm-yy' | 'mm-dd-yy' | 'yy-dd-mm' | 'yy-mm-dd';
  /** `voicemail <number>`: what the messages button dials. */
  voicemail?: string;
  /** `max-conferences <n> [gain <db>]`: kept without effect. */
  maxConferences?: { count: number; gain?: string };
  /** `call-forward pattern`: numbers that calls may be forwarded from by the standard of H.450, sorted; kept. */
  callForwardPatterns: string[];
  /** `transfer-system`: absent is full-consult. */
  transferSystem?: 'blind' | 'full-blind' | 'full-consult' | 'full-consult dss' | 'local-consult';
  /** `transfer-pattern <pattern> [blind]`: numbers beyond the phones that calls may be transferred to. */
  transferPatterns: Record<string, 'blind' | 'consult'>;
  /** `keepalive`: seconds between two KeepAlive of a phone, 10 to 65535, default 30; a phone's own value wins. */
  keepalive: number;
  /** `keepalive … auxiliary`: the same towards a secondary system; kept. */
  keepaliveAuxiliary?: number;
  /** `create cnf-files version-stamp <stamp>`: kept without effect. */
  cnfFilesStamp?: string;
}

/** Where a call to a number goes instead; `scope` restricts it to calls to one of its numbers. */
export interface CallForward {
  target: string;
  scope?: 'primary' | 'secondary' | 'dialplan-pattern';
  /** Seconds of ringing before it is forwarded, for `call-forward noan` alone. */
  timeout?: number;
}

/** `ephone-dn <tag> [dual-line | octo-line]`, prompt `(config-ephone-dn)`: a directory number of SCCP phones. */
export interface EphoneDn extends ModeRecord {
  tag: number;
  /** Absent: single-line, one channel; else two and eight. It cannot be changed, only made anew. */
  lineMode?: 'dual-line' | 'octo-line';
  /** `number`: up to 16 characters; a dot stands for any one digit. Only the primary number is a presentity. */
  number?: string;
  secondary?: string;
  /** `number … no-reg`: which of the two is not registered with a gatekeeper; kept without effect. */
  noReg?: 'secondary' | 'primary' | 'both';
  /** A floating number for one parked call. A dn that is several floating kinds is the first of park slot, paging, conference. */
  parkSlot?: ParkSlot;
  paging?: Paging;
  conference?: Conference;
  label?: string;
  description?: string;
  name?: string;
  /** As for a voice register dn; absent: the template decides. `isWatchable` says what is in force. */
  allowWatch?: boolean;
  /** `ephone-dn-template <tag>`. */
  template?: number;
  /** `application <name>`: kept without effect. */
  application?: string;
  forwardAll?: CallForward;
  forwardBusy?: CallForward;
  forwardNoAnswer?: CallForward;
  /** `huntstop`: a call does not go on to another dn of the number; default on. */
  huntstop: boolean;
  /** `huntstop channel [<limit>]`: incoming calls use only the first channels, one of two or `limit` of eight. */
  huntstopChannel?: { limit?: number };
  /** `preference <order> [secondary <order>]`: 0 (first, the default) to 10 among the dns of a number. */
  preference?: { order: number; secondary?: number };
  /** `shared-line sip [max calls <n>]`: shared with SIP phones; default 2 calls. */
  sharedLineSip?: { maxCalls: number };
}

/** `park-slot …` [cme-presence 2.8]. Numbers are extensions; the two timers are seconds and how often. */
export interface ParkSlot {
  directed?: true;
  reservationGroup?: number;
  reservedFor?: string;
  timeout?: { seconds: number; limit: number };
  notify?: { number: string; only?: true };
  recall?: true;
  transfer?: string;
  alternate?: string;
  retry?: { seconds: number; limit: number };
}

/** `paging [ip <multicast> port <port>] [group <dn-tags>]`. */
export interface Paging {
  multicast?: { address: string; port: number };
  group?: number[];
}

/** `conference {ad-hoc [video] | meetme [video] [homogeneous] | unlocked}`. */
export interface Conference {
  kind: 'ad-hoc' | 'meetme' | 'unlocked';
  video?: true;
  homogeneous?: true;
}

/** `ephone-dn-template <tag>`, prompt `(config-ephone-dn-template)`; what a dn says itself wins. */
export interface EphoneDnTemplate extends ModeRecord {
  tag: number;
  description?: string;
  allowWatch?: boolean;
}

/**
 * What a button is beside its number: `:` normal ring, `b` beep, `f` feature ring, `s` silent; `o` and `c` overlay, without
 * and with call waiting; `x` expansion of an overlay; `m` monitors a dn and `w` watches a phone, both without being a line.
 */
export type ButtonSeparator = ':' | 'b' | 'c' | 'f' | 'm' | 'o' | 's' | 'w' | 'x';

/** One button of an ephone. */
export interface EphoneButton {
  separator: ButtonSeparator;
  /** dn-tags, several for `c` and `o` only; for `x` the one number of the overlay button. */
  tags: number[];
}

/** `ephone <tag>`, prompt `(config-ephone)`: one SCCP phone [cme-presence 2.4, 2.8]. */
export interface Ephone extends ModeRecord {
  tag: number;
  description?: string;
  /** `mac-address`: twelve lower-case hex digits. */
  mac?: string;
  /** `mac-address … reserved`. */
  macReserved?: true;
  /** `ephone-template <tag>`. */
  template?: number;
  username?: string;
  password?: Password;
  fastdials: Record<number, SpeedDial>;
  speedDials: Record<number, SpeedDial>;
  blfSpeedDials: Record<number, BlfSpeedDial>;
  /** `presence call-list` of this phone; the global command counts as well. */
  callList: boolean;
  /** `phone-ui blf-speed-dial`: users may edit their BLF keys on the phone; default on; kept. */
  phoneUiBlf: boolean;
  featureButtons: Record<number, FeatureButton>;
  /** `logout-profile <tag>`: kept without effect. */
  logoutProfile?: number;
  /** `paging-dn <tag> [multicast | unicast]`: the paging number whose pages it gets. */
  pagingDn?: { tag: number; mode?: 'multicast' | 'unicast' };
  /** `auto-line`: absent selects by itself (a ringing line, else the first free one); `off` is `no auto-line`. */
  autoLine?: 'off' | 'incoming' | { button: number; answerIncoming?: true };
  /** `keepalive` of this phone, seconds. */
  keepalive?: number;
  maxCallsPerButton?: number;
  busyTriggerPerButton?: number;
  /** `type`: the phone model, e.g. `7960`; absent: what the phone says. */
  type?: string;
  /** `type … addon 1 <module> 2 <module>`. */
  addons?: string[];
  /** By button number. */
  buttons: Record<number, EphoneButton>;
}

/** `ephone-template <tag>`, prompt `(config-ephone-template)`; what a phone says itself wins. */
export interface EphoneTemplate extends ModeRecord {
  tag: number;
  blfSpeedDials: Record<number, BlfSpeedDial>;
  urlButtons: Record<number, UrlButton>;
  featureButtons: Record<number, FeatureButton>;
  /** `button-layout`: what each physical key is; empty: the usual order. */
  buttonLayout: Record<number, LayoutType>;
}

/** `telephony-service` at its defaults, the service off. */
export function emptyTelephonyService(): TelephonyService {
  return {
    enabled: false,
    autoRegister: true,
    loads: {},
    maxEphones: 0,
    maxDn: { count: 0 },
    serviceDss: false,
    callLogBlfEnabled: false,
    interdigitTimeout: 10,
    ringingTimeout: 180,
    busyTimeout: 10,
    urls: {},
    timeFormat: '12',
    dateFormat: 'mm-dd-yy',
    callForwardPatterns: [],
    transferPatterns: {},
    keepalive: 30,
  };
}
