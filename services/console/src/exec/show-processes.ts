import { runningProcesses } from '@linewatch/runtime';
import { processesText } from '../layouts/processes';
import type { ExecCommand } from './exec-command';

/** `show processes`: every process that answers. JSON: `{ processes: ProcessInfo[] }`, times as RFC 3339. */
export const showProcesses: ExecCommand = {
  pattern: 'show processes',
  help: ['Show running system information', 'Every process: memory, CPU, health, and the configuration it runs'],
  level: 'user',
  does: {
    kind: 'show',
    show: async ({ system, now }) => {
      const processes = await runningProcesses(system.bus);
      return {
        text: processesText(processes, now()),
        json: {
          processes: processes.map(({ knownEdges: _, since, ...one }) => ({
            ...one,
            since: new Date(since).toISOString(),
          })),
        },
      };
    },
  },
};
