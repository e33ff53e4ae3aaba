/** What a server makes a simulated Skinny phone show: keys, lamps, calls, list entries; and what is wrong with that. */
import { buttonsOf, type HeardSccp, type SccpButton, type SccpSoftKey, softKeySetsOf, softKeysOf } from './sccp-bytes';
import type { SccpCall, SccpChannel } from './sccp-call';
import { SccpKey, type SccpLine } from './sccp-key';
import { sccpLampOf, type SccpListEntry } from './sccp-list';

/** The types of keys that the phone asks about. */
export const keyTypes = { speedDial: 0x02, line: 0x09, feature: 0x13, service: 0x14, blf: 0x15 } as const;
/** Phones restart on these, or refuse them [sccp-wire 3]. */
const forbidden: ReadonlySet<number> = new Set([0x0087, 0x009a]);
const beforeRegistration: ReadonlySet<string> = new Set([
  'RegisterAck', 'RegisterReject', 'RegisterTokenAck', 'RegisterTokenReject', 'KeepAliveAck',
]); // prettier-ignore

/** What a registration brought. */
export interface SccpRegistration {
  /** The version that was agreed. */
  readonly version: number;
  /** Seconds. */
  readonly keepAlive: number;
}

export abstract class SccpScreen {
  /** What this phone found wrong, one sentence each. A clean test expects `[]`. */
  readonly violations: string[] = [];
  /** Everything heard, oldest first. */
  readonly heard: HeardSccp[] = [];
  /** Its keys in their order, as the server gave them. */
  buttons: readonly SccpButton[] = [];
  readonly lines: SccpLine[] = [];
  /** Numbers of speed dial keys by instance. */
  readonly speedDials = new Map<number, { readonly number: string; readonly label: string }>();
  /** BLF and feature keys by instance. */
  readonly keys = new Map<number, SccpKey>();
  /** Where all calls of a line go, by its instance; empty when they do not. */
  readonly forwards = new Map<number, string>();
  /** Line lamps by instance: 1 off, 2 on, 3 wink, 4 flash, 5 blink. */
  readonly lineLamps = new Map<number, number>();
  readonly calls: SccpCall[] = [];
  readonly listEntries: SccpListEntry[] = [];
  /** The last line of text that is about no call; empty when cleared. */
  notice = '';
  isRinging = false;
  isSpeakerOn = false;
  isOffHook = false;
  /** States that came again unchanged, which no server needs to send. */
  repeatedLamps = 0;
  /** Set by the acknowledgement of the registration. */
  registration?: SccpRegistration;
  protected softKeys: readonly SccpSoftKey[] = [];
  private softKeySets: readonly (readonly number[])[] = [];

  /** Messages that are remembered no more. */
  private dropped = 0;

  abstract readonly deviceName: string;
  /** A call for this phone, as the display has it. */
  protected abstract newCall(reference: number, line: number): SccpCall;
  /** How many messages are remembered. */
  protected abstract readonly mostHeard: number;
  /** Codecs that the phone has. */
  protected abstract readonly codecs: readonly number[];
  protected abstract onCallState(call: SccpCall): void;
  protected abstract onOpenChannel(call: SccpCall, party: number, codec: number): void;
  protected abstract onStartSending(call: SccpCall, channel: SccpChannel): void;

  /** The BLF or feature key of an instance. @throws Error when the server gave none */
  key(instance: number): SccpKey {
    const key = this.keys.get(instance);
    if (!key) throw new Error(`${this.deviceName} has no BLF key ${instance}`);
    return key;
  }

  /** The labels of the soft keys that are shown. */
  softKeysShown(call?: SccpCall): string[] {
    const set = this.softKeySets[call?.softKeySet ?? 0] ?? [];
    const mask = call?.softKeyMask ?? 0xffffffff;
    return set.flatMap((place, index) =>
      place > 0 && mask & (1 << index) ? [this.softKeys[place - 1]?.label ?? ''] : [],
    );
  }

  /** The place in `heard` of what comes next; `heardSince` gives what came. */
  mark(): number {
    return this.dropped + this.heard.length;
  }

  heardSince(mark: number): HeardSccp[] {
    return this.heard.slice(Math.max(0, mark - this.dropped));
  }

  /** Takes a message of the server that is about what the phone shows. */
  protected show(message: HeardSccp): void {
    this.heard.push(message);
    if (this.heard.length > this.mostHeard) this.dropped += this.heard.splice(0, this.mostHeard >> 1).length;
    this.violations.push(...message.faults);
    if (forbidden.has(message.id)) this.violations.push(`${message.name} makes phones restart [sccp-wire 3]`);
    if (!this.registration && !beforeRegistration.has(message.name)) {
      this.violations.push(`${message.name} came before the acknowledgement of the registration`);
    }
    this.takeKeys(message);
    this.takePresence(message);
    this.takeCall(message);
  }

  private takeKeys(message: HeardSccp): void {
    const { name, values } = message;
    const text = (key: string) => String(values[key] ?? '');
    const number = (key: string) => Number(values[key] ?? 0);
    switch (name) {
      case 'ButtonTemplate':
        this.buttons = buttonsOf(message);
        this.keys.clear();
        this.lines.length = 0;
        this.speedDials.clear();
        for (const { instance, type } of this.buttons) {
          if (type === keyTypes.blf || type === keyTypes.feature) this.keys.set(instance, new SccpKey(instance, type));
        }
        break;
      case 'ForwardStat':
        this.forwards.set(number('line'), number('all') ? text('allNumber') : '');
        break;
      case 'SoftKeyTemplateRes':
        this.softKeys = softKeysOf(message);
        break;
      case 'SoftKeySetRes':
        this.softKeySets = softKeySetsOf(message);
        break;
      case 'LineStat':
      case 'LineStatDynamic':
        this.lines.push({ instance: number('line'), number: text('number'), name: text('name'), label: text('label') });
        break;
      case 'SpeedDialStat':
      case 'SpeedDialStatDynamic':
        this.speedDials.set(number('instance'), { number: text('number'), label: text('label') });
        break;
      case 'SetLamp':
        if (number('stimulus') === keyTypes.line) this.lineLamps.set(number('instance'), number('mode'));
        break;
      case 'SetRinger':
        this.isRinging = number('mode') !== 1;
        break;
      case 'SetSpeakerMode':
        this.isSpeakerOn = number('mode') === 1;
        break;
      case 'DisplayNotify':
      case 'DisplayDynamicNotify':
        this.notice = text('text');
        break;
      case 'ClearNotify':
        this.notice = '';
        break;
    }
  }

  private takePresence({ name, values }: HeardSccp): void {
    const number = (key: string) => Number(values[key] ?? 0);
    if (name === 'FeatureStat' || name === 'FeatureStatDynamic') {
      const wanted = (this.registration?.version ?? 0) >= 8 ? 'FeatureStatDynamic' : 'FeatureStat';
      if (name !== wanted) this.violations.push(`${name} came at version ${this.registration?.version}, not ${wanted}`);
      const key = this.keys.get(number('instance'));
      if (!key)
        return void this.violations.push(`${name} for key ${number('instance')}, which the phone does not have`);
      if (number('type') !== key.type)
        this.violations.push(`${name} says type ${number('type')} of key ${key.instance}`);
      const lamp = sccpLampOf(number('status'));
      if (!lamp) return void this.violations.push(`${name} has status ${number('status')}`);
      const label = String(values['label']);
      // A 7914 mishandles labels that change [sccp-wire 2.2].
      if (key.label !== '' && key.label !== label)
        this.violations.push(`the label of key ${key.instance} changed to ${label}`);
      key.label = label;
      if (key.lamp === lamp) {
        if (!key.wasAsked) this.repeatedLamps += 1;
        key.wasAsked = false;
      }
      key.lamps.push(lamp);
    }
    if (name !== 'SubscriptionStat' && name !== 'Notification') return;
    const entry = [...this.listEntries].reverse().find(({ transaction }) => transaction === number('transaction'));
    if (!entry)
      return void this.violations.push(`${name} for transaction ${number('transaction')}, which was not asked`);
    if (number('feature') !== 1) this.violations.push(`${name} is of feature ${number('feature')}, asked was 1`);
    if (name === 'SubscriptionStat') {
      if (number('timer') !== entry.timer)
        this.violations.push(`${name} says timer ${number('timer')}, asked was ${entry.timer}`);
      entry.cause = number('cause');
      return;
    }
    if (entry.cause !== 0) this.violations.push(`Notification for ${entry.number}, whose cause is ${entry.cause}`);
    const lamp = sccpLampOf(number('status'));
    if (lamp) entry.lamps.push(lamp);
    else this.violations.push(`Notification has status ${number('status')}`);
  }

  private takeCall(message: HeardSccp): void {
    const { name, values } = message;
    const reference = Number(values['call'] ?? 0);
    if (reference === 0) return;
    const line = Number(values['line'] ?? 0);
    let call = [...this.calls].reverse().find((each) => each.reference === reference);
    if (name === 'CallState' && (!call || call.state === 'ended')) {
      if (!this.buttons.some((button) => button.type === keyTypes.line && button.instance === line)) {
        this.violations.push(`CallState for line ${line}, which the phone does not have`);
      }
      call = this.newCall(reference, line);
      this.calls.push(call);
    }
    if (!call) return void this.violations.push(`${name} for call ${reference}, which the phone does not know`);
    call.take(message);
    this.takeMedia(call, message);
    if (name !== 'CallState') return;
    if (call.state === 'ended') this.violations.push(...call.faultsAtEnd());
    this.onCallState(call);
  }

  private takeMedia(call: SccpCall, { name, values }: HeardSccp): void {
    const number = (key: string) => Number(values[key] ?? 0);
    const party = number('party');
    switch (name) {
      case 'OpenReceiveChannel': {
        const open = this.calls.find(({ receiving }) => receiving);
        if (open) this.violations.push(`${name} while ${open.title()} listens`);
        if (!this.codecs.includes(number('codec'))) {
          this.violations.push(`${name} wants codec ${number('codec')}, which the phone does not have`);
        }
        call.digitsPayload = number('digits');
        return this.onOpenChannel(call, party, number('codec'));
      }
      case 'CloseReceiveChannel':
        if (call.receiving && call.receiving.party !== party)
          this.violations.push(`${name} for party ${party}, not ${call.receiving.party}`);
        call.receiving = undefined;
        return;
      case 'StartMediaTransmission': {
        const channel = { party, codec: number('codec'), address: String(values['address']), port: number('port') };
        if (!call.receiving) this.violations.push(`${name} while ${call.title()} does not listen`);
        else if (call.receiving.codec !== channel.codec)
          this.violations.push(`${name} has codec ${channel.codec}, the phone listens with ${call.receiving.codec}`);
        if (channel.port === 0 || channel.address === '0.0.0.0')
          this.violations.push(`${name} to ${channel.address}:${channel.port}`);
        if (call.sendingTo) this.violations.push(`${name} while ${call.title()} sends already`);
        call.sendingTo = channel;
        return this.onStartSending(call, channel);
      }
      case 'StopMediaTransmission':
        call.sendingTo = undefined;
        return;
    }
  }
}
