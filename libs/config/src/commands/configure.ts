import { type Mode } from '../command';
import { type Config, emptyConfig } from '../config';
import { enableSecret, username } from './access';

/** Global configuration mode, the root: its record is the Config itself. */
export const configure: Mode<Config> = {
  name: 'configure',
  prompt: 'config',
  under: '',
  pattern: 'configure',
  help: ['Global configuration'],
  open: (draft) => draft.config,
  close: () => undefined,
  part: (config) => config,
  instances: (config) => [{ heading: '', tag: 0, record: config, exists: true }],
  commands: [
    {
      pattern: 'version ~ WORD$version',
      help: ['Version of the configuration, kept as it is', 'Version number'],
      set: (config, args) => {
        config.version = args.text('version');
      },
      unset: (config) => {
        delete config.version;
      },
      render: ({ version }) => (version === undefined ? [] : [`version ${version}`]),
    },
    {
      pattern: 'hostname ~ NAME$hostname',
      help: ["Set system's network name", "This system's network name"],
      set: (config, args) => {
        config.hostname = args.text('hostname');
      },
      unset: (config) => {
        config.hostname = emptyConfig().hostname;
      },
      render: ({ hostname }) => (hostname === emptyConfig().hostname ? [] : [`hostname ${hostname}`]),
    },
    enableSecret,
    username,
  ],
};
