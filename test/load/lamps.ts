/** `npm run load`: many phones, many lamps, a steady rate of calls; how late, how many lost, how many wrong. */
import { ConfigChanges } from './config-changes';
import { readOptions, usage } from './options';
import { configurationOf } from './plan';
import { tableOf } from './report';
import { planOf, runLoad } from './run';
import { sampleProcesses } from './system';
import { runTool } from './tool';

runTool({
  usage,
  readOptions,
  configurationOf: (options, sipPort = options.target.port) => configurationOf(planOf(options), sipPort),
  run: (options, system, tell) =>
    runLoad(options, {
      target: system?.sip[0] ?? options.target,
      sample: () => (system ? sampleProcesses(system.pids()) : []),
      tell,
      leaveClean: !system,
      ...(system &&
        options.configRate > 0 && {
          changes: () => new ConfigChanges(system.dataFolder, options.configRate, options.lines, () => system.pids()),
        }),
    }),
  tableOf,
});
