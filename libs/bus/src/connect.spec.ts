import { connectionOptions, withoutSecrets } from './connect';

describe('a NATS address', () => {
  it.each([
    ['nats://127.0.0.1', { servers: ['127.0.0.1:4222'] }],
    ['nats://n1:4333, nats://n2:4334', { servers: ['n1:4333', 'n2:4334'] }],
    ['nats://line:s%40fe@n1', { user: 'line', pass: 's@fe' }],
    ['nats://t0ken@n1', { token: 't0ken' }],
    ['tls://n1', { tls: {} }],
    ['nats://[::1]:4444', { servers: ['[::1]:4444'] }],
  ])('%s gives the client its options', (servers, options) => {
    expect(connectionOptions(servers, 'x')).toMatchObject(options);
  });

  it.each(['', 'localhost', 'http://n1', 'nats://', 'nats://n1,,nats://n2'])(
    '"%s" is refused with what to write',
    (text) => {
      expect(() => connectionOptions(text, 'x')).toThrow(/write nats:\/\/host:4222/);
    },
  );

  it('is logged without its password', () => {
    expect(withoutSecrets('nats://line:secret@n1:1,nats://line:secret@n2:2')).toBe('nats://n1:1,nats://n2:2');
  });

  it('is connected to again for ever, at short intervals', () => {
    expect(connectionOptions('nats://n1', 'x')).toMatchObject({ maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  });
});
