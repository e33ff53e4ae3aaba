import type {
  CallsWorld,
  CallTimer,
  StationCall,
  StationCallsEffect,
  StationCallsState,
  StationLegEvent,
} from './calls-state';
import type { Message } from './messages';

/** One step in the making: the state as it becomes, and the effects in their order. It lives no longer than the step. */
export class CallsTurn {
  readonly effects: StationCallsEffect[] = [];

  constructor(
    public state: StationCallsState,
    readonly world: CallsWorld,
  ) {}

  find(call: number): StationCall | undefined {
    return this.state.calls.find((each) => each.call === call);
  }

  add(call: StationCall): StationCall {
    this.state = { ...this.state, calls: [...this.state.calls, call] };
    return call;
  }

  /** The call with these changes; of a call that is over the changes are lost. */
  update(call: StationCall, changes: Partial<StationCall>): StationCall {
    const before = this.find(call.call);
    if (!before) return call;
    const after = { ...before, ...changes };
    this.state = { ...this.state, calls: this.state.calls.map((each) => (each === before ? after : each)) };
    return after;
  }

  remove(call: StationCall): void {
    this.state = { ...this.state, calls: this.state.calls.filter((each) => each.call !== call.call) };
  }

  send(...messages: Message[]): void {
    for (const message of messages) this.effects.push({ type: 'send', message });
  }

  tell(call: StationCall, event: StationLegEvent): void {
    this.effects.push({ type: 'leg', call: call.call, event });
  }

  start(name: CallTimer, ms: number): void {
    this.effects.push({ type: 'startTimer', name, ms });
  }

  stop(name: CallTimer): void {
    this.effects.push({ type: 'stopTimer', name });
  }

  newCallReference(): number {
    const call = this.state.nextCall;
    this.state = { ...this.state, nextCall: call + 1 };
    return call;
  }

  newParty(): number {
    const party = this.state.nextParty;
    this.state = { ...this.state, nextParty: party + 1 };
    return party;
  }

  newExchange(): string {
    const { station, nextExchange } = this.state;
    this.state = { ...this.state, nextExchange: nextExchange + 1 };
    return `${station}.${nextExchange}`;
  }

  /** The call that the user hears and speaks in: at most one. */
  active(): StationCall | undefined {
    return this.state.calls.find(({ phase }) => phase !== 'ringingIn' && phase !== 'held');
  }
}
