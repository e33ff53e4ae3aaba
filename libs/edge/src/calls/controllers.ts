import {
  startCall,
  stepCall,
  type CallEffect,
  type CallInput,
  type CallStart,
  type CallState,
  type CallTimer,
  type CoupledPeer,
  type KeptLeg,
  type LegEvent,
  type ResumedCall,
  type RoutedTarget,
  type Taker,
} from '@linewatch/call';
import type { CallId, EdgeId, LegId } from '@linewatch/presence';
import type { LabelledCounter, RateLimitedLog, TimerHandle, TimerWheel } from '@linewatch/runtime';
import type { CallCourier } from './call-courier';
import { answeredLegsOf, legsOf, peerOf } from './coupling';
import { isLater, type LegOrder, type MessagePlace } from './edge-leg';
import type { CallingPhone, Routed } from './routing';
import type { Turns } from './turns';

interface Call {
  readonly id: CallId;
  state: CallState;
  readonly timers: Map<CallTimer, TimerHandle>;
  /** What is left of the caller's Max-Forwards. */
  readonly maxForwards: number;
  /** The phone that calls: it is not rung. */
  readonly isCalling?: CallingPhone;
  /** Legs over a trunk, with what their peers' lines are to keep of them as soon as it is known. */
  readonly trunks: Map<LegId, KeptLeg | undefined>;
  /** Which peer each leg was told last. */
  readonly told: Map<LegId, LegId>;
  /** The last message about each leg from another edge, by whose words they are. */
  readonly heard: Map<`${'leg' | 'controller'} ${LegId}`, MessagePlace>;
}

export interface ControllersParts {
  readonly edge: EdgeId;
  readonly wheel: Pick<TimerWheel, 'set' | 'cancel'>;
  readonly turns: Turns;
  readonly courier: Pick<CallCourier, 'command' | 'join' | 'joinRefused'>;
  readonly floodLog: Pick<RateLimitedLog, 'error'>;
  readonly endedBy: LabelledCounter;
  /** Gives a command to a leg here; false: there is none. */
  order(order: LegOrder): boolean;
  /** Finds who has a number; one beyond a trunk only when the call may leave. */
  route(number: string, mayLeave: boolean, isCalling: CallingPhone | undefined): Promise<Routed>;
}

/** The calls that this edge controls [design 5]: runs the machine of each, and brings its commands to its legs. */
export class Controllers {
  private readonly calls = new Map<CallId, Call>();

  constructor(private readonly parts: ControllersParts) {}

  get size(): number {
    return this.calls.size;
  }

  has(call: CallId): boolean {
    return this.calls.has(call);
  }

  /**
   * Takes a call from its calling leg.
   * @param trunk what is to be kept of that leg, when it is a trunk's
   */
  start(start: CallStart, maxForwards: number, isCalling: CallingPhone, trunk?: KeptLeg): void {
    const { state, effects } = startCall(start);
    const trunks = new Map(trunk ? [[start.leg, trunk]] : []);
    this.begin(start.call, state, effects, { maxForwards, isCalling, trunks });
  }

  /**
   * Goes on with a call from before a restart, or tells its legs to end.
   * @param trunks its legs over trunks
   * @param probeAfterMs when its phones are asked for a sign of life: many calls are resumed at once
   */
  resume(id: CallId, { state, effects }: ResumedCall, trunks: Call['trunks'], probeAfterMs: number): void {
    const isProbe = (effect: CallEffect): boolean => effect.type === 'command' && effect.command.type === 'probe';
    const call = this.begin(
      id,
      state ?? { status: 'ended', call: id, cause: 'restart' },
      effects.filter((effect) => !isProbe(effect)),
      { maxForwards: 70, trunks },
    );
    const probes = effects.filter(isProbe);
    this.parts.wheel.set(probeAfterMs, () =>
      this.parts.turns.take(() => {
        if (this.calls.has(id)) for (const probe of probes) this.perform(call, probe);
      }),
    );
  }

  /** What a leg said; `place` when it said so from another edge. False: there is no such call. */
  event(id: CallId, leg: LegId, event: LegEvent, place?: MessagePlace): boolean {
    if ('kept' in event && event.kept) this.calls.get(id)?.trunks.set(leg, event.kept);
    return this.hears(id, `leg ${leg}`, place, { type: 'leg', leg, event });
  }

  /** Another call asks for the peer of a leg; `place` as for `event`. False: there is no such call. */
  join(id: CallId, leg: LegId, taker: Taker, peer: CoupledPeer, place?: MessagePlace): boolean {
    return this.hears(id, `controller ${leg}`, place, { type: 'join', leg, taker, peer });
  }

  /** A phone wants the call that rings at a leg. False: there is no such call. */
  pickUp(id: CallId, leg: LegId, by: RoutedTarget): boolean {
    return this.input(id, { type: 'pickUp', leg, by });
  }

  /** The leg that a call asked for will not come. */
  joinRefused(id: CallId, exchange: string, status: number): boolean {
    return this.input(id, { type: 'joinRefused', exchange, status });
  }

  /** Tells a call, here or elsewhere, that the leg it asked for will not come. */
  refuseJoin(taker: Taker, leg: LegId, status: number): void {
    if (taker.edge === this.parts.edge) this.joinRefused(taker.call, taker.exchange, status);
    else this.parts.courier.joinRefused(taker, leg, status);
  }

  /** Legs at an edge are lost: those that nobody has answered yet at once, all when the edge stays away. */
  edgeLost(edge: EdgeId, which: 'unanswered' | 'all'): void {
    for (const call of [...this.calls.values()]) {
      const kept = which === 'all' ? [] : answeredLegsOf(call.state);
      for (const leg of legsOf(call.state)) {
        if (leg.edge === edge && !kept.includes(leg)) this.event(call.id, leg.leg, { type: 'lost' });
      }
    }
  }

  /** Asks every leg at an edge that is back for a sign of life: it may not have found all of them again. */
  edgeBack(edge: EdgeId): void {
    for (const call of this.calls.values()) {
      for (const { leg } of legsOf(call.state).filter((each) => each.edge === edge)) {
        this.parts.courier.command(edge, call.id, leg, { type: 'probe' }, peerIn(call, leg));
      }
    }
  }

  private begin(
    id: CallId,
    state: CallState,
    effects: readonly CallEffect[],
    rest: Pick<Call, 'maxForwards' | 'isCalling' | 'trunks'>,
  ): Call {
    const call: Call = { id, state, timers: new Map(), told: new Map(), heard: new Map(), ...rest };
    // What was restored as a pair names its peers already.
    if (state.status === 'up') for (const { leg } of state.legs) call.told.set(leg, peerOf(state, leg)?.leg ?? '');
    if (state.status !== 'ended') this.calls.set(id, call);
    this.parts.turns.take(() => this.carryOut(call, effects));
    return call;
  }

  private hears(
    id: CallId,
    whose: `${'leg' | 'controller'} ${LegId}`,
    place: MessagePlace | undefined,
    input: CallInput,
  ): boolean {
    const call = this.calls.get(id);
    if (!call) return false;
    if (place) {
      if (!isLater(place, call.heard.get(whose))) return true;
      call.heard.set(whose, place);
    }
    return this.input(id, input);
  }

  private input(id: CallId, input: CallInput): boolean {
    if (!this.calls.has(id)) return false;
    this.parts.turns.take(() => {
      const call = this.calls.get(id);
      if (!call) return;
      const { state, effects } = stepCall(call.state, input);
      call.state = state;
      this.carryOut(call, effects);
    });
    return true;
  }

  private carryOut(call: Call, effects: readonly CallEffect[]): void {
    for (const effect of effects) this.perform(call, effect);
    this.tellPeers(call);
  }

  private perform(call: Call, effect: CallEffect): void {
    const { wheel } = this.parts;
    switch (effect.type) {
      case 'command':
        return this.command(call, effect);
      case 'route':
        return this.route(call, effect.attempt, effect.number);
      case 'join':
        return this.askForLeg(call, effect);
      case 'refuseJoin':
        return this.refuseJoin(effect.taker, effect.leg, effect.status);
      case 'startTimer': {
        const { name, ms } = effect;
        wheel.cancel(call.timers.get(name));
        call.timers.set(
          name,
          wheel.set(ms, () => this.input(call.id, { type: 'timer', name })),
        );
        return;
      }
      case 'stopTimer':
        wheel.cancel(call.timers.get(effect.name));
        call.timers.delete(effect.name);
        return;
      case 'ended':
        for (const timer of call.timers.values()) wheel.cancel(timer);
        this.calls.delete(call.id);
        this.parts.endedBy.of(effect.cause).add();
        return;
      default:
        return effect satisfies never;
    }
  }

  private command(call: Call, { leg, edge, command: given }: Extract<CallEffect, { type: 'command' }>): void {
    const command = given.type === 'offer' ? { ...given, maxForwards: call.maxForwards - 1 } : given;
    if (given.type === 'offer' && given.target.kind === 'dial-peer') call.trunks.set(leg, undefined);
    const peer = peerIn(call, leg);
    if (peer) call.told.set(leg, peer.leg);
    if (edge !== this.parts.edge) return this.parts.courier.command(edge, call.id, leg, command, peer);
    const order: LegOrder = { call: call.id, leg, controller: edge, ...(peer && { peer }), command };
    if (this.parts.order(order)) return;
    if (command.type === 'handOver') this.refuseJoin(command.taker, leg, 481);
    else this.event(call.id, leg, { type: 'lost' });
  }

  private askForLeg(asking: Call, { edge, call, leg, exchange, peer }: Extract<CallEffect, { type: 'join' }>): void {
    const taker: Taker = { edge: this.parts.edge, call: asking.id, exchange };
    const kept = asking.trunks.get(peer.leg);
    const coming = kept ? { ...peer, kept } : peer;
    if (edge !== this.parts.edge) this.parts.courier.join(edge, call, leg, taker, coming);
    else if (!this.join(call, leg, taker, coming)) this.refuseJoin(taker, leg, 481);
  }

  /** After a transfer a leg has another peer and was told nothing: it is asked for a sign of life, which bears the news. */
  private tellPeers(call: Call): void {
    const { state, told } = call;
    if (state.status !== 'up') return;
    for (const { leg, edge } of state.legs) {
      if (told.get(leg) === peerOf(state, leg)?.leg) continue;
      this.command(call, { type: 'command', leg, edge, command: { type: 'probe' } });
    }
  }

  private route(call: Call, attempt: number, number: string): void {
    const isTransfer = call.state.status === 'transferring';
    const mayLeave = !legsOf(call.state).some(({ leg }) => call.trunks.has(leg));
    this.parts.route(number, mayLeave, isTransfer ? undefined : call.isCalling).then(
      (routed) => this.input(call.id, { type: 'routed', attempt, ...routed }),
      (error: unknown) => {
        this.parts.floodLog.error('route', 'a number could not be looked up', { number, err: error });
        this.input(call.id, { type: 'routed', attempt, refusal: 'could-not-ask' });
      },
    );
  }
}

/** The leg that one talks with, and what its line is to keep of a trunk's. */
function peerIn({ state, trunks }: Call, leg: LegId): CoupledPeer | undefined {
  const peer = peerOf(state, leg) ?? ringingTrunk(state, trunks, leg);
  const kept = peer && trunks.get(peer.leg);
  return kept ? { ...peer, kept } : peer;
}

/** The trunk that rings for a caller: without the caller's line nobody could tell it that the call is over. */
function ringingTrunk(state: CallState, trunks: Call['trunks'], leg: LegId): CoupledPeer | undefined {
  if (state.status !== 'alerting' || leg !== state.caller.leg) return undefined;
  const ringing = state.ringing.find((each) => trunks.get(each.leg));
  return ringing && { leg: ringing.leg, edge: ringing.edge, party: ringing.party };
}
