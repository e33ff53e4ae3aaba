/** `npm run load:sccp`: many stations, many BLF keys, one line that changes; how fast, how late, how many lost or wrong. */
import { readSccpOptions, usage } from './sccp-options';
import { sccpConfigurationOf, sccpPlanOf } from './sccp-plan';
import { sccpTableOf } from './sccp-report';
import { runSccpLoad } from './sccp-run';
import { edgeMetricsOf, sampleProcesses } from './system';
import { runTool } from './tool';

runTool({
  usage,
  readOptions: readSccpOptions,
  configurationOf: (options) => sccpConfigurationOf(sccpPlanOf(options)),
  run: (options, system, tell) =>
    runSccpLoad(options, {
      target: system?.sccp[0] ?? options.target,
      sample: () => (system ? sampleProcesses(system.pids()) : []),
      metrics: async () => (system ? edgeMetricsOf(system, 'sccp-edge-1') : undefined),
      tell,
      leaveClean: !system,
    }),
  tableOf: sccpTableOf,
});
