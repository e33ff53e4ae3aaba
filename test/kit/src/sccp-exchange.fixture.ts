/**
 * A small telephone exchange in this process for the specs of the simulated Skinny phone: real sockets, the machines of
 * libs/sccp, and legs that are connected with each other as they come. It keeps nothing and authorizes everybody it knows.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  blfStatuses, type CallsWorld, decodeMessage, defaultCallSettings, defaultStationSettings, dialectOf, encodeMessage,
  freeCallReference, initialStationCalls, isRegistered, SccpFramer, startStation, type StationCallsEffect,
  type StationCallsInput, type StationCallsState, type StationEffect, type StationEvent, type StationInput,
  type StationLegEvent, type StationProfile, type StationSettings, type StationState, stepStation, stepStationCalls,
} from '@linewatch/sccp'; // prettier-ignore

/** A phone that may register. */
export interface ExchangePhone {
  readonly deviceName: string;
  readonly profile: StationProfile;
}

interface Leg {
  readonly phone: Session;
  readonly call: number;
}

export class Exchange {
  private readonly sessions = new Set<Session>();
  private readonly peers = new Map<string, Leg>();
  private server!: Server;
  /** Calls in use by number; what BLF keys show. */
  readonly inUse = new Map<string, Set<string>>();
  readonly counts: string[] = [];

  private constructor(
    readonly phones: readonly ExchangePhone[],
    readonly settings: StationSettings,
  ) {}

  static async open(phones: readonly ExchangePhone[], settings: Partial<StationSettings> = {}): Promise<Exchange> {
    const exchange = new Exchange(phones, { ...defaultStationSettings, versionCeiling: 22, ...settings });
    exchange.server = createServer((socket) => exchange.sessions.add(new Session(exchange, socket)));
    await new Promise<void>((resolve) => exchange.server.listen(0, '127.0.0.1', resolve));
    return exchange;
  }

  get address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: (this.server.address() as AddressInfo).port };
  }

  async close(): Promise<void> {
    for (const session of this.sessions) session.socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** The registered phone that has this number, and the line that it is on. */
  private find(number: string): { phone: Session; line: number } | undefined {
    for (const phone of this.sessions) {
      if (!isRegistered(phone.station)) continue;
      const line = phone.station.profile.lines.findIndex((each) => each.number === number) + 1;
      if (line > 0) return { phone, line };
    }
    return undefined;
  }

  lampOf(number: string): number {
    const found = this.find(number);
    if (!found) return blfStatuses.unknown;
    if (found.phone.calls.doNotDisturb) return blfStatuses.doNotDisturb;
    return this.inUse.get(number)?.size ? blfStatuses.inUse : blfStatuses.idle;
  }

  /** Whether anybody has this number, here or not. */
  isKnown(number: string): boolean {
    return this.phones.some(({ profile }) => profile.lines.some((line) => line.number === number));
  }

  /** Every key and list entry shows what is true now. */
  refresh(): void {
    for (const session of this.sessions) session.refresh();
  }

  forget(session: Session): void {
    this.sessions.delete(session);
    for (const calls of this.inUse.values()) for (const key of calls) if (key.startsWith(session.id)) calls.delete(key);
    this.refresh();
  }

  /** What one leg says, the other hears. */
  onLeg(from: Leg, event: StationLegEvent): void {
    if (event.type === 'started') return this.connect(from, event.called);
    const peer = this.peers.get(keyOf(from));
    if (event.type === 'refer' || event.type === 'join') {
      return from.phone.command(from.call, { type: 'referRefused', exchange: event.exchange, status: 501 });
    }
    if (!peer) return undefined;
    const to = (command: Parameters<Session['command']>[1]) => peer.phone.command(peer.call, command);
    switch (event.type) {
      case 'answered':
        return to({ type: 'accept', media: event.media });
      case 'confirmed':
        return to({ ...event, type: 'confirm' });
      case 'progress':
      case 'modify':
      case 'modified':
      case 'modifyRefused':
        return to(event);
      case 'refused':
        this.part(from, peer);
        return to({ type: 'refuse', status: event.status });
      case 'released':
        this.part(from, peer);
        return to({ type: 'release', cause: event.cause });
      default:
        return undefined;
    }
  }

  private connect(from: Leg, called: string): void {
    const found = this.find(called);
    if (!found) {
      return from.phone.command(from.call, { type: 'refuse', status: this.isKnown(called) ? 480 : 404 });
    }
    const { phone, line } = found;
    const to: Leg = { phone, call: freeCallReference(phone.calls) };
    this.peers.set(keyOf(from), to).set(keyOf(to), from);
    const caller = { number: from.phone.number, display: from.phone.displayName };
    phone.stepCalls({ type: 'offer', call: to.call, line, caller, called });
    return undefined;
  }

  private part(one: Leg, other: Leg): void {
    this.peers.delete(keyOf(one));
    this.peers.delete(keyOf(other));
  }
}

const keyOf = ({ phone, call }: Leg): string => `${phone.id} ${call}`;

let sessionCount = 0;

/** One connection. */
class Session {
  readonly id = `session-${++sessionCount}`;
  station: StationState;
  calls: StationCallsState = initialStationCalls(this.id);
  private readonly framer = new SccpFramer();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly shown = new Map<number, string>();

  constructor(
    private readonly exchange: Exchange,
    readonly socket: Socket,
  ) {
    const { state, effects } = startStation(exchange.settings);
    this.station = state;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.step({ type: 'disconnected' });
      exchange.forget(this);
    });
    this.carryOut(effects);
  }

  get number(): string {
    return isRegistered(this.station) ? (this.station.profile.lines[0]?.number ?? '') : '';
  }

  get displayName(): string {
    return isRegistered(this.station) ? (this.station.profile.lines[0]?.displayName ?? '') : '';
  }

  command(call: number, command: Extract<StationCallsInput, { type: 'command' }>['command']): void {
    this.stepCalls({ type: 'command', call, command });
  }

  refresh(): void {
    if (!isRegistered(this.station)) return;
    for (const { instance, button } of this.station.buttons) {
      if (button.type === 'blf') this.step({ type: 'lamp', instance, status: this.exchange.lampOf(button.number) });
    }
    for (const [transaction, number] of this.shown) {
      this.step({ type: 'callListStatus', transactionID: transaction, status: this.exchange.lampOf(number) });
    }
  }

  private receive(chunk: Buffer): void {
    for (const frame of this.framer.push(chunk)) {
      if ('malformed' in frame) return void this.socket.destroy();
      this.step({ type: 'message', message: decodeMessage(frame, dialectOf(this.station)) });
    }
  }

  private step(input: StationInput): void {
    const world = { settings: this.exchange.settings, now: Date.now() };
    const { state, effects } = stepStation(this.station, input, world);
    this.station = state;
    this.carryOut(effects);
  }

  private carryOut(effects: readonly StationEffect[]): void {
    for (const effect of effects) this.doStation(effect);
  }

  private doStation(effect: StationEffect): void {
    switch (effect.type) {
      case 'send':
        return void this.socket.write(encodeMessage(effect.message, dialectOf(this.station)));
      case 'identify': {
        const known = this.exchange.phones.find(({ deviceName }) => deviceName === effect.register.deviceName);
        const { attempt } = effect;
        if (known) return this.step({ type: 'identified', attempt, profile: known.profile });
        return this.step({ type: 'refused', attempt, text: 'No such phone' });
      }
      case 'recordRegistration':
      case 'recordUnregistration':
        return this.step({ type: 'recorded', attempt: effect.attempt });
      case 'askToken':
        return this.step({ type: 'tokenGranted' });
      case 'subscribe': {
        const { transactionID, number } = effect;
        const isKnown = this.exchange.isKnown(number);
        this.step({ type: 'subscriptionAnswered', transactionID, cause: isKnown ? 0 : 1 });
        if (!isKnown) return undefined;
        this.shown.set(transactionID, number);
        return this.step({ type: 'callListStatus', transactionID, status: this.exchange.lampOf(number) });
      }
      case 'unsubscribe':
        return void this.shown.delete(effect.transactionID);
      case 'startTimer':
        return this.startTimer(effect.name, effect.ms, () => this.step({ type: 'timer', name: effect.name }));
      case 'stopTimer':
        return this.stopTimer(effect.name);
      case 'count':
        return void this.exchange.counts.push(effect.what);
      case 'close':
        return void this.socket.end();
      case 'deliver':
        return this.take(effect.event);
      default:
        return effect satisfies never;
    }
  }

  private take(event: StationEvent): void {
    switch (event.type) {
      case 'registered':
        return setImmediateRefresh(this.exchange);
      case 'unregistered':
        return this.stepCalls({ type: 'gone' });
      case 'capabilities':
        return this.stepCalls(event);
      case 'ready':
      case 'alarm':
        return undefined;
      case 'receiving':
      case 'notReceiving':
      case 'notSending':
        return this.stepCalls({ type: 'media', event });
      default:
        return this.stepCalls({ type: 'key', key: event });
    }
  }

  stepCalls(input: StationCallsInput): void {
    const { state, effects } = stepStationCalls(this.calls, input, this.world());
    this.calls = state;
    for (const effect of effects) this.doCall(effect);
  }

  private world(): CallsWorld {
    const station = isRegistered(this.station) ? this.station : undefined;
    const lines = station?.profile.lines ?? [];
    const all = this.exchange.phones.flatMap(({ profile }) => profile.lines.map(({ number }) => number));
    return {
      settings: defaultCallSettings,
      lines: lines.map(({ number, displayName }) => ({ number, displayName, channels: 2 })),
      dialPlan: (digits) =>
        all.includes(digits) ? 'whole' : all.some((each) => each.startsWith(digits)) ? 'partial' : 'none',
      version: station?.dialect.version ?? 0,
      dynamicMessages: station?.dynamicMessages ?? false,
    };
  }

  private doCall(effect: StationCallsEffect): void {
    switch (effect.type) {
      case 'send':
        return void this.socket.write(encodeMessage(effect.message, dialectOf(this.station)));
      case 'leg':
        return this.exchange.onLeg({ phone: this, call: effect.call }, effect.event);
      case 'standing': {
        const { line, state } = effect.standing;
        const number = isRegistered(this.station) ? (this.station.profile.lines[line - 1]?.number ?? '') : '';
        const calls = this.exchange.inUse.get(number) ?? new Set<string>();
        this.exchange.inUse.set(number, calls);
        if (state === 'terminated') calls.delete(`${this.id} ${effect.call}`);
        else calls.add(`${this.id} ${effect.call}`);
        return this.exchange.refresh();
      }
      case 'doNotDisturb':
        return this.exchange.refresh();
      case 'forwardAll':
      case 'pickUp':
      case 'feature':
        return undefined;
      case 'startTimer':
        return this.startTimer(effect.name, effect.ms, () => this.stepCalls({ type: 'timer', name: effect.name }));
      case 'stopTimer':
        return this.stopTimer(effect.name);
      default:
        return effect satisfies never;
    }
  }

  private startTimer(name: string, ms: number, act: () => void): void {
    this.stopTimer(name);
    this.timers.set(name, setTimeout(act, ms).unref());
  }

  private stopTimer(name: string): void {
    clearTimeout(this.timers.get(name));
    this.timers.delete(name);
  }
}

/** After the effects of the registration itself. */
function setImmediateRefresh(exchange: Exchange): void {
  setImmediate(() => exchange.refresh());
}
