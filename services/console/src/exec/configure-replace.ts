import { type Args, type Config, diffConfig } from '@linewatch/config';
import { configAt, readConfigHistory } from '@linewatch/runtime';
import { ConsoleError } from '../console-io';
import { changeLive } from '../live-change';
import type { ExecCommand, World } from './exec-command';

/**
 * `configure replace <revision>`: goes back (or forth) to the configuration of a revision, by the difference to what
 * runs. It is a change like any other: it can be replaced in turn.
 */
export const configureReplace: ExecCommand = {
  pattern: 'configure replace <startup-config|(0-4294967295)$revision>$source [force]',
  help: [
    'Enter configuration mode',
    'Replace the running configuration by another one',
    'The one that was saved',
    'The one of a revision, as `show archive` lists them; 0 for an empty one',
    'Do not ask',
  ],
  level: 'privileged',
  does: {
    kind: 'work',
    question: (args) =>
      args.has('force')
        ? undefined
        : {
            style: 'yes-no',
            text:
              'This will apply all necessary additions and deletions\n' +
              'to replace the current running configuration with the\n' +
              'contents of the specified configuration, which is\n' +
              'assumed to be a complete configuration, not a partial\n' +
              'configuration. Enter Y if you are sure you want to proceed. ? [no]: ',
          },
    work: replace,
  },
};

async function replace(world: World, args: Args): Promise<string> {
  const { system, running, author } = world;
  const wanted = await wantedOf(world, args);
  const before = running.revision();
  const revision = await changeLive({ bus: system.bus, running, author }, (config) => diffConfig(config, wanted));
  return revision === before ? 'Nothing to replace.\n' : `Rollback Done: revision ${revision} runs.\n`;
}

async function wantedOf({ system, running }: World, args: Args): Promise<Config> {
  if (args.has('revision')) {
    const revision = args.number('revision');
    if (revision > running.position()) throw new ConsoleError(`There is no revision ${revision}; see "show archive".`);
    return configAt(system.bus, revision, system);
  }
  const { saved } = await readConfigHistory(system.bus);
  if (saved === undefined) throw new ConsoleError('startup-config is not present; "write memory" makes one.');
  return configAt(system.bus, saved.revision, system);
}
