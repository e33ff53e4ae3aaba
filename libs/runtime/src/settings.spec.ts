import { z } from 'zod';
import { SettingsError, readSettings, streamSettings } from './settings';

const env = { LINEWATCH_NATS_URL: 'nats://n1:4222', LINEWATCH_REDIS_URL: 'redis://r1:6379', PATH: '/bin' };

describe('the settings', () => {
  it('need the two servers, and have defaults for the rest', () => {
    expect(readSettings(env, {})).toMatchObject({
      LINEWATCH_NATS_URL: 'nats://n1:4222',
      LINEWATCH_INSTANCE: '1',
      LINEWATCH_PREFIX: 'lw',
      LINEWATCH_HTTP_PORT: 8080,
      LINEWATCH_LOG_LEVEL: 'info',
    });
  });

  it('have the variables of the service', () => {
    const own = { LINEWATCH_SIP_PORT: z.coerce.number().int().default(5060).describe('the SIP port') };
    expect(readSettings({ ...env, LINEWATCH_SIP_PORT: '5070' }, own).LINEWATCH_SIP_PORT).toBe(5070);
    expect(readSettings({ ...env, LINEWATCH_SIP_PORT: '' }, own).LINEWATCH_SIP_PORT).toBe(5060);
  });

  it.each<[object, RegExp]>([
    [{ LINEWATCH_NATS_URL: undefined }, /^Set LINEWATCH_NATS_URL: the NATS servers, as nats:\/\/host:4222/],
    [{ LINEWATCH_NATS_URL: 'localhost' }, /LINEWATCH_NATS_URL is "localhost"; write .*nats:\/\/host:4222/],
    [{ LINEWATCH_HTTP_PORT: '99999' }, /LINEWATCH_HTTP_PORT is "99999"; write .*0 to 65535/],
    [{ LINEWATCH_LOG_LEVEL: 'loud' }, /LINEWATCH_LOG_LEVEL is "loud"; write .*one of fatal, error/],
    [{ LINEWATCH_INSTANCE: 'a.b' }, /LINEWATCH_INSTANCE is "a.b"/],
    [{ LINEWATCH_REDIS_URL: 'http://user:secret@r1' }, /LINEWATCH_REDIS_URL is "http:\/\/…@r1"/],
  ])('that are wrong (%j) are refused with the variable and what to write', (wrong, message) => {
    const read = (): unknown => readSettings({ ...env, ...wrong }, {});
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(message);
  });

  it('that are wrong are all named at once', () => {
    expect(() => readSettings({}, {})).toThrow(/LINEWATCH_NATS_URL.*\n.*LINEWATCH_REDIS_URL/);
  });

  it('scale the large streams, and the small ones no further than they are', () => {
    const { replicas, maxBytes } = streamSettings(
      readSettings({ ...env, LINEWATCH_STREAM_MAX_MIB: '2048', LINEWATCH_STREAM_REPLICAS: '3' }, {}),
    );
    expect(replicas).toBe(3);
    expect(maxBytes).toMatchObject({ LINES: 2 ** 31, PRESENCE: 2 ** 31, EDGES: 2 ** 24 });
    const small = streamSettings(readSettings({ ...env, LINEWATCH_STREAM_MAX_MIB: '8' }, {}));
    expect(new Set(Object.values(small.maxBytes))).toEqual(new Set([2 ** 23]));
  });
});
