import { presenceGlobal, showPresenceGlobal } from '@linewatch/config';
import type { Command } from 'commander';
import type { ConsoleIo } from '../console-io';
import { withRunningConfig } from '../running-configuration';
import { countSubscriptions } from '../subscriptions';
import { withSystem } from '../system';

/** `show presence global [--json]` [cme-presence 5.1]; JSON: `PresenceGlobal`. */
export function addShowPresenceGlobal(presence: Command, io: ConsoleIo): void {
  presence
    .command('global')
    .description('the presence service: what is configured, and how many subscriptions there are')
    .action(async (_options, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      await withSystem(io, async (system) => {
        const subscriptions = await countSubscriptions(system.bus);
        await withRunningConfig(io, system, (running) => {
          const config = running.current();
          io.stdout.write(
            json
              ? `${JSON.stringify(presenceGlobal(config, subscriptions), undefined, 2)}\n`
              : showPresenceGlobal(config, subscriptions),
          );
        });
      });
    });
}
