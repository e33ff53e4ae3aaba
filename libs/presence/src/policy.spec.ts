import { decideWatch, refusalWords, type PresenceRules, type WatchRequest } from './policy';

const open: PresenceRules = {
  presenceEnabled: true,
  sipPresenceEnabled: true,
  watcherAll: true,
  allowSubscribe: true,
  server: '192.0.2.9',
  maxSubscription: 100,
};
const local: WatchRequest = { protocol: 'sip', watcher: 'local', presentity: 'local' };

describe('decideWatch', () => {
  it.each<[string, Partial<PresenceRules>, Partial<WatchRequest>, string]>([
    ['a phone may watch a line', {}, {}, 'allow'],
    ['nobody may while presence is off [A-2]', { presenceEnabled: false }, {}, 'presence-disabled'],
    ['also no SCCP phone [A-2]', { presenceEnabled: false }, { protocol: 'sccp' }, 'presence-disabled'],
    ['no SIP phone without presence enable in sip-ua [T-25]', { sipPresenceEnabled: false }, {}, 'presence-disabled'],
    ['but an SCCP phone [T-25]', { sipPresenceEnabled: false }, { protocol: 'sccp' }, 'allow'],
    [
      'a trunk without watcher all may not [T-17]',
      { watcherAll: false },
      { watcher: 'remote' },
      'external-watcher-refused',
    ],
    ['with it it may [T-17]', {}, { watcher: 'remote' }, 'allow'],
    ['a phone does not need watcher all', { watcherAll: false }, {}, 'allow'],
    [
      'a line beyond the trunk needs allow subscribe [T-19]',
      { allowSubscribe: false },
      { presentity: 'remote' },
      'external-line-refused',
    ],
    ['and a server [T-19]', { server: undefined }, { presentity: 'remote' }, 'no-server'],
    ['with both it may be watched [T-19]', {}, { presentity: 'remote' }, 'allow'],
    ['but never on behalf of a trunk [A-9]', {}, { watcher: 'remote', presentity: 'remote' }, 'never-chained'],
    [
      'which hears first that it may not watch at all [A-6]',
      { watcherAll: false, allowSubscribe: false },
      { watcher: 'remote', presentity: 'remote' },
      'external-watcher-refused',
    ],
    [
      'a local line needs neither server nor allow subscribe',
      { server: undefined, allowSubscribe: false },
      {},
      'allow',
    ],
  ])('%s', (_title, rules, request, verdict) => {
    expect(decideWatch({ ...open, ...rules }, { ...local, ...request })).toBe(verdict);
  });

  it('answers every combination with a word that edges have in their tables', () => {
    const flags = [true, false];
    for (const protocol of ['sip', 'sccp'] as const)
      for (const watcher of ['local', 'remote'] as const)
        for (const presentity of ['local', 'remote'] as const)
          for (const bits of Array.from({ length: 32 }, (_each, index) => index)) {
            const [presenceEnabled, sipPresenceEnabled, watcherAll, allowSubscribe, server] = [1, 2, 4, 8, 16].map(
              (bit) => flags[bits & bit ? 0 : 1] as boolean,
            ) as [boolean, boolean, boolean, boolean, boolean];
            const rules = { ...open, presenceEnabled, sipPresenceEnabled, watcherAll, allowSubscribe };
            const word = decideWatch(
              { ...rules, server: server ? '192.0.2.9' : undefined },
              { protocol, watcher, presentity },
            );
            expect(['allow', ...refusalWords]).toContain(word);
            if (!presenceEnabled) expect(word).toBe('presence-disabled');
          }
  });
});
