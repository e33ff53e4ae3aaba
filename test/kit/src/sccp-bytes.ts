/**
 * Skinny as a phone needs it: what it hears, read by absolute offsets, and what it says, written word by word. Written from
 * the protocol's description alone, so that it does not share the server's mistakes.
 */

/** A message of a server. `values` by the names of its fields; numbers, or texts. */
export interface HeardSccp {
  readonly id: number;
  readonly name: string;
  readonly headerVersion: number;
  readonly payload: Buffer;
  readonly values: Readonly<Record<string, number | string>>;
  /** What is wrong with its bytes, one sentence each. */
  readonly faults: readonly string[];
}

/** What decides layouts on this connection. */
export interface SccpDialect {
  readonly version: number;
  readonly isUtf8: boolean;
}

type Values = Record<string, number | string>;

/** Reads fields at fixed places and notes what is not there. */
class Bytes {
  readonly faults: string[] = [];
  constructor(
    readonly payload: Buffer,
    readonly dialect: SccpDialect,
  ) {}

  word(offset: number): number {
    if (offset + 4 > this.payload.length) {
      this.faults.push(`ends at ${this.payload.length}, before the word at ${offset}`);
      return 0;
    }
    return this.payload.readUInt32LE(offset);
  }

  words(names: readonly string[], offset = 0): Values {
    return Object.fromEntries(names.map((name, index) => [name, this.word(offset + 4 * index)]));
  }

  /** Text in a field of fixed width, which must hold a NUL. */
  text(offset: number, width: number): string {
    const field = this.payload.subarray(offset, offset + width);
    const end = field.indexOf(0);
    if (end < 0) this.faults.push(`the text at ${offset} has no NUL in ${width} bytes`);
    return this.decode(field.subarray(0, end < 0 ? field.length : end));
  }

  /** So many texts, each ended by a NUL. */
  texts(offset: number, names: readonly string[]): Values {
    const values: Values = {};
    let at = offset;
    for (const name of names) {
      const end = this.payload.indexOf(0, at);
      if (end < 0) this.faults.push(`the text ${name} has no NUL`);
      values[name] = this.decode(this.payload.subarray(at, end < 0 ? undefined : end));
      at = end < 0 ? this.payload.length : end + 1;
    }
    if (this.payload.length - at > 3) this.faults.push(`${this.payload.length - at} bytes follow the last text`);
    return values;
  }

  ip4(offset: number): string {
    this.word(offset);
    return [...this.payload.subarray(offset, offset + 4)].join('.');
  }

  /** Four bytes below version 17; from it on a type and sixteen bytes. */
  address(offset: number): string {
    if (this.dialect.version < 17) return this.ip4(offset);
    const type = this.word(offset);
    if (type !== 0) this.faults.push(`the address at ${offset} is of type ${type}`);
    return this.ip4(offset + 4);
  }

  private decode(bytes: Buffer): string {
    if (this.dialect.isUtf8 && !Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes)) {
      this.faults.push(`a text is no UTF-8: ${bytes.toString('hex')}`);
    }
    return bytes.toString(this.dialect.isUtf8 ? 'utf8' : 'latin1');
  }
}

/** How a message is read, and how long it must be where that is fixed. */
type Reader = readonly [name: string, size: (version: number) => number | undefined, read: (bytes: Bytes) => Values];

const any = () => undefined;
const none = () => 0;
const is = (size: number) => () => size;
const lineAndCall = ['line', 'call'] as const;

const channelWords = ['conference', 'party', 'ms', 'codec', 'echo', 'parameters', 'call'] as const;
const channelSize = (version: number) =>
  version < 15 ? 92 : version < 16 ? 108 : version < 17 ? 112 : version < 18 ? 128 : version < 21 ? 132 : 168;
const sendSize = (version: number) => (version < 15 ? 112 : version < 17 ? 116 : version < 21 ? 132 : 168);

const callInfoTexts = [
  'callingNumber', 'alternateCalling', 'calledNumber', 'originalCalledNumber', 'lastRedirectingNumber', 'callingVoiceMail',
  'calledVoiceMail', 'originalCalledVoiceMail', 'lastRedirectingVoiceMail', 'callingName', 'calledName',
  'originalCalledName', 'lastRedirectingName', 'huntNumber', 'huntName',
] as const; // prettier-ignore

const readers: Readonly<Record<number, Reader>> = {
  0x0081: ['RegisterAck', is(20), (b) => ({
    keepAlive: b.word(0), dateTemplate: b.text(4, 8), secondaryKeepAlive: b.word(12), version: b.payload[16] ?? 0,
    features: b.payload.toString('hex', 17, 20),
  })],
  0x0082: ['StartTone', is(16), (b) => b.words(['tone', 'direction', ...lineAndCall])],
  0x0083: ['StopTone', (v) => (v < 11 ? 8 : 12), (b) => b.words(lineAndCall)],
  0x0085: ['SetRinger', is(16), (b) => b.words(['mode', 'duration', ...lineAndCall])],
  0x0086: ['SetLamp', is(12), (b) => b.words(['stimulus', 'instance', 'mode'])],
  0x0088: ['SetSpeakerMode', is(4), (b) => b.words(['mode'])],
  0x0089: ['SetMicroMode', is(4), (b) => b.words(['mode'])],
  0x008a: ['StartMediaTransmission', sendSize, (b) => {
    const at = b.dialect.version < 17 ? 12 : 28;
    return { ...b.words(['conference', 'party']), address: b.address(8), ...b.words(['port', 'ms', 'codec'], at), call: b.word(at + 28), digits: b.word(at + 88) };
  }],
  0x008b: ['StopMediaTransmission', is(16), (b) => b.words(['conference', 'party', 'call', 'keepsPort'])],
  0x008f: ['CallInfo', is(384), (b) => ({
    callingName: b.text(0, 40), callingNumber: b.text(40, 24), calledName: b.text(64, 40), calledNumber: b.text(104, 24),
    ...b.words([...lineAndCall, 'type'], 128),
  })],
  0x0090: ['ForwardStat', (v) => (v < 18 ? 92 : 96), (b) => {
    const width = b.dialect.version < 18 ? 24 : 25;
    const all = 12 + width;
    return { ...b.words(['active', 'line', 'all']), allNumber: b.text(12, width), busy: b.word(all), busyNumber: b.text(all + 4, width) };
  }],
  0x0091: ['SpeedDialStat', is(68), (b) => ({ instance: b.word(0), number: b.text(4, 24), label: b.text(28, 40) })],
  0x0092: ['LineStat', is(112), (b) => ({ line: b.word(0), number: b.text(4, 24), name: b.text(28, 40), label: b.text(68, 40) })],
  0x0093: ['ConfigStat', is(112), (b) => ({ device: b.text(0, 16), user: b.text(24, 40), server: b.text(64, 40), ...b.words(['lines', 'speedDials'], 104) })],
  0x0094: ['DefineTimeDate', is(36), (b) => b.words(['year', 'month', 'dayOfWeek', 'day', 'hour', 'minute', 'second', 'ms', 'unix'])],
  0x0097: ['ButtonTemplate', any, (b) => {
    if (b.payload.length !== 96 && b.payload.length !== 124) b.faults.push(`has ${b.payload.length} bytes, neither 42 nor 56 buttons`);
    return b.words(['offset', 'count', 'total']);
  }],
  0x0098: ['Version', is(16), (b) => ({ load: b.text(0, 16) })],
  0x0099: ['DisplayText', is(32), (b) => ({ text: b.text(0, 32) })],
  0x009b: ['CapabilitiesReq', none, () => ({})],
  0x009d: ['RegisterReject', any, (b) => ({ text: b.text(0, 33) })],
  0x009e: ['ServerRes', (v) => (v < 17 ? 280 : 360), (b) => ({ name: b.text(0, 48), port: b.word(240), address: b.address(260) })],
  0x009f: ['Reset', is(4), (b) => b.words(['type'])],
  0x0100: ['KeepAliveAck', none, () => ({})],
  0x0105: ['OpenReceiveChannel', channelSize, (b) => ({ ...b.words(channelWords), digits: b.word(84) })],
  0x0106: ['CloseReceiveChannel', is(16), (b) => b.words(['conference', 'party', 'call', 'keepsPort'])],
  0x0107: ['ConnectionStatisticsReq', (v) => (v < 18 ? 32 : 36), () => ({})],
  0x0108: ['SoftKeyTemplateRes', any, (b) => b.words(['offset', 'count', 'total'])],
  0x0109: ['SoftKeySetRes', is(780), (b) => b.words(['offset', 'count', 'total'])],
  0x0110: ['SelectSoftKeys', is(16), (b) => b.words([...lineAndCall, 'set', 'mask'])],
  0x0111: ['CallState', is(24), (b) => b.words(['state', ...lineAndCall])],
  0x0112: ['DisplayPromptStatus', is(44), (b) => ({ timeout: b.word(0), text: b.text(4, 32), ...b.words(lineAndCall, 36) })],
  0x0113: ['ClearPromptStatus', is(8), (b) => b.words(lineAndCall)],
  0x0114: ['DisplayNotify', any, (b) => ({ timeout: b.word(0), text: b.text(4, 32) })],
  0x0115: ['ClearNotify', none, () => ({})],
  0x0116: ['ActivateCallPlane', is(4), (b) => b.words(['line'])],
  0x0117: ['DeactivateCallPlane', none, () => ({})],
  0x0118: ['UnregisterAck', is(4), (b) => b.words(['status'])],
  0x0119: ['BackSpaceRes', is(8), (b) => b.words(lineAndCall)],
  0x011a: ['RegisterTokenAck', none, () => ({})],
  0x011b: ['RegisterTokenReject', is(4), (b) => b.words(['seconds'])],
  0x011d: ['DialedNumber', (v) => (v < 18 ? 32 : 36), (b) => {
    const width = b.dialect.version < 18 ? 24 : 25;
    return { number: b.text(0, width), ...b.words(lineAndCall, width) };
  }],
  0x011f: ['FeatureStat', is(52), (b) => ({ ...b.words(['instance', 'type']), label: b.text(8, 40), status: b.word(48) })],
  0x0120: ['DisplayPriNotify', is(40), (b) => ({ timeout: b.word(0), text: b.text(8, 32) })],
  0x0121: ['ClearPriNotify', is(4), () => ({})],
  0x012f: ['ServiceURLStat', is(300), (b) => ({ instance: b.word(0), url: b.text(4, 256), label: b.text(260, 40) })],
  0x0130: ['CallSelectStat', is(12), (b) => b.words(['status', 'call', 'line'])],
  0x0143: ['DisplayDynamicNotify', any, (b) => ({ timeout: b.word(0), ...b.texts(4, ['text']) })],
  0x0144: ['DisplayDynamicPriNotify', any, (b) => ({ timeout: b.word(0), ...b.texts(8, ['text']) })],
  0x0145: ['DisplayDynamicPromptStatus', any, (b) => ({ timeout: b.word(0), ...b.words(lineAndCall, 4), ...b.texts(12, ['text']) })],
  // The label may stand in a field of its length or of a fixed one: what follows its NUL is not looked at.
  0x0146: ['FeatureStatDynamic', any, (b) => ({ ...b.words(['instance', 'type', 'status']), label: b.text(12, 124) })],
  0x0147: ['LineStatDynamic', any, (b) => ({ ...b.words(['line', 'type']), ...b.texts(8, ['number', 'name', 'label']) })],
  0x0148: ['ServiceURLStatDynamic', any, (b) => ({ instance: b.word(0), ...b.texts(4, ['url', 'label']) })],
  0x0149: ['SpeedDialStatDynamic', any, (b) => ({ instance: b.word(0), ...b.texts(4, ['number', 'label']) })],
  0x014a: ['CallInfoDynamic', any, (b) => ({ ...b.words([...lineAndCall, 'type']), ...b.texts(32, callInfoTexts) })],
  0x0152: ['SubscriptionStat', is(16), (b) => b.words(['transaction', 'feature', 'timer', 'cause'])],
  0x0153: ['Notification', is(112), (b) => ({ ...b.words(['transaction', 'feature', 'status']), text: b.text(12, 97) })],
  0x0156: ['CallHistoryDisposition', is(12), (b) => b.words(['disposition', ...lineAndCall])],
  0x0160: ['RecordingStatus', is(8), (b) => b.words(['call', 'status'])],
}; // prettier-ignore

/** These bear 0 in their header, whatever was agreed. */
const plainHeaders = new Set([0x0081, 0x0100, 0x0118]);

/** Reads a message of a server. Before the acknowledgement of the registration `version` is 0: no header is judged. */
export function readServerMessage(id: number, headerVersion: number, payload: Buffer, dialect: SccpDialect): HeardSccp {
  const [name, size, read] = readers[id] ?? [`0x${id.toString(16).padStart(4, '0')}`, any, () => ({})];
  const bytes = new Bytes(payload, dialect);
  const values = read(bytes);
  const faults = bytes.faults.map((fault) => `${name} ${fault}`);
  const wanted = size(dialect.version);
  if (!readers[id]) faults.push(`${name} is no message for a phone`);
  if (wanted !== undefined && payload.length !== wanted) {
    faults.push(`${name} has ${payload.length} bytes of payload at version ${dialect.version}, not ${wanted}`);
  }
  if (payload.length % 4 !== 0) faults.push(`${name} is not padded to four bytes`);
  const header = dialect.version >= 15 && !plainHeaders.has(id) ? dialect.version : 0;
  if ((dialect.version > 0 || plainHeaders.has(id)) && headerVersion !== header) {
    faults.push(`${name} has ${headerVersion} in its header at version ${dialect.version}, not ${header}`);
  }
  return { id, name, headerVersion, payload, values, faults };
}

/** One key of a template: which of its kind, and the kind. */
export interface SccpButton {
  readonly instance: number;
  readonly type: number;
}

/** The keys that are used. */
export function buttonsOf({ payload, values }: HeardSccp): SccpButton[] {
  const count = Math.min(Number(values['count']), (payload.length - 12) >> 1);
  return Array.from({ length: count }, (_, index) => ({
    instance: payload[12 + 2 * index] ?? 0,
    type: payload[13 + 2 * index] ?? 0,
  }));
}

export interface SccpSoftKey {
  readonly label: string;
  readonly event: number;
}

export function softKeysOf({ payload, values }: HeardSccp): SccpSoftKey[] {
  const count = Math.min(Number(values['count']), Math.floor((payload.length - 12) / 20));
  return Array.from({ length: count }, (_, index) => {
    const field = payload.subarray(12 + 20 * index, 28 + 20 * index);
    const end = field.indexOf(0);
    return {
      label: field.toString('latin1', 0, end < 0 ? 16 : end),
      event: payload.readUInt32LE(28 + 20 * index),
    };
  });
}

/** For each set the places of its keys in the template, counted from 1; 0 is a gap. */
export function softKeySetsOf({ payload, values }: HeardSccp): number[][] {
  const count = Math.min(Number(values['count']), Math.floor((payload.length - 12) / 48));
  return Array.from({ length: count }, (_, index) => [...payload.subarray(12 + 48 * index, 28 + 48 * index)]);
}

/** Writes a message: words as numbers, everything else as bytes. */
export function writeSccp(id: number, headerVersion: number, parts: readonly (number | Buffer)[] = []): Buffer {
  const payload = Buffer.concat(
    parts.map((part) => {
      if (typeof part !== 'number') return part;
      const word = Buffer.alloc(4);
      word.writeUInt32LE(part >>> 0);
      return word;
    }),
  );
  const head = Buffer.alloc(12);
  head.writeUInt32LE(payload.length + 4, 0);
  head.writeUInt32LE(headerVersion, 4);
  head.writeUInt32LE(id, 8);
  return Buffer.concat([head, payload]);
}

/** Text in a field of fixed width. */
export function fixedText(text: string, width: number): Buffer {
  const field = Buffer.alloc(width);
  field.write(text.slice(0, width - 1), 'latin1');
  return field;
}

/** An IPv4 address as this version has it. */
export function addressBytes(address: string, version: number): Buffer {
  const four = Buffer.from(address.split('.').map(Number));
  return version < 17 ? four : Buffer.concat([Buffer.alloc(4), four, Buffer.alloc(12)]);
}

/** Cuts a stream into frames; a length that cannot be is said once and ends the reading. */
export class SccpReader {
  private held: Buffer = Buffer.alloc(0);
  private isLost = false;

  push(
    chunk: Buffer,
    onFrame: (id: number, headerVersion: number, payload: Buffer) => void,
    onLost: (length: number) => void,
  ): void {
    if (this.isLost) return;
    this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    while (this.held.length >= 12) {
      const length = this.held.readUInt32LE(0);
      if (length < 4 || length > 8192) {
        this.isLost = true;
        return onLost(length);
      }
      if (this.held.length < length + 8) return undefined;
      const frame = this.held.subarray(0, length + 8);
      this.held = this.held.subarray(length + 8);
      onFrame(frame.readUInt32LE(8), frame.readUInt32LE(4), Buffer.from(frame.subarray(12)));
    }
    return undefined;
  }
}
