import { renderDialogInfo, renderPidf, type DialogView, type SubscriberEnd } from '@linewatch/sip';
import * as fc from 'fast-check';
import { type RelayEffect, type RelayInput, SHORTEST_GAP_MS, startRelay, stepRelay, type RelayStep } from './relay';

const MINUTE = 60_000;
const NOW = 1_800_000_000_000;

/** A relay in the hands of a test, which plays the server and the clock. */
class Play {
  now = NOW;
  step: RelayStep;
  private seen: RelayEffect[];
  /** When the next attempt is due. */
  private due: number | undefined;

  constructor(name: 'presence' | 'dialog' = 'presence', failure?: Parameters<typeof startRelay>[2]) {
    this.seen = [];
    this.step = this.take(startRelay(name, NOW, failure));
  }

  input(input: RelayInput): this {
    this.step = this.take(stepRelay(this.step.state, input));
    return this;
  }

  ended(end: SubscriberEnd): this {
    return this.input({ type: 'ended', now: this.now, end, intervalMs: MINUTE });
  }

  shows(state: 'idle' | 'in-use', until = this.now + 60 * MINUTE): this {
    const body = Buffer.from(renderPidf({ entity: 'sip:4001@192.0.2.7', id: '4001', lamp: { state, dnd: false } }));
    return this.input({ type: 'confirmed', until }).input({ type: 'notified', pending: false, body });
  }

  /** Lets time pass up to the next attempt; undefined: there will be none. */
  next(): number | undefined {
    if (this.due === undefined) return undefined;
    this.now = this.due;
    this.due = undefined;
    this.input({ type: 'attemptDue', now: this.now });
    return this.now;
  }

  words() {
    const words = this.seen.flatMap((effect) => (effect.type === 'say' ? [effect.word] : []));
    this.seen = this.seen.filter(({ type }) => type !== 'say');
    return words;
  }

  count(type: RelayEffect['type']): number {
    return this.seen.filter((effect) => effect.type === type).length;
  }

  private take(step: RelayStep): RelayStep {
    for (const effect of step.effects) {
      if (effect.type === 'attemptAt') this.due = effect.time;
      if (effect.type === 'stopTimer') this.due = undefined;
    }
    this.seen.push(...step.effects);
    return step;
  }
}

const refused = { kind: 'refused', status: 404 } as const;

describe('a line beyond the trunk', () => {
  it('is subscribed to at once, and what the server tells is said with the time it is confirmed', () => {
    const play = new Play();
    expect(play.count('subscribe')).toBe(1);
    play.shows('idle', NOW + 5).shows('in-use', NOW + 5);
    expect(play.words()).toEqual([
      { until: NOW + 5, lamp: { state: 'idle', dnd: false } },
      { until: NOW + 5, lamp: { state: 'in-use', dnd: false } },
    ]);
    play.input({ type: 'confirmed', until: NOW + 9 });
    expect(play.words()).toMatchObject([{ until: NOW + 9, lamp: { state: 'in-use' } }]);
    expect(play.shows('in-use', NOW + 9).words()).toEqual([]);
  });

  it.each([
    ['nothing while the server has not decided', true, ''],
    ['nothing by an empty body', false, ''],
    ['nothing by a body that cannot be read', false, '<presence'],
  ])('shows %s', (_what, pending, body) => {
    const play = new Play().input({ type: 'notified', pending, body: Buffer.from(body) });
    expect(play.words()).toMatchObject([{ lamp: { state: 'unknown' } }]);
  });

  it('is said again when that got lost on its way', () => {
    const play = new Play().shows('idle');
    const [word] = play.words();
    expect(play.input({ type: 'sayAgain' }).words()).toEqual([word]);
  });

  it('is let go when nobody watches it any more', () => {
    const play = new Play().shows('idle');
    play.words();
    play.input({ type: 'stop' });
    expect(play.count('unsubscribe')).toBe(1);
    expect(play.words()).toEqual([{ until: 0 }]);
    expect(play.ended(refused).shows('idle').words()).toEqual([]);
    expect(new Play().input({ type: 'stop' }).words()).toEqual([]);
  });
});

describe('a line that fails [cme-presence 4.9]', () => {
  it('is tried again each minute after a refusal, and is unknown meanwhile [T-20]', () => {
    const play = new Play().ended(refused);
    for (let retry = 1; retry <= 10; retry += 1) {
      expect(play.words()).toEqual([
        {
          until: play.now,
          failure: { kind: 'refused', status: 404, attempts: retry, at: play.now, nextAttemptAt: NOW + retry * MINUTE },
        },
      ]);
      expect(play.next()).toBe(NOW + retry * MINUTE);
      play.ended(refused);
    }
    expect(play.count('subscribe')).toBe(11);
    expect(play.words()).toMatchObject([{ failure: { attempts: 11 } }]);
    // Its keys have given up by now: nobody watches it any more.
    play.input({ type: 'stop' });
    expect(play.next()).toBeUndefined();
    expect(play.count('subscribe')).toBe(11);
  });

  it('is tried a minute after the last attempt began, however long nobody answered', () => {
    const play = new Play();
    play.now += 32_000;
    play.ended({ kind: 'timeout' });
    expect(play.words()).toMatchObject([{ failure: { kind: 'timeout', attempts: 1 } }]);
    expect(play.next()).toBe(NOW + MINUTE);
  });

  it('is left alone as long as its server wants, at most an hour', () => {
    expect(new Play().ended({ ...refused, retryAfter: 100 }).next()).toBe(NOW + 100_000);
    expect(new Play().ended({ ...refused, retryAfter: 1e9 }).next()).toBe(NOW + 60 * MINUTE);
  });

  it.each(['deactivated', 'probation', 'rejected', 'timeout', 'giveup', 'noresource', undefined])(
    'says the reason of its server: %s',
    (reason) => {
      const play = new Play().shows('idle');
      play.words();
      play.ended({ kind: 'terminated', ...(reason !== undefined && { reason }) });
      const [word] = play.words();
      expect(word?.lamp).toBeUndefined();
      expect(word?.failure).toMatchObject({ kind: 'terminated', attempts: 1, nextAttemptAt: NOW + MINUTE });
      expect(word?.failure?.reason).toBe(reason);
    },
  );

  it('counts anew after a success', () => {
    const play = new Play().ended(refused);
    play.next();
    play.shows('idle').ended(refused);
    expect(play.words().at(-1)).toMatchObject({ failure: { attempts: 1 } });
  });

  it('is subscribed to anew at once when its server was restarted, and is shown as it was until that tells', () => {
    const play = new Play().shows('in-use');
    play.words();
    play.ended({ kind: 'gone' });
    expect(play.count('subscribe')).toBe(2);
    expect(play.words()).toEqual([]);
    expect(play.shows('idle').words()).toMatchObject([{ lamp: { state: 'idle' } }]);
  });

  it('is tried for a watcher that comes, once for all that come in a second, and that does not count', () => {
    const play = new Play().ended(refused);
    play.words();
    for (let at = 0; at < 3; at += 1) play.input({ type: 'arrived', now: play.now });
    expect(play.next()).toBe(NOW + SHORTEST_GAP_MS);
    play.now += 5;
    play.ended(refused);
    expect(play.words()).toMatchObject([{ failure: { attempts: 1, at: play.now, nextAttemptAt: NOW + MINUTE } }]);
    expect(play.next()).toBe(NOW + MINUTE);
    play.ended(refused);
    expect(play.words()).toMatchObject([{ failure: { attempts: 2 } }]);
  });

  it('is tried by another edge when it was due at the one that is gone', () => {
    const failure = { kind: 'refused', status: 404, attempts: 4, at: NOW - 1, nextAttemptAt: NOW + 7 } as const;
    const play = new Play('presence', failure);
    expect(play.count('subscribe')).toBe(0);
    expect(play.next()).toBe(NOW + 7);
    expect(play.ended(refused).words()).toMatchObject([{ failure: { attempts: 5 } }]);
    expect(new Play('presence', failure).input({ type: 'stop' }).words()).toEqual([{ until: 0 }]);
  });
});

describe('the dialogs of a line beyond the trunk [RFC4235]', () => {
  const dialog = (
    id: string,
    state: DialogView['state'] = 'confirmed',
    over: Partial<DialogView> = {},
  ): DialogView => ({
    id,
    direction: 'recipient',
    state,
    local: { identity: 'sip:4001@192.0.2.7' },
    remote: { identity: 'sip:9001@192.0.2.7', display: 'Ann' },
    ...over,
  });
  const tells = (play: Play, version: number, state: 'full' | 'partial', ...dialogs: DialogView[]): Play => {
    const { before, after } = renderDialogInfo('sip:4001@192.0.2.7', state, dialogs);
    return play.input({ type: 'notified', pending: false, body: Buffer.from(`${before}${version}${after}`) });
  };
  const ids = (play: Play) => play.words().map(({ dialogs }) => dialogs?.map(({ id, state }) => `${id} ${state}`));

  it('are those of the last full document, changed by each partial one that follows it', () => {
    const play = tells(new Play('dialog'), 0, 'full');
    tells(play, 1, 'partial', dialog('a', 'proceeding'));
    tells(play, 2, 'partial', dialog('a'), dialog('b', 'trying'));
    tells(play, 3, 'partial', dialog('a', 'terminated'));
    expect(ids(play)).toEqual([[], ['a early'], ['a confirmed', 'b trying'], ['b trying']]);
  });

  it('tell the number and the name of the other party', () => {
    const [word] = tells(new Play('dialog'), 0, 'full', dialog('a', 'early', { held: true, callId: 'c' })).words();
    expect(word?.dialogs).toEqual([
      {
        id: 'a',
        callId: 'c',
        direction: 'recipient',
        state: 'early',
        held: true,
        peer: { number: '9001', display: 'Ann' },
      },
    ]);
  });

  it('are asked for as a whole when a partial document was missed', () => {
    const play = tells(new Play('dialog'), 0, 'full', dialog('a'));
    play.words();
    tells(play, 2, 'partial', dialog('b'));
    expect(play.count('refresh')).toBe(1);
    expect(play.words()).toEqual([]);
    expect(ids(tells(play, 3, 'full', dialog('b')))).toEqual([['b confirmed']]);
  });

  it('do not go back to an older document', () => {
    const play = tells(tells(new Play('dialog'), 0, 'full'), 1, 'partial', dialog('a'));
    play.words();
    expect(tells(play, 1, 'partial', dialog('b')).words()).toEqual([]);
  });

  it('are as many as a fact has room for', () => {
    const many = Array.from({ length: 100 }, (_each, at) => dialog(`d${at}`));
    expect(tells(new Play('dialog'), 0, 'full', ...many).words()[0]?.dialogs).toHaveLength(32);
  });
});

describe('any course of events', () => {
  const deed = fc.oneof(
    fc.constant('arrive' as const),
    fc.constant('idle' as const),
    fc.constant('attempt' as const),
    fc.constantFrom<SubscriberEnd>(refused, { kind: 'timeout' }, { kind: 'terminated' }, { kind: 'gone' }),
  );

  it('has at most one subscription at a time, and always an attempt due while there is none', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 30 }), (deeds) => {
        const play = new Play();
        let subscriptions = play.count('subscribe');
        for (const each of deeds) {
          const isUp = play.step.state.status !== 'waiting';
          if (each === 'arrive') play.input({ type: 'arrived', now: play.now });
          else if (each === 'attempt') play.next();
          else if (each === 'idle') {
            if (isUp) play.shows('idle');
          } else if (isUp) play.ended(each);
          const begun = play.count('subscribe') - subscriptions;
          subscriptions += begun;
          expect(begun).toBeLessThanOrEqual(isUp && !(typeof each === 'object' && each.kind === 'gone') ? 0 : 1);
          if (play.step.state.status === 'waiting') expect(play.step.state.failure?.nextAttemptAt).toBeGreaterThan(NOW);
        }
      }),
    );
  });
});
