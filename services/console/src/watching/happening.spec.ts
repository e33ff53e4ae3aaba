import { type BusEvent, type Stored, makeSubjects } from '@linewatch/bus';
import { type Subscription, emptyLine } from '@linewatch/presence';
import fc from 'fast-check';
import { Remembered, happening, happeningJson, withoutPassword } from './happening';
import { dayOf, timeOfDay } from './time-of-day';

const subjects = makeSubjects();

function stored(address: string, event: BusEvent, streamSeq = 12): Stored {
  const time = Date.parse('2026-11-24T14:02:11.043Z');
  return { stream: 'LINES', address, streamSeq, storedAt: time + 5, id: 'e1', source: '/sip-edge/1', time, event };
}

const call = (more: object = {}): BusEvent =>
  ({
    type: 'linewatch.line.call',
    data: {
      leg: 'sip-edge-1.5.7',
      call: 'sip-edge-1.5.6',
      device: 'pool:1',
      instance: 'voice-register-dn:1',
      state: 'early',
      direction: 'recipient',
      held: false,
      peer: { number: '2102' },
      edge: 'sip-edge-1',
      epoch: 5,
      seq: 9,
      leaseUntil: 1,
      ...more,
    },
  }) as BusEvent;

const registration = (more: object): BusEvent =>
  ({
    type: 'linewatch.line.registration',
    data: { device: 'pool:1', cause: 'registered', bindings: [], ...more },
  }) as BusEvent;

const state = (lamp: 'idle' | 'in-use' | 'unknown', more: object = {}): BusEvent =>
  ({
    type: 'linewatch.line.state',
    data: {
      lamp: { state: lamp, dnd: false },
      dialogs: [],
      phones: {},
      relayed: {},
      since: 1,
      cause: 'e9',
      fold: emptyLine('2101'),
      ...more,
    },
  }) as BusEvent;

const dialog = { id: 'd', direction: 'recipient', state: 'early', held: false, peer: { number: '2102' } };

const subscription: Subscription = {
  id: 'sub-1',
  line: '2101',
  package: 'presence',
  contentType: 'application/pidf+xml',
  watcher: { number: '2102', host: '127.0.0.1', kind: 'local', phoneType: 'SIP Phone', dialPeerTag: 40001 },
  presentity: { number: '2101', host: '127.0.0.2', kind: 'local' },
  deviceBased: false,
  granted: 3600,
  expiresAt: 1,
  acceptedAt: 1,
  owner: 'sip-edge-1',
  ceiling: 65536,
  protocol: { secret: 1 },
};

const config = (commands: string[], more: object = {}): BusEvent => ({
  type: 'linewatch.config.applied',
  data: { author: 'ada', commands, change: { id: 'c', part: 0, parts: 1, ...more } },
});

const lease = (data: object): BusEvent => ({ type: 'linewatch.line.lease', data }) as BusEvent;
const relayed = (data: object): BusEvent =>
  ({
    type: 'linewatch.line.relayed',
    data: { source: '192.0.2.7 presence', package: 'presence', until: 1, ...data },
  }) as BusEvent;
const instance = { id: 'voice-register-dn:1', kind: 'phone', watchable: true };
const lineConfig = (instances: object[]): BusEvent =>
  ({ type: 'linewatch.line.config', data: { instances } }) as BusEvent;

const line = (fact: 'call' | 'registration' | 'feature' | 'lease' | 'config' | 'relayed') =>
  subjects.lineFact('2101', fact);
const presence = subjects.presence('2101');

describe('one line of watch', () => {
  it.each<[string, BusEvent, string]>([
    [line('call'), call(), 'line 2101         call         early      ← 2102 (sip-edge-1.5.7)'],
    [
      line('call'),
      call({ state: 'confirmed', direction: 'initiator', held: true }),
      'line 2101         call         confirmed  → 2102 held (sip-edge-1.5.7)',
    ],
    [
      line('call'),
      call({ state: 'terminated', cause: '486', peer: { number: '' } }),
      'line 2101         call         terminated ← anonymous cause 486 (sip-edge-1.5.7)',
    ],
    [
      line('registration'),
      registration({ bindings: ['a', 'b', 'c', 'd', 'e', 'f'].map((user) => ({ contact: `sip:${user}@127.0.0.1` })) }),
      'line 2101         registration registered pool:1 sip:a@127.0.0.1, sip:b@127.0.0.1, sip:c@127.0.0.1, sip:d@127.0.0.1 (+2 more)',
    ],
    [line('registration'), registration({ cause: 'expired' }), 'line 2101         registration expired    pool:1'],
    [
      line('feature'),
      { type: 'linewatch.line.feature', data: { device: 'ephone:1', dnd: true } },
      'line 2101         feature      dnd on     ephone:1',
    ],
    [
      line('lease'),
      lease({ kind: 'edge-lost', edge: 'sip-edge-1', epoch: 5, upTo: 9 }),
      'line 2101         lease        edge-lost  sip-edge-1 epoch 5',
    ],
    [
      line('lease'),
      lease({ kind: 'leg-lapsed', leg: 'sip-edge-1.5.7', upTo: 9 }),
      'line 2101         lease        leg-lapsed sip-edge-1.5.7',
    ],
    [
      line('lease'),
      lease({ kind: 'registration-lapsed', device: 'pool:1', upTo: 9 }),
      'line 2101         lease        registration-lapsed pool:1',
    ],
    [
      line('lease'),
      lease({ kind: 'relayed-lapsed', source: '192.0.2.7 presence', upTo: 9 }),
      'line 2101         lease        relayed-lapsed 192.0.2.7 presence',
    ],
    [
      line('relayed'),
      relayed({ lamp: { state: 'in-use', dnd: true } }),
      'line 2101         relayed      in-use+dnd by 192.0.2.7 presence',
    ],
    [line('relayed'), relayed({ dialogs: [] }), 'line 2101         relayed      0 dialogs  by 192.0.2.7 presence'],
    [line('relayed'), relayed({}), 'line 2101         relayed      withdrawn  by 192.0.2.7 presence'],
    [
      line('relayed'),
      relayed({ failure: { kind: 'refused', status: 404, attempts: 2, at: 5 } }),
      'line 2101         relayed      refused    404 attempt 2 by 192.0.2.7 presence',
    ],
    [
      line('relayed'),
      relayed({ failure: { kind: 'timeout', attempts: 1, at: 5 } }),
      'line 2101         relayed      timeout    attempt 1 by 192.0.2.7 presence',
    ],
    [
      line('config'),
      lineConfig([
        { ...instance, devices: [{ name: 'pool:1' }, { name: 'pool:2' }] },
        { ...instance, id: 'voice-register-dn:2', watchable: false, devices: [] },
      ]),
      'line 2101         config       voice-register-dn:1 may be watched, on pool:1, pool:2; voice-register-dn:2 may not be watched, on no phone',
    ],
    [line('config'), lineConfig([]), 'line 2101         config       no such line'],
    [presence, state('idle'), 'lamp 2101         idle         (cause e9)'],
    [
      subjects.subscription('2101', 'accepted'),
      { type: 'linewatch.subscription.accepted', data: { subscription } },
      'subscription 2101 accepted     2102@127.0.0.1 presence 3600 s (SubID 12, sip-edge-1)',
    ],
    [
      subjects.subscription('2101', 'refreshed'),
      { type: 'linewatch.subscription.refreshed', data: { change: 'renewed', token: 12, subId: 7, subscription } },
      'subscription 2101 refreshed    2102@127.0.0.1 presence 3600 s (SubID 7, sip-edge-1)',
    ],
    [
      subjects.subscription('2101', 'refreshed'),
      {
        type: 'linewatch.subscription.refreshed',
        data: { change: 'taken', token: 12, subId: 7, subscription: { ...subscription, owner: 'sip-edge-2' } },
      },
      'subscription 2101 taken        2102@127.0.0.1 presence 3600 s (SubID 7, sip-edge-2)',
    ],
    [
      subjects.subscription('2101', 'terminated'),
      { type: 'linewatch.subscription.terminated', data: { id: 'sub-1', token: 12, reason: 'timeout' } },
      'subscription 2101 terminated   timeout (sub-1)',
    ],
    [
      subjects.config('presence'),
      config(['presence', ' max-subscription 300']),
      'config presence   by ada       revision 12: presence; max-subscription 300',
    ],
    [
      subjects.config('voice-register-dn'),
      config(['a', 'b', 'c', 'd', 'e'], { part: 1, parts: 3 }),
      'config voice-register-dn by ada       revision 12, part 2 of 3: a; b; c; d (+1 more)',
    ],
    [
      subjects.edge('sip-edge-1', 'hello'),
      { type: 'linewatch.edge.hello', data: { kind: 'sip', advertised: { host: '127.0.0.2', port: 5060 } } },
      'edge sip-edge-1   hello        epoch 12, sip at 127.0.0.2:5060',
    ],
    [
      subjects.edge('sip-edge-1', 'bye'),
      { type: 'linewatch.edge.bye', data: { epoch: 5 } },
      'edge sip-edge-1   bye          epoch 5',
    ],
    [
      subjects.deviceFact('pool:1', 'dnd'),
      { type: 'linewatch.line.feature', data: { device: 'pool:1', dnd: false } },
      'device pool:1     feature      dnd off    pool:1',
    ],
    ['elsewhere', { type: 'linewatch.edge.beat', data: { epoch: 5 } }, 'elsewhere         linewatch.edge.beat'],
  ])('%s', (address, event, expected) => {
    expect(happening(stored(address, event), subjects, new Remembered())).toBe(expected);
  });

  it('says of a lamp what it was before, and of a state whose lamp stayed only what it is', () => {
    const remembered = new Remembered();
    const lamps = [
      state('unknown'),
      state('idle'),
      state('in-use', { dialogs: [dialog] }),
      state('in-use', { dialogs: [{ ...dialog, state: 'confirmed', held: true }] }),
      state('in-use', { lamp: { state: 'in-use', dnd: true } }),
    ];
    expect(lamps.map((event) => happening(stored(presence, event), subjects, remembered))).toEqual([
      'lamp 2101         unknown      (cause e9)',
      'lamp 2101         unknown → idle (cause e9)',
      'lamp 2101         idle → in-use early ← 2102 (cause e9)',
      'lamp 2101         in-use       confirmed ← 2102 held (cause e9)',
      'lamp 2101         in-use → in-use+dnd (cause e9)',
    ]);
  });

  it('says of a subscription that ended whose it was', () => {
    const remembered = new Remembered();
    happening(
      stored('lw.subscription.2101.accepted', { type: 'linewatch.subscription.accepted', data: { subscription } }),
      subjects,
      remembered,
    );
    const ended: BusEvent = {
      type: 'linewatch.subscription.terminated',
      data: { id: 'sub-1', token: 12, reason: 'unsubscribed' },
    };
    expect(happening(stored('lw.subscription.2101.terminated', ended), subjects, remembered)).toBe(
      'subscription 2101 terminated   2102@127.0.0.1 unsubscribed (SubID 12)',
    );
  });

  it('is one line of bounded length that steers no terminal, whatever a phone calls itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (number) => {
        const text = happening(stored(line('call'), call({ peer: { number } })), subjects, new Remembered());
        expect(text.length).toBeLessThanOrEqual(501);
        expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      }),
    );
  });
});

describe('a password in a command', () => {
  it.each([
    [' username cleo password 0 change-me', ' username cleo password 0 …'],
    [' username cleo password change-me', ' username cleo password …'],
    [
      ' authentication username jack password 7 021201481F realm x',
      ' authentication username jack password 7 … realm x',
    ],
    [' username cleo password "two words"', ' username cleo password …'],
    [' max-subscription 300', ' max-subscription 300'],
  ])('"%s" is not shown', (command, expected) => {
    expect(withoutPassword(command)).toBe(expected);
  });
});

describe('the JSON of watch', () => {
  it('holds where the event lies and its data', () => {
    expect(happeningJson(stored(line('call'), call()))).toEqual({
      time: '2026-11-24T14:02:11.043Z',
      stream: 'LINES',
      seq: 12,
      subject: 'lw.line.2101.call',
      type: 'linewatch.line.call',
      source: '/sip-edge/1',
      id: 'e1',
      data: call().data,
    });
  });

  it('leaves out the fold of a state, and passwords', () => {
    expect(happeningJson(stored(presence, state('idle'))).data).not.toHaveProperty('fold');
    const { data } = happeningJson(stored('lw.config.x', config([' username cleo password 0 change-me'])));
    expect(data).toMatchObject({ author: 'ada', commands: [' username cleo password 0 …'] });
  });
});

test('times and days are of this machine’s zone', () => {
  const time = new Date(2026, 0, 2, 4, 5, 6, 7).getTime();
  expect([dayOf(time), timeOfDay(time)]).toEqual(['2026-01-02', '04:05:06.007']);
});
