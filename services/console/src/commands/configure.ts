import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { type Config, formatNotUsed } from '@linewatch/config';
import { type Command, InvalidArgumentError } from 'commander';
import { type ChangePlan, formatRefusals, planChange } from '../change-plan';
import { ConsoleError, type ConsoleIo, printable } from '../console-io';
import { changeLive } from '../live-change';
import { carryOutOrder } from '../phone-orders';
import { withRunningConfig } from '../running-configuration';
import { type System, withSystem } from '../system';

/** More than any configuration has. */
const LONGEST_TEXT = 64 * 1024 * 1024;
/** What the author of a change may be called, by its schema. */
const LONGEST_AUTHOR = 256;

interface ConfigureOptions {
  author?: string;
  dryRun?: boolean;
}

/**
 * `configure <file> [--author <name>] [--dry-run]`: gives the commands of a text to the running system as one change, or,
 * with any of them refused, none.
 */
export function addConfigure(program: Command, io: ConsoleIo): void {
  program
    .command('configure')
    .description('give the commands of a file, or of stdin ("-"), to the running system as one change')
    .argument('<file>', 'commands as "show running-config" prints them, or as they are typed')
    .option('--author <name>', 'who changes it; else the user of this shell', authorName)
    .option('--dry-run', 'only print what would change')
    .action(async (file: string, options: ConfigureOptions) => {
      const source = file === '-' ? 'stdin' : file;
      const text = await readText(source, file === '-' ? io.stdin : createReadStream(file));
      await withSystem(io, (system) => configure(io, system, { source, text, ...options }));
    });
}

async function configure(
  io: ConsoleIo,
  system: System,
  { source, text, author, dryRun }: { source: string; text: string } & ConfigureOptions,
): Promise<void> {
  await withRunningConfig(io, system, async (running) => {
    const planned = (config: Config): ChangePlan =>
      planChange(config, text, { platformMaximum: system.platformMaximum });
    let plan = planned(running.current());
    reportPlan(io, source, plan);
    if (dryRun) return void io.stdout.write(plan.commands.map((command) => `${command}\n`).join(''));
    const tellPhones = async (): Promise<void> => {
      for (const order of plan.orders) io.stdout.write(await carryOutOrder({ system, running }, order));
    };
    if (plan.commands.length === 0) {
      if (plan.orders.length === 0)
        io.stdout.write(`Nothing to change: revision ${running.revision()} says it already.\n`);
      return tellPhones();
    }
    const by = author ?? userOf(io.env);
    const revision = await changeLive({ bus: system.bus, running, author: by }, (config) => {
      plan = planned(config);
      // Upon what somebody else changed meanwhile it may not be possible any more.
      if (plan.refusals.length > 0) reportPlan(io, source, plan);
      return plan.commands;
    });
    const { length } = plan.commands;
    io.stdout.write(`Revision ${revision} runs: ${length} ${length === 1 ? 'line' : 'lines'} changed by ${by}.\n`);
    await tellPhones();
  });
}

/** @throws ConsoleError when a line was refused */
function reportPlan(io: ConsoleIo, source: string, { refusals, unknown }: ChangePlan): void {
  if (unknown.length > 0) {
    const lines = unknown.length === 1 ? '1 line is' : `${unknown.length} lines are`;
    const report = formatNotUsed(unknown).split('\n').map(printable).join('\n');
    io.stderr.write(`${source}: ${lines} not used by linewatch, kept and printed back:\n${report}`);
  }
  if (refusals.length === 0) return;
  io.stderr.write(formatRefusals(source, refusals));
  const lines = refusals.length === 1 ? '1 line was' : `${refusals.length} lines were`;
  throw new ConsoleError(`${lines} refused, so nothing was changed.`);
}

async function readText(source: string, stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer | string>) {
      const buffer = Buffer.from(chunk);
      bytes += buffer.length;
      if (bytes > LONGEST_TEXT) throw new ConsoleError(`${source} is longer than any configuration (64 MiB).`);
      chunks.push(buffer);
    }
  } catch (error) {
    if (error instanceof ConsoleError) throw error;
    throw new ConsoleError(`${source} cannot be read: ${(error as Error).message}`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Who is at this machine's shell, as changes are signed. */
export function userOf(env: NodeJS.ProcessEnv): string {
  return (env['USER'] || env['LOGNAME'] || env['USERNAME'] || 'operator').slice(0, LONGEST_AUTHOR);
}

function authorName(text: string): string {
  if (text.length === 0 || text.length > LONGEST_AUTHOR)
    throw new InvalidArgumentError(`It must have 1 to ${LONGEST_AUTHOR} characters.`);
  return text;
}
