import fc from 'fast-check';
import type { LegCommand } from '@linewatch/call';
import {
  cseqOf,
  header,
  request as buildRequest,
  responseTo,
  toTag,
  type SipRequest,
  type SipResponse,
} from '@linewatch/sip';
import { calleeLeg } from './sip-leg-callee';
import { callerLeg } from './sip-leg-caller';
import { restoredLeg, stepLeg } from './sip-leg';
import type { LegEffect, LegInput, LegTimer, SipLeg } from './sip-leg-state';
import { sdp } from './testing/test-phone';

const OURS = 'ours';
const FROM = '<sip:2102@127.0.0.2>';

function phoneRequest(
  method: string,
  cseq: number,
  extras: { tag?: string; session?: boolean; referTo?: string } = {},
) {
  return buildRequest({
    method,
    uri: 'sip:x@127.0.0.2',
    via: `SIP/2.0/UDP 127.0.0.22;branch=z9hG4bK${cseq}${method}`,
    from: `${FROM};tag=${extras.tag ?? 'phone'}`,
    to: `<sip:2101@127.0.0.2>;tag=${OURS}`,
    callId: 'call',
    cseq,
    contact: '<sip:2102@127.0.0.22>',
    ...(extras.session && { contentType: 'application/sdp', body: Buffer.from(sdp(20).body) }),
    ...(extras.referTo !== undefined && { headers: [{ name: 'Refer-To', value: extras.referTo }] }),
  });
}

/** What a test does next; numbers choose among what is possible at that time. */
type Move =
  | { move: 'request'; method: string; session: boolean; tag: string }
  | { move: 'ack'; session: boolean }
  | { move: 'cancel' }
  | { move: 'answer'; which: number; status: number; session: boolean; tag: string }
  | { move: 'challenge'; which: number }
  | { move: 'fail'; which: number; why: 'timeout' | 'unreachable' }
  | { move: 'timer'; name: LegTimer }
  | { move: 'command'; command: LegCommand; which: number };

/** A leg between a phone and a controller that may do anything, with everything noted that must never happen. */
class Trial {
  leg: SipLeg;
  readonly broken: string[] = [];
  /** Own requests without a final answer. */
  readonly open = new Map<number, SipRequest>();
  /** The 2xx that own INVITEs had, as `n tag`, until they are acknowledged. */
  readonly unacknowledged = new Set<string>();
  private readonly taken = new Set<number>();
  private readonly answered = new Map<number, number>();
  private readonly exchanges: string[] = [];
  private readonly timers = new Set<LegTimer>();
  private lastWords = 0;
  private isDone = false;
  private phoneCSeq = 1;
  private asked = 0;
  private lastInvite = 1;
  private readonly sentCSeq = new Map<string, number>();

  constructor(kind: 'caller' | 'callee' | 'trunk' | 'restored', withSession: boolean) {
    if (kind === 'callee' || kind === 'trunk') {
      const offer = { ...(withSession && { session: sdp(10) }), ...(kind === 'trunk' && { silenceMs: 5_000 }) };
      const parts = { contact: '<sip:e@127.0.0.2>', uri: 'sip:2102@127.0.0.22', route: [], callId: 'call' };
      const begun = calleeLeg('leg', { ...parts, from: '<sip:2101@127.0.0.2>', to: FROM, localTag: OURS, ...offer });
      this.leg = begun.state;
      this.note(begun.effects);
      return;
    }
    const invite = phoneRequest('INVITE', 1, { session: withSession });
    const outside = { ...invite, headers: invite.headers.map((h) => (h.name === 'To' ? { ...h, value: FROM } : h)) };
    const leg = callerLeg('leg', 0, outside, OURS, '<sip:e@127.0.0.2>');
    if (!leg?.dialog) throw new Error('no leg');
    this.leg = kind === 'caller' ? leg : restoredLeg('leg', '<sip:e@127.0.0.2>', leg.dialog);
    if (kind === 'caller') this.answered.set(0, 0);
  }

  make(move: Move): void {
    switch (move.move) {
      case 'request':
        return this.request(move.method, move);
      case 'ack':
        return this.input({ type: 'ack', request: phoneRequest('ACK', this.lastInvite, move) });
      case 'cancel':
        return this.input({ type: 'cancelled', n: [...this.answered.keys()].at(-1) ?? 0 });
      case 'answer':
        return this.answer(this.choose(move.which), move);
      case 'challenge':
        return this.challenge(this.choose(move.which));
      case 'fail': {
        const n = this.choose(move.which);
        // What had a 2xx does not fail any more.
        if (n === undefined || this.taken.has(n)) return;
        this.open.delete(n);
        return this.input({ type: 'failed', n, why: move.why });
      }
      case 'timer':
        if (this.timers.delete(move.name)) this.input({ type: 'timer', name: move.name });
        return;
      case 'command': {
        const exchange = this.exchanges[move.which % Math.max(1, this.exchanges.length)];
        const { command } = move;
        const named =
          'exchange' in command && exchange !== undefined && command.type !== 'modify' && command.type !== 'info';
        return this.input({ type: 'command', command: named ? ({ ...command, exchange } as LegCommand) : command });
      }
    }
  }

  /** Brings the leg to its end, as its controller and a phone that behaves do. */
  finish(): void {
    this.input({ type: 'command', command: { type: 'release', cause: 'normal' } });
    for (let round = 0; round < 6; round += 1) {
      for (const n of [...this.open.keys()]) this.answer(n, { status: 200, session: true, tag: 'phone' });
      this.make({ move: 'ack', session: true });
      this.make({ move: 'timer', name: 'ack' });
    }
    if (this.leg.status !== 'ended') this.broken.push(`the leg stays ${this.leg.status}`);
    if (!this.isDone) this.broken.push('never done');
    if (this.lastWords !== 1) this.broken.push(`${this.lastWords} last events`);
    for (const [n, status] of this.answered) if (status < 200) this.broken.push(`request ${n} has no final answer`);
    for (const each of this.unacknowledged) this.broken.push(`2xx ${each} has no ACK`);
  }

  private request(method: string, extras: { session: boolean; tag: string }): void {
    const cseq = (this.phoneCSeq += 1);
    if (method === 'INVITE') this.lastInvite = cseq;
    const n = (this.asked += 1);
    this.answered.set(n, 0);
    const request = phoneRequest(method, cseq, { ...extras, ...(method === 'REFER' && { referTo: '<sip:2103@x>' }) });
    this.input({ type: 'request', n, request });
  }

  private answer(
    n: number | undefined,
    { status, session, tag }: { status: number; session: boolean; tag: string },
  ): void {
    const request = n === undefined ? undefined : this.open.get(n);
    if (n === undefined || !request) return;
    const made = responseTo(request, status, undefined, {
      toTag: tag,
      headers: [{ name: 'Contact', value: '<sip:2102@127.0.0.22>' }],
      ...(session && { contentType: 'application/sdp', body: Buffer.from(sdp(20).body) }),
    });
    const response: SipResponse = made;
    // After a 2xx an INVITE may have further ones; anything else final is its end.
    if (status >= 200 && (request.method !== 'INVITE' || (status >= 300 && !this.taken.has(n)))) this.open.delete(n);
    if (request.method === 'INVITE' && status >= 200 && status < 300) {
      this.taken.add(n);
      this.unacknowledged.add(`${n} ${toTag(response)}`);
    }
    // A refusal after a 2xx never reaches the leg [RFC6026 7.2].
    if (status >= 300 && this.taken.has(n)) return;
    this.input({ type: 'response', n, response });
  }

  /** The shell answers one challenge a request, and no more. */
  private challenge(n: number | undefined): void {
    const request = n === undefined ? undefined : this.open.get(n);
    if (n === undefined || !request || this.taken.has(n) || header(request, 'Authorization') !== undefined) return;
    this.open.delete(n);
    const credentials = { name: 'Authorization', value: 'Digest' };
    this.input({ type: 'challenged', n, request, response: responseTo(request, 401), credentials });
  }

  private choose(which: number): number | undefined {
    const open = [...this.open.keys()];
    return open[which % Math.max(1, open.length)];
  }

  private input(input: LegInput): void {
    const { state, effects } = stepLeg(this.leg, input);
    this.leg = state;
    this.note(effects);
  }

  private note(effects: readonly LegEffect[]): void {
    for (const effect of effects) {
      if (this.isDone && !['acknowledge', 'send', 'respond'].includes(effect.type)) {
        this.broken.push(`${effect.type} after the end`);
      }
      this.noteOne(effect);
    }
  }

  private noteOne(effect: LegEffect): void {
    switch (effect.type) {
      case 'respond': {
        const before = this.answered.get(effect.n) ?? 200;
        if (before >= 200) this.broken.push(`request ${effect.n} is answered ${before} and ${effect.status}`);
        this.answered.set(effect.n, effect.status);
        return;
      }
      case 'send': {
        const { n, request } = effect;
        const dialog = `${toTag(request)}`;
        const cseq = cseqOf(request)?.seq ?? 0;
        if (cseq <= (this.sentCSeq.get(dialog) ?? 0)) this.broken.push(`CSeq ${cseq} comes again`);
        this.sentCSeq.set(dialog, cseq);
        this.open.set(n, request);
        return;
      }
      case 'acknowledge': {
        const tag = toTag(effect.ack);
        const acked = [...this.unacknowledged].filter((each) => each.endsWith(` ${tag}`));
        const cseq = cseqOf(effect.ack)?.seq;
        for (const each of acked) {
          const invite = this.open.get(Number(each.split(' ')[0]));
          if (invite && cseqOf(invite)?.seq === cseq) this.unacknowledged.delete(each);
        }
        return;
      }
      case 'say': {
        const { event } = effect;
        if (this.lastWords > 0) this.broken.push(`${event.type} after the last event`);
        if (event.type === 'refused' || event.type === 'released') this.lastWords += 1;
        if ('exchange' in event && event.exchange !== undefined) this.exchanges.push(event.exchange);
        return;
      }
      case 'startTimer':
        this.timers.add(effect.name);
        return;
      case 'stopTimer':
        this.timers.delete(effect.name);
        return;
      case 'done':
        if (this.isDone) this.broken.push('done twice');
        this.isDone = true;
        if (this.timers.size > 0) this.broken.push(`timers run on: ${[...this.timers].join()}`);
        return;
    }
  }
}

const session = sdp(10);
const command = fc.constantFrom<LegCommand>(
  { type: 'progress', status: 180 },
  { type: 'progress', status: 183, session },
  { type: 'accept', session },
  { type: 'refuse', status: 486 },
  { type: 'confirm' },
  { type: 'confirm', session },
  { type: 'confirm', exchange: 'x', session },
  { type: 'modify', exchange: 'x', session },
  { type: 'modify', exchange: 'x' },
  { type: 'modified', exchange: 'x', session },
  { type: 'modifyRefused', exchange: 'x', status: 488 },
  { type: 'info', exchange: 'x', contentType: 'a/b', body: 'body' },
  { type: 'infoAnswered', exchange: 'x', status: 200 },
  { type: 'referProgress', exchange: 'x', status: 100 },
  { type: 'referProgress', exchange: 'x', status: 180 },
  { type: 'referProgress', exchange: 'x', status: 200 },
  { type: 'referRefused', exchange: 'x', status: 603 },
  { type: 'probe' },
  { type: 'release', cause: 'normal' },
);
const which = fc.nat(5);
const tag = fc.constantFrom('phone', 'phone', 'phone', 'other');
const methods = ['INVITE', 'BYE', 'UPDATE', 'INFO', 'REFER', 'OPTIONS', 'NOTIFY', 'MESSAGE', 'INVITE', 'UPDATE'];
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({
    move: fc.constant('request' as const),
    method: fc.constantFrom(...methods),
    session: fc.boolean(),
    tag,
  }),
  fc.record({ move: fc.constant('ack' as const), session: fc.boolean() }),
  fc.record({ move: fc.constant('cancel' as const) }),
  fc.record({
    move: fc.constant('answer' as const),
    which,
    status: fc.constantFrom(100, 180, 183, 200, 200, 200, 302, 408, 481, 486, 491),
    session: fc.boolean(),
    tag,
  }),
  fc.record({ move: fc.constant('challenge' as const), which }),
  fc.record({
    move: fc.constant('fail' as const),
    which,
    why: fc.constantFrom('timeout' as const, 'unreachable' as const),
  }),
  fc.record({ move: fc.constant('timer' as const), name: fc.constantFrom<LegTimer>('resend', 'ack', 'silence') }),
  fc.record({ move: fc.constant('command' as const), command, which }),
);

describe('a leg, whatever its phone and its controller do', () => {
  it.each(['caller', 'callee', 'trunk', 'restored'] as const)(
    'ends once, answers every request once, acknowledges every 2xx: a %s',
    (kind) => {
      fc.assert(
        fc.property(fc.array(move, { maxLength: 40 }), fc.boolean(), (moves, withSession) => {
          const trial = new Trial(kind, withSession);
          for (const each of moves) trial.make(each);
          trial.finish();
          expect(trial.broken).toEqual([]);
        }),
        { numRuns: 2_000 },
      );
    },
  );
});
