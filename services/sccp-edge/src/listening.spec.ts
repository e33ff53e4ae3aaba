import { applyCommands, emptyConfig } from '@linewatch/config';
import { readSettings, SettingsError } from '@linewatch/runtime';
import { describeBindError, listeningOf, sccpEdgeSettings, tlsIdentityOf } from './listening';
import { callSettings } from './calls/call-settings';
import { dateTemplateOf, stationSettings } from './stations/station-settings';

const { config } = applyCommands(emptyConfig(), ['telephony-service', ' ip source-address 192.0.2.1 port 2010']);
const environment = { LINEWATCH_NATS_URL: 'nats://x:4222', LINEWATCH_REDIS_URL: 'redis://x:6379' };
const own = () => '192.0.2.9';

describe('where an SCCP edge listens', () => {
  it.each([
    ['the configuration', {}, config, '192.0.2.1', 2010, '192.0.2.1'],
    ['port 2000 of every address, without one', {}, emptyConfig(), '0.0.0.0', 2000, '192.0.2.9'],
    [
      'the environment before it',
      { LINEWATCH_SCCP_BIND: '127.0.0.1', LINEWATCH_SCCP_PORT: 2001 },
      config,
      '127.0.0.1',
      2001,
      '127.0.0.1',
    ],
    [
      'every address, told as the configured one',
      { LINEWATCH_SCCP_BIND: '0.0.0.0' },
      config,
      '0.0.0.0',
      2010,
      '192.0.2.1',
    ],
    [
      'another address than is told',
      { LINEWATCH_SCCP_ADVERTISE: '198.51.100.1' },
      config,
      '192.0.2.1',
      2010,
      '198.51.100.1',
    ],
  ])('is %s', (_what, settings, from, host, port, told) => {
    expect(listeningOf(settings, from, own)).toEqual({ bind: { host, port }, advertised: { host: told, port } });
  });

  it('says in one line what is wrong with an address', () => {
    const error = (code: string) => Object.assign(new Error('m'), { code });
    for (const code of ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'EOTHER']) {
      const text = describeBindError(error(code), { host: '192.0.2.1', port: 2000 });
      expect(text).toMatch(/^SCCP address 192\.0\.2\.1:2000 [^\n]+$/);
    }
  });

  it('refuses settings that cannot be, and half of what TLS needs', () => {
    expect(readSettings(environment, sccpEdgeSettings).LINEWATCH_SCCP_VERSION).toBe(17);
    for (const [name, value] of [
      ['LINEWATCH_SCCP_BIND', 'here'],
      ['LINEWATCH_SCCP_PORT', '0'],
      ['LINEWATCH_SCCP_VERSION', '23'],
      ['LINEWATCH_SCCP_MAX_FRAME_BYTES', '100'],
    ] as const) {
      expect(() => readSettings({ ...environment, [name]: value }, sccpEdgeSettings)).toThrow(SettingsError);
    }
    expect(tlsIdentityOf({})).toBeUndefined();
    expect(() => tlsIdentityOf({ LINEWATCH_SCCP_TLS_KEY: 'k' })).toThrow(/needs both/);
  });
});

describe('what phones are told', () => {
  const edge = { versionCeiling: 17, firstMessageMs: 1, server: { name: 'x', address: '192.0.2.1', port: 2000 } };

  it.each([
    [[], 'M/D/YA'],
    [[' time-format 24'], 'M/D/Y'],
    [[' date-format dd-mm-yy', ' time-format 24'], 'D/M/Y'],
    [[' date-format yy-mm-dd'], 'Y/M/DA'],
  ])('dates by %j', (lines, template) => {
    expect(dateTemplateOf(applyCommands(emptyConfig(), ['telephony-service', ...lines]).config)).toBe(template);
  });

  it('keepalives by the phone, else by the system, and by the environment before both', () => {
    expect(stationSettings(edge, config, 0).keepAliveSeconds).toBe(30);
    expect(stationSettings(edge, config, 0, 20).keepAliveSeconds).toBe(20);
    expect(stationSettings({ ...edge, keepAliveSeconds: 2 }, config, 0, 20)).toMatchObject({
      keepAliveSeconds: 2,
      secondaryKeepAliveSeconds: 2,
    });
  });

  it('timeouts and the way of transfers by telephony-service', () => {
    const lines = ['telephony-service', ' timeouts interdigit 5', ' timeouts busy 7', ' transfer-system full-blind'];
    expect(callSettings(applyCommands(emptyConfig(), lines).config)).toMatchObject({
      interdigitMs: 5_000,
      failedToneMs: 7_000,
      transferSystem: 'full-blind',
    });
    expect(callSettings(emptyConfig()).transferSystem).toBe('full-consult');
  });
});
