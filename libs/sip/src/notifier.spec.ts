import * as fc from 'fast-check';
import type { DialogView } from './body/dialog-info';
import type { DialogState } from './dialog';
import { isLive, reclaimNotifier, startNotifier, stepNotifier } from './notifier';
import {
  CSEQ_BLOCK,
  type LineView,
  type NotifierEffect,
  type NotifierInput,
  type NotifierState,
  type NotifierStep,
  type NotifyEffect,
  type SubscriptionRecord,
} from './subscription';

const NOW = 1_000_000;
const dialog: DialogState = {
  state: 'confirmed',
  callId: 'c1',
  localTag: 't1',
  remoteTag: 'f1',
  local: '<sip:3001@a>',
  remote: '<sip:2101@a>',
  remoteTarget: 'sip:2101@192.0.2.21',
  routeSet: [],
  localCSeq: 100,
  remoteCSeq: 1000,
  secure: false,
};
const record = (over: Partial<SubscriptionRecord> = {}): SubscriptionRecord => ({
  dialog,
  package: 'presence',
  expiresAt: NOW + 3_600_000,
  cseqCeiling: 101 + CSEQ_BLOCK,
  ...over,
});
const leg = (state: DialogView['state'], id = 'leg'): DialogView => ({ id, direction: 'recipient', state });
const idle = (sequence: number): LineView => ({ sequence, lamp: { state: 'idle', dnd: false }, dialogs: [] });
const inUse = (sequence: number, state: DialogView['state'] = 'early'): LineView => ({
  sequence,
  lamp: { state: 'in-use', dnd: false },
  dialogs: [leg(state)],
});

const notifies = (effects: readonly NotifierEffect[]): NotifyEffect[] =>
  effects.filter((effect): effect is NotifyEffect => effect.type === 'notify');
const kinds = (step: NotifierStep): string[] => step.effects.map((effect) => effect.type);
/** Feeds inputs and keeps the effects of the last one. */
function feed(step: NotifierStep, ...inputs: NotifierInput[]): NotifierStep {
  return inputs.reduce<NotifierStep>((last, input) => stepNotifier(last.state, input), step);
}
const change = (view: LineView): NotifierInput => ({ type: 'stateChanged', now: NOW, view });
const answer = (step: NotifierStep, status: number, retryAfter?: number): NotifierInput => ({
  type: 'notifyAnswered',
  now: NOW,
  cseq: step.state.inFlight?.cseq ?? -1,
  status,
  ...(retryAfter !== undefined && { retryAfter }),
});
/** A subscription whose first NOTIFY was answered 200. */
function settled(over: Partial<SubscriptionRecord> = {}, view = idle(1)): NotifierStep {
  const first = startNotifier(record(over), view, NOW);
  return feed(first, answer(first, 200));
}

describe('[RFC6665 4.2] the first NOTIFY', () => {
  test('[SB-4, SB-9, SB-51, SB-52] goes out at once: full, version 0, CSeq 101, seconds left', () => {
    const step = startNotifier(record({ package: 'dialog' }), inUse(1), NOW);
    expect(step.effects).toEqual([
      {
        type: 'notify',
        cseq: 101,
        subscriptionState: { name: 'active', expires: 3600 },
        document: 'full',
        version: 0,
        view: inUse(1),
      },
    ]);
    expect(isLive(step.state)).toBe(true);
  });

  test('[SB-18] of a fetch is the only one, terminated, with the state', () => {
    const step = startNotifier(record({ expiresAt: NOW }), inUse(1), NOW);
    expect(notifies(step.effects)).toMatchObject([
      { subscriptionState: { name: 'terminated', reason: 'timeout' }, view: inUse(1) },
    ]);
    expect(kinds(step)).toEqual(['notify', 'ended']);
    expect(isLive(step.state)).toBe(false);
    expect(kinds(feed(step, answer(step, 200)))).toEqual(['done']);
  });
});

describe('a change of the line', () => {
  test('[SB-9, SB-27, SB-52] is notified with the next CSeq, the next version and what is left of the time', () => {
    const step = feed(settled(), { ...change(inUse(2)), now: NOW + 1500 });
    expect(notifies(step.effects)).toMatchObject([
      { cseq: 102, version: 1, subscriptionState: { name: 'active', expires: 3599 }, view: inUse(2), seen: idle(1) },
    ]);
  });

  test('[T-4] presence skips an equal tuple: ringing to connected sends nothing', () => {
    expect(kinds(feed(settled({}, inUse(1)), change(inUse(2, 'confirmed'))))).toEqual([]);
  });

  test('[SB-53] dialog does not skip it, and sends what changed', () => {
    const step = feed(settled({ package: 'dialog' }, inUse(1)), change(inUse(2, 'confirmed')));
    expect(notifies(step.effects)).toMatchObject([{ document: 'partial', version: 1, seen: inUse(1) }]);
  });

  test('[T-11] presence sends a change of DND alone, dialog does not', () => {
    const dnd: LineView = { ...idle(2), lamp: { state: 'idle', dnd: true } };
    expect(kinds(feed(settled(), change(dnd)))).toEqual(['notify']);
    expect(kinds(feed(settled({ package: 'dialog' }), change(dnd)))).toEqual([]);
  });

  test('older than what is known is ignored', () => {
    expect(kinds(feed(settled({}, idle(5)), change(inUse(4))))).toEqual([]);
  });

  test('[SB-28] while a NOTIFY is under way waits, and only the newest is sent', () => {
    const first = startNotifier(record(), idle(1), NOW);
    const busy = feed(first, change(inUse(2)), change({ ...idle(3), lamp: { state: 'unknown', dnd: false } }));
    expect(kinds(busy)).toEqual([]);
    expect(notifies(feed(busy, answer(busy, 200)).effects)).toMatchObject([{ cseq: 102, view: { sequence: 3 } }]);
  });

  test('back to what is under way leaves nothing to send', () => {
    const first = startNotifier(record(), idle(1), NOW);
    const back = feed(first, change(inUse(2)), change(idle(3)));
    expect(kinds(feed(back, answer(back, 200)))).toEqual([]);
  });
});

describe('refresh, end and expiry', () => {
  const refresh = (view: LineView, over: Partial<DialogState> = {}): NotifierInput => ({
    type: 'refreshed',
    now: NOW + 10_000,
    expiresAt: NOW + 70_000,
    dialog: { ...dialog, ...over },
    view,
  });

  test('[SB-4, SB-16, SB-57] a refresh brings full state, though nothing changed, and the new end', () => {
    const step = feed(settled({ package: 'dialog' }, inUse(1)), refresh(inUse(1)));
    expect(notifies(step.effects)).toMatchObject([{ document: 'full', subscriptionState: { expires: 60 } }]);
    expect(step.state.expiresAt).toBe(NOW + 70_000);
  });

  test('[SB-27, SB-32] a refresh with a new Contact moves the target; CSeq still counts on', () => {
    const step = feed(settled(), refresh(idle(1), { remoteTarget: 'sip:elsewhere' }));
    expect(step.state.dialog.remoteTarget).toBe('sip:elsewhere');
    expect(notifies(step.effects)).toMatchObject([{ cseq: 102 }]);
  });

  test('[SB-4] a refresh while a NOTIFY is under way is still followed by its own, with the newest state', () => {
    const first = startNotifier(record(), idle(1), NOW);
    const waiting = feed(first, refresh(idle(1)), change(inUse(2)), change(idle(3)));
    expect(notifies(feed(waiting, answer(waiting, 200)).effects)).toMatchObject([{ document: 'full', view: idle(3) }]);
  });

  test('a refresh that read the line before a newer change does not bring the old state back', () => {
    const changed = feed(settled(), change(inUse(5)));
    const step = feed(changed, answer(changed, 200), refresh(idle(4)));
    expect(notifies(step.effects)).toMatchObject([{ view: inUse(5) }]);
  });

  test('[SB-17] unsubscribing is answered by a last NOTIFY with the state; then nothing', () => {
    const step = feed(settled(), { type: 'unsubscribed', now: NOW, view: inUse(2) });
    expect(step.effects).toMatchObject([
      {
        type: 'notify',
        subscriptionState: { name: 'terminated', reason: 'timeout' },
        document: 'full',
        view: inUse(2),
      },
      { type: 'ended', cause: 'unsubscribed', reason: 'timeout' },
    ]);
    const after = feed(step, change(idle(3)));
    expect(kinds(after)).toEqual([]);
    expect(kinds(feed(after, answer(after, 200)))).toEqual(['done']);
  });

  test('[SB-19] at the end time it terminates by itself, but not if a refresh moved the end', () => {
    const step = settled();
    expect(kinds(feed(step, { type: 'expired', now: NOW + 3_599_999 }))).toEqual([]);
    expect(feed(step, { type: 'expired', now: NOW + 3_600_000 }).effects).toMatchObject([
      { type: 'notify', subscriptionState: { name: 'terminated', reason: 'timeout' } },
      { type: 'ended', cause: 'expired' },
    ]);
  });

  test('the terminating NOTIFY waits for the one under way and shows the last state', () => {
    const first = startNotifier(record(), idle(1), NOW);
    const ending = feed(first, { type: 'terminate', now: NOW, reason: 'rejected' });
    expect(kinds(ending)).toEqual(['ended']);
    const changed = feed(ending, change(inUse(2)));
    expect(feed(changed, answer(changed, 200)).effects).toMatchObject([
      { type: 'notify', view: inUse(2), subscriptionState: { name: 'terminated', reason: 'rejected' } },
    ]);
  });

  test('terminating with probation tells when to come back', () => {
    const step = feed(settled(), { type: 'terminate', now: NOW, reason: 'probation', retryAfter: 30 });
    expect(notifies(step.effects)).toMatchObject([
      { subscriptionState: { name: 'terminated', reason: 'probation', retryAfter: 30 } },
    ]);
  });
});

describe('what the watcher answers', () => {
  test.each([
    ['[SB-22] 481', 481, 'watcher-gone'],
    ['[SB-24] 500', 500, 'watcher-refused'],
    ['[SB-24] 404', 404, 'watcher-refused'],
    ['[SB-24] 503 without Retry-After', 503, 'watcher-refused'],
  ])('%s removes the subscription without another word', (_title, status, cause) => {
    const first = startNotifier(record(), idle(1), NOW);
    const step = feed(first, change(inUse(2)), answer(first, status));
    expect(step.effects).toEqual([{ type: 'ended', cause }, { type: 'done' }]);
    expect(kinds(feed(step, change(idle(3)), { type: 'unsubscribed', now: NOW, view: idle(4) }))).toEqual([]);
  });

  test('[SB-22] 481 removes it even with Retry-After', () => {
    const first = startNotifier(record(), idle(1), NOW);
    expect(kinds(feed(first, answer(first, 481, 5)))).toEqual(['ended', 'done']);
  });

  test('[SB-23] silence removes the subscription', () => {
    const first = startNotifier(record(), idle(1), NOW);
    const step = feed(first, { type: 'notifyTimedOut', now: NOW, cseq: 101 });
    expect(step.effects).toEqual([{ type: 'ended', cause: 'watcher-silent' }, { type: 'done' }]);
  });

  test('[SB-24] 503 with Retry-After keeps it, and the newest state is sent in full when the time has come', () => {
    const first = settled({ package: 'dialog' });
    const sent = feed(first, change(inUse(2)));
    const held = feed(sent, answer(sent, 503, 7));
    expect(held.effects).toEqual([{ type: 'startRetry', ms: 7000 }]);
    const changed = feed(held, change(inUse(3, 'confirmed')), { type: 'retryDue', now: NOW + 6999 });
    expect(kinds(changed)).toEqual([]);
    expect(notifies(feed(changed, { type: 'retryDue', now: NOW + 7000 }).effects)).toMatchObject([
      { cseq: 103, document: 'full', view: inUse(3, 'confirmed') },
    ]);
  });

  test('a Retry-After beyond the end of the subscription does not outlive it', () => {
    const first = startNotifier(record({ expiresAt: NOW + 5000 }), idle(1), NOW);
    expect(feed(first, answer(first, 503, 100)).effects).toEqual([{ type: 'startRetry', ms: 5000 }]);
  });

  test('an answer to another NOTIFY, or a provisional one, changes nothing', () => {
    const first = startNotifier(record(), idle(1), NOW);
    expect(kinds(feed(first, { type: 'notifyAnswered', now: NOW, cseq: 100, status: 481 }))).toEqual([]);
    expect(feed(first, answer(first, 100)).state).toEqual(first.state);
  });
});

describe('numbers and restarts', () => {
  test('a block is reserved ahead, once, and a NOTIFY without a number waits for it', () => {
    const half = startNotifier(record({ dialog: { ...dialog, localCSeq: 100 + CSEQ_BLOCK / 2 } }), idle(1), NOW);
    expect(half.effects[1]).toEqual({ type: 'reserveBlock', ceiling: 101 + 2 * CSEQ_BLOCK });
    expect(kinds(feed(half, answer(half, 200), change(inUse(2))))).toEqual(['notify']);

    const none = startNotifier(record({ dialog: { ...dialog, localCSeq: 100 }, cseqCeiling: 101 }), idle(1), NOW);
    expect(kinds(none)).toEqual(['reserveBlock']);
    const reserved = feed(none, change(inUse(2)), { type: 'blockReserved', now: NOW, ceiling: 101 + CSEQ_BLOCK });
    expect(notifies(reserved.effects)).toMatchObject([{ cseq: 101, view: inUse(2) }]);
  });

  test('reclaimed: CSeq and version start at the ceiling, after a new block, with a full document', () => {
    const before = settled({ package: 'dialog' }, inUse(1));
    const ceiling = before.state.cseqCeiling;
    const step = reclaimNotifier(before.state, inUse(9), NOW);
    expect(step.effects).toEqual([{ type: 'reserveBlock', ceiling: ceiling + CSEQ_BLOCK }]);
    const sent = feed(step, { type: 'blockReserved', now: NOW, ceiling: ceiling + CSEQ_BLOCK });
    expect(notifies(sent.effects)).toMatchObject([{ cseq: ceiling, version: ceiling, document: 'full' }]);
    expect(notifies(sent.effects)[0]?.seen).toBeUndefined();
  });

  test('reclaimed with a ceiling that the taking over made durable sends at once', () => {
    const ceiling = record().cseqCeiling;
    const step = reclaimNotifier(record(), idle(1), NOW, ceiling + CSEQ_BLOCK);
    expect(notifies(step.effects)).toMatchObject([{ cseq: ceiling }]);
  });

  test('reclaimed after its end, it terminates', () => {
    const step = reclaimNotifier(record({ expiresAt: NOW - 1 }), idle(1), NOW, 2 * CSEQ_BLOCK + 101);
    expect(step.effects).toMatchObject([
      { type: 'notify', subscriptionState: { name: 'terminated' } },
      { type: 'ended', cause: 'expired' },
    ]);
  });

  test('[RFC3261 8.1.1.5] the last CSeq below 2^31 is spent on deactivating', () => {
    const last = record({ dialog: { ...dialog, localCSeq: 2 ** 31 - 3 }, cseqCeiling: 2 ** 31 });
    const first = startNotifier(last, idle(1), NOW);
    expect(notifies(first.effects)).toMatchObject([{ cseq: 2 ** 31 - 2, subscriptionState: { name: 'active' } }]);
    const step = feed(first, answer(first, 200), change(inUse(2)));
    expect(step.effects).toMatchObject([
      { type: 'notify', cseq: 2 ** 31 - 1, subscriptionState: { name: 'terminated', reason: 'deactivated' } },
      { type: 'ended', cause: 'exhausted', reason: 'deactivated' },
    ]);
    expect(reclaimNotifier(last, idle(1), NOW).effects).toEqual([
      { type: 'ended', cause: 'exhausted' },
      { type: 'done' },
    ]);
  });
});

describe('laws, for inputs in any order', () => {
  type Script = { kind: string; state: LineView['lamp']['state']; leg: DialogView['state'] | 'none'; n: number };
  const script = fc.record<Script>({
    kind: fc.constantFrom(
      'change',
      'change',
      'ok',
      'ok',
      'retry',
      'error',
      'silence',
      'refresh',
      'expire',
      'end',
      'stop',
      'due',
      'block',
      'restart',
    ),
    state: fc.constantFrom('idle' as const, 'in-use' as const, 'unknown' as const),
    leg: fc.constantFrom('none' as const, 'early' as const, 'confirmed' as const),
    n: fc.nat(20),
  });

  /** A world around the machine: it knows what is under way, what is durable and what the line really is. */
  class World {
    now = NOW;
    sequence = 1;
    truth: LineView = idle(1);
    underWay: NotifyEffect | undefined;
    cseq: number;
    ceiling: number;
    asked: number | undefined;
    terminated = false;
    ended = 0;
    done = 0;
    shown: LineView | undefined;
    state: NotifierState;

    constructor(name: 'presence' | 'dialog', spare: number) {
      this.cseq = 100;
      this.ceiling = 101 + spare;
      const step = startNotifier(record({ package: name, cseqCeiling: this.ceiling }), this.truth, NOW);
      this.state = step.state;
      this.carryOut(step);
    }

    carryOut(step: NotifierStep): void {
      // Whatever a state is, it survives being stored.
      this.state = JSON.parse(JSON.stringify(step.state)) as NotifierState;
      for (const effect of step.effects) {
        expect(this.done).toBe(0);
        if (effect.type === 'ended') expect(++this.ended).toBe(1);
        if (effect.type === 'done') this.done++;
        if (effect.type === 'reserveBlock') this.asked = effect.ceiling;
        if (effect.type === 'notify') this.sendOut(effect);
      }
    }

    sendOut(notify: NotifyEffect): void {
      expect(this.terminated).toBe(false);
      expect(this.underWay).toBeUndefined();
      expect(notify.cseq).toBeGreaterThan(this.cseq);
      expect(notify.cseq).toBeLessThan(this.ceiling);
      if (notify.document === 'partial') expect(notify.seen).toEqual(this.shown);
      this.cseq = notify.cseq;
      this.underWay = notify;
      this.terminated = notify.subscriptionState.name === 'terminated';
    }

    say(input: NotifierInput): void {
      this.carryOut(stepNotifier(this.state, input));
    }

    respond(status: number, retryAfter?: number): void {
      const { underWay } = this;
      if (underWay === undefined) return;
      this.underWay = undefined;
      if (status < 300) this.shown = underWay.view;
      this.say({
        type: 'notifyAnswered',
        now: this.now,
        cseq: underWay.cseq,
        status,
        ...(retryAfter !== undefined && { retryAfter }),
      });
    }

    reserve(): void {
      if (this.asked === undefined) return;
      this.ceiling = Math.max(this.ceiling, this.asked);
      this.asked = undefined;
      this.say({ type: 'blockReserved', now: this.now, ceiling: this.ceiling });
    }

    restart(): void {
      if (!isLive(this.state)) return;
      this.underWay = undefined;
      this.shown = undefined;
      this.asked = undefined;
      const start = this.state.cseqCeiling;
      this.carryOut(reclaimNotifier(this.state, this.truth, this.now));
      expect(this.state.version).toBeGreaterThanOrEqual(start);
    }

    act({ kind, state, leg: legState, n }: Script): void {
      this.now += n;
      const { now } = this;
      switch (kind) {
        case 'change':
          this.truth = {
            sequence: ++this.sequence,
            lamp: { state, dnd: false },
            dialogs: legState === 'none' ? [] : [leg(legState)],
          };
          return this.say({ type: 'stateChanged', now, view: this.truth });
        case 'ok':
          return this.respond(200);
        case 'retry':
          return this.respond(503, n);
        case 'error':
          return n < 3 ? this.respond(n === 0 ? 481 : 500) : undefined;
        case 'silence': {
          const { underWay } = this;
          if (underWay === undefined || n > 3) return;
          this.underWay = undefined;
          return this.say({ type: 'notifyTimedOut', now, cseq: underWay.cseq });
        }
        case 'refresh':
          if (!isLive(this.state)) return;
          return this.say({ type: 'refreshed', now, expiresAt: now + 60_000, dialog, view: this.truth });
        case 'expire':
          return this.say({ type: 'expired', now });
        case 'end':
          return n < 3 && isLive(this.state) ? this.say({ type: 'unsubscribed', now, view: this.truth }) : undefined;
        case 'stop':
          return n < 3 ? this.say({ type: 'terminate', now, reason: 'rejected' }) : undefined;
        case 'due':
          return this.say({ type: 'retryDue', now });
        case 'block':
          return this.reserve();
        case 'restart':
          return this.restart();
      }
    }

    /** The network heals and the watcher answers everything. */
    settle(): void {
      for (let i = 0; i < 20 && this.done === 0; i++) {
        this.reserve();
        this.say({ type: 'retryDue', now: this.now + 60_000 });
        this.respond(200);
      }
    }
  }

  test('one NOTIFY at a time, CSeq rises, the last state arrives, nothing follows the end', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('presence' as const, 'dialog' as const),
        fc.constantFrom(0, 1, 2, CSEQ_BLOCK),
        fc.array(script, { maxLength: 60 }),
        (name, spare, scripts) => {
          const world = new World(name, spare);
          for (const one of scripts) world.act(one);
          world.settle();
          expect(world.underWay).toBeUndefined();
          expect(world.done).toBe(world.ended);
          if (world.ended > 0) return;
          expect(world.state.acked).toEqual(world.shown);
          if (name === 'presence') expect(world.shown?.lamp).toEqual(world.truth.lamp);
          else expect(world.shown?.dialogs).toEqual(world.truth.dialogs);
        },
      ),
      { numRuns: 500 },
    );
  });
});
