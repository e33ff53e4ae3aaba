import * as fc from 'fast-check';
import { request as buildRequest, responseTo } from './build';
import { challengeHeaders, digestHa1, verifyDigest } from './digest';
import { parseAuth } from './headers';
import { type HeaderField, header, type SipRequest } from './message';
import { startSubscriber, stepSubscriber } from './subscriber';
import type {
  SubscriberEffect,
  SubscriberInput,
  SubscriberStep,
  SubscriberTarget,
  SubscriberTimer,
} from './subscriber-state';

const NOW = 1_000_000;
const HOUR = 3_600_000;
const target: SubscriberTarget = {
  uri: 'sip:4001@192.0.2.7',
  from: '<sip:2101@192.0.2.1>',
  contact: '<sip:2101@192.0.2.1:5060>',
  package: 'presence',
  expires: 3600,
  callId: 'c1@192.0.2.1',
  localTag: 't1',
};

/** A subscription between the machine and a server that the test plays. */
class Play {
  step: SubscriberStep;
  /** Effects since they were last looked at. */
  private seen: SubscriberEffect[] = [];
  private notifies = 0;

  constructor(over: Partial<SubscriberTarget> = {}) {
    this.step = startSubscriber({ ...target, ...over });
    this.seen.push(...this.step.effects);
  }

  input(input: SubscriberInput): this {
    this.step = stepSubscriber(this.step.state, input);
    this.seen.push(...this.step.effects);
    return this;
  }

  /** The effects since the last look, of one kind. */
  took<T extends SubscriberEffect['type']>(type: T): Extract<SubscriberEffect, { type: T }>[] {
    const some = this.seen.filter((effect): effect is Extract<SubscriberEffect, { type: T }> => effect.type === type);
    this.seen = this.seen.filter((effect) => effect.type !== type);
    return some;
  }

  /** The SUBSCRIBE that was sent last. */
  sent(): SipRequest {
    const last = this.took('subscribe').at(-1);
    if (!last) throw new Error('no SUBSCRIBE was sent');
    return last.request;
  }

  /** The server answers the last SUBSCRIBE. */
  answer(status: number, fields: Record<string, string> | HeaderField[] = {}, now = NOW, tag = 'far'): this {
    const { request } = this.step.state.pending ?? { request: this.step.state.first };
    const headers = Array.isArray(fields) ? fields : Object.entries(fields).map(([name, value]) => ({ name, value }));
    const contact = status < 300 ? [{ name: 'Contact', value: '<sip:192.0.2.7:5070>' }] : [];
    const response = responseTo(request, status, undefined, { toTag: tag, headers: [...contact, ...headers] });
    return this.input({ type: 'answered', now, response, cnonce: 'cn' });
  }

  /** The server notifies. */
  notify(
    state: string,
    over: { body?: string; type?: string; cseq?: number; tag?: string; event?: string } = {},
    now = NOW,
  ): this {
    this.notifies += 1;
    const {
      body = '',
      type = 'application/pidf+xml',
      cseq = 10 + this.notifies,
      tag = 'far',
      event = 'presence',
    } = over;
    const request = buildRequest({
      method: 'NOTIFY',
      uri: 'sip:2101@192.0.2.1:5060',
      from: `<sip:4001@192.0.2.7>;tag=${tag}`,
      to: '<sip:2101@192.0.2.1>;tag=t1',
      callId: target.callId,
      cseq,
      contact: '<sip:192.0.2.7:5070>',
      headers: [
        { name: 'Event', value: event },
        ...(state === '' ? [] : [{ name: 'Subscription-State', value: state }]),
      ],
      ...(body !== '' && { contentType: type, body: Buffer.from(body) }),
    });
    return this.input({ type: 'notify', now, request });
  }

  timer(name: SubscriberTimer, now: number): this {
    return this.input({ type: 'timer', name, now, cnonce: 'cn' });
  }

  answers(): number[] {
    return this.took('answer').map(({ status }) => status);
  }

  ends() {
    return this.took('ended').map(({ end }) => end);
  }

  timers(): Record<string, number> {
    return Object.fromEntries(this.took('startTimer').map(({ name, ms }) => [name, ms]));
  }

  get status(): string {
    return this.step.state.status;
  }
}

/** A subscription that is there. */
const active = (over: Partial<SubscriberTarget> = {}, expires = '3600'): Play => {
  const play = new Play(over).answer(200, { Expires: expires }).notify('active');
  play.took('subscribe');
  play.took('startTimer');
  play.answers();
  return play;
};

describe('a subscriber [RFC6665 4.1]', () => {
  it('asks with what the package needs, and waits for the first NOTIFY', () => {
    const play = new Play({ package: 'dialog' });
    const request = play.sent();
    expect(request.requestUri).toBe(target.uri);
    expect(
      ['From', 'To', 'CSeq', 'Event', 'Accept', 'Expires', 'Contact'].map((name) => header(request, name)),
    ).toEqual([
      '<sip:2101@192.0.2.1>;tag=t1',
      '<sip:4001@192.0.2.7>',
      '101 SUBSCRIBE',
      'dialog',
      'application/dialog-info+xml',
      '3600',
      target.contact,
    ]);
    expect(play.timers()).toEqual({ N: 32_000 });
  });

  it('tells what is notified, and until when it is confirmed', () => {
    const play = new Play().answer(200, { Expires: '600' });
    expect(play.took('confirmed')).toEqual([{ type: 'confirmed', until: NOW + 600_000 }]);
    play.notify('active;expires=600', { body: '<x/>' });
    expect(play.answers()).toEqual([200]);
    expect(play.took('notified')).toEqual([{ type: 'notified', pending: false, body: Buffer.from('<x/>') }]);
    expect(play.status).toBe('active');
    play.notify('pending');
    expect(play.took('notified')).toMatchObject([{ pending: true }]);
  });

  it('bears a NOTIFY that comes before the 2xx, whose CSeq and tags hold [SB-36]', () => {
    const play = new Play().notify('active;expires=1200', { body: '<x/>' });
    expect(play.answers()).toEqual([200]);
    expect(play.took('notified')).toHaveLength(1);
    expect(play.took('confirmed')).toEqual([{ type: 'confirmed', until: NOW + 1_200_000 }]);
    play.answer(200, { Expires: '1800' });
    expect(play.took('confirmed')).toEqual([{ type: 'confirmed', until: NOW + 1_800_000 }]);
    play.sent();
    play.timer('refresh', NOW + 1_000_000);
    const refresh = play.sent();
    expect(header(refresh, 'To')).toBe('<sip:4001@192.0.2.7>;tag=far');
    expect(header(refresh, 'CSeq')).toBe('102 SUBSCRIBE');
    expect(refresh.requestUri).toBe('sip:192.0.2.7:5070');
  });

  it('ends when no NOTIFY comes in the time of Timer N, answered or not', () => {
    expect(
      new Play()
        .answer(200)
        .timer('N', NOW + 32_000)
        .ends(),
    ).toEqual([{ kind: 'timeout' }]);
    expect(new Play().timer('N', NOW + 32_000).ends()).toEqual([{ kind: 'timeout' }]);
    expect(
      active()
        .timer('N', NOW + 32_000)
        .ends(),
    ).toEqual([]);
  });

  it.each([
    ['another dialog, such as the second branch of a fork', 'active', { tag: 'other' }, 481],
    ['another package', 'active', { event: 'dialog' }, 481],
    ['an event with an id that was not asked for', 'active', { event: 'presence;id=7' }, 481],
    ['a CSeq below the last one', 'active', { cseq: 3 }, 500],
    ['no Subscription-State', '', {}, 400],
    ['a body that was not asked for', 'active', { body: 'x', type: 'text/plain' }, 415],
  ])('takes nothing from a NOTIFY of %s [SB-37]', (_what, state, over, status) => {
    const play = active();
    play.took('notified');
    play.notify(state, over);
    expect(play.answers()).toEqual([status]);
    expect(play.took('notified')).toEqual([]);
    expect(play.status).toBe('active');
  });

  it('answers 481 to what comes after the end', () => {
    const play = active().notify('terminated;reason=noresource');
    play.answers();
    expect(play.notify('active').answers()).toEqual([481]);
    expect(play.ends()).toHaveLength(1);
  });
});

describe('the refresh [cme-presence 4.8]', () => {
  it.each([
    [3600, 3_240_000],
    [60, 54_000],
    [20, 15_000],
    [8, 4_000],
  ])('of %i seconds comes after %i ms', (granted, ms) => {
    expect(new Play().answer(200, { Expires: String(granted) }).timers()).toMatchObject({
      refresh: ms,
      expiry: granted * 1000,
    });
  });

  it('moves the end, and the shorter word of server and NOTIFY counts', () => {
    const play = active()
      .timer('refresh', NOW + 3_240_000)
      .answer(200, { Expires: '3600' }, NOW + 3_240_000);
    expect(play.took('confirmed').at(-1)).toEqual({ type: 'confirmed', until: NOW + 3_240_000 + HOUR });
    play.notify('active;expires=60', {}, NOW + 3_241_000);
    expect(play.took('confirmed')).toEqual([{ type: 'confirmed', until: NOW + 3_301_000 }]);
    play.notify('active;expires=60', {}, NOW + 3_241_500);
    expect(play.took('confirmed')).toEqual([]);
  });

  it('is never longer than asked for', () => {
    const play = new Play().answer(200, { Expires: '999999' });
    expect(play.took('confirmed')).toEqual([{ type: 'confirmed', until: NOW + HOUR }]);
  });

  it.each([404, 405, 410, 416, 480, 489, 501, 604])(
    'that is answered %i ends the subscription [RFC6665 4.1.2.2]',
    (status) => {
      expect(active().timer('refresh', NOW).answer(status).ends()).toEqual([{ kind: 'refused', status }]);
    },
  );

  it('that is answered 481 says that the server forgot it', () => {
    expect(active().timer('refresh', NOW).answer(481).ends()).toEqual([{ kind: 'gone' }]);
  });

  it('that fails otherwise is tried again while the subscription still holds, and its failure is the end', () => {
    const play = active().timer('refresh', NOW).answer(503, { 'Retry-After': '20' });
    expect(play.ends()).toEqual([]);
    expect(play.timers()).toEqual({ refresh: 20_000 });
    play.timer('refresh', NOW + 20_000).input({ type: 'unanswered', now: NOW + 52_000, cseq: 103 });
    expect(play.timers()).toEqual({ refresh: 10_000 });
    expect(play.timer('expiry', NOW + HOUR).ends()).toEqual([{ kind: 'timeout' }]);
  });

  it('is sent for the whole state when it is wanted, one at a time', () => {
    const play = active().input({ type: 'refresh', now: NOW, cnonce: 'cn' });
    expect(header(play.sent(), 'Expires')).toBe('3600');
    expect(play.input({ type: 'refresh', now: NOW, cnonce: 'cn' }).took('subscribe')).toEqual([]);
  });
});

describe('a refusal', () => {
  it('ends the subscription with its status and Retry-After', () => {
    expect(new Play().answer(404).ends()).toEqual([{ kind: 'refused', status: 404 }]);
    expect(new Play().answer(503, { 'Retry-After': '30 (busy)' }).ends()).toEqual([
      { kind: 'refused', status: 503, retryAfter: 30 },
    ]);
  });

  it('that is none: nobody answered', () => {
    expect(new Play().input({ type: 'unanswered', now: NOW, cseq: 101 }).ends()).toEqual([{ kind: 'timeout' }]);
  });

  it('of a request that another has followed changes nothing', () => {
    const play = active().timer('refresh', NOW);
    expect(play.input({ type: 'unanswered', now: NOW, cseq: 101 }).ends()).toEqual([]);
  });

  it('423 is met with the interval that the server wants [RFC6665 4.1.2.1]', () => {
    const play = new Play().answer(423, { 'Min-Expires': '7200' });
    expect(header(play.sent(), 'Expires')).toBe('7200');
    expect(play.answer(200, { Expires: '7200' }).took('confirmed')).toEqual([
      { type: 'confirmed', until: NOW + 2 * HOUR },
    ]);
  });

  it.each(['3600', '60', 'soon', '99999999'])('423 with Min-Expires %s helps nobody', (least) => {
    expect(new Play().answer(423, { 'Min-Expires': least }).ends()).toEqual([{ kind: 'refused', status: 423 }]);
  });
});

describe('a challenge [RFC3261 22.2, RFC8760]', () => {
  const credentials = { username: 'jack', password: 'secret' };
  const challenge = (over: { stale?: boolean; realm?: string; nonce?: string } = {}): HeaderField[] =>
    challengeHeaders('WWW-Authenticate', { realm: 'far', nonce: 'n1', ...over });
  const authorizationOf = (request: SipRequest) => header(request, 'Authorization') ?? '';

  it('is answered with the strongest algorithm, in a request with the next CSeq', () => {
    const play = new Play({ credentials });
    play.sent();
    const request = play.answer(401, challenge()).sent();
    expect(header(request, 'CSeq')).toBe('102 SUBSCRIBE');
    const auth = parseAuth(authorizationOf(request));
    expect(auth?.params.get('algorithm')).toBe('SHA-256');
    const judged = verifyDigest(auth!, {
      method: 'SUBSCRIBE',
      requestUri: target.uri,
      realm: 'far',
      secret: 's',
      now: NOW,
      nonceLifetimeMs: 1,
      ha1sOf: (username, algorithm) => [digestHa1(algorithm, username, 'far', 'secret')],
    });
    // The nonce is not ours, the password is right.
    expect(judged).toEqual({ verdict: 'stale', username: 'jack' });
  });

  it('is answered with MD5 where that is all there is, and in Proxy-Authorization to a 407', () => {
    const md5 = challengeHeaders('Proxy-Authenticate', { realm: 'far', nonce: 'n1', algorithms: ['MD5'] });
    const request = new Play({ credentials }).answer(407, md5).sent();
    expect(parseAuth(header(request, 'Proxy-Authorization') ?? '')?.params.get('algorithm')).toBe('MD5');
  });

  it('is answered again with each refresh, the nonce counted', () => {
    const play = new Play({ credentials }).answer(401, challenge()).answer(200).notify('active').timer('refresh', NOW);
    const counts = play.took('subscribe').map(({ request }) => parseAuth(authorizationOf(request))?.params.get('nc'));
    expect(counts).toEqual([undefined, '00000001', '00000002']);
  });

  it('that comes again is a refusal: the password is wrong', () => {
    const play = new Play({ credentials }).answer(401, challenge()).answer(401, challenge());
    expect(play.ends()).toEqual([{ kind: 'refused', status: 401 }]);
  });

  it('that comes again as only the nonce was stale is answered, and no server can make a loop of it', () => {
    const play = new Play({ credentials })
      .answer(401, challenge())
      .answer(401, challenge({ stale: true, nonce: 'n2' }));
    expect(authorizationOf(play.sent())).toContain('n2');
    for (let at = 0; at < 10; at += 1) play.answer(401, challenge({ stale: true }));
    expect(play.took('subscribe').length).toBeLessThan(4);
    expect(play.ends()).toHaveLength(1);
  });

  it('to a refresh with an old nonce is answered with the new one', () => {
    const play = new Play({ credentials }).answer(401, challenge()).answer(200).notify('active');
    play.timer('refresh', NOW).answer(401, challenge({ nonce: 'n2' }));
    expect(authorizationOf(play.sent())).toContain('n2');
    expect(play.ends()).toEqual([]);
  });

  it.each([
    ['nobody has credentials', undefined, {}],
    ['they are for another realm', { ...credentials, realm: 'near' }, {}],
  ])('is a refusal where %s', (_what, those, over) => {
    expect(new Play({ credentials: those }).answer(401, challenge(over)).ends()).toEqual([
      { kind: 'refused', status: 401 },
    ]);
  });
});

describe('the end', () => {
  it.each([
    ['terminated;reason=deactivated', { reason: 'deactivated' }],
    ['terminated;reason=probation;retry-after=12', { reason: 'probation', retryAfter: 12 }],
    ['terminated', {}],
  ])('is told as the server says it: %s', (state, why) => {
    const play = active().notify(state);
    expect(play.answers()).toEqual([200]);
    expect(play.ends()).toEqual([{ kind: 'terminated', ...why }]);
  });

  it('that this side wants is SUBSCRIBE with Expires 0, and the last NOTIFY [SB-17]', () => {
    const play = active().input({ type: 'unsubscribe', now: NOW, cnonce: 'cn' });
    const request = play.sent();
    expect(header(request, 'Expires')).toBe('0');
    expect(header(request, 'To')).toContain('tag=far');
    play.answer(200, { Expires: '0' });
    expect(play.ends()).toEqual([]);
    expect(play.notify('terminated;reason=timeout').ends()).toEqual([{ kind: 'unsubscribed' }]);
  });

  it.each([
    ['refuses that', (play: Play) => play.answer(481)],
    ['says nothing more', (play: Play) => play.answer(200, { Expires: '0' }).timer('N', NOW + 32_000)],
    ['does not answer', (play: Play) => play.input({ type: 'unanswered', now: NOW, cseq: 102 })],
  ])('comes also when the server %s', (_what, how) => {
    const play = active().input({ type: 'unsubscribe', now: NOW, cnonce: 'cn' });
    expect(how(play).ends()).toEqual([{ kind: 'unsubscribed' }]);
  });

  it('comes at once while nothing is there', () => {
    expect(new Play().input({ type: 'unsubscribe', now: NOW, cnonce: 'cn' }).ends()).toEqual([
      { kind: 'unsubscribed' },
    ]);
  });
});

describe('any server', () => {
  const deed = fc.oneof(
    fc.record({
      type: fc.constant('answer' as const),
      status: fc.constantFrom(100, 200, 200, 401, 404, 423, 481, 503),
    }),
    fc.record({
      type: fc.constant('notify' as const),
      state: fc.constantFrom('active', 'active;expires=30', 'pending', 'terminated', 'x;;', ''),
      tag: fc.constantFrom('far', 'far', 'other'),
    }),
    fc.record({
      type: fc.constant('timer' as const),
      name: fc.constantFrom('N' as const, 'refresh' as const, 'expiry' as const),
    }),
    fc.constant({ type: 'unsubscribe' as const }),
    fc.constant({ type: 'refresh' as const }),
  );

  it('gets one answer for each NOTIFY, rising CSeqs, and one end after which nothing is sent', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 25 }), (deeds) => {
        const play = new Play({ credentials: { username: 'jack', password: 'secret' } });
        const effects = [...play.step.effects];
        let notifies = 0;
        for (const [at, each] of deeds.entries()) {
          const now = NOW + at * 1_000;
          if (each.type === 'answer')
            play.answer(each.status, challengeHeaders('WWW-Authenticate', { realm: 'r', nonce: 'n' }), now);
          else if (each.type === 'notify') play.notify(each.state, { tag: each.tag }, now);
          else if (each.type === 'timer') play.timer(each.name, now);
          else play.input({ type: each.type, now, cnonce: 'cn' });
          if (each.type === 'notify') notifies += 1;
          effects.push(...play.step.effects);
        }
        const cseqs = effects.flatMap((e) =>
          e.type === 'subscribe' ? [parseInt(header(e.request, 'CSeq') ?? '')] : [],
        );
        expect(cseqs).toEqual([...new Set(cseqs)].sort((a, b) => a - b));
        expect(effects.filter(({ type }) => type === 'answer')).toHaveLength(notifies);
        const end = effects.findIndex(({ type }) => type === 'ended');
        if (end === -1) return expect(play.status).not.toBe('ended');
        const after = effects.slice(end + 1);
        expect(after.filter(({ type }) => type !== 'answer')).toEqual([]);
      }),
    );
  });
});
