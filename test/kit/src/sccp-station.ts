/**
 * A simulated Skinny desk phone on a real socket: registers, shows the keys, lamps and calls that the server gives it,
 * presses keys and answers for channels of sound, and judges what it gets. Everything it waits for has a deadline;
 * everything it finds wrong is a sentence in `violations`.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Conditions } from './conditions';
import {
  addressBytes,
  fixedText,
  type HeardSccp,
  readServerMessage,
  type SccpDialect,
  SccpReader,
  writeSccp,
} from './sccp-bytes';
import { SccpCall, type SccpChannel } from './sccp-call';
import type { SccpKey } from './sccp-key';
import { type SccpLamp, SccpListEntry } from './sccp-list';
import { modelOf, type SccpAnalog } from './sccp-models';
import { keyTypes, type SccpRegistration, SccpScreen } from './sccp-screen';

export interface SccpStationOptions {
  readonly server: { readonly host: string; readonly port: number };
  /** 12 hexadecimal digits, dots allowed; the name is `SEP` and these, or what an analog endpoint makes of them. */
  readonly mac?: string;
  /** It is an analog telephone: no display, no soft keys. A desk phone when absent. */
  readonly analog?: SccpAnalog;
  readonly deviceName?: string;
  /** The highest version it speaks; 17 when absent. 5, 11, 17 and 22 are those of real phones. */
  readonly version?: number;
  /** That of the model when absent. */
  readonly deviceType?: number;
  /** The address it connects from and tells for its channels; 127.0.0.1 when absent. */
  readonly host?: string;
  /** Its channels listen here and above; a place of its own when absent. */
  readonly rtpPort?: number;
  /** Skinny codec numbers; µ-law, A-law, G.729A and RTP events when absent. */
  readonly codecs?: readonly number[];
  /** TLS in place of TCP. */
  readonly tls?: { readonly ca?: string; readonly rejectUnauthorized?: boolean };
  /** Says that it is there every so many ms in place of the interval that the server gives; 0: never. */
  readonly keepAliveMs?: number;
  /** The deadline of every wait in ms; 5000 when absent. */
  readonly withinMs?: number;
  /** Answers a call by itself after so many ms; never when absent. */
  readonly autoAnswerMs?: number;
  /** Does what Reset says: leaves, connects and registers again, asking for everything anew. */
  readonly obeysReset?: boolean;
  /** Messages that it remembers; 5000 when absent. At least 50, so that waits find what they wait for. */
  readonly remember?: number;
}

/** How OpenReceiveChannel is answered. */
export type MediaAnswer = 'as it should' | 'silent' | { readonly status: number };

/** The server said no. */
export class SccpRefusedError extends Error {
  override readonly name = 'SccpRefusedError';
}

let nextRtpPort = 16_384;

export class SccpStation extends SccpScreen {
  /** The last Reset: 1 reset, 2 restart, 3 apply the configuration. */
  resetAsked?: number;
  /** How often it came again because of one. */
  timesReset = 0;
  /** How channels are answered; may be changed at any time. */
  answerMedia: MediaAnswer = 'as it should';
  autoAnswerMs?: number;
  readonly deviceName: string;
  isConnected = false;
  private readonly conditions: Conditions;
  private reader = new SccpReader();
  private socket!: Socket;
  private dialect: SccpDialect;
  private readonly timers = new Set<NodeJS.Timeout>();
  private keepAliveTimer?: NodeJS.Timeout;
  private keepAlivesOpen = 0;
  private nextTransaction = 0x10;
  private callsGiven = 0;
  private rtpPort: number;

  private readonly deviceType: number;
  private readonly mac: string;

  private constructor(private readonly options: SccpStationOptions) {
    super();
    const { analog, deviceName, deviceType } = options;
    const mac = (options.mac ?? `0200${randomBytes(4).toString('hex')}`).replace(/[.:-]/g, '').toUpperCase();
    const model = modelOf(mac, this.offeredVersion, analog);
    this.deviceName = deviceName ?? model.name;
    this.deviceType = deviceType ?? model.deviceType;
    this.mac = deviceName?.slice(-12) ?? mac;
    this.dialect = { version: 0, isUtf8: this.features & 0x10 ? true : false };
    this.autoAnswerMs = options.autoAnswerMs;
    this.rtpPort = options.rtpPort ?? (nextRtpPort += 32);
    this.conditions = new Conditions(`station ${this.deviceName}`, () =>
      this.heard.slice(-6).map(summaryOf).join('; '),
    );
  }

  /** Connects. The phone says nothing by itself. @throws Error when nobody listens there */
  static async open(options: SccpStationOptions): Promise<SccpStation> {
    const station = new SccpStation(options);
    await station.connect();
    return station;
  }

  /** What it offers. */
  get offeredVersion(): number {
    return this.options.version ?? 17;
  }

  /** As captured: a 7960 for versions below 15, a 7961 from there on; the oldest have none. */
  private get features(): number {
    return this.offeredVersion < 8 ? 0 : this.offeredVersion < 15 ? 0x8560 : 0x8572;
  }

  protected override get codecs(): readonly number[] {
    return this.options.codecs ?? [4, 2, 12, 257];
  }

  protected override get mostHeard(): number {
    return this.options.remember ?? 5_000;
  }

  private get host(): string {
    return this.options.host ?? '127.0.0.1';
  }

  private async connect(): Promise<void> {
    const { server, tls } = this.options;
    const { host, port } = server;
    const socket = tls ? connectTls({ host, port, ...tls }) : connect({ host, port, localAddress: this.host });
    this.socket = socket;
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once(tls ? 'secureConnect' : 'connect', resolve);
    });
    socket.setNoDelay(true);
    this.isConnected = true;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('close', () => this.onClose());
  }

  /** Registers and asks for everything that a phone asks for. @throws SccpRefusedError @throws NotSeenError */
  async register(): Promise<SccpRegistration> {
    const mark = this.mark();
    const registration = await this.sendRegister();
    const { codecs } = this;
    await this.until('CapabilitiesReq', () => this.heardSince(mark).find(({ name }) => name === 'CapabilitiesReq'));
    this.send(0x0010, [codecs.length, ...codecs.flatMap((codec) => [codec, 20, 0, 0])]);
    await this.ask(0x000e, [], 'ButtonTemplate');
    if (!this.options.analog) {
      await this.ask(0x0028, [], 'SoftKeyTemplateRes');
      await this.ask(0x0025, [], 'SoftKeySetRes');
    }
    await this.ask(0x000c, [], 'ConfigStat');
    for (const { instance, type } of this.buttons) {
      if (type === keyTypes.line) {
        await this.ask(0x000b, [instance], /^LineStat/, 'line', instance);
        await this.ask(0x0009, [instance], 'ForwardStat', 'line', instance);
      }
      if (type === keyTypes.speedDial) await this.ask(0x000a, [instance], /^SpeedDialStat/, 'instance', instance);
      if (type === keyTypes.blf || type === keyTypes.feature) await this.askFeature(instance);
      if (type === keyTypes.service) await this.ask(0x0033, [instance], /^ServiceURLStat/, 'instance', instance);
    }
    this.send(0x002d, [this.lines.length]);
    await this.ask(0x000d, [], 'DefineTimeDate');
    return registration;
  }

  /** Sends Register alone and waits for its answer. @throws SccpRefusedError */
  async sendRegister(): Promise<SccpRegistration> {
    this.forgetRegistration();
    const mark = this.mark();
    const version = this.offeredVersion;
    const address = Buffer.from(this.host.split('.').map(Number));
    const tail = Buffer.from([version, 0, this.features & 0xff, this.features >> 8]);
    const mac = Buffer.concat([Buffer.from(this.mac, 'hex'), Buffer.alloc(12)]).subarray(0, 12);
    const more = [
      0,
      0,
      mac,
      ...(version < 11 ? [] : [0]),
      ...(version < 15 ? [] : [6, Buffer.alloc(16), 0, fixedText('SCCP41.sim', 32)]),
    ];
    this.send(0x0001, [fixedText(this.deviceName, 16), 0, 1, address, this.deviceType, 5, 0, tail, ...more]);
    const answer = await this.until('the answer to Register', () => {
      if (this.registration) return this.registration;
      const refusal = this.heardSince(mark).find(({ name }) => name === 'RegisterReject');
      if (refusal) return String(refusal.values['text']);
      return this.isConnected ? undefined : 'the connection was closed';
    });
    if (typeof answer === 'string') throw new SccpRefusedError(`${this.deviceName} was refused: ${answer}`);
    return answer;
  }

  /** Asks for the state of a BLF or feature key, as phones of this version do. */
  async askFeature(instance: number): Promise<SccpKey> {
    const words = this.offeredVersion < 15 ? [instance] : [instance, 1];
    this.key(instance).wasAsked = true;
    await this.ask(0x0034, words, /^FeatureStat/, 'instance', instance);
    return this.key(instance);
  }

  /** Asks whether it may come. @returns `ack`, or after how many seconds to ask again */
  async askToken(): Promise<'ack' | number> {
    const mark = this.mark();
    const address = Buffer.from(this.host.split('.').map(Number));
    this.send(0x0029, [fixedText(this.deviceName, 16), 0, 1, address, this.deviceType, Buffer.alloc(16)]);
    return this.until('the answer to a token', () => {
      const answer = this.heardSince(mark).find(({ name }) => name.startsWith('RegisterToken'));
      if (!answer) return undefined;
      return answer.name === 'RegisterTokenAck' ? 'ack' : Number(answer.values['seconds']);
    });
  }

  /** @returns the status of the answer: 0 is ok */
  async unregister(): Promise<number> {
    const { values } = await this.ask(0x0027, [], 'UnregisterAck');
    return Number(values['status']);
  }

  /** Says that it is there. @returns when the answer came */
  async keepAlive(): Promise<void> {
    const mark = this.mark();
    this.sendKeepAlive();
    await this.until('KeepAliveAck', () => this.heardSince(mark).find(({ name }) => name === 'KeepAliveAck'));
  }

  alarm(text = `Name=${this.deviceName} Load=SCCP41.sim Last=Initialized`): void {
    this.send(0x0020, [2, fixedText(text, 80), 0, 0]);
  }

  /** Waits until a BLF key shows that. */
  async shows(instance: number, lamp: SccpLamp, withinMs?: number): Promise<void> {
    const key = this.key(instance);
    const account = () => `lamps ${key.lamps.join(', ') || 'none'}`;
    await this.until(`key ${instance} ${lamp}`, () => (key.lamp === lamp ? true : undefined), withinMs, account);
  }

  /** Waits until these are the last lamps that a BLF key has shown. */
  async showed(instance: number, ...lamps: readonly SccpLamp[]): Promise<void> {
    const key = this.key(instance);
    const account = () => `lamps ${key.lamps.join(', ') || 'none'}`;
    const isShown = () => lamps.every((lamp, at) => key.lamps.at(at - lamps.length) === lamp);
    await this.until(`key ${instance} ${lamps.join(', ')}`, () => isShown() || undefined, undefined, account);
  }

  /** Has a call list show a number. The entry is there at once; await `answered()` or `shows()`. */
  showInCallList(
    number: string,
    options: { readonly timer?: number; readonly transaction?: number } = {},
  ): SccpListEntry {
    const { timer = 3600, transaction = (this.nextTransaction += 0x10) } = options;
    const entry = new SccpListEntry(this, transaction, number, timer);
    this.listEntries.push(entry);
    this.send(0x0048, [transaction, 1, timer, fixedText(number, 256)]);
    return entry;
  }

  /** Lifts the handset. */
  offHook(line = 0, call = 0): void {
    this.isOffHook = true;
    this.send(0x0006, this.offeredVersion < 8 ? [] : [line, call]);
  }

  /** Puts it down. */
  onHook(line = 0, call = 0): void {
    this.isOffHook = false;
    this.send(0x0007, this.offeredVersion < 8 ? [] : [line, call]);
  }

  /** Presses digits. */
  digits(text: string, call?: SccpCall): void {
    for (const digit of text) {
      const key = '0123456789----*#+'.indexOf(digit);
      this.send(0x0003, this.offeredVersion < 8 ? [key] : [key, call?.line ?? 0, call?.reference ?? 0]);
    }
  }

  /** Lifts the handset and presses digits. @returns the call, once the phone shows it */
  async dial(number: string, line = 0): Promise<SccpCall> {
    const call = this.nextNew(() => this.offHook(line));
    const shown = await call;
    this.digits(number, shown);
    return shown;
  }

  /** Sends a whole number at once, as on-hook dialling does. */
  enbloc(number: string, line = 1): Promise<SccpCall> {
    const { version } = this.dialect;
    const tail = version < 17 ? [] : version < 18 ? [line] : [Buffer.from([line, 0, 0, 0]), Buffer.alloc(3)];
    return this.nextNew(() => this.send(0x0004, [fixedText(number, version < 18 ? 24 : 25), ...tail]));
  }

  /** Presses a key beside the display by its place, counted from 1. @throws Error when there is no such key */
  pressButton(place: number): void {
    const button = this.buttons[place - 1];
    if (!button) throw new Error(`${this.deviceName} has no button ${place}`);
    this.stimulus(button.type, button.instance);
  }

  /** Presses the BLF key of an instance. @returns the call, once the phone shows it */
  pressBlf(instance: number): Promise<SccpCall> {
    this.key(instance);
    return this.nextNew(() => this.stimulus(keyTypes.blf, instance));
  }

  /** Any stimulus: lines are 9, speed dials 2, redial 1, hold 3, transfer 4. */
  stimulus(type: number, instance = 0): void {
    this.send(0x0005, this.offeredVersion < 15 ? [type, instance, 0] : [type, instance, 0, 0]);
  }

  /** Presses a soft key that is shown: of a call, or of the phone at rest. @throws Error when it is not shown */
  softKey(label: string, call?: SccpCall): void {
    const shown = this.softKeysShown(call);
    const key = this.softKeys.find((each) => each.label === label);
    if (!key || !shown.includes(label)) {
      throw new Error(
        `${this.deviceName} shows no soft key ${label} for ${call?.title() ?? 'no call'}, but ${shown.join(', ')}`,
      );
    }
    this.send(0x0026, [key.event, call?.line ?? 0, call?.reference ?? 0]);
  }

  /** Turns do-not-disturb on or off by its soft key. */
  pressDoNotDisturb(call?: SccpCall): void {
    this.softKey('DND', call);
  }

  redial(): Promise<SccpCall> {
    return this.nextNew(() => this.softKey('Redial'));
  }

  /** The next call that came in and was not given out yet. */
  nextCall(withinMs?: number): Promise<SccpCall> {
    const probe = () => {
      const coming = this.calls.filter(({ isIncoming }) => isIncoming);
      return coming.length > this.callsGiven ? coming[this.callsGiven++] : undefined;
    };
    return this.until('a call', probe, withinMs);
  }

  /** The call that begins after this. */
  async nextNew(act: () => void): Promise<SccpCall> {
    const before = this.calls.length;
    act();
    return this.until('a new call on the display', () =>
      this.calls.slice(before).find(({ isIncoming }) => !isIncoming),
    );
  }

  /** Sends a message: words as numbers, everything else as bytes. */
  send(id: number, parts: readonly (number | Buffer)[] = []): void {
    const spoken = this.dialect.version || this.offeredVersion;
    this.sendRaw(writeSccp(id, spoken >= 15 ? spoken : 0, parts));
  }

  /** Sends bytes as they are. */
  sendRaw(bytes: Buffer): void {
    if (this.isConnected) this.socket.write(bytes);
  }

  /** Waits for any condition on this phone; see `Conditions.until`. */
  until<T>(
    what: string,
    probe: () => T | undefined,
    withinMs = this.options.withinMs ?? 5_000,
    account?: () => string,
  ): Promise<T> {
    return this.conditions.until(what, probe, withinMs, account);
  }

  /** Waits until the server has closed the connection. */
  async closedByServer(withinMs?: number): Promise<void> {
    await this.until('the end of the connection', () => (this.isConnected ? undefined : true), withinMs);
  }

  /** Connects anew, as after a loss; nothing is registered then. */
  async reconnect(): Promise<void> {
    this.disconnect();
    this.reader = new SccpReader();
    this.keepAlivesOpen = 0;
    this.forgetRegistration();
    await this.connect();
  }

  /** Breaks the connection off. */
  disconnect(): void {
    this.socket.removeAllListeners('close');
    this.socket.destroy();
    this.onClose();
  }

  /** Closes without a word, as a power cut would. */
  close(): Promise<void> {
    this.disconnect();
    this.conditions.close();
    return Promise.resolve();
  }

  private async ask(
    id: number,
    parts: readonly (number | Buffer)[],
    name: string | RegExp,
    field?: string,
    value?: number,
  ): Promise<HeardSccp> {
    const mark = this.mark();
    this.send(id, parts);
    const matches = (heard: HeardSccp) =>
      (typeof name === 'string' ? heard.name === name : name.test(heard.name)) &&
      (field === undefined || heard.values[field] === value);
    return this.until(`${String(name)} in answer`, () => this.heardSince(mark).find(matches));
  }

  private forgetRegistration(): void {
    this.registration = undefined;
    this.dialect = { ...this.dialect, version: 0 };
  }

  private onClose(): void {
    this.isConnected = false;
    clearInterval(this.keepAliveTimer);
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.conditions.changed();
  }

  private receive(chunk: Buffer): void {
    this.reader.push(
      chunk,
      (id, headerVersion, payload) => this.onMessage(readServerMessage(id, headerVersion, payload, this.dialect)),
      (length) => this.violations.push(`a frame states ${length} bytes: the stream is lost`),
    );
    this.conditions.changed();
  }

  private onMessage(message: HeardSccp): void {
    // The acknowledgement comes first of all: what follows it is judged by the version that it brings.
    this.takeRegistration(message);
    this.show(message);
  }

  private takeRegistration({ name, values }: HeardSccp): void {
    if (name === 'RegisterAck') {
      const version = Number(values['version']);
      if (version > this.offeredVersion)
        this.violations.push(`version ${version} was agreed, ${this.offeredVersion} offered`);
      this.registration = { version, keepAlive: Number(values['keepAlive']) };
      this.dialect = { ...this.dialect, version };
      const every = this.options.keepAliveMs ?? this.registration.keepAlive * 1000;
      clearInterval(this.keepAliveTimer);
      if (every > 0) this.keepAliveTimer = setInterval(() => this.sendKeepAlive(), every).unref();
    }
    if (name === 'KeepAliveAck' && --this.keepAlivesOpen < 0) {
      this.keepAlivesOpen = 0;
      this.violations.push('KeepAliveAck came unasked');
    }
    if (name === 'Reset') {
      this.resetAsked = Number(values['type']);
      if (this.options.obeysReset)
        this.comeAgain().catch((error: Error) => this.violations.push(`after a Reset: ${error.message}`));
    }
  }

  private async comeAgain(): Promise<void> {
    await this.unregister();
    await this.reconnect();
    await this.register();
    this.timesReset += 1;
    this.conditions.changed();
  }

  private sendKeepAlive(): void {
    this.keepAlivesOpen += 1;
    this.send(0x0000);
  }

  protected override newCall(reference: number, line: number): SccpCall {
    return new SccpCall(this, reference, line);
  }

  protected override onCallState(call: SccpCall): void {
    if (call.state === 'ring-in' && this.autoAnswerMs !== undefined) this.answerLater(call, this.autoAnswerMs);
  }

  private answerLater(call: SccpCall, ms: number): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (call.state === 'ring-in') call.softKey('Answer');
    }, ms);
    this.timers.add(timer);
  }

  protected override onOpenChannel(call: SccpCall, party: number, codec: number): void {
    if (this.answerMedia === 'silent') return;
    const { version } = this.dialect;
    const status = this.answerMedia === 'as it should' ? 0 : this.answerMedia.status;
    const port = status === 0 ? (this.rtpPort += 2) : 0;
    if (status === 0) call.receiving = { party, codec, address: this.host, port };
    this.send(0x0022, [status, addressBytes(this.host, version), port, party, call.reference]);
  }

  protected override onStartSending(call: SccpCall, { party }: SccpChannel): void {
    const { version } = this.dialect;
    if (version < 17) return;
    this.send(0x0154, [call.reference, party, call.reference, addressBytes(this.host, version), this.rtpPort, 0]);
  }
}

/** A message as one line. */
function summaryOf({ name, values }: HeardSccp): string {
  return [name, ...Object.entries(values).map(([key, value]) => `${key}=${value}`)].join(' ');
}
