import { ConflictError, makeSubjects, UnavailableError, type BusEvent } from '@linewatch/bus';
import { applyCommands, emptyConfig } from '@linewatch/config';
import { ManualClock } from '@linewatch/edge';
import type { ConfigApplied } from '@linewatch/presence';
import { RateLimitedLog } from '@linewatch/runtime';
import { CallForwarding } from './call-forwarding';

const LINE = { device: 'ephone:1', number: '3001', instance: 'ephone-dn:1' };

/** A stream of configuration changes in memory, which is followed as it grows. */
function setUp() {
  let config = applyCommands(emptyConfig(), ['ephone-dn 1 dual-line', ' number 3001']).config;
  let last = 0;
  const changes: ConfigApplied[] = [];
  const state = { isAway: false, othersFirst: 0 };
  const clock = new ManualClock();
  const bus = {
    subjects: makeSubjects(),
    append: async (subject: string, event: BusEvent, options: { expectLastOfStream?: number } = {}) => {
      if (state.isAway) throw new UnavailableError('away');
      if (state.othersFirst > 0) {
        state.othersFirst -= 1;
        last += 1;
        throw new ConflictError(subject, options.expectLastOfStream ?? 0, last);
      }
      last += 1;
      const change = event.data as ConfigApplied;
      changes.push(change);
      config = applyCommands(config, change.commands).config;
      return { seq: last, duplicate: false };
    },
  };
  const log = new RateLimitedLog({ info: () => {}, warn: () => {}, error: () => {} }, clock);
  const forwarding = new CallForwarding({
    bus,
    config: { current: () => config, position: () => last },
    wheel: clock.wheel,
    floodLog: log,
  });
  return { forwarding, changes, state, target: () => config.ephoneDns[1]?.forwardAll?.target };
}

describe('CFwdALL', () => {
  it('is a change of the running configuration by the phone, and can be taken back', async () => {
    const { forwarding, changes, target } = setUp();
    expect(await forwarding.set(LINE, '2105')).toBe(true);
    expect(changes).toMatchObject([
      { author: 'ephone:1', commands: ['ephone-dn  1  dual-line', ' call-forward all 2105'] },
    ]);
    expect(target()).toBe('2105');
    expect(await forwarding.set(LINE, undefined)).toBe(true);
    expect(target()).toBeUndefined();
  });

  it('that says nothing new stores nothing', async () => {
    const { forwarding, changes } = setUp();
    expect(await forwarding.set(LINE, undefined)).toBe(true);
    expect(changes).toEqual([]);
  });

  it('is planned again when somebody else changed the configuration first', async () => {
    const { forwarding, state, target } = setUp();
    state.othersFirst = 3;
    expect(await forwarding.set(LINE, '2105')).toBe(true);
    expect(target()).toBe('2105');
  });

  it.each([
    ['of a line that is gone', { ...LINE, instance: 'ephone-dn:7' }, '2105'],
    ['of a line that has another number now', { ...LINE, number: '3002' }, '2105'],
    ['to what is no number', LINE, '21?5'],
  ])('%s is not stored', async (_what, line, number) => {
    const { forwarding, changes } = setUp();
    expect(await forwarding.set(line, number)).toBe(false);
    expect(changes).toEqual([]);
  });
});
