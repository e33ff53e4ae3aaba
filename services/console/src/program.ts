import { RejectedError, UnavailableError } from '@linewatch/bus';
import { Command, CommanderError } from 'commander';
import { addConfigure } from './commands/configure';
import { addShell } from './commands/shell';
import { addShow } from './commands/show';
import { addWatch } from './commands/watch';
import { ConsoleError, type ConsoleIo, exitCodes } from './console-io';

/**
 * Carries out one command line.
 * @param args without the program's own name: `['show', 'presence', 'global']`
 * @returns the exit code: 0, 1 when it was refused or failed, 2 for a command line that is none
 */
export async function runConsole(args: readonly string[], io: ConsoleIo): Promise<number> {
  try {
    await consoleProgram(io).parseAsync(args, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    // Commander has said what is wrong, or printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (error instanceof ConsoleError || error instanceof UnavailableError || error instanceof RejectedError) {
      if (error.message !== '') io.stderr.write(`linewatch: ${error.message}\n`);
      return error instanceof ConsoleError ? error.exitCode : exitCodes.failed;
    }
    throw error;
  }
}

function consoleProgram(io: ConsoleIo): Command {
  const program = new Command('linewatch')
    .description('Looks into a running linewatch, and configures it.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
  addShell(program, io);
  addShow(program, io);
  addWatch(program, io);
  addConfigure(program, io);
  return program;
}
