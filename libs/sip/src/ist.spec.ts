import { type IstState, startIst, stepIst } from './ist';
import { type SipRequest, type SipResponse, EMPTY_BODY } from './message';
import { type TimerName, type TimerTable, timerTable } from './timers';
import type { ServerEffect, ServerInput } from './transaction';

const udp = timerTable(false);
const tcp = timerTable(true);
const message = (method: string): SipRequest => ({
  kind: 'request',
  method,
  requestUri: 'sip:3001@a',
  headers: [],
  body: EMPTY_BODY,
});
const invite = message('INVITE');
const ack = message('ACK');
const answer = (status: number): SipResponse => ({
  kind: 'response',
  status,
  reason: '',
  headers: [],
  body: EMPTY_BODY,
});
const INVITE: ServerInput = { type: 'request', request: invite };
const ACK: ServerInput = { type: 'request', request: ack };
const fromTu = (status: number): ServerInput => ({ type: 'response', response: answer(status) });
const timer = (name: TimerName): ServerInput => ({ type: 'timer', name });
const send = (status: number): ServerEffect => ({ type: 'send', message: answer(status) });
const start = (name: TimerName, ms: number): ServerEffect => ({ type: 'startTimer', name, ms });
const stop = (name: TimerName): ServerEffect => ({ type: 'stopTimer', name });
const error: ServerInput = { type: 'transportError' };
const told: ServerEffect[] = [{ type: 'transportError' }];

const trying = answer(100);
const fresh: IstState = { name: 'proceeding', trying };
const ringing: IstState = { name: 'proceeding', trying, response: answer(180) };
const completed: IstState = { name: 'completed', response: answer(486), interval: 500 };
const confirmed: IstState = { name: 'confirmed' };
const accepted: IstState = { name: 'accepted' };
const terminated: IstState = { name: 'terminated' };

describe('[RFC3261 17.2.1, Figure 7; RFC6026 7.1] INVITE server transaction', () => {
  test('it hands the INVITE to the TU and gives it 200 ms', () => {
    expect(startIst(invite, trying, udp)).toEqual({
      state: fresh,
      effects: [start('100', 200), { type: 'deliver', message: invite }],
    });
  });

  const rows: [string, IstState, ServerInput, TimerTable, IstState, ServerEffect[]][] = [
    [
      '[SB-89] proceeding: after 200 ms without an answer it says 100',
      fresh,
      timer('100'),
      udp,
      { ...fresh, response: trying },
      [send(100)],
    ],
    ['proceeding: after an answer the 200 ms mean nothing', ringing, timer('100'), udp, ringing, []],
    ['[SB-93] proceeding: a retransmission before any answer is absorbed', fresh, INVITE, udp, fresh, []],
    ['[SB-93] proceeding: a retransmission gets the last 1xx again', ringing, INVITE, udp, ringing, [send(180)]],
    ['proceeding: the first 1xx of the TU is sent', fresh, fromTu(180), udp, ringing, [send(180), stop('100')]],
    [
      'proceeding: another 1xx is sent and kept',
      ringing,
      fromTu(183),
      udp,
      { ...ringing, response: answer(183) },
      [send(183)],
    ],
    [
      'proceeding: a 2xx is sent and absorbs retransmissions for L',
      ringing,
      fromTu(200),
      udp,
      accepted,
      [send(200), start('L', 32_000)],
    ],
    [
      'proceeding: 300-699 is sent and repeated until the ACK',
      ringing,
      fromTu(486),
      udp,
      completed,
      [send(486), start('H', 32_000), start('G', 500)],
    ],
    [
      'proceeding: over a stream a refusal is not repeated',
      ringing,
      fromTu(486),
      tcp,
      completed,
      [send(486), start('H', 32_000)],
    ],
    ['proceeding: a transport error is told, the transaction stays', ringing, error, udp, ringing, told],
    ['proceeding: an ACK before any final answer is ignored', ringing, ACK, udp, ringing, []],
    [
      'completed: timer G sends again and doubles',
      completed,
      timer('G'),
      udp,
      { ...completed, interval: 1000 },
      [send(486), start('G', 1000)],
    ],
    [
      'completed: timer G never exceeds T2',
      { ...completed, interval: 4000 },
      timer('G'),
      udp,
      { ...completed, interval: 4000 },
      [send(486), start('G', 4000)],
    ],
    ['completed: a retransmission gets the refusal again', completed, INVITE, udp, completed, [send(486)]],
    ['completed: the ACK confirms', completed, ACK, udp, confirmed, [stop('G'), stop('H'), start('I', 5000)]],
    ['completed: over a stream the ACK is the end', completed, ACK, tcp, terminated, [{ type: 'done' }]],
    [
      'completed: timer H tells the TU that no ACK came',
      completed,
      timer('H'),
      udp,
      terminated,
      [{ type: 'timeout' }, { type: 'done' }],
    ],
    ['completed: a transport error is told, the transaction stays', completed, error, udp, completed, told],
    ['completed: further answers of the TU are discarded', completed, fromTu(200), udp, completed, []],
    ['confirmed: further ACKs are absorbed', confirmed, ACK, udp, confirmed, []],
    ['confirmed: a late timer G does nothing', confirmed, timer('G'), udp, confirmed, []],
    ['confirmed: timer I ends it', confirmed, timer('I'), udp, terminated, [{ type: 'done' }]],
    ['accepted: a retransmission is absorbed', accepted, INVITE, udp, accepted, []],
    ['accepted: an ACK goes to the TU', accepted, ACK, udp, accepted, [{ type: 'deliver', message: ack }]],
    ['accepted: the TU repeats its 2xx', accepted, fromTu(200), udp, accepted, [send(200)]],
    ['accepted: no other answer follows a 2xx', accepted, fromTu(486), udp, accepted, []],
    ['accepted: a transport error is told, the transaction stays', accepted, error, udp, accepted, told],
    ['accepted: timer L ends it', accepted, timer('L'), udp, terminated, [{ type: 'done' }]],
    ['terminated: nothing happens any more', terminated, INVITE, udp, terminated, []],
  ];
  test.each(rows)('%s', (_title, state, input, timers, next, effects) => {
    expect(stepIst(state, input, timers)).toEqual({ state: next, effects });
  });
});
