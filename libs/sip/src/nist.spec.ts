import { type SipRequest, type SipResponse, EMPTY_BODY } from './message';
import { type NistState, startNist, stepNist } from './nist';
import { type TimerTable, timerTable } from './timers';
import type { ServerEffect, ServerInput } from './transaction';

const udp = timerTable(false);
const tcp = timerTable(true);
const request: SipRequest = {
  kind: 'request',
  method: 'SUBSCRIBE',
  requestUri: 'sip:3001@a',
  headers: [],
  body: EMPTY_BODY,
};
const answer = (status: number): SipResponse => ({
  kind: 'response',
  status,
  reason: '',
  headers: [],
  body: EMPTY_BODY,
});
const fromWire: ServerInput = { type: 'request', request };
const fromTu = (status: number): ServerInput => ({ type: 'response', response: answer(status) });
const send = (status: number): ServerEffect => ({ type: 'send', message: answer(status) });
const startJ: ServerEffect = { type: 'startTimer', name: 'J', ms: 32_000 };
const timerJ: ServerInput = { type: 'timer', name: 'J' };
const error: ServerInput = { type: 'transportError' };
const failed: ServerEffect[] = [{ type: 'transportError' }, { type: 'done' }];

const trying: NistState = { name: 'trying' };
const proceeding: NistState = { name: 'proceeding', response: answer(182) };
const completed: NistState = { name: 'completed', response: answer(200) };
const terminated: NistState = { name: 'terminated' };

describe('[RFC3261 17.2.2, Figure 8] non-INVITE server transaction', () => {
  test('it hands the request to the TU', () => {
    expect(startNist(request)).toEqual({ state: trying, effects: [{ type: 'deliver', message: request }] });
  });

  const rows: [string, NistState, ServerInput, TimerTable, NistState, ServerEffect[]][] = [
    ['[SB-26] trying: a retransmission is absorbed', trying, fromWire, udp, trying, []],
    ['trying: 1xx of the TU is sent', trying, fromTu(182), udp, proceeding, [send(182)]],
    ['trying: 200-699 of the TU completes', trying, fromTu(200), udp, completed, [send(200), startJ]],
    [
      'trying: over a stream the answer is the end',
      trying,
      fromTu(200),
      tcp,
      terminated,
      [send(200), { type: 'done' }],
    ],
    ['proceeding: a retransmission gets the last 1xx again', proceeding, fromWire, udp, proceeding, [send(182)]],
    [
      'proceeding: another 1xx is sent and kept',
      proceeding,
      fromTu(183),
      udp,
      { name: 'proceeding', response: answer(183) },
      [send(183)],
    ],
    ['proceeding: 200-699 of the TU completes', proceeding, fromTu(200), udp, completed, [send(200), startJ]],
    ['proceeding: a transport error ends it', proceeding, error, udp, terminated, failed],
    ['[SB-26] completed: a retransmission gets the same answer', completed, fromWire, udp, completed, [send(200)]],
    ['completed: a second answer of the TU is discarded', completed, fromTu(500), udp, completed, []],
    ['completed: a transport error ends it', completed, error, udp, terminated, failed],
    ['completed: timer J ends it', completed, timerJ, udp, terminated, [{ type: 'done' }]],
    ['terminated: nothing happens any more', terminated, fromWire, udp, terminated, []],
  ];
  test.each(rows)('%s', (_title, state, input, timers, next, effects) => {
    expect(stepNist(state, input, timers)).toEqual({ state: next, effects });
  });
});
