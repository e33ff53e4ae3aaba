import type { LineView } from '@linewatch/edge';
import { emptyLine, type RelayFailure } from '@linewatch/presence';
import { endingOf, UpstreamEndings } from './upstream-ending';
import type { Watched } from './watched';

const NOW = 1_000_000;
const failure = (over: Partial<RelayFailure>): RelayFailure => ({
  kind: 'refused',
  attempts: 1,
  at: NOW,
  nextAttemptAt: NOW + 60_000,
  ...over,
});

describe('what a SIP watcher is told when the subscription at the server is over [cme-presence 4.8]', () => {
  it.each([
    ['deactivated', { kind: 'terminated', reason: 'deactivated' }, { reason: 'deactivated' }],
    [
      'the same with its time',
      { kind: 'terminated', reason: 'probation', retryAfter: 7 },
      { reason: 'probation', retryAfter: 7 },
    ],
    ['rejected', { kind: 'terminated', reason: 'rejected' }, { reason: 'rejected' }],
    ['timeout', { kind: 'terminated', reason: 'timeout' }, { reason: 'timeout' }],
    ['giveup', { kind: 'terminated', reason: 'giveup' }, { reason: 'giveup' }],
    ['noresource', { kind: 'terminated', reason: 'noresource' }, { reason: 'noresource' }],
    ['a reason that nobody knows', { kind: 'terminated', reason: 'x' }, { reason: 'probation', retryAfter: 60 }],
    ['no reason', { kind: 'terminated' }, { reason: 'probation', retryAfter: 60 }],
    ['404', { status: 404 }, { reason: 'noresource' }],
    ['403', { status: 403 }, { reason: 'rejected' }],
    ['401, to the credentials of sip-ua', { status: 401 }, { reason: 'rejected' }],
    ['489', { status: 489 }, { reason: 'rejected' }],
    ['480', { status: 480 }, { reason: 'probation', retryAfter: 60 }],
    ['503 with Retry-After', { status: 503, retryAfter: 9 }, { reason: 'probation', retryAfter: 9 }],
    ['no answer', { kind: 'timeout' }, { reason: 'probation', retryAfter: 60 }],
  ] as const)('%s', (_what, over, ending) => {
    expect(endingOf(failure(over as Partial<RelayFailure>), NOW)).toEqual(ending);
  });
});

describe('watchers of a line that fails', () => {
  const watched = (id: string, kind: 'local' | 'remote', name: 'presence' | 'dialog', failedAt?: number) =>
    ({ record: { id, package: name, presentity: { kind } }, failedAt }) as unknown as Watched;

  it('are told once each: those beyond the trunk, of that package, of a failure that came after them', () => {
    const told: unknown[] = [];
    const relayed = {
      '192.0.2.7 presence': { package: 'presence', stale: false, failure: failure({ status: 404 }) },
      '192.0.2.7 dialog': { package: 'dialog', stale: false },
    } as const;
    const endings = new UpstreamEndings({
      lines: {
        get: () => ({ line: '4001', version: 1, state: { relayed, fold: emptyLine('4001') } }) as unknown as LineView,
      },
      notifications: { terminate: ({ record }, reason) => void told.push([record.id, reason]) },
      clock: { now: () => NOW },
      watchers: () => [
        watched('a', 'remote', 'presence'),
        watched('b', 'remote', 'presence', NOW),
        watched('c', 'remote', 'presence', NOW - 1),
        watched('d', 'remote', 'dialog'),
        watched('e', 'local', 'presence'),
      ],
    });
    endings.lineChanged('4001');
    expect(told).toEqual([
      ['a', 'noresource'],
      ['c', 'noresource'],
    ]);
  });
});
