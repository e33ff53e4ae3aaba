import type { Bus, Heard } from '@linewatch/bus';
import type { DebugLines, DebugWish } from '@linewatch/presence';
import { FakeBus } from '../testing/fake-bus';
import { DEBUG_LEASE_MS, DEBUG_RENEWAL_MS, DebugTap } from './debug-tap';
import { tellPresence } from './presence-lines';

const EVENTS: DebugWish = { presence: ['event'], ephoneBlf: [] };
const NOTHING: DebugWish = { presence: [], ephoneBlf: [] };
const MAC = '00127f5762a5';

describe('what a process tells of itself', () => {
  let bus: FakeBus;
  let tap: DebugTap;
  let time: number;
  let heard: Record<string, DebugLines[]>;

  beforeEach(async () => {
    jest.useFakeTimers();
    bus = new FakeBus();
    time = 1000;
    heard = {};
    tap = new DebugTap(bus as unknown as Bus, { now: () => time + 1_000_000, monotonic: () => time });
    await tap.start();
    await bus.listen('lw.debug.*.lines', ({ address, event }: Heard) => {
      if (event.type === 'linewatch.debug.lines') (heard[address.split('.')[2] ?? ''] ??= []).push(event.data);
    });
  });
  afterEach(async () => {
    await tap.stop();
    jest.useRealTimers();
  });

  const wish = (session: string, data: DebugWish) =>
    bus.publish(`lw.debug.${session}.wish`, { type: 'linewatch.debug.wish', data });
  const pass = (ms: number): void => {
    for (let left = ms; left > 0; left -= 50) {
      time += 50;
      jest.advanceTimersByTime(50);
    }
  };
  const textsOf = (session: string) => (heard[session] ?? []).flatMap(({ lines }) => lines.map(({ text }) => text));
  const droppedOf = (session: string) => (heard[session] ?? []).reduce((sum, { dropped }) => sum + dropped, 0);

  it('is off until somebody wants something, and off again when nobody does', () => {
    const state = () => [tap.isOn, tap.shells];
    expect(state()).toEqual([false, 0]);
    wish('a', EVENTS);
    wish('b', { presence: [], ephoneBlf: 'all' });
    expect(state()).toEqual([true, 2]);
    wish('a', NOTHING);
    expect(state()).toEqual([true, 1]);
    wish('b', NOTHING);
    expect(state()).toEqual([false, 0]);
    tap.tell({ kind: 'event' }, () => {
      throw new Error('nobody wants it');
    });
  });

  it('is off again when a shell does not say its wish any more', () => {
    wish('a', EVENTS);
    for (let renewals = 0; renewals < 5; renewals += 1) {
      pass(DEBUG_RENEWAL_MS);
      wish('a', EVENTS);
    }
    expect(tap.isOn).toBe(true);
    pass(DEBUG_LEASE_MS - 1000);
    expect(tap.isOn).toBe(true);
    pass(2000);
    expect([tap.isOn, tap.shells]).toEqual([false, 0]);
  });

  it('goes to who wants it, with its time, some lines together', () => {
    wish('a', EVENTS);
    wish('b', { presence: ['xml'], ephoneBlf: [MAC] });
    tap.tell({ kind: 'event' }, () => ['one']);
    tap.tell({ kind: 'event' }, () => ['two', 'three']);
    tap.tell({ kind: 'ephone-blf', mac: MAC }, () => ['lamp']);
    tap.tell({ kind: 'ephone-blf', mac: '000000000001' }, () => ['another lamp']);
    tap.tell({ kind: 'ephone-blf', mac: undefined }, () => ['a lamp of nobody']);
    expect(heard).toEqual({});
    pass(50);
    expect(heard['a']).toEqual([
      { lines: ['one', 'two', 'three'].map((text) => ({ at: 1_001_000, text })), dropped: 0 },
    ]);
    expect(textsOf('b')).toEqual(['lamp']);
  });

  it('is bounded: who has too much hears how many messages were left out, and what belongs together is left out together', () => {
    wish('a', EVENTS);
    let made = 0;
    for (let n = 0; n < 400; n += 1)
      tap.tell({ kind: 'event' }, () => ((made += 1), Array.from({ length: 5 }, () => `${n}`)));
    // Nothing is made for who has no room.
    expect(made).toBe(200);
    pass(100);
    expect(textsOf('a')).toHaveLength(1000);
    expect(droppedOf('a')).toBe(200);
    pass(1000);
    tap.tell({ kind: 'event' }, () => ['again']);
    pass(100);
    expect([textsOf('a').at(-1), droppedOf('a')]).toEqual(['again', 200]);
    tap.tell({ kind: 'event' }, () => ['x'.repeat(100_000)]);
    pass(100);
    expect(textsOf('a').at(-1)).toHaveLength(4096);
  });

  it('is not made larger by saying a wish again and again', () => {
    for (let n = 0; n < 100; n += 1) {
      wish('a', EVENTS);
      for (let line = 0; line < 50; line += 1) tap.tell({ kind: 'event' }, () => ['line']);
    }
    pass(100);
    expect(textsOf('a').length).toBe(1000);
  });

  it('has room for so many shells', () => {
    for (let n = 0; n < 100; n += 1) wish(`s${n}`, EVENTS);
    expect(tap.shells).toBe(64);
    wish('s1', NOTHING);
    wish('s99', EVENTS);
    expect(tap.shells).toBe(64);
  });

  it('has the shape of CME, made only for who wants it; who traces hears the steps [cme-presence 5.3]', () => {
    const made = jest.fn(() => ['2101 is busy']);
    tellPresence(tap, 'event', 16, 'presence_notify', made);
    wish('a', { presence: ['trace'], ephoneBlf: [] });
    tellPresence(tap, 'event', 16, 'presence_notify', made);
    expect(made).not.toHaveBeenCalled();
    wish('b', EVENTS);
    tellPresence(tap, 'event', 16, 'presence_notify', made);
    pass(50);
    expect(textsOf('a')).toEqual(Array(2).fill('//PRESENCE:[16]:/presence_notify: entered'));
    expect(textsOf('b')).toEqual(['//PRESENCE:[16]:/presence_notify: 2101 is busy']);
  });
});
