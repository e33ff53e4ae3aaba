import type { Command } from 'commander';
import { ConsoleError, type ConsoleIo, exitCodes } from '../console-io';
import { runLocalShell } from '../shell/local-shell';

/** Without a command: the shell, for a person at a terminal or for a script on stdin. */
export function addShell(program: Command, io: ConsoleIo): void {
  program
    .command('shell', { isDefault: true })
    .description('open the shell: user and privileged EXEC, configuration; commands on stdin are a script')
    .action(async () => {
      // What was refused has been said.
      if ((await runLocalShell(io)) !== exitCodes.ok) throw new ConsoleError('', exitCodes.failed);
    });
}
