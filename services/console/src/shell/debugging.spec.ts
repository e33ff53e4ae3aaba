import { makeSubjects, type Heard } from '@linewatch/bus';
import { type DebugWish, presenceDebugKinds } from '@linewatch/presence';
import { DEBUG_RENEWAL_MS } from '@linewatch/runtime';
import fc from 'fast-check';
import { Debugging, NO_DEBUGGING, debuggingText, isDebugging, withEphoneBlf, withPresence } from './debugging';

const [A, B] = ['00127f5762a5', '00127f5762a7'];

describe('what a shell debugs', () => {
  const all: DebugWish = { presence: [...presenceDebugKinds], ephoneBlf: 'all' };
  it.each<[string, DebugWish, Partial<DebugWish>]>([
    ['one kind', withPresence(NO_DEBUGGING, 'xml', true), { presence: ['xml'] }],
    [
      'another, in their order',
      withPresence({ ...all, presence: ['xml'] }, 'asnl', true),
      { presence: ['asnl', 'xml'] },
    ],
    ['all kinds', withPresence(NO_DEBUGGING, 'all', true), { presence: [...presenceDebugKinds] }],
    [
      'all but one',
      withPresence(all, 'trace', false),
      { presence: presenceDebugKinds.filter((one) => one !== 'trace') },
    ],
    ['none of them', withPresence(all, 'all', false), { presence: [], ephoneBlf: 'all' }],
    ['one phone', withEphoneBlf(NO_DEBUGGING, A, true), { ephoneBlf: [A] }],
    ['two phones, each once', withEphoneBlf({ ...all, ephoneBlf: [A, B] }, A, true), { ephoneBlf: [B, A] }],
    ['one phone in place of all', withEphoneBlf(all, A, true), { ephoneBlf: [A] }],
    ['all phones', withEphoneBlf({ ...all, ephoneBlf: [A] }, undefined, true), { ephoneBlf: 'all' }],
    ['all but one of two', withEphoneBlf({ ...all, ephoneBlf: [A, B] }, A, false), { ephoneBlf: [B] }],
    ['no phone', withEphoneBlf(all, undefined, false), { ephoneBlf: [] }],
  ])('is %s', (_what, wish, expected) => {
    expect(wish).toMatchObject(expected);
  });

  it('never has more phones than a wish has room for', () => {
    const mac = fc.integer({ min: 0, max: 200 }).map((n) => n.toString(16).padStart(12, '0'));
    fc.assert(
      fc.property(fc.array(mac, { maxLength: 300 }), (macs) => {
        const wish = macs.reduce((before, one) => withEphoneBlf(before, one, true), NO_DEBUGGING);
        expect(wish.ephoneBlf.length).toBeLessThanOrEqual(64);
        if (macs.length > 0) expect(wish.ephoneBlf.at(-1)).toBe(macs.at(-1));
      }),
    );
  });

  it('is listed by `show debugging`', () => {
    expect(debuggingText(NO_DEBUGGING)).toBe('');
    expect(debuggingText({ presence: ['errors', 'event'], ephoneBlf: [A] })).toBe(
      'PRESENCE:\n  Presence errors debugging is on\n  Presence event debugging is on\n\n' +
        'EPHONE:\n  EPHONE BLF debugging is enabled for phone 0012.7F57.62A5\n\n',
    );
    expect(debuggingText({ presence: [], ephoneBlf: 'all' })).toBe('EPHONE:\n  EPHONE BLF debugging is enabled\n\n');
  });
});

describe('a shell that debugs', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('says its wish again as long as it lives, and its end', async () => {
    const said: DebugWish[] = [];
    const ears = new Set<(heard: Heard) => void>();
    const bus = {
      subjects: makeSubjects(),
      publish: (_subject: string, { data }: { data: unknown }) => said.push(data as DebugWish) > 0,
      listen: async (_subject: string, ear: (heard: Heard) => void) => {
        ears.add(ear);
        return { stop: async () => void ears.delete(ear) };
      },
    };
    const debugging = new Debugging(bus, 's1', () => undefined);
    const wish = withPresence(NO_DEBUGGING, 'event', true);
    debugging.want(wish);
    await jest.advanceTimersByTimeAsync(3 * DEBUG_RENEWAL_MS);
    expect(said).toEqual([wish, wish, wish, wish]);
    expect(ears.size).toBe(1);
    debugging.stop();
    await jest.advanceTimersByTimeAsync(3 * DEBUG_RENEWAL_MS);
    expect(said.slice(4)).toEqual([NO_DEBUGGING]);
    expect([ears.size, jest.getTimerCount(), isDebugging(said.at(-1)!)]).toEqual([0, 0, false]);
    debugging.stop();
    expect(said).toHaveLength(5);
  });
});
