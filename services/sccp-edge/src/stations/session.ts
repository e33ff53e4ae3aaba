import type { Directory } from '@linewatch/edge';
import type { FlowRecord } from '@linewatch/presence';
import type { Clock, LabelledCounter, RateLimitedLog, TimerHandle, TimerWheel } from '@linewatch/runtime';
import {
  decodeMessage,
  dialectOf,
  encodeMessage,
  type Frame,
  isRegistered,
  type Message,
  type MessageOf,
  type RegisteredStation,
  startStation,
  type StationEffect,
  type StationEvent,
  type StationInput,
  type StationSettings,
  type StationState,
  stepStation,
} from '@linewatch/sccp';
import type { SccpConnection } from '../transport/connection';
import { identify, type Phone } from './phone';
import { type Recorded, REGISTRATION_MS, type Registrations } from './registrations';
import { type EdgeStationSettings, stationSettings } from './station-settings';

/** Who hears of a session's phone. */
export interface SessionListener {
  /** It is registered, and the phone has heard so. */
  registered(session: StationSession, phone: Phone): void;
  /** It is not any more; said once for each `registered`. */
  unregistered(session: StationSession, phone: Phone): void;
  /** A key, the hook, a channel, capabilities. */
  event(session: StationSession, event: StationEvent): void;
  subscribe(session: StationSession, transactionID: number, number: string, seconds: number): void;
  unsubscribe(session: StationSession, transactionID: number): void;
  /** The connection is gone. */
  ended(session: StationSession): void;
}

export interface SessionPorts {
  readonly settings: EdgeStationSettings;
  readonly directory: Pick<Directory, 'current'>;
  readonly registrations: Pick<Registrations, 'record' | 'remove'>;
  readonly listener: SessionListener;
  readonly clock: Pick<Clock, 'now'>;
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  /** Whether phones may come: not while this edge drains. */
  readonly isOpenForPhones: () => boolean;
  /** What phones do that is not as it should be, by what. */
  readonly counts: LabelledCounter;
  /** Connections that this edge closed, by why. */
  readonly closed: LabelledCounter;
  readonly floodLog: Pick<RateLimitedLog, 'info' | 'error'>;
}

/** When a phone may ask again that was told to wait. */
const TOKEN_WAIT_SECONDS = 30;

/** One phone on its connection: runs its machine and carries out what follows. */
export class StationSession {
  /** Who it is, once identified. */
  phone: Phone | undefined;
  /** What is durable of its registration. */
  recorded: Recorded = new Map();
  private state: StationState = { status: 'closed' };
  private keepAliveSeconds: number | undefined;
  private readonly timers = new Map<string, TimerHandle>();
  private refresh: TimerHandle | undefined;
  /** Inputs that wait for the step that is under way. */
  private readonly waiting: StationInput[] = [];
  private isStepping = false;

  constructor(
    private readonly connection: SccpConnection,
    private readonly ports: SessionPorts,
  ) {
    const { state, effects } = startStation(this.settings());
    this.state = state;
    this.carryOut(effects);
    connection.tell({ frame: (frame) => this.take(frame), closed: () => this.disconnected() });
  }

  get flow(): FlowRecord & { readonly connection: string } {
    return this.connection.flow;
  }

  /** What is known of a phone that is registered. */
  get registered(): RegisteredStation | undefined {
    return isRegistered(this.state) ? this.state : undefined;
  }

  /** Gives the machine an input, after those that wait. */
  input(input: StationInput): void {
    this.waiting.push(input);
    if (this.isStepping) return;
    this.isStepping = true;
    try {
      for (let next = this.waiting.shift(); next; next = this.waiting.shift()) this.step(next);
    } finally {
      this.isStepping = false;
    }
  }

  /** Sends a message as the phone understands it. */
  send(message: Message): void {
    this.connection.write(encodeMessage(message, dialectOf(this.state)));
  }

  private take(frame: Frame): void {
    try {
      this.input({ type: 'message', message: decodeMessage(frame, dialectOf(this.state)) });
    } catch (err) {
      // A mistake of ours must not take other phones along.
      this.ports.floodLog.error('session', 'a message of a phone failed', { id: frame.id, err });
      this.connection.end('station');
    }
  }

  private disconnected(): void {
    this.input({ type: 'disconnected' });
    for (const timer of this.timers.values()) this.ports.wheel.cancel(timer);
    this.timers.clear();
    this.ports.wheel.cancel(this.refresh);
    this.ports.listener.ended(this);
  }

  private step(input: StationInput): void {
    // Most inputs are lamps, which need no settings.
    const settings = () => this.settings();
    const world = {
      get settings() {
        return settings();
      },
      now: this.ports.clock.now(),
    };
    const { state, effects } = stepStation(this.state, input, world);
    // What the step sends is laid out as the phone understands it before or after it, whichever knows the version.
    this.state = state.status === 'closed' ? this.state : state;
    this.carryOut(effects);
    this.state = state;
  }

  private settings(): StationSettings {
    const { settings, directory, clock } = this.ports;
    return stationSettings(settings, directory.current().config, clock.now(), this.keepAliveSeconds);
  }

  private carryOut(effects: readonly StationEffect[]): void {
    for (const effect of effects) this.perform(effect);
  }

  private perform(effect: StationEffect): void {
    const { listener, wheel, counts, closed } = this.ports;
    switch (effect.type) {
      case 'send':
        return this.send(effect.message);
      case 'identify':
        return this.identify(effect.attempt, effect.register);
      case 'recordRegistration':
        return this.record(effect.attempt, effect.register.deviceName);
      case 'recordUnregistration':
        return this.remove(effect.attempt);
      case 'askToken':
        return this.input(
          this.ports.isOpenForPhones()
            ? { type: 'tokenGranted' }
            : { type: 'tokenRefused', waitSeconds: TOKEN_WAIT_SECONDS },
        );
      case 'subscribe':
        return listener.subscribe(this, effect.transactionID, effect.number, effect.seconds);
      case 'unsubscribe':
        return listener.unsubscribe(this, effect.transactionID);
      case 'deliver':
        return this.deliver(effect.event);
      case 'startTimer': {
        const { name, ms } = effect;
        wheel.cancel(this.timers.get(name));
        this.timers.set(
          name,
          wheel.set(ms, () => this.input({ type: 'timer', name })),
        );
        return;
      }
      case 'stopTimer':
        wheel.cancel(this.timers.get(effect.name));
        this.timers.delete(effect.name);
        return;
      case 'count':
        return counts.of(effect.what).add();
      case 'close':
        closed.of(effect.reason).add();
        return this.connection.endGently('station');
      default:
        return effect satisfies never;
    }
  }

  private deliver(event: StationEvent): void {
    const { listener, floodLog } = this.ports;
    switch (event.type) {
      case 'registered':
        this.scheduleRefresh();
        return this.phone && listener.registered(this, this.phone);
      case 'unregistered':
        this.ports.wheel.cancel(this.refresh);
        return this.phone && listener.unregistered(this, this.phone);
      case 'alarm':
        return floodLog.info('alarm', 'a phone reports', { severity: event.severity, text: event.text });
      default:
        return listener.event(this, event);
    }
  }

  private identify(attempt: number, register: MessageOf<'RegisterMessage'>): void {
    const { directory, floodLog, counts, isOpenForPhones } = this.ports;
    if (!isOpenForPhones()) return this.input({ type: 'unavailable', attempt });
    const found = identify(register, directory.current());
    if ('refused' in found) {
      counts.of('unknownDevice').add();
      const remote = `${this.flow.remote.host}:${this.flow.remote.port}`;
      floodLog.info('register', 'a phone was refused', { device: register.deviceName, why: found.refused, remote });
      return this.input({ type: 'refused', attempt, text: found.refused });
    }
    this.phone = found.phone;
    this.keepAliveSeconds = found.phone.keepAliveSeconds;
    this.input({ type: 'identified', attempt, profile: found.phone.profile });
  }

  private record(attempt: number, deviceName: string): void {
    const { phone, flow } = this;
    if (!phone) return this.input({ type: 'unavailable', attempt });
    void this.ports.registrations.record({ phone, deviceName, flow }).then((recorded) => {
      if (!recorded) return this.input({ type: 'unavailable', attempt });
      this.recorded = recorded;
      this.input({ type: 'recorded', attempt });
    });
  }

  private remove(attempt: number): void {
    const { phone, flow } = this;
    if (!phone) return this.input({ type: 'recorded', attempt });
    void this.ports.registrations.remove({ phone, flow }).then((isRemoved) => {
      this.input({ type: isRemoved ? 'recorded' : 'unavailable', attempt });
    });
  }

  /** The registration is said again long before its time is over. */
  private scheduleRefresh(): void {
    const { wheel, registrations } = this.ports;
    wheel.cancel(this.refresh);
    this.refresh = wheel.set(REGISTRATION_MS / 2, () => {
      const { phone, flow, registered } = this;
      if (!phone || !registered) return;
      const { deviceName } = registered.register;
      void registrations.record({ phone, deviceName, flow }).then((recorded) => {
        this.recorded = recorded ?? this.recorded;
        if (this.registered) this.scheduleRefresh();
      });
    });
  }
}
