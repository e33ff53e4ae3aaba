import { modify, modified, modifyRefused, routed, sdp, testStories, up, type Story } from './story.fixture';

const stories: readonly Story[] = [
  {
    title: 'a blind transfer: the target brings the offer, the transferee the answer [RFC3725 4.3, RFC5589 6]',
    from: up,
    lines: [
      [
        ['b', 'refer r 3005'],
        ['b: referProgress r 100', 'route 3005 as 2', 'start route'],
      ],
      [routed(2, 'd'), ['d: offer', 'stop route', 'start no-answer']],
      [['d', 'progress 180'], ['b: referProgress r 180']],
      [
        ['d', 'answered 40'],
        ['a: modify c.transfer.2 40', 'stop no-answer', 'start modify'],
      ],
      [
        ['a', modified('c.transfer.2', sdp(11))],
        ['d: confirm 11', 'b: referProgress r 200', 'b: release transferred', 'stop modify'],
      ],
      [['b', 'released'], []],
      [
        ['d', 'released'],
        ['a: release normal', 'stop probe', 'start release'],
      ],
    ],
    status: 'releasing',
  },
  {
    title: 'the target of a transfer refuses: the call goes on as before',
    from: up,
    lines: [
      [
        ['b', 'refer r 3005'],
        ['b: referProgress r 100', 'route 3005 as 2', 'start route'],
      ],
      [routed(2, 'd'), ['d: offer', 'stop route', 'start no-answer']],
      [
        ['d', 'refused 486'],
        ['b: referProgress r 486', 'stop no-answer'],
      ],
      [
        ['a', modify('m', sdp(11))],
        ['b: modify m 11', 'start modify'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'the transferee refuses the new session: the target is released, the call goes on',
    from: up,
    lines: [
      [
        ['b', 'refer r 3005'],
        ['b: referProgress r 100', 'route 3005 as 2', 'start route'],
      ],
      [routed(2, 'd'), ['d: offer', 'stop route', 'start no-answer']],
      [
        ['d', 'answered 40'],
        ['a: modify c.transfer.2 40', 'stop no-answer', 'start modify'],
      ],
      [
        ['a', modifyRefused('c.transfer.2', 488)],
        ['d: release refused', 'b: referProgress r 488', 'stop modify'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'the referrer hangs up at once: the transfer goes on without it',
    from: up,
    lines: [
      [
        ['b', 'refer r 3005'],
        ['b: referProgress r 100', 'route 3005 as 2', 'start route'],
      ],
      [['b', 'released'], []],
      [routed(2, 'd'), ['d: offer', 'stop route', 'start no-answer']],
      [['d', 'progress 180'], []],
      [
        ['d', 'answered 40'],
        ['a: modify c.transfer.2 40', 'stop no-answer', 'start modify'],
      ],
      [
        ['a', modified('c.transfer.2', sdp(11))],
        ['d: confirm 11', 'stop modify'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'the referrer hangs up with its hold still open: the transfer waits for the answer to it',
    from: up,
    lines: [
      [
        ['b', 'refer r 3005'],
        ['b: referProgress r 100', 'route 3005 as 2', 'start route'],
      ],
      [
        ['b', modify('h', sdp(21, 'sendonly'))],
        ['a: modify h 21', 'start modify'],
      ],
      [['b', 'released'], []],
      [routed(2, 'd'), ['d: offer', 'stop route', 'start no-answer']],
      [['d', 'answered 40'], ['stop no-answer']],
      [
        ['a', modified('h', sdp(11, 'recvonly'))],
        ['a: modify c.transfer.2 40', 'start modify'],
      ],
    ],
    status: 'transferring',
  },
  {
    title: 'the referrer hangs up and leaves a late offer of the transferee unanswered: the call is broken',
    from: up,
    lines: [
      [
        ['b', 'refer r 3005'],
        ['b: referProgress r 100', 'route 3005 as 2', 'start route'],
      ],
      [
        ['b', modify('h')],
        ['a: modify h', 'start modify'],
      ],
      [
        ['b', 'released'],
        ['a: release failed', 'stop route', 'stop probe', 'stop modify', 'start release'],
      ],
    ],
    status: 'releasing',
  },
  {
    title: 'the referrer has hung up and the target refuses: the transferee is released',
    from: up,
    lines: [
      [
        ['b', 'refer r 3005'],
        ['b: referProgress r 100', 'route 3005 as 2', 'start route'],
      ],
      [['b', 'released'], []],
      [
        { type: 'routed', attempt: 2, refusal: 'nobody-registered' },
        ['a: release refused', 'stop route', 'stop probe', 'start release'],
      ],
    ],
    status: 'releasing',
  },
  {
    title: 'a second REFER while one is in progress is refused with 491',
    from: up,
    lines: [
      [
        ['b', 'refer r 3005'],
        ['b: referProgress r 100', 'route 3005 as 2', 'start route'],
      ],
      [['b', 'refer s 3006'], ['b: referRefused s 491']],
      [['a', 'refer t 3006'], ['a: referRefused t 491']],
    ],
    status: 'transferring',
  },
  {
    title: 'the target answers while a hold is open: its offer waits for the end of the hold',
    from: up,
    lines: [
      [
        ['b', 'refer r 3005'],
        ['b: referProgress r 100', 'route 3005 as 2', 'start route'],
      ],
      [routed(2, 'd'), ['d: offer', 'stop route', 'start no-answer']],
      [
        ['b', modify('h', sdp(21, 'sendonly'))],
        ['a: modify h 21', 'start modify'],
      ],
      [['d', 'answered 40'], ['stop no-answer']],
      [
        ['a', modified('h', sdp(11, 'recvonly'))],
        ['b: modified h 11', 'a: modify c.transfer.2 40', 'start modify'],
      ],
    ],
    status: 'transferring',
  },
  {
    title: 'the transferee hangs up while the target rings',
    from: up,
    lines: [
      [
        ['b', 'refer r 3005'],
        ['b: referProgress r 100', 'route 3005 as 2', 'start route'],
      ],
      [routed(2, 'd'), ['d: offer', 'stop route', 'start no-answer']],
      [
        ['a', 'released'],
        ['d: release normal', 'b: release normal', 'stop no-answer', 'stop probe', 'start release'],
      ],
    ],
    status: 'releasing',
  },
  {
    title: 'the target dies while the transferee is being connected with it: nothing is left to go back to',
    from: up,
    lines: [
      [
        ['b', 'refer r 3005'],
        ['b: referProgress r 100', 'route 3005 as 2', 'start route'],
      ],
      [routed(2, 'd'), ['d: offer', 'stop route', 'start no-answer']],
      [
        ['d', 'answered 40'],
        ['a: modify c.transfer.2 40', 'stop no-answer', 'start modify'],
      ],
      [
        ['d', 'lost'],
        ['b: release edge-lost', 'a: release edge-lost', 'stop probe', 'stop modify', 'start release'],
      ],
    ],
    status: 'releasing',
  },
];

describe('a blind transfer', () => {
  testStories(stories);
});
