import { applyCommands, emptyConfig, presenceGlobal, showPresenceGlobal } from './index';

const fresh = applyCommands(emptyConfig(), ['presence']).config;

/** The presence record after one more command in `presence` mode, and how the command was answered. */
function presenceAfter(...lines: string[]) {
  const { config, results } = applyCommands(fresh, lines, { mode: ['presence'] });
  return { presence: config.presence, results: results.map((result) => (result.ok ? 'ok' : result.refusal)) };
}

test('[T-1] a fresh system with `presence` shows the block of 5.1', () => {
  expect(showPresenceGlobal(fresh, 0)).toBe(
    [
      '',
      'Presence Global Configuration Information:',
      '=============================================',
      'Presence feature enable            : TRUE',
      'Presence allow external watchers   : FALSE',
      'Presence max subscription allowed  : 100',
      'Presence number of subscriptions   : 0',
      'Presence allow external subscribe  : FALSE',
      'Presence call list enable          : FALSE',
      'Presence server IP address         : 0.0.0.0',
      'Presence sccp blfsd retry interval : 60',
      'Presence sccp blfsd retry limit    : 10',
      'Presence router mode               : CME mode',
      '',
    ].join('\n'),
  );
});

test('[cme-presence 5.1] with the service off the first line says FALSE; every other row follows its command', () => {
  expect(showPresenceGlobal(emptyConfig(), 0)).toContain('Presence feature enable            : FALSE\n');
  const lines = ['server 11.1.1.4', 'sccp blf-speed-dial retry-interval 70 limit 20', 'presence call-list'];
  lines.push('max-subscription 128', 'watcher all', 'allow subscribe', 'voice register global', 'mode esrst');
  const { config } = applyCommands(fresh, lines, { mode: ['presence'] });
  expect(presenceGlobal(config, 7)).toEqual({
    enabled: true,
    externalWatchers: true,
    maxSubscription: 128,
    subscriptions: 7,
    externalSubscribe: true,
    callList: true,
    server: '11.1.1.4',
    sccpRetryInterval: 70,
    sccpRetryLimit: 20,
    mode: 'SRST mode',
  });
  expect(showPresenceGlobal(config, 7)).toContain('Presence router mode               : SRST mode\n');
});

test('[T-2] `max-subscription 99` is refused and the value stays 100', () => {
  const { presence, results } = presenceAfter('max-subscription 99');
  expect(results).toEqual(['invalid']);
  expect(presence.maxSubscription).toBe(100);
});

test('[T-2] `max-subscription` accepts 100 and 500, and `no` brings 100 back', () => {
  expect(presenceAfter('max-subscription 100')).toMatchObject({ presence: { maxSubscription: 100 }, results: ['ok'] });
  expect(presenceAfter('max-subscription 500')).toMatchObject({ presence: { maxSubscription: 500 }, results: ['ok'] });
  const { presence } = presenceAfter('max-subscription 500', 'no max-subscription');
  expect(presence.maxSubscription).toBe(100);
});

test.each([
  ['interval 59', 'sccp blf-speed-dial retry-interval 59 limit 10'],
  ['interval 3601', 'sccp blf-speed-dial retry-interval 3601 limit 10'],
  ['limit 9', 'sccp blf-speed-dial retry-interval 60 limit 9'],
  ['limit 101', 'sccp blf-speed-dial retry-interval 60 limit 101'],
])('[T-3] the SCCP retry %s is refused and nothing changes', (_, line) => {
  expect(presenceAfter(line)).toEqual({ presence: fresh.presence, results: ['invalid'] });
});

test.each([
  [60, 10],
  [3600, 100],
])('[T-3] the SCCP retry interval %d with limit %d is accepted, and `no` brings 60 and 10 back', (interval, limit) => {
  const line = `sccp blf-speed-dial retry-interval ${interval} limit ${limit}`;
  expect(presenceAfter(line)).toMatchObject({
    presence: { sccpRetryInterval: interval, sccpRetryLimit: limit },
    results: ['ok'],
  });
  expect(presenceAfter(line, 'no sccp blf-speed-dial retry-interval').presence).toEqual(fresh.presence);
});
