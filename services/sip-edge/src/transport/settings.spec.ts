import { readSettings, SettingsError } from '@linewatch/runtime';
import { sipEdgeSettings } from '../listening';
import { CONNECTION_LIMITS } from './stream-transport';
import { connectionLimitsOf, seatLimitsOf, tlsPathsOf } from './settings';

const environment = { LINEWATCH_NATS_URL: 'nats://127.0.0.1:4222', LINEWATCH_REDIS_URL: 'redis://127.0.0.1:6379' };

describe('the settings of transports and shield', () => {
  it('have what transports do by themselves as their defaults', () => {
    expect(connectionLimitsOf(readSettings(environment, sipEdgeSettings))).toEqual(CONNECTION_LIMITS);
  });

  it.each([
    ['LINEWATCH_SHIELD_PHONE', '300'],
    ['LINEWATCH_SHIELD_PHONE', '0/10'],
    ['LINEWATCH_SHIELD_STRANGER', '10/0'],
    ['LINEWATCH_SIP_CONNECTION_RATE', 'many'],
    ['LINEWATCH_SIP_TLS_PORT', '0'],
    ['LINEWATCH_SIP_MAX_UNSENT_BYTES', '1'],
    ['LINEWATCH_SIP_MESSAGE_SECONDS', '0'],
  ])('%s cannot be %s', (name, value) => {
    expect(() => readSettings({ ...environment, [name]: value }, sipEdgeSettings)).toThrow(SettingsError);
  });

  it('read budgets as requests at once, and per second', () => {
    const given = { ...environment, LINEWATCH_SIP_CONNECTION_RATE: '20/0.5', LINEWATCH_SIP_MAX_WAITING_MIB: '1' };
    const settings = readSettings(given, sipEdgeSettings);
    expect(seatLimitsOf(settings)).toMatchObject({ rate: { burst: 20, perSecond: 0.5 }, mostWaiting: 1_048_576 });
  });

  it('want both files of TLS, or none', () => {
    expect(tlsPathsOf({})).toEqual({});
    expect(tlsPathsOf({ LINEWATCH_SIP_TLS_CA: 'ca' })).toEqual({ ca: 'ca' });
    expect(() => tlsPathsOf({ LINEWATCH_SIP_TLS_KEY: 'key' })).toThrow(/needs both/);
  });
});
