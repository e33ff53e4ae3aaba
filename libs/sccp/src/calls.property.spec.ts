import fc from 'fast-check';
import { CallsStory, far, pcma, pcmu } from './calls.fixture';
import type { StationCallsInput, StationLegCommand } from './calls-state';
import { softKeyEvents } from './codes';
import type { SoftKey } from './soft-keys';
import type { StationKey } from './station-state';

const call = fc.nat({ max: 6 });
const line = fc.nat({ max: 3 });
const media = fc.constantFrom(
  far(),
  far({ direction: 'inactive' }),
  far({ codecs: [pcma] }),
  far({ codecs: [pcmu], port: 7000 }),
  far({ codecs: [] }),
);
const exchange = fc.integer({ min: 1, max: 6 }).map((id) => `SEP1.${id}`);
const status = fc.constantFrom(100, 180, 183, 200, 404, 486, 491, 500);

const keys: fc.Arbitrary<StationKey> = fc.oneof(
  fc.record({ type: fc.constantFrom('offHook' as const, 'onHook' as const), line, call }),
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('digit' as const), digit: fc.constantFrom(...'012#'), line, call }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('function' as const),
      key: fc.constantFrom(...(Object.keys(softKeyEvents) as SoftKey[])),
      line,
      call,
    }),
  },
  fc.record({ type: fc.constant('enbloc' as const), number: fc.constantFrom('2101', ''), line }),
  fc.record({ type: fc.constant('dialKey' as const), number: fc.constant('2102'), instance: line }),
  fc.record({ type: fc.constant('lineKey' as const), line }),
);

const commands: fc.Arbitrary<StationLegCommand> = fc.oneof(
  fc.record({ type: fc.constant('progress' as const), status }),
  { weight: 4, arbitrary: fc.record({ type: fc.constant('accept' as const), media }) },
  fc.record({ type: fc.constant('refuse' as const), status }),
  fc.record({ type: fc.constant('confirm' as const), media }),
  fc.record({ type: fc.constant('modify' as const), exchange: fc.constant('far'), media }),
  fc.record({ type: fc.constant('modify' as const), exchange: fc.constant('far') }),
  fc.record({ type: fc.constant('modified' as const), exchange, media }),
  fc.record({ type: fc.constant('modifyRefused' as const), exchange, status }),
  fc.record({ type: fc.constantFrom('referProgress' as const, 'referRefused' as const), exchange, status }),
  fc.record({ type: fc.constant('release' as const), cause: fc.constantFrom('normal' as const, 'no-answer' as const) }),
);

const timers = fc.tuple(fc.constantFrom('digits', 'channel', 'tone', 'retry'), call);

type Move = (story: CallsStory) => StationCallsInput | undefined;

const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: keys.map((key): Move => () => ({ type: 'key', key })) },
  {
    weight: 4,
    arbitrary: fc.tuple(call, commands).map(([of, command]): Move => () => ({ type: 'command', call: of, command })),
  },
  // The phone answers the channel it was told of last.
  {
    weight: 4,
    arbitrary: fc.constant<Move>(({ state }) => ({
      type: 'media',
      event: { type: 'receiving', party: state.nextParty - 1, address: '192.0.2.10', port: 4000 },
    })),
  },
  fc.constant<Move>(({ state }) => ({
    type: 'media',
    event: { type: 'notReceiving', party: state.nextParty - 1, status: 1 },
  })),
  {
    weight: 2,
    arbitrary: fc.tuple(line, fc.option(media, { nil: undefined })).map(([on, offered]): Move => ({ state }) => ({
      type: 'offer',
      call: state.nextCall,
      line: on,
      caller: { number: '2101' },
      called: '3001',
      ...(offered && { media: offered }),
    })),
  },
  timers.map(([name, of]): Move => () => ({ type: 'timer', name: `${name} ${of}` as 'tone 1' })),
  fc.boolean().map((isOn): Move => () => ({ type: 'doNotDisturb', isOn })),
);

/** What the phone does, as far as the effects tell: channels open, legs alive. */
class Ledger {
  readonly listening = new Set<number>();
  readonly sending = new Set<number>();
  readonly open = new Set<number>();
  readonly over = new Set<number>();
  readonly standing = new Map<number, string>();
  /** Requests of the far side inside a call that have no answer yet, by call. */
  readonly unanswered = new Map<number, number>();

  ask(of: number): void {
    if (this.open.has(of) && !this.over.has(of)) this.unanswered.set(of, (this.unanswered.get(of) ?? 0) + 1);
  }

  take(story: CallsStory): void {
    for (const effect of story.effects()) {
      if (effect.type === 'send') this.takeMessage(effect.message as never);
      if (effect.type === 'leg') this.takeLeg(effect.call, effect.event.type);
      if (effect.type === 'leg' && 'exchange' in effect.event && effect.event.exchange === 'far') {
        this.unanswered.set(effect.call, (this.unanswered.get(effect.call) ?? 0) - 1);
      }
      if (effect.type === 'standing') this.takeStanding(effect.call, effect.standing.state);
    }
  }

  private takeMessage(message: { name: string; passThruPartyID: number }): void {
    const { name, passThruPartyID: party } = message;
    if (name === 'OpenReceiveChannel') this.listening.add(party);
    if (name === 'CloseReceiveChannel') expect(this.listening.delete(party)).toBe(true);
    if (name === 'StartMediaTransmission') this.sending.add(party);
    if (name === 'StopMediaTransmission') expect(this.sending.delete(party)).toBe(true);
  }

  private takeLeg(of: number, event: string): void {
    expect([of, event, this.over.has(of)]).toEqual([of, event, false]);
    if (event === 'started') expect(this.open.has(of)).toBe(false);
    this.open.add(of);
    if (event === 'refused' || event === 'released') this.over.add(of);
  }

  private takeStanding(of: number, state: string): void {
    const ranks = ['trying', 'early', 'confirmed', 'terminated'];
    const before = this.standing.get(of);
    if (before !== undefined) expect(ranks.indexOf(state)).toBeGreaterThanOrEqual(ranks.indexOf(before));
    expect(before).not.toBe('terminated');
    this.standing.set(of, state);
  }
}

describe('whatever keys are pressed and whatever the far sides say', () => {
  it('one call is heard at a time, every leg says one last word, channels are closed as they were opened, every request is answered, standings never go back', () => {
    fc.assert(
      fc.property(fc.array(moves, { maxLength: 60 }), (given) => {
        const story = new CallsStory();
        const ledger = new Ledger();
        for (const move of given) {
          const input = move(story);
          if (!input) continue;
          if (input.type === 'command' && input.command.type === 'modify') ledger.ask(input.call);
          story.take(input);
          ledger.take(story);
          const { calls } = story.state;
          expect(calls.filter(({ phase }) => phase !== 'ringingIn' && phase !== 'held').length).toBeLessThanOrEqual(1);
          expect(ledger.listening.size).toBeLessThanOrEqual(1);
          expect([...ledger.sending].every((party) => ledger.listening.has(party))).toBe(true);
          expect(calls.filter(({ line: on }) => on === 1).length).toBeLessThanOrEqual(2);
          expect(calls.filter(({ line: on }) => on === 2).length).toBeLessThanOrEqual(1);
          for (const { call: of, leg, receive } of calls) {
            const isAsked = receive && !receive.at && receive.purpose.type === 'modified';
            if (leg === 'open') expect(ledger.unanswered.get(of) ?? 0).toBe(isAsked ? 1 : 0);
          }
          const alive = calls.filter(({ leg }) => leg === 'open').map((each) => each.call);
          expect([...ledger.open].filter((each) => !ledger.over.has(each)).sort()).toEqual(alive.sort());
          const standing = [...ledger.standing].filter(([, state]) => state !== 'terminated').map(([each]) => each);
          expect(standing.sort()).toEqual(calls.map((each) => each.call).sort());
        }
        story.take({ type: 'gone' });
        ledger.take(story);
        expect([...ledger.open].sort()).toEqual([...ledger.over].sort());
      }),
      { numRuns: 300 },
    );
  });
});
