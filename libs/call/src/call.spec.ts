import { begin, modify, modified, play, routed, sdp, tell, testStories, type Story } from './story.fixture';

const stories: readonly Story[] = [
  {
    title: 'a call rings, is answered, acknowledged and hung up [SB-98]',
    from: () => begin().state,
    lines: [
      [routed(1, 'b'), ['b: offer 10', 'stop route', 'start no-answer']],
      [['b', 'progress 180'], ['a: progress 180']],
      [['b', 'progress 180'], []],
      [
        ['b', 'answered 20'],
        ['a: accept 20', 'stop no-answer', 'start confirm'],
      ],
      [
        ['a', 'confirmed'],
        ['b: confirm', 'stop confirm', 'start probe'],
      ],
      [
        ['b', 'released'],
        ['a: release normal', 'stop probe', 'start release'],
      ],
      [
        ['a', 'released'],
        ['stop release', 'ended normal'],
      ],
    ],
    status: 'ended',
  },
  {
    title: 'an offer that comes with the answer is answered with the acknowledgement [RFC3261 13.2.1]',
    from: () => begin({ offer: false }).state,
    lines: [
      [routed(1, 'b'), ['b: offer', 'stop route', 'start no-answer']],
      [
        ['b', 'answered 20'],
        ['a: accept 20', 'stop no-answer', 'start confirm'],
      ],
      [
        ['a', 'confirmed 10'],
        ['b: confirm 10', 'stop confirm', 'start probe'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'an acknowledgement without the answer that it owes ends the call',
    from: () => begin({ offer: false, targets: ['b'] }).state,
    lines: [
      [
        ['b', 'answered 20'],
        ['a: accept 20', 'stop no-answer', 'start confirm'],
      ],
      [
        ['a', 'confirmed'],
        ['a: release failed', 'b: release failed', 'stop confirm', 'start release'],
      ],
    ],
    status: 'releasing',
  },
  {
    title: 'the first of a fork to answer wins, the others are cancelled [SB-96]',
    from: () => begin({ targets: ['b', 'd', 'e'] }).state,
    lines: [
      [['b', 'progress 180'], ['a: progress 180']],
      [['d', 'progress 180'], []],
      [['e', 'refused 486'], []],
      [
        ['d', 'answered 20'],
        ['a: accept 20', 'b: release answered-elsewhere', 'stop no-answer', 'start confirm'],
      ],
      [['b', 'answered 30'], []],
      [['b', 'released'], []],
      [
        ['a', 'confirmed'],
        ['d: confirm', 'stop confirm', 'start probe'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'early media passes from a phone that rings alone',
    from: () => begin({ targets: ['b'] }).state,
    lines: [
      [['b', 'progress 180'], ['a: progress 180']],
      [['b', { type: 'progress', status: 183, session: sdp(20) }], ['a: progress 183 20']],
      [['b', { type: 'progress', status: 183, session: sdp(20) }], []],
    ],
    status: 'alerting',
  },
  {
    title: 'early media of one phone of a fork is ringing to the caller',
    from: () => begin({ targets: ['b', 'd'] }).state,
    lines: [[['b', { type: 'progress', status: 183, session: sdp(20) }], ['a: progress 180']]],
    status: 'alerting',
  },
  {
    title: 'the caller gives up while it rings [SB-94]',
    from: () => begin({ targets: ['b', 'd'] }).state,
    lines: [
      [
        ['a', 'released'],
        ['b: release cancelled', 'd: release cancelled', 'stop no-answer', 'start release'],
      ],
      // The answer crosses the cancel: the leg's edge confirms and ends it, as it was told to.
      [['b', 'answered 20'], []],
      [['d', 'refused 487'], []],
      [
        ['b', 'released'],
        ['stop release', 'ended cancelled'],
      ],
    ],
    status: 'ended',
  },
  {
    title: 'the caller gives up before anybody was found',
    from: () => begin().state,
    lines: [
      [
        ['a', 'released'],
        ['stop route', 'ended normal'],
      ],
      [routed(1, 'b'), []],
    ],
    status: 'ended',
  },
  {
    title: 'nobody answers: 408 for the caller, as when Timer C fires [RFC3261 16.8]',
    from: () => begin({ targets: ['b', 'd'] }).state,
    lines: [
      [
        ['timer', 'no-answer'],
        ['b: release no-answer', 'd: release no-answer', 'a: refuse 408', 'start release'],
      ],
      [['timer', 'release'], ['ended no-answer']],
    ],
    status: 'ended',
  },
  {
    title: 'a 6xx ends the whole fork [RFC3261 16.7 step 5]',
    from: () => begin({ targets: ['b', 'd'] }).state,
    lines: [
      [
        ['b', 'refused 603'],
        ['d: release refused', 'a: refuse 603', 'stop no-answer', 'start release'],
      ],
    ],
    status: 'releasing',
  },
  {
    title: 'a busy phone and a lost edge: the caller hears busy',
    from: () => begin({ targets: ['b', 'd'] }).state,
    lines: [
      [['d', 'lost'], []],
      [
        ['b', 'refused 486'],
        ['a: refuse 486', 'stop no-answer', 'start release'],
      ],
    ],
    status: 'releasing',
  },
  {
    title: 'a 503 is not passed on as 503 [SB-95]',
    from: () => begin({ targets: ['b'] }).state,
    lines: [
      [
        ['b', 'refused 503'],
        ['a: refuse 500', 'stop no-answer', 'start release'],
      ],
    ],
    status: 'releasing',
  },
  {
    title: 'a phone that forwards sends the call on, and the caller is told once',
    from: () => begin({ targets: ['b'] }).state,
    lines: [
      [
        ['b', 'refused 302 3009'],
        ['a: progress 181', 'route 3009 as 2', 'stop no-answer', 'start route'],
      ],
      [routed(1, 'x'), []],
      [routed(2, 'd'), ['d: offer 10', 'stop route', 'start no-answer']],
      [
        ['d', 'refused 302 3010'],
        ['route 3010 as 3', 'stop no-answer', 'start route'],
      ],
      [{ type: 'routed', attempt: 3, refusal: 'unknown-number' }, ['a: refuse 404', 'stop route', 'start release']],
    ],
    status: 'releasing',
  },
  {
    title: 'an acknowledgement that never comes ends both legs [RFC3261 13.3.1.4]',
    from: () => begin({ targets: ['b'] }).state,
    lines: [
      [
        ['b', 'answered 20'],
        ['a: accept 20', 'stop no-answer', 'start confirm'],
      ],
      [
        ['timer', 'confirm'],
        ['a: release failed', 'b: release failed', 'start release'],
      ],
    ],
    status: 'releasing',
  },
  {
    title: 'the callee hangs up before the acknowledgement',
    from: () => begin({ targets: ['b'] }).state,
    lines: [
      [
        ['b', 'answered 20'],
        ['a: accept 20', 'stop no-answer', 'start confirm'],
      ],
      [
        ['b', 'released'],
        ['a: release normal', 'stop confirm', 'start release'],
      ],
      [['a', 'confirmed'], []],
      [
        ['a', 'released'],
        ['stop release', 'ended normal'],
      ],
    ],
    status: 'ended',
  },
  {
    title: 'UPDATE passes before the answer, and what is open then stays open [RFC3311]',
    from: () => begin({ targets: ['b'] }).state,
    lines: [
      [['b', { type: 'progress', status: 183, session: sdp(20) }], ['a: progress 183 20']],
      [
        ['a', modify('u', sdp(11))],
        ['b: modify u 11', 'start modify'],
      ],
      [
        ['b', 'answered 20'],
        ['a: accept 20', 'stop no-answer', 'start confirm'],
      ],
      [
        ['b', modified('u', sdp(21))],
        ['a: modified u 21', 'stop modify'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'a phone that leaves the fork before it answered an UPDATE does not leave the caller waiting',
    from: () => begin({ targets: ['b'] }).state,
    lines: [
      [
        ['a', modify('u', sdp(11))],
        ['b: modify u 11', 'start modify'],
      ],
      [
        ['b', 'refused 302 3009'],
        [
          'a: modifyRefused u 480',
          'a: progress 181',
          'route 3009 as 2',
          'stop no-answer',
          'stop modify',
          'start route',
        ],
      ],
    ],
    status: 'routing',
  },
];

describe('a call', () => {
  testStories(stories);

  it.each([
    ['unknown-number', 404],
    ['nobody-registered', 480],
    ['loop', 482],
    ['could-not-ask', 500],
  ] as const)('answers the route word %s with %d', (refusal, status) => {
    const { said } = play(begin().state, [{ type: 'routed', attempt: 1, refusal }]);
    expect(said[0]).toEqual([`a: refuse ${status}`, 'stop route', 'start release']);
  });

  it('refuses with 480 when the route has no target, and with 500 when there is no route in time', () => {
    expect(play(begin().state, [routed(1)]).said[0]).toContain('a: refuse 480');
    expect(play(begin().state, [['timer', 'route']]).said[0]).toContain('a: refuse 500');
  });

  it('follows at most five redirections', () => {
    let { state } = begin({ targets: ['b1'] });
    for (let hop = 1; hop <= 5; hop++) {
      const step = play(state, [[`b${hop}`, `refused 302 400${hop}`], routed(hop + 1, `b${hop + 1}`)]);
      expect(step.state.status).toBe('alerting');
      state = step.state;
    }
    expect(play(state, [['b6', 'refused 302 4006']]).said[0]).toContain('a: refuse 482');
  });

  it('asks for the number as soon as it starts', () => {
    expect(begin().effects.map(tell)).toEqual(['route 3002 as 1', 'start route']);
  });

  it('offers with the caller, the called number and where to ring', () => {
    expect(begin({ targets: ['b'] }).effects[0]).toEqual({
      type: 'command',
      leg: 'b',
      edge: 'edge-of-b',
      command: {
        type: 'offer',
        target: { kind: 'dial-peer', tag: 1, number: 'b' },
        caller: { number: '3001' },
        called: '3002',
        session: sdp(10),
      },
    });
  });
});
