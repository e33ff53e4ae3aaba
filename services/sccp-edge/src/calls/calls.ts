import { EdgeCalls, type CallParts, type Lines, type LineView, type Turns } from '@linewatch/edge';
import type { DeviceName, LineNumber } from '@linewatch/presence';
import type { RegisteredStation, StationCallsInput, StationEvent } from '@linewatch/sccp';
import type { Phone } from '../stations/phone';
import type { CallForwarding } from './call-forwarding';
import type { DoNotDisturb } from './do-not-disturb';
import { PhoneCalls } from './phone-calls';
import type { PhoneCallsPorts } from './phone-calls-ports';
import type { SccpLeg } from './sccp-leg';
import { SccpLegs } from './sccp-legs';
import { mediaOf } from './sessions';
import { callsElsewhere } from './shared-lines';

/** Everything that the calls of an SCCP edge are made of. */
export interface CallsParts extends CallParts {
  readonly lines: Pick<Lines, 'all' | 'onChange' | 'get'>;
  readonly standIn: () => string | undefined;
  readonly doNotDisturb: Pick<DoNotDisturb, 'set' | 'isOn'>;
  readonly forwarding: Pick<CallForwarding, 'set'>;
}

/** A phone on its connection, as its calls need it. */
export interface CallPhone {
  readonly registered: RegisteredStation | undefined;
  send: ConstructorParameters<typeof PhoneCalls>[0]['send'];
}

/** Call references of one registration: a phone may remember those of the one before. */
const REFERENCES = 256;

/** What SCCP phones say of calls. What other edges say enters by `shared`. */
export class Calls {
  /** What the calls of every kind of edge have in common. */
  readonly shared: EdgeCalls<SccpLeg, SccpLegs>;
  private readonly byPhone = new Map<CallPhone, PhoneCalls>();
  private readonly byDevice = new Map<DeviceName, PhoneCalls>();
  /** Who is here of the phones that share a number with others. */
  private readonly byNumber = new Map<LineNumber, Map<PhoneCalls, Phone>>();
  private readonly ports: PhoneCallsPorts;
  private turns!: Turns;
  private registrations = 0;

  constructor(private readonly parts: CallsParts) {
    const { edge, wheel, directory, lines, metrics, doNotDisturb, forwarding } = parts;
    this.shared = new EdgeCalls<SccpLeg, SccpLegs>({
      ...parts,
      protocol: (legs, turns) => {
        this.turns = turns;
        return new SccpLegs({ legs, phone: (device) => this.byDevice.get(device) });
      },
    });
    this.ports = {
      edge,
      edgeCalls: () => this.shared,
      turns: this.turns,
      wheel,
      directory,
      lines,
      mediaOf,
      disturb: (phone, isOn) => doNotDisturb.set(phone, isOn),
      forward: (line, number) => forwarding.set(line, number),
      unknownFeatures: metrics.counters('features_unserved_total', 'Keys that do nothing yet, by feature', 'feature'),
    };
    parts.lines.onChange((view) => {
      for (const [calls, phone] of this.byNumber.get(view.line) ?? []) this.showElsewhere(calls, phone, view);
    });
  }

  /** A phone is registered: it may call and be called. */
  begin(session: CallPhone, phone: Phone): void {
    const { registered } = session;
    if (!registered) return;
    const { dialect, dynamicMessages } = registered;
    const { edge, doNotDisturb } = this.parts;
    const count = (this.registrations += 1);
    const station = {
      phone,
      version: dialect.version,
      dynamicMessages,
      send: session.send.bind(session),
    };
    const firstCall = (((edge.epoch & 0x7f) << 24) | ((count * REFERENCES) & 0xffffff)) + 1;
    const calls = new PhoneCalls(station, `${edge.id}.${edge.epoch}.${count}`, firstCall, this.ports);
    this.byPhone.set(session, calls);
    this.byDevice.set(phone.device, calls);
    if (doNotDisturb.isOn(phone)) this.take(calls, { type: 'doNotDisturb', isOn: true });
    for (const number of phone.numbers.filter((each) => this.isShared(each))) {
      const carriers = this.byNumber.get(number) ?? new Map<PhoneCalls, Phone>();
      this.byNumber.set(number, carriers.set(calls, phone));
      const view = this.parts.lines.get(number);
      if (view) this.showElsewhere(calls, phone, view);
    }
  }

  /** It is not any more: its calls end. */
  end(session: CallPhone, { device, numbers }: Pick<Phone, 'device' | 'numbers'>): void {
    const calls = this.byPhone.get(session);
    if (!calls) return;
    this.byPhone.delete(session);
    if (this.byDevice.get(device) === calls) this.byDevice.delete(device);
    for (const number of numbers) {
      const carriers = this.byNumber.get(number);
      carriers?.delete(calls);
      if (carriers?.size === 0) this.byNumber.delete(number);
    }
    this.turns.take(() => calls.gone());
  }

  /** What a phone says of keys and channels. */
  event(session: CallPhone, event: StationEvent): void {
    const calls = this.byPhone.get(session);
    const input = calls && inputOf(event);
    if (input) this.take(calls, input);
  }

  /** Several phones have the number: the others' calls are looked at, which costs a reading of the line's whole state. */
  private isShared(number: LineNumber): boolean {
    const instances = this.parts.directory.current().lines.resolve(number)?.instances ?? [];
    return instances.some(({ devices }) => devices.length > 1);
  }

  private showElsewhere(calls: PhoneCalls, phone: Phone, view: LineView): void {
    this.turns.take(() => calls.showElsewhere(view.line, callsElsewhere(phone, view)));
  }

  private take(calls: PhoneCalls, input: StationCallsInput): void {
    this.turns.take(() => calls.input(input));
  }
}

/** An event of a station as the machine of its calls takes it; undefined for what is no matter of calls. */
function inputOf(event: StationEvent): StationCallsInput | undefined {
  switch (event.type) {
    case 'registered':
    case 'ready':
    case 'unregistered':
    case 'alarm':
      return undefined;
    case 'capabilities':
      return { type: 'capabilities', audio: event.audio };
    case 'receiving':
    case 'notReceiving':
    case 'notSending':
      return { type: 'media', event };
    default:
      return { type: 'key', key: event };
  }
}
