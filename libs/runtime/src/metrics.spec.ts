import { busMetrics, outboxMetrics } from './bus-metrics';
import { Metrics } from './metrics';

describe('the metrics page', () => {
  it('shows plain counters, counters by label, gauges and histograms as they are at the scrape', async () => {
    const metrics = new Metrics({ service: 'sip-edge' });
    const sent = metrics.counter('notify_sent_total', 'NOTIFYs sent');
    const answers = metrics.counters('subscribe_requests_total', 'SUBSCRIBEs', 'result');
    let depth = 3;
    metrics.gauge('queue_depth', 'Waiting', () => depth);
    metrics.histogram('lamp_latency_seconds', 'From cause to lamp', [0.01, 0.1]).observe(0.05);
    sent.add();
    sent.add(4);
    answers.of('200').add();
    answers.of('403').add(2);
    depth = 4;
    await metrics.text();
    const text = await metrics.text();
    expect(text).toContain('linewatch_notify_sent_total{service="sip-edge"} 5');
    expect(text).toContain('linewatch_subscribe_requests_total{result="200",service="sip-edge"} 1');
    expect(text).toContain('linewatch_subscribe_requests_total{result="403",service="sip-edge"} 2');
    expect(text).toContain('linewatch_queue_depth{service="sip-edge"} 4');
    expect(text).toContain('linewatch_lamp_latency_seconds_bucket{le="0.1",service="sip-edge"} 1');
  });

  it('counts together what has too many values for a label', async () => {
    const metrics = new Metrics();
    const counter = metrics.counters('x_total', 'x', 'kind');
    for (let n = 0; n < 150; n++) counter.of(`k${n}`).add();
    expect(await metrics.text()).toContain('linewatch_x_total{kind="other"} 50');
  });

  it('shows the bus and the outbox', async () => {
    const metrics = new Metrics();
    const counters = {
      appended: 7,
      appendsOutstanding: 1,
      appendsWaiting: 2,
      conflicts: 3,
      unavailable: 4,
      followRestarts: 5,
      deadLetters: 6,
      undecodable: 8,
    };
    busMetrics(metrics, { counters: () => counters, status: () => ({ connected: true, server: '', reconnects: 9 }) });
    outboxMetrics(metrics, { counters: () => ({ depth: 1, stored: 2, coalesced: 3, retries: 4, refused: 5 }) });
    const text = await metrics.text();
    expect(text).toContain('linewatch_bus_appended_total 7');
    expect(text).toContain('linewatch_bus_connected 1');
    expect(text).toContain('linewatch_outbox_coalesced_total 3');
  });
});
