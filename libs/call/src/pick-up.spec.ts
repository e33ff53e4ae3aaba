import type { CallInput } from './call-state';
import { begin, target, testStories, up, type Story } from './story.fixture';

const pickUp = (leg: string, by: string): CallInput => ({ type: 'pickUp', leg, by: target(by) });

const stories: readonly Story[] = [
  {
    title: 'a call that rings is offered to the phone that asks for it too, and stops ringing when that takes it',
    from: () => begin({ targets: ['b', 'c'] }).state,
    lines: [
      [pickUp('b', 'p'), ['p: offer 10']],
      [
        ['p', 'answered 50'],
        [
          'a: accept 50',
          'b: release answered-elsewhere',
          'c: release answered-elsewhere',
          'stop no-answer',
          'start confirm',
        ],
      ],
    ],
    status: 'up',
  },
  {
    title: 'a phone that does not take it after all leaves the others ringing',
    from: () => begin({ targets: ['b'] }).state,
    lines: [
      [pickUp('b', 'p'), ['p: offer 10']],
      [['p', 'refused 486'], []],
      [
        ['b', 'answered 20'],
        ['a: accept 20', 'stop no-answer', 'start confirm'],
      ],
    ],
    status: 'up',
  },
  {
    title: 'a call that rings there no more is not picked up',
    from: () => begin({ targets: ['b', 'c'] }).state,
    lines: [
      [['b', 'refused 486'], []],
      [pickUp('b', 'p'), []],
    ],
    status: 'alerting',
  },
  { title: 'a call that was answered is not picked up', from: up, lines: [[pickUp('b', 'p'), []]], status: 'up' },
  {
    title: 'a phone that asks twice is offered the call once',
    from: () => begin({ targets: ['b'] }).state,
    lines: [
      [pickUp('b', 'p'), ['p: offer 10']],
      [pickUp('b', 'p'), []],
    ],
    status: 'alerting',
  },
];

describe('call pickup', () => {
  testStories(stories);
});
