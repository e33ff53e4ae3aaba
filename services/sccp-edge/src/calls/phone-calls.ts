import type { Party } from '@linewatch/call';
import {
  chooseSlot,
  isParkSlot,
  namedParty,
  newLeg,
  type DirectoryView,
  type LegOffer,
  type LegOrder,
  type PhoneTarget,
} from '@linewatch/edge';
import type { LegId, LineNumber } from '@linewatch/presence';
import type { TimerHandle } from '@linewatch/runtime';
import {
  type CallStanding,
  type CallsWorld,
  type CallTimer,
  freeCallReference,
  initialStationCalls,
  type Message,
  type StationCallsEffect,
  type StationCallsInput,
  type StationCallsState,
  type StationLegEvent,
  stepStationCalls,
} from '@linewatch/sccp';
import { forwardOf } from '../stations/forwards';
import type { Phone, PhoneDn } from '../stations/phone';
import { callSettings } from './call-settings';
import { dialPlanOf, matchAnywhere } from './dial-plan';
import { isLast, legEventOf, stationCommandOf } from './leg-words';
import type { PhoneCallsPorts } from './phone-calls-ports';
import type { SccpLeg } from './sccp-leg';

/** A phone whose calls these are, as it registered. */
export interface CallingStation {
  readonly phone: Phone;
  readonly version: number;
  readonly dynamicMessages: boolean;
  send(message: Message): void;
}

/** The calls of one registered phone: runs their machine, and each call's leg towards whoever connects it. */
export class PhoneCalls {
  private state: StationCallsState;
  private readonly timers = new Map<CallTimer, TimerHandle>();
  /** The leg of a call, by its reference: from off-hook to the leg's last word. */
  private readonly legs = new Map<number, SccpLeg>();
  /** Calls that are over while the phone is still off hook and hears why: their line is in use to the end. */
  private readonly tails = new Map<number, SccpLeg>();
  /** Calls for whose time alone the phone is not disturbed. */
  private readonly undisturbed = new Set<number>();
  /** Calls of other phones that are shown on a line, by line number and leg. */
  private readonly elsewhere = new Map<string, Map<LegId, { readonly call: number; readonly line: number }>>();
  private shown = 0;
  private isGone = false;

  constructor(
    private readonly station: CallingStation,
    name: string,
    firstCall: number,
    private readonly ports: PhoneCallsPorts,
  ) {
    this.state = initialStationCalls(name, firstCall);
  }

  /** Something of the phone's calls, by the phone itself; to be run in a turn. */
  input(input: StationCallsInput): void {
    if (this.isGone) return;
    for (const effect of this.step(input)) this.perform(effect);
  }

  /** The phone is not here any more. */
  gone(): void {
    this.input({ type: 'gone' });
    this.isGone = true;
    for (const timer of this.timers.values()) this.ports.wheel.cancel(timer);
    this.timers.clear();
    if (this.undisturbed.size > 0) this.ports.disturb(this.station.phone, false);
  }

  /** What other phones have on a line that this one shares; to be run in a turn. */
  showElsewhere(number: LineNumber, now: ReadonlyMap<LegId, number>): void {
    const before = this.elsewhere.get(number) ?? new Map<LegId, { call: number; line: number }>();
    for (const [leg, { call, line }] of before) {
      if (now.has(leg)) continue;
      before.delete(leg);
      this.input({ type: 'elsewhere', call, line, isInUse: false });
    }
    for (const [leg, line] of now) {
      if (before.has(leg)) continue;
      const call = OTHERS_CALLS + (this.shown = (this.shown + 1) & 0xffffff);
      before.set(leg, { call, line });
      this.input({ type: 'elsewhere', call, line, isInUse: true });
    }
    if (before.size > 0) this.elsewhere.set(number, before);
    else this.elsewhere.delete(number);
  }

  /** A call for a line of the phone: it rings, or is refused at once. */
  offer(order: LegOrder, offer: LegOffer, target: PhoneTarget): void {
    const { legs } = this.ports.edgeCalls();
    const place = this.placeFor(target);
    if (!place) return legs.refuse(order, 404);
    const call = freeCallReference(this.state);
    const { caller, called, session, pickUp } = offer;
    const media = session && this.ports.mediaOf(session);
    const asked = { ...(media && { media }), ...(pickUp && { pickUp }) };
    const effects = this.step({ type: 'offer', call, line: place.line, caller, called, ...asked });
    const refusal = effects.find((effect) => effect.type === 'leg' && effect.call === call && isLast(effect.event));
    if (refusal?.type === 'leg' && !this.state.calls.some((each) => each.call === call)) {
      return legs.refuse(order, refusal.event.type === 'refused' ? refusal.event.status : 480);
    }
    const leg = legs.protocol.offered(this, call, order, offer, target, place.dn.instance);
    this.legs.set(call, leg);
    legs.add(leg);
    for (const effect of effects) this.perform(effect);
  }

  /** A command to one of its legs. */
  command(leg: SccpLeg, order: LegOrder): void {
    const { legs } = this.ports.edgeCalls();
    const command = stationCommandOf(order.command);
    const { reference } = leg;
    const effects = command && !this.isGone ? this.step({ type: 'command', call: reference, command }) : [];
    const isOver = effects.some((effect) => effect.type === 'leg' && effect.call === reference && isLast(effect.event));
    if (isOver) this.leaveTail(leg);
    legs.commanded(leg, order);
    for (const effect of effects) this.perform(effect);
  }

  private step(input: StationCallsInput): readonly StationCallsEffect[] {
    const { state, effects } = stepStationCalls(this.state, input, this.world());
    this.state = state;
    return effects;
  }

  private world(): CallsWorld {
    const { phone, version, dynamicMessages } = this.station;
    const { lines, dialPeers, config } = this.ports.directory.current();
    return {
      settings: callSettings(config),
      lines: phone.lines.map(({ dns: [dn], channels }) => ({
        number: dn?.number ?? '',
        displayName: dn?.name ?? '',
        channels,
        isForwarded: dn !== undefined && forwardOf(config, dn.instance).all !== undefined,
      })),
      dialPlan: (digits) => matchAnywhere(dialPlanOf(lines), dialPeers, digits),
      isParkSlot: (number) => isParkSlot(lines.resolve(number)),
      nameOf: (number) => namedParty(this.view(), number).display,
      version,
      dynamicMessages,
    };
  }

  private perform(effect: StationCallsEffect): void {
    switch (effect.type) {
      case 'send':
        return this.station.send(effect.message);
      case 'leg':
        return this.legSaid(effect.call, effect.event);
      case 'standing':
        return this.stands(effect.call, effect.standing);
      case 'doNotDisturb':
        return this.disturbed(effect.isOn, effect.forCall);
      case 'pickUp':
        return this.pickUp(effect.line, effect.number);
      case 'forwardAll':
        return this.forwardAll(effect.line, effect.number);
      case 'feature':
        return this.feature(effect.feature, effect.line, effect.call);
      case 'startTimer': {
        const { name, ms } = effect;
        this.ports.wheel.cancel(this.timers.get(name));
        const fire = (): void => this.ports.turns.take(() => this.input({ type: 'timer', name }));
        this.timers.set(name, this.ports.wheel.set(ms, fire));
        return;
      }
      case 'stopTimer':
        this.ports.wheel.cancel(this.timers.get(effect.name));
        this.timers.delete(effect.name);
        return;
      default:
        return effect satisfies never;
    }
  }

  private legSaid(call: number, event: StationLegEvent): void {
    const { legs } = this.ports.edgeCalls();
    if (event.type === 'started') return this.start(call, event.line, event.called);
    const leg = this.legs.get(call);
    if (!leg) return;
    if (event.type === 'join') {
      return this.join(call, leg, event);
    }
    if (isLast(event)) {
      this.leaveTail(leg);
      this.legs.delete(call);
    }
    legs.said(leg, legEventOf(event, leg.sessions));
    if (isLast(event)) legs.end(leg);
  }

  /** Consultative transfer: the far sides of two of the phone's calls are to talk with each other. */
  private join(
    call: number,
    leg: SccpLeg,
    { exchange, with: other }: Extract<StationLegEvent, { type: 'join' }>,
  ): void {
    const replaced = this.legs.get(other);
    if (!replaced) {
      const command = { type: 'referRefused', exchange, status: 481 } as const;
      return this.ports.turns.take(() => this.input({ type: 'command', call, command }));
    }
    const { call: itsCall, id, controller, facing, owner } = replaced;
    this.ports.edgeCalls().legs.said(leg, {
      type: 'refer',
      exchange,
      target: facing.number || owner.line,
      replaces: { call: itsCall, leg: id, controller },
    });
  }

  /** A number is dialled: the call begins, and is controlled here. */
  private start(call: number, line: number, called: string): void {
    const edgeCalls = this.ports.edgeCalls();
    const facing = namedParty(this.view(), called);
    const known = this.legs.get(call);
    if (known) edgeCalls.legs.faces(known, facing);
    const leg = known ?? this.offHook(call, line, facing);
    if (!leg) return;
    if (!edgeCalls.hasRoom()) {
      const { id, call: callId, controller } = leg;
      const refuse = { type: 'refuse', status: 503 } as const;
      return void edgeCalls.legs.order({ leg: id, call: callId, controller, command: refuse });
    }
    const { device } = this.station.phone;
    const start = { call: leg.call, leg: leg.id, caller: leg.party, called };
    edgeCalls.start(start, MAX_FORWARDS, (target) => target.device === device);
  }

  /** A line is in use from off-hook on, also before a number is dialled [cme-presence 3.3]. */
  private stands(call: number, standing: CallStanding): void {
    const { legs } = this.ports.edgeCalls();
    if (standing.state !== 'terminated') {
      if (!this.legs.has(call) && !this.tails.has(call) && standing.direction === 'initiator') {
        this.offHook(call, standing.line);
      }
      return;
    }
    for (const some of [this.legs, this.tails]) {
      const leg = some.get(call);
      some.delete(call);
      if (!leg) continue;
      legs.said(leg, { type: 'released', cause: 'normal' });
      legs.end(leg);
    }
  }

  private offHook(call: number, line: number, facing?: Party): SccpLeg | undefined {
    const dn = this.station.phone.lines[line - 1]?.dns[0];
    if (!dn) return undefined;
    const leg = this.newLeg(call, dn, facing);
    this.legs.set(call, leg);
    this.ports.edgeCalls().legs.add(leg);
    return leg;
  }

  /** Where a call's leg ends while the call stays on the phone, another one keeps its line in use. */
  private leaveTail(leg: SccpLeg): void {
    const { reference, owner } = leg;
    if (this.tails.has(reference) || !this.state.calls.some(({ call }) => call === reference)) return;
    const tail = this.newLeg(reference, { number: owner.line, instance: owner.instance }, leg.facing);
    this.tails.set(reference, tail);
    this.ports.edgeCalls().legs.add(tail);
  }

  private newLeg(reference: number, { number, instance }: PhoneDn, facing: Party = { number: '' }): SccpLeg {
    const edgeCalls = this.ports.edgeCalls();
    const id: LegId = edgeCalls.newId();
    const making = {
      id,
      call: edgeCalls.newId(),
      role: 'caller',
      owner: { line: number, device: this.station.phone.device, instance },
      party: namedParty(this.view(), number, instance),
      controller: this.ports.edge.id,
      facing,
    } as const;
    return { ...newLeg(making), phone: this, reference, sessions: edgeCalls.legs.protocol.newSessions() };
  }

  /** The line button for a call: that of the called dn, or of another with its number that has a channel free. */
  private placeFor({ line, instance }: PhoneTarget): { readonly line: number; readonly dn: PhoneDn } | undefined {
    const places = this.station.phone.lines.flatMap(({ dns, channels }, at) =>
      dns.flatMap((dn) => (dn.number === line ? [{ line: at + 1, dn, channels }] : [])),
    );
    const busy = (at: number): number => this.state.calls.filter((each) => each.line === at).length;
    const free = places.filter((place) => busy(place.line) < place.channels);
    return free.find(({ dn }) => dn.instance === instance) ?? free[0] ?? places[0];
  }

  private disturbed(isOn: boolean, forCall: number | undefined): void {
    if (forCall !== undefined && isOn) this.undisturbed.add(forCall);
    if (forCall !== undefined && !isOn) this.undisturbed.delete(forCall);
    this.ports.disturb(this.station.phone, isOn || this.undisturbed.size > 0 || this.state.doNotDisturb);
  }

  /** The call that rings at that number is offered to this phone in a moment, which takes it. */
  private pickUp(line: number, number: string): void {
    const { device, lines } = this.station.phone;
    const dn = lines[line - 1]?.dns[0];
    if (!dn) return;
    const asked = this.ports.edgeCalls().pickUp(number, { line: dn.number, device, instance: dn.instance });
    void asked
      .catch(() => false)
      .then((rings) => {
        if (!rings && !this.isGone) this.notice('No call to pick up');
      });
  }

  /** The phone hears by ForwardStat what is in force once it is. */
  private forwardAll(line: number, number: string | undefined): void {
    const { device, lines } = this.station.phone;
    const dn = lines[line - 1]?.dns[0];
    if (!dn) return;
    void this.ports.forward({ device, number: dn.number, instance: dn.instance }, number).then((isStored) => {
      if (!isStored && !this.isGone) this.notice('Forwarding not changed');
    });
  }

  /** A key for something that is no call by itself. */
  private feature(feature: string, line: number, call: number): void {
    const { voicemail } = this.view().config.telephonyService;
    if (feature === 'voiceMail' && voicemail !== undefined) {
      return this.ports.turns.take(() => this.input({ type: 'dial', number: voicemail, line }));
    }
    if (feature === 'park' && call !== 0) return this.park(call, line);
    this.ports.unknownFeatures.of(feature).add();
    this.notice('Key is not active');
  }

  private park(call: number, line: number): void {
    const number = this.station.phone.lines[line - 1]?.dns[0]?.number ?? '';
    const slot = chooseSlot(this.view(), (each) => this.ports.lines.get(each), number);
    if (slot === undefined) return this.notice('No Park Number Available');
    this.ports.turns.take(() => this.input({ type: 'park', call, slot }));
  }

  private notice(notify: string): void {
    const name = this.station.dynamicMessages ? 'DisplayDynamicNotifyMessage' : 'DisplayNotifyMessage';
    this.station.send({ name, timeout: NOTICE_SECONDS, notify });
  }

  private view(): DirectoryView {
    return this.ports.directory.current();
  }
}

const MAX_FORWARDS = 70;
/** References of calls of other phones begin above those of a phone's own. */
const OTHERS_CALLS = 0x8000_0000;
const NOTICE_SECONDS = 5;
