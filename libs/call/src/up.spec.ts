import { modify, modified, modifyRefused, sdp, testStories, up, type Story } from './story.fixture';

const stories: readonly Story[] = [
  {
    title: 'hold and resume pass through [RFC3264 8.4]',
    from: up,
    lines: [
      [
        ['b', modify('h1', sdp(21, 'sendonly'))],
        ['a: modify h1 21', 'start modify'],
      ],
      [
        ['a', modified('h1', sdp(11, 'recvonly'))],
        ['b: modified h1 11', 'stop modify'],
      ],
      [
        ['b', modify('h2', sdp(21))],
        ['a: modify h2 21', 'start modify'],
      ],
      [
        ['a', modified('h2', sdp(11))],
        ['b: modified h2 11', 'stop modify'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'a modification without an offer gets its answer with the acknowledgement [RFC3261 14.1]',
    from: up,
    lines: [
      [
        ['a', modify('m')],
        ['b: modify m', 'start modify'],
      ],
      [
        ['b', modified('m', sdp(21))],
        ['a: modified m 21', 'start modify'],
      ],
      [
        ['a', { type: 'confirmed', exchange: 'm', session: sdp(11) }],
        ['b: confirm m 11', 'stop modify'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'a late offer that is acknowledged without an answer breaks the call',
    from: up,
    lines: [
      [
        ['a', modify('m')],
        ['b: modify m', 'start modify'],
      ],
      [
        ['b', modified('m', sdp(21))],
        ['a: modified m 21', 'start modify'],
      ],
      [
        ['a', { type: 'confirmed', exchange: 'm' }],
        ['a: release failed', 'b: release failed', 'stop probe', 'stop modify', 'start release'],
      ],
    ],
    status: 'releasing',
  },
  {
    title: 'nobody answers his own modification',
    from: up,
    lines: [
      [
        ['a', modify('m', sdp(11))],
        ['b: modify m 11', 'start modify'],
      ],
      [['a', modified('m', sdp(12))], []],
      [['a', modifyRefused('m', 488)], []],
      [
        ['b', modified('m', sdp(21))],
        ['a: modified m 21', 'stop modify'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'a late offer that is never answered breaks the call',
    from: up,
    lines: [
      [
        ['a', modify('m')],
        ['b: modify m', 'start modify'],
      ],
      [
        ['b', modified('m', sdp(21))],
        ['a: modified m 21', 'start modify'],
      ],
      [
        ['timer', 'modify'],
        ['a: release failed', 'b: release failed', 'stop probe', 'start release'],
      ],
    ],
    status: 'releasing',
  },
  {
    title: 'glare: the second modification is refused with 491, one own too early with 500 [RFC3261 14.2]',
    from: up,
    lines: [
      [
        ['a', modify('m', sdp(11))],
        ['b: modify m 11', 'start modify'],
      ],
      [['b', modify('n', sdp(21))], ['b: modifyRefused n 491']],
      [['a', modify('o', sdp(12))], ['a: modifyRefused o 500']],
      [
        ['b', modifyRefused('m', 491)],
        ['a: modifyRefused m 491', 'stop modify'],
      ],
      [['b', modified('m', sdp(21))], []],
    ],
    status: 'up',
  },
  {
    title: 'a modification that gets no answer is refused with 408',
    from: up,
    lines: [
      [
        ['a', modify('m', sdp(11))],
        ['b: modify m 11', 'start modify'],
      ],
      [['timer', 'modify'], ['a: modifyRefused m 408']],
    ],
    status: 'up',
  },
  {
    title: 'INFO and its answer pass through',
    from: up,
    lines: [
      [
        ['a', { type: 'info', exchange: 'i', contentType: 'application/dtmf-relay', body: 'Signal=5' }],
        ['b: info i application/dtmf-relay'],
      ],
      [['b', { type: 'infoAnswered', exchange: 'i', status: 200 }], ['a: infoAnswered i 200']],
    ],
    status: 'up',
  },
  {
    title: 'the edge of one leg is lost: the other is released',
    from: up,
    lines: [
      [
        ['b', 'lost'],
        ['a: release edge-lost', 'stop probe', 'start release'],
      ],
      [
        ['a', 'released'],
        ['stop release', 'ended edge-lost'],
      ],
    ],
    status: 'ended',
  },
  {
    title: 'a leg that answers no probe ends the call, one that says anything does not [R-03]',
    from: up,
    lines: [
      [
        ['timer', 'probe'],
        ['a: probe', 'b: probe', 'start probe'],
      ],
      [['a', 'alive'], []],
      [['b', { type: 'infoAnswered', exchange: 'old', status: 200 }], ['a: infoAnswered old 200']],
      [
        ['timer', 'probe'],
        ['a: probe', 'b: probe', 'start probe'],
      ],
      [['a', 'alive'], []],
      [
        ['timer', 'probe'],
        ['a: release silent', 'b: release silent', 'start release'],
      ],
    ],
    status: 'releasing',
  },
];

describe('a call that is up', () => {
  testStories(stories);
});
