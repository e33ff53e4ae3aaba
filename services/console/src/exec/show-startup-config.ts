import { renderConfig } from '@linewatch/config';
import { configAt, readConfigHistory } from '@linewatch/runtime';
import type { ExecCommand } from './exec-command';

/** `show startup-config`: the configuration that was saved last. JSON: `{ revision, author, at, config }`. */
export const showStartupConfig: ExecCommand = {
  pattern: 'show startup-config',
  help: ['Show running system information', 'Contents of startup configuration'],
  level: 'privileged',
  does: {
    kind: 'show',
    show: async ({ system }) => {
      const { saved } = await readConfigHistory(system.bus);
      if (saved === undefined) return { text: 'startup-config is not present\n', json: {} };
      const config = await configAt(system.bus, saved.revision, system);
      const { revision, author, at } = saved;
      return { text: renderConfig(config), json: { revision, author, at: new Date(at).toISOString(), config } };
    },
  },
};
