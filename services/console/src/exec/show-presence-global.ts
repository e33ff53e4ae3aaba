import { presenceGlobal, showPresenceGlobal } from '@linewatch/config';
import { countSubscriptions } from '../subscriptions';
import type { ExecCommand } from './exec-command';

/** `show presence global` [cme-presence 5.1]; JSON: `PresenceGlobal`. */
export const showGlobal: ExecCommand = {
  pattern: 'show presence global',
  help: [
    'Show running system information',
    'The presence service',
    'What is configured, and how many subscriptions there are',
  ],
  level: 'user',
  does: {
    kind: 'show',
    show: async ({ system, running }) => {
      const subscriptions = await countSubscriptions(system.bus);
      const config = running.current();
      return { text: showPresenceGlobal(config, subscriptions), json: presenceGlobal(config, subscriptions) };
    },
  },
};
