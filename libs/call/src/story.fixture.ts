import type { CallEffect, CallInput, CallState, CallStep, RoutedTarget } from './call-state';
import { startCall, stepCall } from './call';
import type { LegEvent } from './messages';
import { formatSdp, type MediaDirection, type SessionDescription } from './session';

/** Stories of calls for the specs of this library: lines of who says what, and the effects as short sentences. */

/** A description that can be told apart by its port. */
export function sdp(port: number, direction: MediaDirection = 'sendrecv'): SessionDescription {
  const codecs = [{ payload: 0, name: 'PCMU', rate: 8000 }];
  return formatSdp({ address: '192.0.2.1', port, codecs, direction }, 1, 1);
}

export const target = (leg: string): RoutedTarget => ({
  leg,
  edge: `edge-of-${leg}`,
  target: { kind: 'dial-peer', tag: 1, number: leg },
});

/** Who speaks and what: one line of a story. */
export type Line = readonly [from: string, event: LegEvent | string];

const party = { number: '3005' };
/** The leg that a phone has in another call. */
const another = { call: 'c2', leg: 'y', controller: 'edge-2' };

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
      replace: { type: 'refer', exchange: rest[0] ?? '', target: '3005', replaces: another },
      joined: { type: 'joined', exchange: rest[0] ?? '', edge: `edge-of-${from}`, role: 'callee', party },
    };
    return { type: 'leg', leg: from, event: events[word ?? ''] as LegEvent };
  }
  return { type: 'leg', leg: from, event };
}

const port = (session?: SessionDescription): string =>
  session ? ` ${/m=audio (\d+)/.exec(session.body)?.[1] ?? ''}` : '';

/** An effect as a short sentence. */
export function tell(effect: CallEffect): string {
  switch (effect.type) {
    case 'command': {
      const { type, ...rest } = effect.command;
      const words = Object.entries(rest)
        .filter(([key]) => ['status', 'cause', 'exchange', 'contentType'].includes(key))
        .map(([, value]) => String(value));
      return [`${effect.leg}:`, type, ...words].join(' ') + port('session' in rest ? rest.session : undefined);
    }
    case 'join':
      return `join ${effect.call} for ${effect.leg} of ${effect.edge}: ${effect.peer.leg} as ${effect.exchange}`;
    case 'refuseJoin':
      return `refuse ${effect.taker.exchange} with ${effect.status}`;
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

export function begin(options: { offer?: boolean; targets?: string[] } = {}): CallStep {
  const start = { call: 'c', leg: 'a', edge: 'edge-of-a', caller: { number: '3001' }, called: '3002' };
  const routing = startCall({ ...start, ...(options.offer !== false && { session: sdp(10) }) });
  if (!options.targets) return routing;
  return stepCall(routing.state, { type: 'routed', attempt: 1, targets: options.targets.map(target) });
}

/** Tells a story and returns the sentences of its last line, or of all lines. */
export function play(state: CallState, lines: readonly (Line | CallInput)[]): { state: CallState; said: string[][] } {
  const said: string[][] = [];
  for (const line of lines) {
    const step = stepCall(state, 'type' in line ? line : inputOf(line));
    state = step.state;
    said.push(step.effects.map(tell));
  }
  return { state, said };
}

/** A call that is up between a and b. */
export function up(): CallState {
  return play(begin({ targets: ['b'] }).state, [
    ['b', 'answered 20'],
    ['a', 'confirmed'],
  ]).state;
}

export interface Story {
  readonly title: string;
  readonly from: () => CallState;
  readonly lines: readonly (readonly [Line | CallInput, string[]])[];
  readonly status: CallState['status'];
}

export const routed = (attempt: number, ...legs: string[]): CallInput => ({
  type: 'routed',
  attempt,
  targets: legs.map(target),
});
/** Another call, `c2` of `edge-2`, asks for the peer of a leg. */
export const join = (leg: string): CallInput => ({
  type: 'join',
  leg,
  taker: { edge: 'edge-2', call: 'c2', exchange: 'c2.join.2' },
  peer: { leg: 'z', edge: 'edge-of-z', party },
});
export const joinRefused = (exchange: string, status: number): CallInput => ({ type: 'joinRefused', exchange, status });
export const modify = (exchange: string, session?: SessionDescription): LegEvent => ({
  type: 'modify',
  exchange,
  ...(session && { session }),
});
export const modified = (exchange: string, session: SessionDescription): LegEvent => ({
  type: 'modified',
  exchange,
  session,
});
export const modifyRefused = (exchange: string, status: number): LegEvent => ({
  type: 'modifyRefused',
  exchange,
  status,
});

/** Declares one test for each story. */
export function testStories(stories: readonly Story[]): void {
  it.each(stories.map((story) => [story.title, story] as const))('%s', (_title, story) => {
    const { state, said } = play(
      story.from(),
      story.lines.map(([line]) => line),
    );
    expect(said).toEqual(story.lines.map(([, effects]) => effects));
    expect(state.status).toBe(story.status);
  });
}
