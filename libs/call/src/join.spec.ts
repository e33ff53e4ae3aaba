import {
  begin,
  join,
  joinRefused,
  modified,
  modify,
  modifyRefused,
  play,
  sdp,
  testStories,
  up,
  type Story,
} from './story.fixture';

type StoryLine = Story['lines'][number];

/** b talks with a, and asks that a be connected with d, to whom it talks in a call of another controller. */

const asked: StoryLine = [
  ['b', 'replace r'],
  ['b: referProgress r 100', 'join c2 for y of edge-2: a as c.join.2', 'start route'],
];
const came: StoryLine = [
  ['d', 'joined c.join.2'],
  ['d: modify c.join.2', 'start route'],
];
const offered: StoryLine = [
  ['d', modified('c.join.2', sdp(40))],
  ['a: modify c.transfer.2 40', 'stop route', 'start modify'],
];

const taking: readonly Story[] = [
  {
    title:
      'the other call gives its leg: it offers, the transferee answers, both talk, and the phone that asked is out',
    from: up,
    lines: [
      asked,
      came,
      offered,
      [
        ['a', modified('c.transfer.2', sdp(11))],
        ['d: confirm c.join.2 11', 'b: referProgress r 200', 'b: release transferred', 'stop modify'],
      ],
      [['b', 'released'], []],
      [
        ['d', modify('m', sdp(41, 'sendonly'))],
        ['a: modify m 41', 'start modify'],
      ],
      [
        ['a', 'released'],
        ['d: release normal', 'stop probe', 'stop modify', 'start release'],
      ],
    ],
    status: 'releasing',
  },
  {
    title: 'the other call does not give its leg: the phone hears why, and its call goes on',
    from: up,
    lines: [asked, [joinRefused('c.join.2', 481), ['b: referProgress r 480', 'stop route']]],
    status: 'up',
  },
  {
    title: 'nobody says anything of the leg: the phone hears so, and a leg that comes later is ended',
    from: up,
    lines: [
      asked,
      [['timer', 'route'], ['b: referProgress r 500']],
      [['d', 'joined c.join.2'], ['d: release failed']],
      [joinRefused('c.join.2', 480), []],
    ],
    status: 'up',
  },
  {
    title: 'the leg that came makes no offer: it ends, and the call goes on',
    from: up,
    lines: [
      asked,
      came,
      [
        ['d', modifyRefused('c.join.2', 488)],
        ['d: release refused', 'b: referProgress r 488', 'stop route'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'the leg that came hangs up',
    from: up,
    lines: [
      asked,
      came,
      [
        ['d', 'released'],
        ['b: referProgress r 480', 'stop route'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'the leg that came is silent: it ends, and the call goes on',
    from: up,
    lines: [
      asked,
      came,
      [
        ['timer', 'route'],
        ['d: release refused', 'b: referProgress r 480'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'the phone that asked hangs up at once: the others are connected all the same',
    from: up,
    lines: [
      asked,
      [['b', 'released'], []],
      came,
      offered,
      [
        ['a', modified('c.transfer.2', sdp(11))],
        ['d: confirm c.join.2 11', 'stop modify'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'the transferee hangs up: a leg that comes after that is ended',
    from: up,
    lines: [
      asked,
      [
        ['a', 'released'],
        ['b: release normal', 'stop route', 'stop probe', 'start release'],
      ],
      [['d', 'joined c.join.2'], ['d: release failed']],
    ],
    status: 'releasing',
  },
  {
    title: 'who comes over may not ask for anything meanwhile',
    from: up,
    lines: [
      asked,
      came,
      [['d', modify('m', sdp(41))], ['d: modifyRefused m 491']],
      [['d', 'refer q 3009'], ['d: referRefused q 491']],
    ],
    status: 'transferring',
  },
];

const giving: readonly Story[] = [
  {
    title: 'a call that is asked for a leg hands it over and ends',
    from: up,
    lines: [
      [join('b'), ['a: handOver', 'b: release transferred', 'stop probe', 'start release']],
      [
        ['b', 'released'],
        ['stop release', 'ended transferred'],
      ],
    ],
    status: 'ended',
  },
  {
    title: 'a call does not give a leg that it does not have',
    from: up,
    lines: [[join('x'), ['refuse c2.join.2 with 481']]],
    status: 'up',
  },
  {
    title: 'a call does not give a leg before the answer',
    from: () => begin({ targets: ['b'] }).state,
    lines: [[join('a'), ['refuse c2.join.2 with 491']]],
    status: 'alerting',
  },
  {
    title: 'a call does not give a leg between the answer and its acknowledgement',
    from: () => play(begin({ targets: ['b'] }).state, [['b', 'answered 20']]).state,
    lines: [[join('b'), ['refuse c2.join.2 with 491']]],
    status: 'up',
  },
  {
    title: 'a call does not give a leg while its session changes',
    from: up,
    lines: [
      [
        ['a', modify('m', sdp(11))],
        ['b: modify m 11', 'start modify'],
      ],
      [join('b'), ['refuse c2.join.2 with 491']],
    ],
    status: 'up',
  },
  {
    title: 'two calls that ask each other give nothing: both go on',
    from: up,
    lines: [
      asked,
      [join('b'), ['refuse c2.join.2 with 491']],
      [joinRefused('c.join.2', 491), ['b: referProgress r 491', 'stop route']],
    ],
    status: 'up',
  },
];

describe('consultative transfer [RFC5589 7]', () => {
  testStories(taking);
  testStories(giving);
});
