import fc from 'fast-check';
import { startCall, stepCall } from './call';
import type { CallInput, CallState, CallStep, CallTimer } from './call-state';
import { callMessageSchema, legEventSchema, type LegCommand, type LegEvent } from './messages';

/** One thing that may happen: who (as a number, taken modulo the legs there are) does what. */
interface Happening {
  readonly who: number;
  readonly what: (typeof happenings)[number] | 'cooperate';
  readonly status: number;
  readonly withSession: boolean;
  readonly targets: number;
}

const happenings = [
  'progress',
  'answered',
  'refused',
  'confirmed',
  'modify',
  'modified',
  'modifyRefused',
  'info',
  'refer',
  'joined',
  'join',
  'join-refused',
  'alive',
  'released',
  'lost',
  'routed',
  'route-refused',
  'timer',
] as const;

const happening: fc.Arbitrary<Happening> = fc.record({
  who: fc.nat(7),
  // At random alone few calls would ever be answered.
  what: fc.oneof(
    { weight: 4, arbitrary: fc.constant('cooperate' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...happenings) },
  ),
  status: fc.constantFrom(180, 183, 302, 404, 408, 486, 491, 503, 603),
  withSession: fc.boolean(),
  targets: fc.nat(3),
});

const replaces = { call: 'd', leg: 'y', controller: 'e' };
const session = { contentType: 'application/sdp', body: 'v=0\r\n' } as const;

/** A call with its shell, which keeps the books that the laws are checked against. */
class Shell {
  state: CallState;
  readonly legs = ['a'];
  readonly told = new Map<string, LegCommand[]>([['a', []]]);
  readonly ended = new Set<string>();
  readonly running = new Set<CallTimer>();
  readonly asked = new Map<string, string>();
  readonly answers = new Map<string, number>();
  private attempt = 0;
  private counter = 0;
  private joining = '';

  constructor(withOffer: boolean) {
    const start = { call: 'c', leg: 'a', edge: 'e', caller: { number: '3001' }, called: '3002' };
    const first = startCall({ ...start, ...(withOffer && { session }) });
    this.state = first.state;
    this.carryOut(first);
  }

  feed(input: CallInput): void {
    const frozen = deepFreeze(JSON.parse(JSON.stringify(this.state)) as CallState);
    const step = stepCall(frozen, input);
    expect(stepCall(this.state, input).effects).toEqual(step.effects);
    if (input.type === 'leg') {
      const { event, leg } = input;
      if (['refused', 'released', 'lost'].includes(event.type)) this.ended.add(leg);
      if (event.type === 'modify') this.asked.set(event.exchange, leg);
    }
    if (input.type === 'timer') this.running.delete(input.name);
    this.state = step.state;
    this.carryOut(step);
  }

  happen(one: Happening): void {
    const input = this.inputOf(one);
    if (input) this.feed(input);
  }

  /** What brings the call forward from where it is. */
  private cooperation({ who, withSession, targets }: Happening): CallInput | undefined {
    const { state } = this;
    const say = (leg: string, event: LegEvent): CallInput => ({ type: 'leg', leg, event });
    const phase = state.status === 'transferring' ? state.target.phase : state.status;
    if (phase === 'routing') return this.routed(targets + 1);
    if (state.status === 'transferring' && state.target.phase === 'joining') return this.joined(state.target.exchange);
    if (state.status === 'transferring' && state.target.phase === 'joined') {
      return say(state.target.leg.leg, { type: 'modified', exchange: state.target.exchange, session });
    }
    if ('modification' in state && state.modification) {
      const { exchange, from, to, phase: open } = state.modification;
      if (open === 'asked') return say(to, { type: 'modified', exchange, session });
      if (from !== undefined) return say(from, { type: 'confirmed', exchange, session });
    }
    if (state.status === 'alerting' || (state.status === 'transferring' && state.target.phase === 'ringing')) {
      const ringing =
        state.status === 'alerting' ? state.ringing : 'ringing' in state.target ? state.target.ringing : [];
      const leg = ringing[who % ringing.length]?.leg ?? '';
      return say(leg, withSession ? { type: 'answered', session } : { type: 'progress', status: 180 });
    }
    if (state.status !== 'up') return undefined;
    if (state.confirming) return say('a', { type: 'confirmed', session });
    const leg = state.legs[who % 2]?.leg ?? '';
    return say(leg, this.eventOf(leg, who < 4 ? 'refer' : 'modify', 0, withSession));
  }

  /** A leg of another call comes over; also unasked, or late. */
  private joined(exchange: string): CallInput {
    const leg = `leg${++this.counter}`;
    this.legs.push(leg);
    this.told.set(leg, []);
    return { type: 'leg', leg, event: { type: 'joined', exchange, edge: 'e', role: 'callee', party: { number: '1' } } };
  }

  private routed(count: number): CallInput {
    const target = { kind: 'dial-peer', tag: 1, number: '1' } as const;
    const some = () => Array.from({ length: count }, () => ({ leg: `leg${++this.counter}`, edge: 'e', target }));
    // Of an even number as many again to hunt through.
    return { type: 'routed', attempt: this.attempt, targets: some(), ...(count % 2 === 0 && { next: some() }) };
  }

  private inputOf(one: Happening): CallInput | undefined {
    const { who, what, status, withSession, targets } = one;
    if (what === 'cooperate') return this.cooperation(one);
    if (what === 'timer') {
      const name = [...this.running][who % Math.max(1, this.running.size)];
      return name && { type: 'timer', name };
    }
    if (what === 'route-refused') return { type: 'routed', attempt: this.attempt, refusal: 'nobody-registered' };
    if (what === 'routed') return this.routed(targets);
    if (what === 'joined') return this.joined('x');
    if (what === 'join-refused') return { type: 'joinRefused', exchange: this.joining, status };
    const leg = this.legs[who % this.legs.length] ?? 'a';
    if (what === 'join') {
      const peer = { leg: 'z', edge: 'e', party: { number: '1' } };
      return { type: 'join', leg, taker: { edge: 'e', call: 'd', exchange: 'y' }, peer };
    }
    // The last word of a leg is its last.
    if (this.ended.has(leg)) return undefined;
    const event = this.eventOf(leg, what, status, withSession);
    expect(legEventSchema.safeParse(event).success).toBe(true);
    return { type: 'leg', leg, event };
  }

  private eventOf(
    leg: string,
    what: Exclude<
      (typeof happenings)[number],
      'timer' | 'routed' | 'route-refused' | 'joined' | 'join' | 'join-refused'
    >,
    status: number,
    withSession: boolean,
  ): LegEvent {
    const exchange = `x${++this.counter}`;
    const told = this.told.get(leg) ?? [];
    const open = told.filter(({ type }) => type === 'modify' || type === 'modified').at(-1);
    const answered = open && 'exchange' in open && open.exchange !== undefined ? open.exchange : 'unknown';
    const optional = withSession ? { session } : {};
    switch (what) {
      case 'progress':
        return { type: 'progress', status: status < 200 ? status : 180, ...optional };
      case 'answered':
        return { type: 'answered', session };
      case 'refused':
        return { type: 'refused', status: Math.max(status, 300), redirect: ['3009'] };
      case 'confirmed':
        return { type: 'confirmed', ...(status > 400 && { exchange: answered }), ...optional };
      case 'modify':
        return { type: 'modify', exchange, ...optional };
      case 'modified':
        return { type: 'modified', exchange: answered, session };
      case 'modifyRefused':
        return { type: 'modifyRefused', exchange: answered, status: 488 };
      case 'info':
        return { type: 'info', exchange, contentType: 'text/plain', body: '' };
      case 'refer':
        return { type: 'refer', exchange, target: '3005', ...(withSession && { replaces }) };
      case 'alive':
      case 'lost':
        return { type: what };
      case 'released':
        return { type: 'released', cause: 'normal' };
    }
  }

  private carryOut({ effects }: CallStep): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'command':
          this.command(effect.leg, effect.command);
          break;
        case 'route':
          this.attempt = effect.attempt;
          break;
        case 'join':
          this.joining = effect.exchange;
          break;
        case 'refuseJoin':
          break;
        case 'startTimer':
          this.running.add(effect.name);
          break;
        case 'stopTimer':
          expect(this.running.delete(effect.name)).toBe(true);
          break;
        case 'ended':
          break;
      }
    }
  }

  private command(leg: string, command: LegCommand): void {
    expect(
      callMessageSchema.safeParse({ kind: 'command', call: 'c', leg, epoch: 1, seq: 1, controller: 'e', command })
        .success,
    ).toBe(true);
    if (command.type === 'offer') {
      this.legs.push(leg);
      this.told.set(leg, []);
    }
    const before = this.told.get(leg);
    expect(before).toBeDefined();
    expect(this.hasLastCommand(leg)).toBe(false);
    expect(this.ended.has(leg)).toBe(false);
    before?.push(command);
    if ((command.type === 'modified' || command.type === 'modifyRefused') && this.asked.get(command.exchange) === leg) {
      this.answers.set(command.exchange, (this.answers.get(command.exchange) ?? 0) + 1);
    }
  }

  hasLastCommand(leg: string): boolean {
    return this.told.get(leg)?.some((command) => ['release', 'refuse', 'handOver'].includes(command.type)) ?? false;
  }

  isOver(leg: string): boolean {
    return this.ended.has(leg) || this.hasLastCommand(leg);
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}

/** The legs that a state counts as part of the call. */
function legsOf(state: CallState): string[] {
  switch (state.status) {
    case 'routing':
      return [state.caller.leg];
    case 'alerting':
      return [state.caller, ...state.ringing].map((leg) => leg.leg);
    case 'up':
      return state.legs.map((leg) => leg.leg);
    case 'transferring': {
      const { target, referrer, transferee } = state;
      const others = target.phase === 'ringing' ? target.ringing : 'leg' in target ? [target.leg] : [];
      return [transferee, ...(referrer ? [referrer] : []), ...others].map((leg) => leg.leg);
    }
    case 'releasing':
    case 'ended':
      return [];
  }
}

const run = (check: (shell: Shell) => void): void => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(happening, { maxLength: 40 }), (withOffer, story) => {
      const shell = new Shell(withOffer);
      for (const one of story) {
        shell.happen(one);
        check(shell);
      }
    }),
    { numRuns: 150 },
  );
};

describe('any call', () => {
  it('has every leg either in it or told to end, at every moment', () => {
    run((shell) => {
      const inCall = new Set(legsOf(shell.state));
      for (const leg of shell.legs) expect([leg, inCall.has(leg)]).toEqual([leg, !shell.isOver(leg)]);
    });
  });

  it('gives the caller at most one final answer', () => {
    run((shell) => {
      const finals = shell.told.get('a')?.filter(({ type }) => type === 'accept' || type === 'refuse');
      expect(finals?.length).toBeLessThanOrEqual(1);
    });
  });

  it('has a timer running until it has ended, and none after', () => {
    run((shell) => {
      expect(shell.running.size > 0).toBe(shell.state.status !== 'ended');
    });
  });

  it('answers a modification at most once, and does not leave its asker waiting', () => {
    run((shell) => {
      const open = 'modification' in shell.state ? shell.state.modification?.exchange : undefined;
      for (const [exchange, leg] of shell.asked) {
        const answers = shell.answers.get(exchange) ?? 0;
        expect(answers).toBeLessThanOrEqual(1);
        if (answers === 0 && exchange !== open) expect([exchange, shell.isOver(leg)]).toEqual([exchange, true]);
      }
    });
  });

  it('ends by timers alone when all its legs fall silent', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(happening, { maxLength: 40 }), fc.array(fc.nat(9)), (offer, story, order) => {
        const shell = new Shell(offer);
        for (const one of story) shell.happen(one);
        let fired = 0;
        while (shell.state.status !== 'ended') {
          const running = [...shell.running];
          const name = running[(order[fired] ?? 0) % running.length];
          expect(name).toBeDefined();
          shell.feed({ type: 'timer', name: name as CallTimer });
          expect(++fired).toBeLessThan(20);
        }
        for (const leg of shell.legs) expect([leg, shell.isOver(leg)]).toEqual([leg, true]);
      }),
      { numRuns: 150 },
    );
  });

  it('reaches every state, so that these laws are tried in all of them', () => {
    const seen = new Set<string>();
    const stories = fc.sample(fc.array(happening, { maxLength: 40 }), { numRuns: 500, seed: 1 });
    for (const story of stories) {
      const shell = new Shell(true);
      for (const one of story) {
        shell.happen(one);
        const { state } = shell;
        seen.add(state.status === 'transferring' ? `${state.status} ${state.target.phase}` : state.status);
        if (state.status === 'up' && shell.legs.length > 2 && shell.told.get('a')?.at(-1)?.type === 'modify') {
          seen.add('up after a transfer');
        }
      }
    }
    expect([...seen].sort()).toEqual([
      'alerting',
      'ended',
      'releasing',
      'routing',
      'transferring answered',
      'transferring joined',
      'transferring joining',
      'transferring ringing',
      'transferring routing',
      'up',
      'up after a transfer',
    ]);
  });
});
