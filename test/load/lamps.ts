/** `npm run load`: many phones, many lamps, a steady rate of calls; how late, how many lost, how many wrong. */
import { writeFileSync } from 'node:fs';
import { configurationOf } from './plan';
import { readOptions, usage } from './options';
import { tableOf } from './report';
import { planOf, runLoad } from './run';
import { sampleProcesses, startSystem } from './system';

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(usage);
    return 0;
  }
  const configure = (sipPort: number) => configurationOf(planOf(options), sipPort);
  if (options.printConfig) {
    process.stdout.write(configure(options.target.port));
    return 0;
  }
  const tell = (line: string) => console.error(line);
  if (options.start) tell('starting a private linewatch');
  const system = options.start ? await startSystem(configure) : undefined;
  // Ctrl-C must not leave the private system behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void Promise.resolve(system?.stop()).then(() => process.exit(130)));
  }
  try {
    const report = await runLoad(options, {
      target: system?.sip[0] ?? options.target,
      sample: () => (system ? sampleProcesses(system.pids()) : []),
      tell,
      leaveClean: !system,
    });
    if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    console.log(tableOf(report));
    return report.verdict.length === 0 ? 0 : 1;
  } finally {
    await system?.stop();
  }
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(2);
  },
);
