import { Health } from './health';

describe('health', () => {
  it('is ready when it started and every check is well', async () => {
    const health = new Health();
    let redis = { ok: false, detail: 'read only' };
    health.check('nats', () => ({ ok: true, detail: 'rtt 0.3 ms' }));
    health.check('redis', async () => redis);
    expect(await health.ready()).toMatchObject({ status: 'unavailable', checks: { process: { detail: 'starting' } } });
    health.started();
    expect(await health.ready()).toMatchObject({ status: 'unavailable', checks: { redis: { detail: 'read only' } } });
    redis = { ok: true, detail: '' };
    expect(await health.ready()).toMatchObject({ status: 'ok', checks: { nats: { ok: true, detail: 'rtt 0.3 ms' } } });
  });

  it('is not ready again once it drains', async () => {
    const health = new Health();
    health.started();
    health.draining();
    health.started();
    expect(await health.ready()).toMatchObject({ status: 'unavailable', checks: { process: { detail: 'draining' } } });
  });

  it('takes a check that throws for a failed one', async () => {
    const health = new Health();
    health.started();
    health.check('nats', () => Promise.reject(new Error('no answer')));
    expect(await health.ready()).toMatchObject({
      status: 'unavailable',
      checks: { nats: { ok: false, detail: 'no answer' } },
    });
  });

  it('is alive whatever NATS and Redis do', () => {
    const health = new Health();
    health.check('nats', () => ({ ok: false }));
    expect(health.live().status).toBe('ok');
  });
});
