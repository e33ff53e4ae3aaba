import { stepCall } from './call';
import type { CallInput, CallState } from './call-state';
import { begin, play, target, testStories, up, type Story } from './story.fixture';

/** Hunting: dial peers that are tried one after another. */

const routedTo = (attempt: number, first: string, ...next: string[]): CallInput => ({
  type: 'routed',
  attempt,
  targets: [target(first)],
  next: next.map(target),
});

/** A call that is offered to the first of three. */
const hunting = (): CallState => stepCall(begin().state, routedTo(1, 'b', 'd', 'e')).state;

const stories: readonly Story[] = [
  {
    title: 'the next is offered the call when one is silent, the one after it when that one cannot take it now',
    from: hunting,
    lines: [
      [
        ['b', 'refused 408'],
        ['d: offer 10', 'start no-answer'],
      ],
      [
        ['d', 'refused 503'],
        ['e: offer 10', 'start no-answer'],
      ],
      [['e', 'progress 180'], ['a: progress 180']],
      [
        ['e', 'answered 20'],
        ['a: accept 20', 'stop no-answer', 'start confirm'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'an edge that is lost is passed over',
    from: hunting,
    lines: [
      [
        ['b', 'lost'],
        ['d: offer 10', 'start no-answer'],
      ],
    ],
    status: 'alerting',
  },
  {
    title: 'when nobody is left the caller hears the best of what was said',
    from: hunting,
    lines: [
      [
        ['b', 'refused 503'],
        ['d: offer 10', 'start no-answer'],
      ],
      [
        ['d', 'refused 480'],
        ['e: offer 10', 'start no-answer'],
      ],
      [
        ['e', 'refused 500'],
        ['a: refuse 480', 'stop no-answer', 'start release'],
      ],
    ],
    status: 'releasing',
  },
  {
    title: 'a caller who gives up ends the hunt',
    from: hunting,
    lines: [
      [
        ['a', 'released'],
        ['b: release cancelled', 'stop no-answer', 'start release'],
      ],
      [
        ['b', 'refused 408'],
        ['stop release', 'ended cancelled'],
      ],
    ],
    status: 'ended',
  },
  {
    title: 'a transfer hunts as well',
    from: () => play(up(), [['a', 'refer r 3009'], routedTo(2, 'd', 'e')]).state,
    lines: [
      [
        ['d', 'refused 500'],
        ['e: offer', 'start no-answer'],
      ],
      [
        ['e', 'refused 404'],
        ['a: referProgress r 404', 'stop no-answer'],
      ],
    ],
    status: 'up',
  },
];

testStories(stories);

it.each([302, 403, 404, 484, 486, 488, 600, 603])('%d is final: nobody else is asked', (status) => {
  const { state, said } = play(hunting(), [['b', `refused ${status}`]]);
  expect(state.status).toBe('releasing');
  expect(said[0]?.filter((effect) => effect.includes('offer'))).toEqual([]);
});
