import type { CallEffect, CallInput, CallState, CallStep, RoutedTarget } from './call-state';
import { startCall, stepCall } from './call';
import type { LegEvent } from './messages';
import { formatSdp, type MediaDirection, type SessionDescription } from './session';

/** A description that can be told apart by its port. */
function sdp(port: number, direction: MediaDirection = 'sendrecv'): SessionDescription {
  const codecs = [{ payload: 0, name: 'PCMU', rate: 8000 }];
  return formatSdp({ address: '192.0.2.1', port, codecs, direction }, 1, 1);
}

const target = (leg: string): RoutedTarget => ({
  leg,
  edge: `edge-of-${leg}`,
  target: { kind: 'dial-peer', tag: 1, number: leg },
});

/** Who speaks and what: one line of a story. */
type Line = readonly [from: string, event: LegEvent | string];

function inputOf([from, event]: Line): CallInput {
  if (from === 'timer') return { type: 'timer', name: event as 'route' };
  if (typeof event === 'string') {
    const [word, ...rest] = event.split(' ');
    const status = Number(rest[0]);
    const events: Record<string, LegEvent> = {
      progress: { type: 'progress', status },
      answered: { type: 'answered', session: sdp(status) },
      refused: { type: 'refused', status, ...(rest[1] !== undefined && { redirect: [rest[1]] }) },
      confirmed: { type: 'confirmed', ...(rest.length > 0 && { session: sdp(status) }) },
      released: { type: 'released', cause: 'normal' },
      lost: { type: 'lost' },
      alive: { type: 'alive' },
      refer: { type: 'refer', exchange: rest[0] ?? '', target: rest[1] ?? '' },
    };
    return { type: 'leg', leg: from, event: events[word ?? ''] as LegEvent };
  }
  return { type: 'leg', leg: from, event };
}

const port = (session?: SessionDescription): string =>
  session ? ` ${/m=audio (\d+)/.exec(session.body)?.[1] ?? ''}` : '';

/** An effect as a short sentence. */
function tell(effect: CallEffect): string {
  switch (effect.type) {
    case 'command': {
      const { type, ...rest } = effect.command;
      const words = Object.entries(rest)
        .filter(([key]) => ['status', 'cause', 'exchange', 'contentType'].includes(key))
        .map(([, value]) => String(value));
      return [`${effect.leg}:`, type, ...words].join(' ') + port('session' in rest ? rest.session : undefined);
    }
    case 'route':
      return `route ${effect.number} as ${effect.attempt}`;
    case 'startTimer':
      return `start ${effect.name}`;
    case 'stopTimer':
      return `stop ${effect.name}`;
    case 'ended':
      return `ended ${effect.cause}`;
  }
}

function begin(options: { offer?: boolean; targets?: string[] } = {}): CallStep {
  const start = { call: 'c', leg: 'a', edge: 'edge-of-a', caller: { number: '3001' }, called: '3002' };
  const routing = startCall({ ...start, ...(options.offer !== false && { session: sdp(10) }) });
  if (!options.targets) return routing;
  return stepCall(routing.state, { type: 'routed', attempt: 1, targets: options.targets.map(target) });
}

/** Tells a story and returns the sentences of its last line, or of all lines. */
function play(state: CallState, lines: readonly (Line | CallInput)[]): { state: CallState; said: string[][] } {
  const said: string[][] = [];
  for (const line of lines) {
    const step = stepCall(state, 'type' in line ? line : inputOf(line));
    state = step.state;
    said.push(step.effects.map(tell));
  }
  return { state, said };
}

/** A call that is up between a and b. */
function up(): CallState {
  return play(begin({ targets: ['b'] }).state, [
    ['b', 'answered 20'],
    ['a', 'confirmed'],
  ]).state;
}

interface Story {
  readonly title: string;
  readonly from: () => CallState;
  readonly lines: readonly (readonly [Line | CallInput, string[]])[];
  readonly status: CallState['status'];
}

const routed = (attempt: number, ...legs: string[]): CallInput => ({
  type: 'routed',
  attempt,
  targets: legs.map(target),
});
const modify = (exchange: string, session?: SessionDescription): LegEvent => ({
  type: 'modify',
  exchange,
  ...(session && { session }),
});
const modified = (exchange: string, session: SessionDescription): LegEvent => ({ type: 'modified', exchange, session });
const modifyRefused = (exchange: string, status: number): LegEvent => ({ type: 'modifyRefused', exchange, status });

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

describe('a call', () => {
  it.each(stories.map((story) => [story.title, story] as const))('%s', (_title, story) => {
    const { state, said } = play(
      story.from(),
      story.lines.map(([line]) => line),
    );
    expect(said).toEqual(story.lines.map(([, effects]) => effects));
    expect(state.status).toBe(story.status);
  });

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
