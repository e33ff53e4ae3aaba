import fc from 'fast-check';
import type { LegCommand } from './messages';
import { parkCall, restoreParked, stepParked, type ParkedCall, type ParkInput, type ParkPlan } from './park';
import { formatSdp, parseSdp, type SessionDescription } from './session';

const FOREVER: ParkPlan = { returnTo: [] };
const talk = (port: number): SessionDescription =>
  formatSdp(
    {
      address: '127.0.0.9',
      port,
      codecs: [{ payload: 8, name: 'PCMA', rate: 8000 }],
      direction: 'sendrecv',
    },
    7,
    1,
  );

/** A slot with a call in it: takes inputs, and writes down what its legs say. `p` is the parked leg, `t` fetches. */
function slot(plan: ParkPlan = FOREVER) {
  const begun = parkCall('p', plan);
  let state: ParkedCall = begun.state;
  const said: string[] = [];
  const note = (effects: typeof begun.effects): void => {
    for (const effect of effects) {
      if (effect.type === 'say') said.push(`${effect.leg} ${wordsOf(effect.event)}`);
      else if (effect.type === 'startTimer') said.push(`timer ${effect.ms}`);
      else if (effect.type === 'fetched') said.push('free');
    }
  };
  note(begun.effects);
  const take = (input: ParkInput): string[] => {
    const step = stepParked(state, input);
    state = step.state;
    note(step.effects);
    return said.splice(0);
  };
  return {
    begun: said.splice(0),
    tell: (leg: string, command: LegCommand) => take({ type: 'command', leg, command }),
    fetch: (leg: string, session?: SessionDescription) => take({ type: 'fetch', leg, ...(session && { session }) }),
    timer: () => take({ type: 'timer' }),
    status: () => state.status,
  };
}

function wordsOf(event: { type: string; session?: SessionDescription; [key: string]: unknown }): string {
  const audio = event.session && parseSdp(event.session.body);
  const sound = audio && (audio.direction === 'inactive' ? 'silence' : `sound at ${audio.port}`);
  const { exchange, status, cause, target } = event;
  return [event.type, exchange, status, cause, target, sound].filter((word) => word !== undefined).join(' ');
}

describe('a parked call', () => {
  it('is answered at once, without sound, and waits', () => {
    expect(slot().begun).toEqual(['p answered silence']);
    expect(slot({ returnAfterMs: 60_000, returnTo: ['2001'] }).begun).toEqual(['p answered silence', 'timer 60000']);
  });

  it('is fetched by a caller with an offer: the parked party answers it, and the slot is free', () => {
    const one = slot();
    expect(one.fetch('t', talk(4000))).toEqual(['p modify p.slot.1 sound at 4000']);
    expect(one.tell('p', { type: 'modified', exchange: 'p.slot.1', session: talk(5000) })).toEqual([
      'free',
      't answered sound at 5000',
    ]);
    expect(one.tell('t', { type: 'confirm' })).toEqual([]);
  });

  it('is fetched by a caller without an offer: the parked party makes one, and the answer comes back to it', () => {
    const one = slot();
    expect(one.fetch('t')).toEqual(['p modify p.slot.1']);
    expect(one.tell('p', { type: 'modified', exchange: 'p.slot.1', session: talk(5000) })).toEqual([
      'free',
      't answered sound at 5000',
    ]);
    expect(one.tell('t', { type: 'confirm', session: talk(4000) })).toEqual(['p confirmed p.slot.1 sound at 4000']);
  });

  it('passes on what both calls want once it is fetched, and ends both with either', () => {
    const one = slot();
    one.fetch('t', talk(4000));
    one.tell('p', { type: 'modified', exchange: 'p.slot.1', session: talk(5000) });
    expect(one.tell('p', { type: 'modify', exchange: 'x', session: talk(5002) })).toEqual(['t modify x sound at 5002']);
    expect(one.tell('t', { type: 'modified', exchange: 'x', session: talk(4002) })).toEqual([
      'p modified x sound at 4002',
    ]);
    expect(one.tell('t', { type: 'modify', exchange: 'y' })).toEqual(['p modify y']);
    expect(one.tell('p', { type: 'modifyRefused', exchange: 'y', status: 491 })).toEqual(['t modifyRefused y 491']);
    expect(one.tell('t', { type: 'probe' })).toEqual(['t alive']);
    expect(one.tell('t', { type: 'release', cause: 'normal' })).toEqual(['p released normal', 't released normal']);
    expect(one.status()).toBe('over');
  });

  it('waits on, without sound, when who fetched it gave up in between', () => {
    const one = slot();
    one.fetch('t', talk(4000));
    expect(one.tell('t', { type: 'release', cause: 'cancelled' })).toEqual(['t released cancelled']);
    expect(one.tell('p', { type: 'modified', exchange: 'p.slot.1', session: talk(5000) })).toEqual([
      'p modify p.slot.2 silence',
    ]);
    expect(one.fetch('u')).toEqual(['u refused 480']);
    expect(one.tell('p', { type: 'modified', exchange: 'p.slot.2', session: talk(5000) })).toEqual([]);
    expect(one.fetch('v')).toEqual(['p modify p.slot.3']);
  });

  it('is refused to who cannot agree with it on a session, and waits on', () => {
    const one = slot({ returnAfterMs: 9_000, returnTo: [] });
    one.fetch('t', talk(4000));
    expect(one.tell('p', { type: 'modifyRefused', exchange: 'p.slot.1', status: 488 })).toEqual([
      't refused 480',
      'timer 9000',
    ]);
    expect(one.status()).toBe('waiting');
  });

  it('answers in silence what the parked party wants meanwhile', () => {
    const one = slot();
    expect(one.tell('p', { type: 'modify', exchange: 'x', session: talk(5000) })).toEqual(['p modified x silence']);
    expect(one.tell('p', { type: 'modify', exchange: 'y' })).toEqual(['p modified y silence']);
    expect(one.tell('p', { type: 'probe' })).toEqual(['p alive']);
    expect(one.tell('p', { type: 'release', cause: 'normal' })).toEqual(['p released normal']);
  });

  it('goes back when nobody fetches it: to one number after another, then again until the tries are used up', () => {
    const one = slot({ returnAfterMs: 60_000, returnTo: ['2001', '2002'], retry: { ms: 5_000, times: 1 } });
    expect(one.timer()).toEqual(['p refer p.slot.1 2001']);
    expect(one.fetch('t')).toEqual(['t refused 480']);
    expect(one.tell('p', { type: 'referProgress', exchange: 'p.slot.1', status: 180 })).toEqual([]);
    expect(one.tell('p', { type: 'referProgress', exchange: 'p.slot.1', status: 486 })).toEqual([
      'p refer p.slot.2 2002',
    ]);
    expect(one.tell('p', { type: 'referRefused', exchange: 'p.slot.2', status: 491 })).toEqual(['timer 5000']);
    expect(one.timer()).toEqual(['p refer p.slot.3 2001']);
    one.tell('p', { type: 'referProgress', exchange: 'p.slot.3', status: 408 });
    expect(one.tell('p', { type: 'referProgress', exchange: 'p.slot.4', status: 408 })).toEqual([
      'p released no-answer',
    ]);
  });

  it('ends when nobody fetches it and it has nowhere to go', () => {
    expect(slot({ returnAfterMs: 60_000, returnTo: [] }).timer()).toEqual(['p released no-answer']);
  });

  it('goes on waiting after a restart', () => {
    const { state, effects } = restoreParked('p', { returnAfterMs: 60_000, returnTo: [] }, 4);
    expect(effects).toEqual([{ type: 'startTimer', ms: 60_000 }]);
    const fetched = stepParked(state, { type: 'fetch', leg: 't' });
    expect(fetched.effects).toContainEqual({ type: 'say', leg: 'p', event: { type: 'modify', exchange: 'p.slot.4' } });
  });

  it('whatever comes in whatever order: each leg has one last word, and says nothing after it', () => {
    const leg = fc.constantFrom('p', 't', 'u', 'v');
    const exchange = fc.constantFrom('p.slot.1', 'p.slot.2', 'p.slot.3', 'x');
    const session = fc.option(fc.constantFrom(talk(4000), { contentType: 'application/sdp' as const, body: 'v=0' }), {
      nil: undefined,
    });
    const command: fc.Arbitrary<LegCommand> = fc.oneof(
      fc.record({ type: fc.constant('modify' as const), exchange, session }),
      fc.record({ type: fc.constant('modified' as const), exchange, session: fc.constant(talk(5000)) }),
      fc.record({ type: fc.constant('modifyRefused' as const), exchange, status: fc.constant(491) }),
      fc.record({ type: fc.constant('confirm' as const), exchange: fc.option(exchange, { nil: undefined }), session }),
      fc.record({ type: fc.constant('referProgress' as const), exchange, status: fc.constantFrom(180, 200, 486) }),
      fc.record({ type: fc.constant('release' as const), cause: fc.constant('normal' as const) }),
      fc.constant({ type: 'probe' as const }),
    ) as fc.Arbitrary<LegCommand>;
    const input: fc.Arbitrary<ParkInput> = fc.oneof(
      { weight: 8, arbitrary: fc.record({ type: fc.constant('command' as const), leg, command }) },
      {
        weight: 2,
        arbitrary: fc.record({ type: fc.constant('fetch' as const), leg: fc.constantFrom('t', 'u', 'v'), session }),
      },
      { weight: 1, arbitrary: fc.constant({ type: 'timer' as const }) },
    ) as fc.Arbitrary<ParkInput>;
    fc.assert(
      fc.property(fc.array(input, { maxLength: 30 }), (inputs) => {
        let { state } = parkCall('p', { returnAfterMs: 1, returnTo: ['2001'] });
        const gone = new Set<string>();
        const made = new Set<string>();
        for (const each of inputs) {
          // A leg that has said its last word is told nothing, and an id is that of one leg.
          if (each.type !== 'timer' && gone.has(each.leg)) continue;
          if (each.type === 'fetch' && made.has(each.leg)) continue;
          if (each.type === 'fetch') made.add(each.leg);
          const step = stepParked(state, each);
          for (const effect of step.effects) {
            if (effect.type !== 'say') continue;
            expect(gone).not.toContain(effect.leg);
            if (effect.event.type === 'released' || effect.event.type === 'refused') gone.add(effect.leg);
          }
          ({ state } = step);
        }
        if (state.status === 'over') expect(gone).toContain('p');
      }),
    );
  });
});
