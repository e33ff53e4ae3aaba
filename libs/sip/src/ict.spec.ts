import { ackForFailure, cancelFor } from './hop-by-hop';
import { type IctState, startIct, stepIct } from './ict';
import { type SipRequest, type SipResponse, EMPTY_BODY } from './message';
import { type TimerName, type TimerTable, timerTable } from './timers';
import type { ClientEffect, ClientInput } from './transaction';

const udp = timerTable(false);
const tcp = timerTable(true);
const invite: SipRequest = {
  kind: 'request',
  method: 'INVITE',
  requestUri: 'sip:3001@192.0.2.7:5060',
  headers: [
    { name: 'Via', value: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKinv' },
    { name: 'Via', value: 'SIP/2.0/UDP 192.0.2.99;branch=z9hG4bKother' },
    { name: 'Max-Forwards', value: '69' },
    { name: 'Route', value: '<sip:192.0.2.3;lr>' },
    { name: 'From', value: '<sip:4002@192.0.2.1>;tag=f1' },
    { name: 'To', value: '<sip:3001@192.0.2.1>' },
    { name: 'Call-ID', value: 'c1@192.0.2.1' },
    { name: 'CSeq', value: '000101 INVITE' },
    { name: 'Contact', value: '<sip:192.0.2.1>' },
    { name: 'Content-Type', value: 'application/sdp' },
  ],
  body: Buffer.from('v=0'),
};
const answer = (status: number): SipResponse => ({
  kind: 'response',
  status,
  reason: '',
  headers: [{ name: 'To', value: '<sip:3001@192.0.2.1>;tag=t9' }],
  body: EMPTY_BODY,
});
const ack = ackForFailure(invite, answer(486));
const fromWire = (status: number): ClientInput => ({ type: 'response', response: answer(status) });
const timer = (name: TimerName): ClientInput => ({ type: 'timer', name });
const error: ClientInput = { type: 'transportError' };
const send = (request: SipRequest): ClientEffect => ({ type: 'send', message: request });
const deliver = (status: number): ClientEffect => ({ type: 'deliver', message: answer(status) });
const start = (name: TimerName, ms: number): ClientEffect => ({ type: 'startTimer', name, ms });
const stops: ClientEffect[] = [
  { type: 'stopTimer', name: 'A' },
  { type: 'stopTimer', name: 'B' },
];
const done: ClientEffect = { type: 'done' };

const calling: IctState = { name: 'calling', request: invite, interval: 500 };
const proceeding: IctState = { name: 'proceeding', request: invite };
const completed: IctState = { name: 'completed', ack };
const accepted: IctState = { name: 'accepted' };
const terminated: IctState = { name: 'terminated' };

describe('[RFC3261 17.1.1, Figure 5; RFC6026 7.2] INVITE client transaction', () => {
  test('it sends the INVITE and starts B, over UDP also A', () => {
    expect(startIct(invite, udp)).toEqual({
      state: calling,
      effects: [send(invite), start('B', 32_000), start('A', 500)],
    });
    expect(startIct(invite, tcp).effects).toEqual([send(invite), start('B', 32_000)]);
  });

  const rows: [string, IctState, ClientInput, TimerTable, IctState, ClientEffect[]][] = [
    [
      'calling: timer A sends again and doubles',
      calling,
      timer('A'),
      udp,
      { ...calling, interval: 1000 },
      [send(invite), start('A', 1000)],
    ],
    [
      'calling: timer A knows no ceiling',
      { ...calling, interval: 4000 },
      timer('A'),
      udp,
      { ...calling, interval: 8000 },
      [send(invite), start('A', 8000)],
    ],
    ['calling: timer B is a timeout', calling, timer('B'), udp, terminated, [{ type: 'timeout' }, done]],
    ['calling: a transport error ends it', calling, error, udp, terminated, [{ type: 'transportError' }, done]],
    [
      'calling: 1xx goes to the TU and stops A and B',
      calling,
      fromWire(180),
      udp,
      proceeding,
      [...stops, deliver(180)],
    ],
    [
      'calling: 2xx goes to the TU without ACK',
      calling,
      fromWire(200),
      udp,
      accepted,
      [...stops, deliver(200), start('M', 32_000)],
    ],
    [
      '[SB-95] calling: 300-699 is acknowledged and goes to the TU',
      calling,
      fromWire(486),
      udp,
      completed,
      [...stops, send(ack), deliver(486), start('D', 32_000)],
    ],
    [
      'calling: over a stream a refusal ends it at once',
      calling,
      fromWire(486),
      tcp,
      terminated,
      [send(ack), deliver(486), done],
    ],
    ['proceeding: 1xx goes to the TU', proceeding, fromWire(183), udp, proceeding, [deliver(183)]],
    ['proceeding: 2xx goes to the TU', proceeding, fromWire(200), udp, accepted, [deliver(200), start('M', 32_000)]],
    [
      '[SB-95] proceeding: 300-699 is acknowledged',
      proceeding,
      fromWire(486),
      udp,
      completed,
      [send(ack), deliver(486), start('D', 32_000)],
    ],
    [
      'proceeding: it rings as long as the TU lets it, timer B notwithstanding',
      proceeding,
      timer('B'),
      udp,
      proceeding,
      [],
    ],
    [
      'completed: a repeated refusal is acknowledged, not delivered',
      completed,
      fromWire(486),
      udp,
      completed,
      [send(ack)],
    ],
    ['completed: a late 1xx is absorbed', completed, fromWire(180), udp, completed, []],
    [
      'completed: a transport error of the ACK ends it',
      completed,
      error,
      udp,
      terminated,
      [{ type: 'transportError' }, done],
    ],
    ['completed: timer D ends it', completed, timer('D'), udp, terminated, [done]],
    ['accepted: every further 2xx goes to the TU', accepted, fromWire(200), udp, accepted, [deliver(200)]],
    ['accepted: anything else is absorbed', accepted, fromWire(486), udp, accepted, []],
    ['accepted: timer M ends it', accepted, timer('M'), udp, terminated, [done]],
    ['terminated: nothing happens any more', terminated, fromWire(200), udp, terminated, []],
  ];
  test.each(rows)('%s', (_title, state, input, timers, next, effects) => {
    expect(stepIct(state, input, timers)).toEqual({ state: next, effects });
  });
});

describe('requests on the same hop as the INVITE', () => {
  const common = [
    ['Via', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKinv'],
    ['Route', '<sip:192.0.2.3;lr>'],
    ['From', '<sip:4002@192.0.2.1>;tag=f1'],
  ];
  const lines = (request: SipRequest): string[][] => request.headers.map(({ name, value }) => [name, value]);

  test("[RFC3261 17.1.1.3] an ACK copies the INVITE but has the response's To and no body", () => {
    expect(lines(ack)).toEqual([
      ...common,
      ['To', '<sip:3001@192.0.2.1>;tag=t9'],
      ['Call-ID', 'c1@192.0.2.1'],
      ['CSeq', '101 ACK'],
      ['Max-Forwards', '70'],
    ]);
    expect(ack).toMatchObject({ method: 'ACK', requestUri: invite.requestUri, body: EMPTY_BODY });
  });

  test("[RFC3261 9.1] a CANCEL keeps the INVITE's To, branch and number", () => {
    expect(lines(cancelFor(invite))).toEqual([
      ...common,
      ['To', '<sip:3001@192.0.2.1>'],
      ['Call-ID', 'c1@192.0.2.1'],
      ['CSeq', '101 CANCEL'],
      ['Max-Forwards', '70'],
    ]);
  });
});
