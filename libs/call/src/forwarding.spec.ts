import type { CallInput, Forwarding } from './call-state';
import { begin, routed, sdp, target, testStories, up, type Story } from './story.fixture';

/** a calls 3002, which is forwarded, or b sends a there by a transfer. */

const forward = (attempt: number, number: string): CallInput => ({ type: 'routed', attempt, forward: number });
const found = (attempt: number, forwarding: Forwarding, ...legs: string[]): CallInput => ({
  type: 'routed',
  attempt,
  targets: legs.map(target),
  forwarding,
});
const later: Forwarding = { busy: '3008', noAnswer: { number: '3009', ms: 20_000 } };

const calls: readonly Story[] = [
  {
    title: 'all calls: the caller hears 181 and is connected with whom the number leads to',
    from: () => begin().state,
    lines: [
      [forward(1, '3009'), ['a: progress 181', 'route 3009 as 2', 'start route']],
      [routed(2, 'b'), ['b: offer 10', 'stop route', 'start no-answer']],
      [
        ['b', 'answered 20'],
        ['a: accept 20', 'stop no-answer', 'start confirm'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'all calls in a circle: the caller hears 482, not more than five lookups later',
    from: () => begin().state,
    lines: [
      ...[1, 2, 3, 4, 5].map((attempt) => {
        const heard = attempt === 1 ? ['a: progress 181'] : [];
        return [forward(attempt, '3009'), [...heard, `route 3009 as ${attempt + 1}`, 'start route']] as const;
      }),
      [forward(6, '3009'), ['a: refuse 482', 'stop route', 'start release']],
    ].map(([input, said]) => [input, said] as [CallInput, string[]]),
    status: 'releasing',
  },
  {
    title: 'busy: nobody hears it',
    from: () => begin().state,
    lines: [
      [found(1, later, 'b'), ['b: offer 10', 'stop route', 'start no-answer']],
      [
        ['b', 'refused 486'],
        ['a: progress 181', 'route 3008 as 2', 'stop no-answer', 'start route'],
      ],
    ],
    status: 'routing',
  },
  {
    title: 'no answer: the phones stop ringing',
    from: () => begin().state,
    lines: [
      [found(1, later, 'b', 'c'), ['b: offer 10', 'c: offer 10', 'stop route', 'start no-answer']],
      [
        ['timer', 'no-answer'],
        ['b: release no-answer', 'c: release no-answer', 'a: progress 181', 'route 3009 as 2', 'start route'],
      ],
      [['b', 'released'], []],
    ],
    status: 'routing',
  },
  {
    title: 'a phone that cannot be reached is as one that nobody lifts',
    from: () => begin().state,
    lines: [
      [found(1, later, 'b'), ['b: offer 10', 'stop route', 'start no-answer']],
      [
        ['b', 'lost'],
        ['a: progress 181', 'route 3009 as 2', 'stop no-answer', 'start route'],
      ],
    ],
    status: 'routing',
  },
  {
    title: 'who declines is not forwarded',
    from: () => begin().state,
    lines: [
      [found(1, later, 'b'), ['b: offer 10', 'stop route', 'start no-answer']],
      [
        ['b', 'refused 403'],
        ['a: refuse 403', 'stop no-answer', 'start release'],
      ],
    ],
    status: 'releasing',
  },
];

const transfers: readonly Story[] = [
  {
    title: 'the target of a transfer forwards all calls, and then is busy: the transfer follows',
    from: up,
    lines: [
      [
        ['b', 'refer r 3005'],
        ['b: referProgress r 100', 'route 3005 as 2', 'start route'],
      ],
      [forward(2, '3006'), ['route 3006 as 3', 'start route']],
      [found(3, later, 'd'), ['d: offer', 'stop route', 'start no-answer']],
      [
        ['d', 'refused 486'],
        ['route 3008 as 4', 'stop no-answer', 'start route'],
      ],
      [found(4, later, 'e'), ['e: offer', 'stop route', 'start no-answer']],
      [
        ['timer', 'no-answer'],
        ['e: release no-answer', 'route 3009 as 5', 'start route'],
      ],
      [routed(5, 'f'), ['f: offer', 'stop route', 'start no-answer']],
      [
        ['f', { type: 'answered', session: sdp(60) }],
        ['a: modify c.transfer.5 60', 'stop no-answer', 'start modify'],
      ],
    ],
    status: 'transferring',
  },
  {
    title: 'the target of a transfer leads in a circle: the transfer fails, and the call goes on',
    from: up,
    lines: [
      [
        ['b', 'refer r 3005'],
        ['b: referProgress r 100', 'route 3005 as 2', 'start route'],
      ],
      ...[2, 3, 4, 5, 6].map(
        (attempt) =>
          [forward(attempt, '3005'), [`route 3005 as ${attempt + 1}`, 'start route']] as [CallInput, string[]],
      ),
      [forward(7, '3005'), ['b: referProgress r 482', 'stop route']],
    ],
    status: 'up',
  },
];

describe('call forwarding', () => {
  testStories(calls);
  testStories(transfers);
});
