import type { ExecCommand, World } from './exec-command';

/** `copy running-config startup-config`, `write memory`: says which revision is the startup-config from now on. */

async function save({ system, running, author }: World): Promise<string> {
  const { bus } = system;
  await bus.append(
    bus.subjects.config('startup-config'),
    { type: 'linewatch.config.saved', data: { author, revision: running.revision() } },
    { about: 'startup-config' },
  );
  return 'Building configuration...\n[OK]\n';
}

export const copyRunningConfig: ExecCommand = {
  pattern: 'copy running-config startup-config',
  help: ['Copy from one file to another', 'Copy from current system configuration', 'Copy to startup configuration'],
  level: 'privileged',
  does: { kind: 'work', work: save },
};

export const writeMemory: ExecCommand = {
  pattern: 'write [memory]',
  help: ['Save the running configuration', 'As startup configuration'],
  level: 'privileged',
  does: { kind: 'work', work: save },
};
