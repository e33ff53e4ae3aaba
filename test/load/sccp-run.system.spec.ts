import { type Linewatch } from '@linewatch/kit';
import { readSccpOptions, type SccpLoadOptions } from './sccp-options';
import { sccpConfigurationOf, sccpPlanOf } from './sccp-plan';
import { sccpTableOf } from './sccp-report';
import { runSccpLoad } from './sccp-run';
import { edgeMetricsOf, sampleProcesses, startSystem } from './system';

const options = readSccpOptions([
  '--stations', '50', '--keys', '5', '--watchers', '20', '--changes', '6', '--warm-up', '1', '--pause-ms', '0',
]) as SccpLoadOptions; // prettier-ignore

describe('a small load of SCCP stations on a whole system', () => {
  let system: Linewatch;
  beforeAll(async () => void (system = await startSystem(() => sccpConfigurationOf(sccpPlanOf(options)))));
  afterAll(() => system?.stop());

  it('is registered, and every change reaches every key once', async () => {
    const report = await runSccpLoad(options, {
      target: system.sccp[0] ?? options.target,
      sample: () => sampleProcesses(system.pids()),
      metrics: () => edgeMetricsOf(system, 'sccp-edge-1'),
      tell: () => {},
      leaveClean: true,
      // A slow machine is no loss.
      lostAfterMs: 60_000,
    });
    expect(report.verdict).toEqual([]);
    expect(report.registration.count).toBe(50);
    expect([report.changes.first, report.changes.all, report.changes.each].map(({ count }) => count)).toEqual([
      6, 6, 120,
    ]);
    // One answer to each key's question, and one lamp for each key and change: seven, and one to be idle again.
    expect(report.lamps.told).toBeGreaterThanOrEqual(50 * 5 + 8 * 20);
    expect(report.fanOut?.count).toBe(6);
    expect(report.edgeKiBPerStation).toBeDefined();
    expect(sccpTableOf(report)).toContain('clean: nothing lost, nothing wrong');
  });
});
