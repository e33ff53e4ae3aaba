import { renderConfig } from '@linewatch/config';
import type { Command } from 'commander';
import type { ConsoleIo } from '../console-io';
import { withRunningConfig } from '../running-configuration';
import { withSystem } from '../system';

/** `show running-config [--json]`; what it prints, `configure` reads. JSON: `{ revision, config }`, config as `Config`. */
export function addShowRunningConfig(show: Command, io: ConsoleIo): void {
  show
    .command('running-config')
    .description('the configuration that runs, as commands')
    .action(async (_options, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      await withSystem(io, (system) =>
        withRunningConfig(io, system, (running) => {
          const [revision, config] = [running.revision(), running.current()];
          io.stdout.write(json ? `${JSON.stringify({ revision, config }, undefined, 2)}\n` : renderConfig(config));
        }),
      );
    });
}
