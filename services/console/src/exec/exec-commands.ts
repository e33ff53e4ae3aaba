import { commandTree } from '@linewatch/config';
import { filterTail } from '../shell/output-filter';
import type { SessionSetting } from '../shell/session-state';
import { configureReplace } from './configure-replace';
import { credentialLoad } from './credential-load';
import { debugCommands } from './debug-commands';
import type { ExecCommand } from './exec-command';
import { reload } from './reload';
import { copyRunningConfig, writeMemory } from './save-config';
import { sessionCommands } from './session-commands';
import { showArchive, showArchiveDifferences } from './show-archive';
import { showEdges } from './show-edges';
import { showEphone } from './show-ephone';
import { showPresenceExplain } from './show-presence-explain';
import { showGlobal } from './show-presence-global';
import { showPresenceAt, showPresenceHistory } from './show-presence-history';
import { showSubscription } from './show-presence-subscription';
import { showProcesses } from './show-processes';
import { showRegistrar } from './show-registrar';
import { showRunningConfig } from './show-running-config';
import { showStartupConfig } from './show-startup-config';
import { showVersion } from './show-version';
import { showPool, showRegisterDn } from './show-voice-register';

/** Every command of EXEC. A new one is a file, and one more line here. */
const COMMANDS: readonly ExecCommand[] = [
  ...sessionCommands,
  ...debugCommands,
  showArchive,
  showArchiveDifferences,
  showEdges,
  showEphone,
  showGlobal,
  showPool,
  showPresenceAt,
  showPresenceExplain,
  showPresenceHistory,
  showProcesses,
  showRegisterDn,
  showRegistrar,
  showRunningConfig,
  showStartupConfig,
  showSubscription,
  showVersion,
  copyRunningConfig,
  writeMemory,
  configureReplace,
  credentialLoad,
  reload,
];

/** The commands of user EXEC, and of privileged EXEC. */
export const execTrees: SessionSetting['trees'] = {
  user: treeOf(COMMANDS.filter(({ level }) => level === 'user')),
  privileged: treeOf(COMMANDS),
};

function treeOf(commands: readonly ExecCommand[]) {
  return commandTree(
    commands.map((command) => ({ pattern: command.pattern, help: command.help, means: command })),
    { ...filterTail, follows: (command) => command.does.kind === 'show' },
  );
}
