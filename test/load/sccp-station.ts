/**
 * A station of the load tool, version 17: registers as a 7961 does, one question after the other, and tells what its keys
 * show. Nothing is kept of what it hears, so that thousands of them cost little.
 */
import { connect, type Socket } from 'node:net';
import { writeSccp } from '@linewatch/kit';
import type { Endpoint } from './fleet';
import { macOf } from './plan';

const VERSION = 17;
/** A 7961 and its features, as captured [sccp-wire 1.2]. */
const TYPE = 30_018;
const FEATURES = 0x8572;
const BLF = 0x15;
const LONGEST = 8_192;

/** Messages, by the names of the protocol [sccp-wire 3, 4]. */
const ids = {
  keepAlive: 0x0000, register: 0x0001, offHook: 0x0006, onHook: 0x0007, forwardStatReq: 0x0009, lineStatReq: 0x000b,
  configStatReq: 0x000c, timeDateReq: 0x000d, buttonTemplateReq: 0x000e, capabilitiesRes: 0x0010, softKeySetReq: 0x0025,
  unregister: 0x0027, softKeyTemplateReq: 0x0028, registerAvailableLines: 0x002d, featureStatReq: 0x0034,
  registerAck: 0x0081, forwardStat: 0x0090, configStat: 0x0093, defineTimeDate: 0x0094, buttonTemplate: 0x0097,
  capabilitiesReq: 0x009b, registerReject: 0x009d, softKeyTemplate: 0x0108, softKeySet: 0x0109, unregisterAck: 0x0118,
  featureStatDynamic: 0x0146, lineStatDynamic: 0x0147,
} as const; // prettier-ignore

type Parts = Parameters<typeof writeSccp>[2];
const message = (id: number, parts?: Parts) => writeSccp(id, VERSION, parts);

/** What a phone says next, and the message that it waits for then. */
interface Question {
  readonly says: Buffer;
  readonly awaits: number;
}

/** Who hears of what a station hears. */
export interface StationOwner {
  /** A key, counted from 0, is told what to show. */
  lamp(station: LoadStation, key: number, status: number): void;
  /** It has asked for everything. */
  registered(station: LoadStation): void;
  /** It was refused, or its connection ended that nobody ended here. */
  failed(station: LoadStation, why: string): void;
  unregistered(station: LoadStation): void;
}

export class LoadStation {
  /** Seconds between two keepalives, as the server wants them. */
  keepAliveSeconds = 30;
  isRegistered = false;
  isClosed = false;
  private readonly socket: Socket;
  private held: Buffer | undefined;
  /** The question that was asked last. */
  private asked = 0;

  constructor(
    readonly index: number,
    target: Endpoint,
    private readonly script: readonly Question[],
    private readonly keys: number,
    private readonly owner: StationOwner,
  ) {
    this.socket = connect({ ...target, noDelay: true });
    this.socket.once('connect', () => this.say(registerOf(index)));
    this.socket.on('data', (chunk: Buffer) => this.receive(chunk));
    this.socket.on('error', (error) => this.fail(error.message));
    this.socket.once('close', () => this.fail('the connection was closed'));
  }

  offHook(): void {
    this.say(message(ids.offHook, [0, 0]));
  }

  onHook(): void {
    this.say(message(ids.onHook, [0, 0]));
  }

  keepAlive(): void {
    this.say(message(ids.keepAlive));
  }

  unregister(): void {
    this.say(message(ids.unregister));
  }

  close(): void {
    this.isClosed = true;
    this.socket.destroy();
  }

  private say(bytes: Buffer): void {
    if (!this.isClosed) this.socket.write(bytes);
  }

  private fail(why: string): void {
    if (this.isClosed) return;
    this.close();
    this.owner.failed(this, why);
  }

  private receive(chunk: Buffer): void {
    const bytes = this.held ? Buffer.concat([this.held, chunk]) : chunk;
    let at = 0;
    while (bytes.length - at >= 12 && !this.isClosed) {
      const length = bytes.readUInt32LE(at);
      if (length < 4 || length > LONGEST) return this.fail(`a frame states ${length} octets`);
      if (at + 8 + length > bytes.length) break;
      this.take(bytes.readUInt32LE(at + 8), bytes.subarray(at + 12, at + 8 + length));
      at += 8 + length;
    }
    this.held = at < bytes.length ? bytes.subarray(at) : undefined;
  }

  private take(id: number, payload: Buffer): void {
    if (id === ids.featureStatDynamic) {
      const instance = payload.readUInt32LE(0);
      if (instance < 1 || instance > this.keys) return this.fail(`a lamp came for key ${instance}`);
      this.owner.lamp(this, instance - 1, payload.readUInt32LE(8));
    }
    if (this.isRegistered) {
      if (id === ids.unregisterAck) this.owner.unregistered(this);
      return;
    }
    switch (id) {
      case ids.registerReject:
        return this.fail(`refused: ${payload.toString('latin1', 0, 32).replace(/\0.*$/s, '')}`);
      case ids.registerAck:
        this.keepAliveSeconds = payload.readUInt32LE(0);
        if (payload[16] !== VERSION) return this.fail(`version ${payload[16]} was agreed, not ${VERSION}`);
        return;
      case ids.buttonTemplate: {
        const count = blfKeysIn(payload);
        if (count !== this.keys) return this.fail(`it got ${count} BLF keys, not ${this.keys}`);
      }
    }
    const isAnswer = this.asked === 0 ? id === ids.capabilitiesReq : id === this.script[this.asked - 1]?.awaits;
    // A lamp that is pushed may be taken for the answer to the question for it: it says the same.
    if (isAnswer) this.askNext();
  }

  private askNext(): void {
    const next = this.script[this.asked];
    this.asked += 1;
    if (next) return this.say(next.says);
    this.isRegistered = true;
    this.owner.registered(this);
  }
}

/** All that a phone of so many keys asks for, in the order of a 7961 [sccp-wire 5.1]; the same for all of them. */
export function registrationScript(keys: number): Question[] {
  const codecs = [4, 2, 12, 257];
  const ask = (awaits: number, ...says: readonly Buffer[]): Question => ({ says: Buffer.concat(says), awaits });
  return [
    ask(
      ids.buttonTemplate,
      message(ids.capabilitiesRes, [codecs.length, ...codecs.flatMap((codec) => [codec, 20, 0, 0])]),
      message(ids.buttonTemplateReq),
    ),
    ask(ids.softKeyTemplate, message(ids.softKeyTemplateReq)),
    ask(ids.softKeySet, message(ids.softKeySetReq)),
    ask(ids.configStat, message(ids.configStatReq)),
    ask(ids.lineStatDynamic, message(ids.lineStatReq, [1])),
    ask(ids.forwardStat, message(ids.forwardStatReq, [1])),
    ...Array.from({ length: keys }, (_, key) => ask(ids.featureStatDynamic, message(ids.featureStatReq, [key + 1, 1]))),
    ask(ids.defineTimeDate, message(ids.registerAvailableLines, [1]), message(ids.timeDateReq)),
  ];
}

function registerOf(station: number): Buffer {
  const field = (text: string, width: number) => Buffer.from(text.padEnd(width, '\0'), 'latin1');
  const mac = macOf(station).toUpperCase();
  const tail = Buffer.from([VERSION, 0, FEATURES & 0xff, FEATURES >> 8]);
  return message(ids.register, [
    ...[field(`SEP${mac}`, 16), 0, 1, Buffer.from([127, 0, 0, 1]), TYPE, 5, 0, tail, 0, 0],
    ...[Buffer.concat([Buffer.from(mac, 'hex'), Buffer.alloc(6)]), 0, 6, Buffer.alloc(16), 0, field('SCCP41.load', 32)],
  ]);
}

function blfKeysIn(template: Buffer): number {
  const count = template.readUInt32LE(4);
  const types = Array.from({ length: count }, (_, button) => template[13 + 2 * button]);
  return types.filter((type) => type === BLF).length;
}
