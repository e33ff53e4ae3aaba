import * as fc from 'fast-check';
import { type NictState, startNict, stepNict } from './nict';
import { type TimerTable, timerTable } from './timers';
import type { ClientEffect, ClientInput, Status } from './transaction';

type State = NictState<string>;
type Input = ClientInput<Status>;
type Fx = ClientEffect<string, Status>;

const udp = timerTable(false);
const tcp = timerTable(true);
const request = 'NOTIFY';
const send: Fx = { type: 'send', message: request };
const start = (name: 'E' | 'F' | 'K', ms: number): Fx => ({ type: 'startTimer', name, ms });
const timer = (name: 'E' | 'F' | 'K'): Input => ({ type: 'timer', name });
const response = (status: number): Input => ({ type: 'response', response: { status } });
const deliver = (status: number): Fx => ({ type: 'deliver', message: { status } });
const stop = (name: 'E' | 'F'): Fx => ({ type: 'stopTimer', name });
const error: Input = { type: 'transportError' };

const trying: State = { name: 'trying', request, interval: 500 };
const proceeding: State = { name: 'proceeding', request, interval: 500 };
const completed: State = { name: 'completed' };
const terminated: State = { name: 'terminated' };

describe('[RFC3261 17.1.2, Figure 6] non-INVITE client transaction', () => {
  test('it sends the request and starts F, over UDP also E', () => {
    expect(startNict(request, udp)).toEqual({ state: trying, effects: [send, start('F', 32_000), start('E', 500)] });
    expect(startNict(request, tcp).effects).toEqual([send, start('F', 32_000)]);
  });

  const rows: [string, State, Input, TimerTable, State, Fx[]][] = [
    [
      'trying: timer E sends again and doubles',
      trying,
      timer('E'),
      udp,
      { ...trying, interval: 1000 },
      [send, start('E', 1000)],
    ],
    [
      'trying: timer E never exceeds T2',
      { ...trying, interval: 2500 },
      timer('E'),
      udp,
      { ...trying, interval: 4000 },
      [send, start('E', 4000)],
    ],
    ['trying: timer F is a timeout', trying, timer('F'), udp, terminated, [{ type: 'timeout' }, { type: 'done' }]],
    [
      'trying: a transport error ends it',
      trying,
      error,
      udp,
      terminated,
      [{ type: 'transportError' }, { type: 'done' }],
    ],
    ['trying: 1xx goes to the TU', trying, response(100), udp, proceeding, [deliver(100)]],
    [
      'trying: 200-699 completes',
      trying,
      response(481),
      udp,
      completed,
      [stop('E'), stop('F'), deliver(481), start('K', 5000)],
    ],
    [
      'trying: a final answer over a stream ends it at once',
      trying,
      response(200),
      tcp,
      terminated,
      [deliver(200), { type: 'done' }],
    ],
    [
      'proceeding: timer E sends again every T2',
      proceeding,
      timer('E'),
      udp,
      { ...proceeding, interval: 4000 },
      [send, start('E', 4000)],
    ],
    [
      'proceeding: timer F is a timeout',
      proceeding,
      timer('F'),
      udp,
      terminated,
      [{ type: 'timeout' }, { type: 'done' }],
    ],
    [
      'proceeding: a transport error ends it',
      proceeding,
      error,
      udp,
      terminated,
      [{ type: 'transportError' }, { type: 'done' }],
    ],
    ['proceeding: 1xx goes to the TU', proceeding, response(183), udp, proceeding, [deliver(183)]],
    [
      'proceeding: 200-699 completes',
      proceeding,
      response(200),
      udp,
      completed,
      [stop('E'), stop('F'), deliver(200), start('K', 5000)],
    ],
    ['completed: timer K ends it', completed, timer('K'), udp, terminated, [{ type: 'done' }]],
    ['completed: a repeated answer is absorbed', completed, response(200), udp, completed, []],
    ['completed: a late timer E does nothing', completed, timer('E'), udp, completed, []],
    ['terminated: nothing happens any more', terminated, response(200), udp, terminated, []],
  ];
  test.each(rows)('%s', (_title, state, input, timers, next, effects) => {
    expect(stepNict<string, Status>(state, input, timers)).toEqual({ state: next, effects });
  });

  test('[SB-25] without an answer it sends at 0, 0.5, 1.5, 3.5, 7.5 … 31.5 s, eleven times in all', () => {
    let { state }: { state: State } = startNict(request, udp);
    const times = [0];
    for (let at = udp.E; at < udp.F;) {
      const step = stepNict<string, Status>(state, timer('E'), udp);
      times.push(at);
      state = step.state;
      const next = step.effects.find((effect) => effect.type === 'startTimer');
      at += next?.type === 'startTimer' ? next.ms : Infinity;
    }
    expect(times).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
  });

  test('whatever comes in whatever order, at most one final outcome reaches the TU, and nothing follows done', () => {
    const input = fc.oneof(
      fc.constantFrom<Input>(timer('E'), timer('F'), timer('K'), error),
      fc.integer({ min: 100, max: 699 }).map(response),
    );
    fc.assert(
      fc.property(fc.array(input, { maxLength: 30 }), fc.constantFrom(udp, tcp), (inputs, timers) => {
        let state: State = startNict(request, timers).state;
        let outcomes = 0;
        let done = false;
        for (const one of inputs) {
          const step = stepNict<string, Status>(state, one, timers);
          state = step.state;
          for (const effect of step.effects) {
            expect(done).toBe(false);
            if (effect.type === 'done') done = true;
            if (effect.type === 'timeout' || effect.type === 'transportError') outcomes += 1;
            if (effect.type === 'deliver' && effect.message.status >= 200) outcomes += 1;
          }
        }
        expect(outcomes).toBeLessThanOrEqual(1);
        expect(done).toBe(state.name === 'terminated');
      }),
    );
  });
});
