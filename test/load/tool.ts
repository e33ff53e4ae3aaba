/** What all load tools do alike: the command line, the private system, the report, the exit code. */
import { writeFileSync } from 'node:fs';
import type { Linewatch } from '@linewatch/kit';
import { startSystem } from './system';

export interface ToolOptions {
  readonly start: boolean;
  readonly printConfig: boolean;
  readonly json?: string;
}

export interface Tool<Options extends ToolOptions, Report extends { readonly verdict: readonly string[] }> {
  readonly usage: string;
  /** @throws Error with one line that says which option is wrong */
  readOptions(args: readonly string[]): Options | 'help';
  /** The configuration that the phones need, for a sip-edge at that port. */
  configurationOf(options: Options, sipPort?: number): string;
  /** @param system the private one; absent when the options name another */
  run(options: Options, system: Linewatch | undefined, tell: (line: string) => void): Promise<Report>;
  tableOf(report: Report): string;
}

/** Runs a tool to its end: exits with 0 when its report is clean, 1 when it is not, 2 when it could not be run. */
export function runTool<Options extends ToolOptions, Report extends { readonly verdict: readonly string[] }>(
  tool: Tool<Options, Report>,
): void {
  main(tool, process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: Error) => {
      console.error(error.message);
      process.exit(2);
    },
  );
}

async function main<Options extends ToolOptions, Report extends { readonly verdict: readonly string[] }>(
  tool: Tool<Options, Report>,
  args: readonly string[],
): Promise<number> {
  const options = tool.readOptions(args);
  if (options === 'help') {
    console.log(tool.usage);
    return 0;
  }
  if (options.printConfig) {
    process.stdout.write(tool.configurationOf(options));
    return 0;
  }
  const tell = (line: string) => console.error(line);
  if (options.start) tell('starting a private linewatch');
  const system = options.start ? await startSystem((sipPort) => tool.configurationOf(options, sipPort)) : undefined;
  // Ctrl-C must not leave the private system behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void Promise.resolve(system?.stop()).then(() => process.exit(130)));
  }
  try {
    const report = await tool.run(options, system, tell);
    if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    console.log(tool.tableOf(report));
    return report.verdict.length === 0 ? 0 : 1;
  } finally {
    await system?.stop();
  }
}
