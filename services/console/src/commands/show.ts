import { Args, matchCommand } from '@linewatch/config';
import type { Command } from 'commander';
import { ConsoleError, type ConsoleIo, exitCodes } from '../console-io';
import { execTrees } from '../exec/exec-commands';
import { withRunningConfig } from '../running-configuration';
import { NO_DEBUGGING } from '../shell/debugging';
import { filterOf, printed } from '../shell/output-filter';
import { withSystem } from '../system';
import { userOf } from './configure';

/** `show …`: a show command of the shell, alone; `--json` is its `| json`. */
export function addShow(program: Command, io: ConsoleIo): void {
  program
    .command('show')
    .description('show what is configured and what is going on; "?" in the shell lists what there is')
    .argument('<words...>', 'as in the shell: "presence subscription summary", abbreviated or not')
    .option('--json', 'print JSON')
    .action((words: string[], { json }: { json?: boolean }) =>
      show(io, `show ${words.join(' ')}${json ? ' | json' : ''}`),
    );
}

async function show(io: ConsoleIo, line: string): Promise<void> {
  const match = matchCommand(execTrees.privileged, line);
  if (match.kind === 'refused') {
    io.stderr.write(`${line}\n${match.text}\n`);
    throw new ConsoleError('', exitCodes.usage);
  }
  const { does } = match.accepts;
  if (does.kind !== 'show') throw new ConsoleError('That is for the shell alone.', exitCodes.usage);
  const args = new Args(match.values);
  const filter = filterOf(args);
  await withSystem(io, (system) =>
    withRunningConfig(io, system, async (running) => {
      const { signal } = new AbortController();
      const world = { system, running, author: userOf(io.env), now: io.now, debugging: NO_DEBUGGING, signal };
      io.stdout.write(printed(await does.show(world, args), filter));
    }),
  );
}
