import { renderConfig } from '@linewatch/config';
import type { ExecCommand } from './exec-command';

/** `show running-config`; what it prints, `configure` reads. JSON: `{ revision, config }`, config as `Config`. */
export const showRunningConfig: ExecCommand = {
  pattern: 'show running-config',
  help: ['Show running system information', 'Current operating configuration'],
  level: 'privileged',
  does: {
    kind: 'show',
    show: ({ running }) => {
      const [revision, config] = [running.revision(), running.current()];
      return { text: renderConfig(config), json: { revision, config } };
    },
  },
};
