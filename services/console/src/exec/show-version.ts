import { withoutSecrets } from '@linewatch/bus';
import { VERSION, runningProcesses } from '@linewatch/runtime';
import { systemVersion, versionText } from '../layouts/processes';
import type { ExecCommand } from './exec-command';

/** `show version`: what runs where, and since when. JSON: `SystemVersion`. */
export const showVersion: ExecCommand = {
  pattern: 'show version',
  help: ['Show running system information', 'Software version, uptime and where it runs'],
  level: 'user',
  does: {
    kind: 'show',
    show: async ({ system, running, now }) => {
      const { bus } = system;
      const [processes, saved] = await Promise.all([
        runningProcesses(bus),
        bus.last(bus.subjects.config('startup-config')),
      ]);
      const shown = systemVersion(
        processes,
        {
          hostname: running.current().hostname,
          version: VERSION,
          nats: withoutSecrets(bus.status().server),
          revision: running.revision(),
          ...(saved?.event.type === 'linewatch.config.saved' && { saved: saved.event.data.revision }),
        },
        now(),
      );
      return { text: versionText(shown), json: shown };
    },
  },
};
