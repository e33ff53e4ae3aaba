import { type BusEvent, makeSubjects, type Stored, type StreamName, type Subjects } from '@linewatch/bus';
import {
  emptyLine,
  evolveLine,
  type ExplainReply,
  type LegFact,
  type LineFact,
  lineStateOf,
  publishedView,
} from '@linewatch/presence';
import { MOMENT } from './memory-system';

const MINUTE = 60_000;

const registered: LineFact = {
  type: 'linewatch.line.registration',
  data: {
    device: 'pool:2',
    cause: 'registered',
    bindings: [
      {
        contact: 'sip:2102@127.0.0.22:5060',
        params: '',
        q: 1,
        expiresAt: MOMENT + 30 * MINUTE,
        callId: 'r',
        cseq: 1,
        flow: {
          transport: 'udp',
          local: { host: '127.0.0.2', port: 5060 },
          remote: { host: '127.0.0.22', port: 5060 },
        },
        path: [],
        edge: 'sip-edge-1',
        epoch: 5,
        connectionBound: false,
      },
    ],
  },
};

const configured: LineFact = {
  type: 'linewatch.line.config',
  data: {
    instances: [
      {
        id: 'voice-register-dn:2',
        kind: 'phone',
        watchable: true,
        devices: [{ name: 'pool:2', kind: 'sip', primary: true }],
      },
    ],
  },
};

function call(state: LegFact['state'], more: Partial<LegFact> = {}): LineFact {
  return {
    type: 'linewatch.line.call',
    data: {
      leg: 'sip-edge-1.5.7',
      call: 'sip-edge-1.5.6',
      device: 'pool:2',
      instance: 'voice-register-dn:2',
      state,
      direction: 'recipient',
      held: false,
      peer: { number: '2101' },
      edge: 'sip-edge-1',
      epoch: 5,
      seq: 9,
      leaseUntil: MOMENT + 6 * MINUTE,
      ...more,
    },
  };
}

/** Line 2102 on pool 2, as the streams keep it: configured an hour before the moment, then called twice by 2101. */
export function sampleLine({ lineFact, presence }: Subjects = makeSubjects()): Stored[] {
  const facts: [minutesBefore: number, fact: LineFact][] = [
    [60, configured],
    [59, registered],
    [40, call('early')],
    [39, call('confirmed')],
    [30, call('terminated', { cause: '16' })],
    [2, call('early', { leg: 'sip-edge-1.5.9' })],
    [1, call('confirmed', { leg: 'sip-edge-1.5.9' })],
  ];
  let fold = emptyLine('2102');
  let published: ReturnType<typeof publishedView> | undefined;
  return facts.flatMap(([minutes, fact], at) => {
    const time = MOMENT - minutes * MINUTE;
    const seq = at + 1;
    fold = evolveLine(fold, { ...fact, seq, time });
    const state = lineStateOf(fold, `event-${seq}`, published);
    published = publishedView(state);
    const kind = fact.type.split('.')[2] as Parameters<typeof lineFact>[1];
    return [
      stored('LINES', lineFact('2102', kind), seq, time, fact),
      stored('PRESENCE', presence('2102'), seq, time + 4, { type: 'linewatch.line.state', data: state }),
    ];
  });
}

/** What edge `sip-edge-1` holds of 2101, who watches that line: its phone does not answer. */
export function sampleExplained(): ExplainReply {
  return {
    edge: 'sip-edge-1',
    epoch: 12,
    speaks: true,
    version: 7,
    refusals: [],
    subscriptions: [
      {
        subId: 33,
        token: 33,
        record: {
          id: 's33',
          line: '2102',
          package: 'presence',
          contentType: 'application/pidf+xml',
          watcher: {
            number: '2101',
            host: '127.0.0.21',
            kind: 'local',
            device: 'pool:1',
            phoneType: 'SIP Phone',
            dialPeerTag: 40_001,
          },
          presentity: { number: '2102', host: '127.0.0.2', kind: 'local' },
          deviceBased: false,
          granted: 3600,
          expiresAt: MOMENT + 40 * MINUTE,
          acceptedAt: MOMENT - 50 * MINUTE,
          owner: 'sip-edge-1',
          ceiling: 65_636,
        },
        reachedAt: 'udp 127.0.0.21:5060',
        last: { message: 'NOTIFY', at: MOMENT - 12_000, number: 104, lamp: 'in-use' },
        inFlight: true,
        due: 'in-use',
      },
    ],
  };
}

/** An event as a stream gives it. */
export function stored(stream: StreamName, address: string, streamSeq: number, at: number, event: BusEvent): Stored {
  return {
    stream,
    address,
    streamSeq,
    storedAt: at,
    time: at,
    id: `event-${streamSeq}`,
    source: '/test',
    event,
  } as Stored;
}
