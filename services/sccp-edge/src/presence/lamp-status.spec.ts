import { statusOf } from './lamp-status';
import { causeOf } from './refusal-causes';

describe('what a lamp shows [cme-presence 3.1]', () => {
  it.each([
    ['nothing is known', undefined, 0],
    ['unknown', { state: 'unknown', dnd: false }, 0],
    ['unknown, whatever is said of do-not-disturb', { state: 'unknown', dnd: true }, 0],
    ['idle', { state: 'idle', dnd: false }, 1],
    ['in use', { state: 'in-use', dnd: false }, 2],
    ['idle and undisturbed', { state: 'idle', dnd: true }, 3],
    ['in use and undisturbed', { state: 'in-use', dnd: true }, 3],
  ] as const)('%s', (_what, lamp, status) => expect(statusOf(lamp)).toBe(status));
});

describe('why a call list shows nothing [cme-presence 4.6]', () => {
  it.each([
    ['presence is off', 'presence-disabled', true, 2],
    ['the number is beyond a trunk that nobody may watch', 'external-line-refused', true, 5],
    [
      'the number is not ours, and there is no server to ask, may it be allowed or not',
      'external-line-refused',
      false,
      1,
    ],
    ['the number is not ours, and there is no server', 'no-server', false, 1],
    ['there are too many subscriptions', 'limit-reached', true, 6],
    ['nobody answered', 'could-not-ask', true, 3],
  ] as const)('%s', (_what, word, hasServer, cause) => expect(causeOf(word, hasServer)).toBe(cause));
});
